"""The page behind a link in a mail: what it takes, what it tells, and all that it keeps shut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import MetaData, select

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.pages import Page
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Absence, Action, Base, FollowUpRound, StatusUpdate

TITLE = "Återkoppla synpunkter på webben"
# NUL, line ends, right to left, far too long, beyond the basic plane, what templates read.
TEXTS = ("\x00", "a\r\nb\u2028c", "\u202etxt.exe", "x" * 10_000, "🦊" * 200, "{{ 7 * 7 }}%s</form>")
SAID = {"health": "at_risk", "text": "Väntar på upphandlingen."}


def path(action: Action, **options: Any) -> str:
    """The address in the mail to the action's owner."""
    return f"/answer/{pieces.answer_token(action, **options)}"


def updates(action: Action) -> list[StatusUpdate]:
    db.session.rollback()
    query = select(StatusUpdate).where(StatusUpdate.action_id == action.id)
    return list(db.session.scalars(query.order_by(StatusUpdate.id)))


def dump() -> dict[str, list[Any]]:
    """Every row of every table."""
    db.session.rollback()
    tables: MetaData = Base.metadata
    return {
        table.name: sorted(db.session.execute(select(table)).all(), key=repr)
        for table in tables.sorted_tables
    }


def test_from_the_link_to_a_saved_report(cast: Cast, visit: Visits) -> None:
    visitor = visit(None)
    page = visitor.get(path(cast.action))
    assert page.h1 == "Lämna lägesrapport"
    for word in (
        TITLE,
        "Du svarar som Olle Ägare.",
        "Kommunledningsförvaltningen",
        "Slutdatum torsdag 30 april, om 59 dagar.",
        "Ingen än",
    ):
        assert word in page.text
    page = visitor.submit(page.form, 303, **SAID, percent="40")
    assert page.path == path(cast.action)
    assert page.h1 == "Tack! Din lägesrapport är sparad"
    assert "Du svarade måndag 2 mars kl. 09.00: Risk för försening." in page.text
    assert SAID["text"] in page.text
    (update,) = updates(cast.action)
    assert (update.author_id, update.health, update.percent) == (
        cast.owner.id,
        Health.AT_RISK,
        40,
    )
    assert (
        "Lämnad: via länken i ett mejl"
        in visit(cast.director).get(f"/actions/{cast.action.id}").text
    )


def test_the_way_to_the_action_knows_who_is_logged_in(cast: Cast, visit: Visits) -> None:
    for who, label in ((None, "Logga in och öppna åtgärden"), (cast.owner, "Öppna åtgärden")):
        assert label in visit(who).get(path(cast.action)).links
    visit(cast.owner).post(path(cast.action), SAID, 303)
    for who, label in ((None, "Logga in och öppna åtgärden"), (cast.owner, "Öppna åtgärden")):
        assert label in visit(who).get(path(cast.action)).links


def test_a_button_pressed_twice_saves_one_report(cast: Cast, client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.post(path(cast.action), data={**SAID, "percent": "40"})
        assert (answer.status_code, answer.location) == (303, path(cast.action))
    other = client.post(path(cast.action), data={**SAID, "text": "Något annat."})
    assert other.status_code == 409
    assert "Det du skickade nu är inte sparat." in other.text
    assert "Något annat." in other.text
    assert [update.text for update in updates(cast.action)] == [SAID["text"]]


def test_a_browser_that_takes_no_cookies_can_answer(cast: Cast, client: FlaskClient) -> None:
    bare = client.application.test_client(use_cookies=False)
    assert bare.post(path(cast.action), data=SAID).status_code == 303
    assert len(updates(cast.action)) == 1


def test_the_page_shows_the_round_and_the_last_word(cast: Cast, visit: Visits) -> None:
    last = pieces.update(cast.action)
    last.at, last.text = NOW - timedelta(days=20), "Utkastet är klart."
    cast.action.reported_at = last.at
    due = date(2026, 3, 13)
    asked = FollowUpRound(
        name="Tertial 1", opens_on=TODAY, due_on=due, created_at=NOW, created_by=cast.director
    )
    db.session.add_all([last, asked])
    db.session.commit()
    text = visit(None).get(path(cast.action)).text
    assert "Tertial 1: lämna lägesrapport senast fredag 13 mars." in text
    assert "Enligt plan, tisdag 10 februari, Olle Ägare Utkastet är klart." in text


CHOSEN = (
    ("?health=off_track", "off_track"),
    ("?health=nonsense", None),
    ("?health=", None),
    ("?health=on_track&health=at_risk", "on_track"),
)


def test_an_address_may_choose_an_answer(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    for query, chosen in CHOSEN:
        with subtests.test(query=query, chosen=chosen):
            assert visit(None).get(path(cast.action) + query).form.fields.get("health") == chosen


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast: Cast, visit: Visits) -> None:
    visitor = visit(None)
    form = visitor.get(path(cast.action)).form
    page = visitor.submit(form, 422, text="Allt går bra.", percent="mycket")
    assert page.form.fields["text"] == "Allt går bra."
    assert page.form.fields["percent"] == "mycket"
    assert page.title.startswith("Fel:")
    page = visitor.submit(form, 422, health="on_track", text="x" * 1001)
    assert len(page.form.fields["text"]) == 1001
    assert updates(cast.action) == []


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_somebody_writes(cast: Cast, visit: Visits, text: str) -> None:
    page = visit(None).ask("POST", path(cast.action), {"health": "on_track", "text": text})
    assert page.status in (303, 422)
    assert len(updates(cast.action)) == (page.status == 303)
    visit(None).ask("GET", path(cast.action))


def test_somebody_else_who_is_logged_in_is_told_and_changes_nothing(
    cast: Cast, visit: Visits
) -> None:
    for reader, told in ((cast.director, True), (cast.owner, False)):
        page = visit(reader).get(path(cast.action))
        assert ("Här är Dag Direktör inloggad." in page.text) is told
        assert "Dag Direktör" in page.html or not told
    visit(cast.director).submit(visit(cast.director).get(path(cast.action)).form, 303, **SAID)
    assert [update.author_id for update in updates(cast.action)] == [cast.owner.id]


def test_it_speaks_the_language_of_the_person(cast: Cast, visit: Visits) -> None:
    cast.owner.locale = "en"
    db.session.commit()
    page = visit(None).get(path(cast.action))
    assert page.root.get("lang") == "en"
    assert "Thursday, 30 April" in page.text
    cast.owner.locale = "sv"
    cast.director.locale = "en"
    db.session.commit()
    assert visit(cast.director).get(path(cast.action)).root.get("lang") == "sv"


def _dropped(cast: Cast) -> None:
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on, cast.action.dropped_by = TODAY, "KS"
    cast.action.dropped_reason = "Behövs inte."


def _moved(cast: Cast) -> None:
    cast.action.deadline, cast.action.deadline_rev = date(2026, 6, 1), 2


def _handed_over(cast: Cast) -> None:
    cast.action.owner, cast.action.deadline_rev = cast.colleague, 2


def _left(cast: Cast) -> None:
    cast.owner.deactivated_at = NOW


def _reported(cast: Cast) -> None:
    db.session.add(pieces.update(cast.action))


KINDS: list[tuple[Callable[[Cast], None], int, str]] = [
    (_dropped, 410, "Åtgärden är avslutad ”Återkoppla synpunkter på webben” har status Avbruten"),
    (
        _moved,
        410,
        "Åtgärden har ändrats ”Återkoppla synpunkter på webben” har fått ett nytt slutdatum",
    ),
    (_handed_over, 410, "Länken gäller inte längre Åtgärden ligger inte längre hos"),
    (_left, 410, "Länken gäller inte längre Kontot som mejlet skickades till är avslutat."),
    (_reported, 200, "Du svarade måndag 2 mars kl. 09.00: Enligt plan."),
]


@pytest.mark.parametrize(("happens", "status", "words"), KINDS)
def test_a_link_that_takes_no_answer_says_so_kindly(
    cast: Cast,
    visit: Visits,
    happens: Callable[[Cast], None],
    status: int,
    words: str,
) -> None:
    token = path(cast.action)
    happens(cast)
    db.session.commit()
    before = dump()
    page = visit(None).get(token, status)
    assert words in page.text
    answer = visit(None).ask("POST", token, SAID)
    assert answer.status == (409 if status == 200 else status)
    assert SAID["text"] in answer.text  # what was written is given back
    assert dump() == before
    if happens in (_handed_over, _left):
        assert_reveals_nothing(cast, page)
        assert_reveals_nothing(cast, answer)


def assert_reveals_nothing(cast: Cast, page: Page) -> None:
    """Neither what the action is called nor who belongs to it; the frame is everybody's."""
    people = [getattr(cast, name) for name in ("owner", "colleague", "director")]
    for word in (TITLE, cast.unit.name, *(person.name for person in people), "/actions/"):
        assert word not in page.html


def test_an_old_link_says_so(cast: Cast, visit: Visits, clock: time_machine.Traveller) -> None:
    token = path(cast.action)
    clock.move_to(NOW + timedelta(days=14, minutes=1))
    before = dump()
    page = visit(None).get(token, 410)
    assert page.h1 == "Länken har slutat gälla"
    assert "14 dagar" in page.text
    assert_reveals_nothing(cast, page)
    assert visit(None).ask("POST", token, SAID).status == 410
    assert dump() == before


def test_a_link_that_is_not_ours_says_so(cast: Cast, visit: Visits) -> None:
    token = pieces.answer_token(cast.action)
    payload, signature = token.split(".")
    other = pieces.answer_token(cast.other_action).split(".")
    before = dump()
    for bad in (
        token[:-1],
        token + "a",
        token + ">",
        token.swapcase(),
        payload,
        f"{other[0]}.{signature}",  # another person and action under this signature
        f"{payload}.{other[1]}",
        "x",
        "a/b/c",
        "%00",
        "%F0%9F%A6%8A",
        "A" * 2000,
    ):
        for method in ("GET", "POST"):
            page = visit(None).ask(method, f"/answer/{bad}", SAID)
            assert page.status == 404, bad
            assert page.h1 == "Länken stämmer inte"
            assert_reveals_nothing(cast, page)
    assert dump() == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(cast: Cast, client: FlaskClient, method: str) -> None:
    tokens = [path(cast.action), path(cast.action) + "?health=on_track&text=Hej", "/answer/x"]
    before = dump()
    for token in tokens * 2:
        client.open(token, method=method, data={**SAID} if method == "GET" else None)
    assert dump() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_none(cast: Cast, client: FlaskClient, method: str) -> None:
    assert client.open(path(cast.action), method=method, data=SAID).status_code in (400, 405)
    assert updates(cast.action) == []


def test_the_address_goes_nowhere_else(cast: Cast, client: FlaskClient) -> None:
    token = path(cast.action)
    answers = [client.get(token), client.get("/answer/x"), client.post(token, data=SAID)]
    answers += [client.get(token)]
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answers[2].headers["Location"] == token


def ways_out(page: Page, own: str) -> set[str]:
    """Every address that the page leads to, but for itself and the parts of its frame."""
    found = {node.get("href", "") for node in page.all("a")}
    found |= {node.get("action") or own for node in page.all("form")}
    return found - {"#main", "/", "/about/accessibility", "/about/privacy", own}


def test_a_stranger_with_the_link_gets_nothing_else(cast: Cast, visit: Visits) -> None:
    """No page of the product opens to whoever holds a link, before or after answering."""
    stranger, own = visit(None), path(cast.action)
    allowed = {f"/actions/{cast.action.id}"}
    page = stranger.get(own)
    assert ways_out(page, own) == allowed
    assert ways_out(stranger.submit(page.form, 303, **SAID), own) == allowed
    for target in (*allowed, "/my-actions", "/", "/actions", f"/actions/{cast.action.id}/report"):
        answer = stranger.ask("GET", target)
        assert answer.status == 302
        assert answer.response.location.startswith("/login")
    before = dump()
    answer = stranger.ask("POST", f"/actions/{cast.action.id}/report", SAID)
    assert answer.status in (302, 401)
    assert dump() == before
    # Nor does it ask for more than the form has.
    other = {"action_id": str(cast.other_action.id), "by": str(cast.director.id)}
    assert stranger.ask("POST", own, {**SAID, "text": "Mer.", **other}).status == 409
    assert dump() == before


@pytest.mark.parametrize("reader", ["director", "admin", "owner", "stranger"])
def test_who_is_logged_in_sees_no_more_on_it(cast: Cast, visit: Visits, reader: str) -> None:
    visitor: Visitor = visit(getattr(cast, reader))
    own = path(cast.action)
    page = visitor.get(own)
    assert ways_out(page, own) == {f"/actions/{cast.action.id}"}
    assert page.all("nav") == []
    visitor.submit(page.form, 303, **SAID)
    assert ways_out(visitor.get(own), own) == {f"/actions/{cast.action.id}"}
    assert ways_out(visitor.get("/answer/x", 404), "/answer/x") == {"/login"}


def test_a_delegate_is_told_in_whose_stead(cast: Cast, visit: Visits) -> None:
    away = Absence(user=cast.owner, delegate=cast.stranger, starts_on=TODAY, ends_on=TODAY)
    db.session.add(away)
    db.session.commit()
    page = visit(None).get(path(cast.action, by=cast.stranger))
    assert "Du svarar som Sten Främling, i stället för Olle Ägare, som är borta." in page.text


def test_a_page_costs_the_same_however_much_was_said(
    cast: Cast, visit: Visits, count_queries: Callable[[], Any]
) -> None:
    visitor, counted = visit(None), []
    for number in (1, 30):
        for _ in range(number):
            early = pieces.update(cast.action)
            early.at = NOW - timedelta(days=20)
            db.session.add(early)
        db.session.commit()
        with count_queries() as queries:
            visitor.get(path(cast.action))
        counted.append(queries.number)
    assert counted[0] == counted[1] <= 20
