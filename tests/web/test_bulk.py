"""Many actions at once, through the pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.cast import Cast, make_action
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visits
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ChangeBatch
from tracker.services import journal
from tracker.services.actions.search import remember

LIST = "/actions?status=ongoing&page=2"
ODD_IDS = ("x", "-1", "0", "99999999999999999999", "1099511627776", "1;drop", "\x00", "1.5")


def form_to(page: Page, ending: str) -> Form:
    """The page's form that posts to this address, whatever its query says."""
    return next(form for form in page.forms if form.action.partition("?")[0].endswith(ending))


def choosing(visit: Visits, cast: Cast, *actions: Action, **more: Any) -> Page:
    data = {"id": [str(action.id) for action in actions], "next": LIST, **more}
    visit(cast.director).get("/actions")
    return visit(cast.director).post("/actions/bulk", data, 200)


def previewed(visit: Visits, cast: Cast, page: Page, **typed: str) -> Page:
    return asked_for_preview(visit, cast, page, typed, 200)


def asked_for_preview(
    visit: Visits, cast: Cast, page: Page, typed: dict[str, str], status: int
) -> Page:
    form = form_to(page, "/preview")
    return visit(cast.director).post(form.action, {**form.fields, **typed}, status)


def test_choose_preview_confirm_and_take_back(cast: Cast, visit: Visits) -> None:
    page = choosing(visit, cast, cast.action, cast.colleague_action, cast.done_action)
    assert page.h1 == "Ändra 3 åtgärder"
    page = previewed(
        visit, cast, page, owner_text="Frida Chef", move="2", way="weeks", deadline_reason="Sjuk"
    )
    assert "2 åtgärder ändras. 1 kan inte ändras. Ingenting är sparat än." in page.text
    assert db.session.query(ChangeBatch).count() == 0
    confirm = form_to(page, "/apply")
    assert confirm.fields["owner_text"] == "Frida Chef"
    page = visit(cast.director).submit(confirm, 302, follow=False)
    assert page.response.location == LIST
    page = visit(cast.director).get(LIST)
    assert "2 åtgärder är ändrade." in page.text
    db.session.expire_all()
    assert cast.action.owner == cast.unit_director
    page = visit(cast.director).submit(form_to(page, "/undo/1"), 302)
    assert "Ändringen är ångrad: 2 åtgärder står som förut." in page.text
    db.session.expire_all()
    assert cast.action.owner == cast.owner
    assert journal.verify()


def test_confirming_twice_changes_nothing_more(cast: Cast, visit: Visits) -> None:
    page = choosing(visit, cast, cast.action)
    page = previewed(visit, cast, page, move="7", way="days", deadline_reason="Sjuk")
    confirm = form_to(page, "/apply")
    assert "1 åtgärd är ändrad." in visit(cast.director).submit(confirm).text
    db.session.expire_all()
    deadline = cast.action.deadline
    page = visit(cast.director).submit(confirm)
    assert "Ändringen var redan gjord. Ingenting mer ändrades." in page.text
    assert form_to(page, "/undo/1")
    db.session.expire_all()
    assert cast.action.deadline == deadline
    assert db.session.query(ChangeBatch).count() == 1


def test_what_another_changed_meanwhile_is_named(cast: Cast, visit: Visits) -> None:
    page = choosing(visit, cast, cast.action, cast.colleague_action)
    page = previewed(visit, cast, page, status="paused")
    cast.action.title = "Under tiden <b>" + "å" * 150
    db.session.commit()
    page = visit(cast.director).submit(form_to(page, "/apply"))
    assert "1 åtgärd är ändrad. 1 hoppades över. ”Under tiden <b>åå" in page.text
    assert "Någon har ändrat åtgärden sedan förhandsvisningen." in page.text


def test_an_outsider_is_confirmed_with_one_tick(cast: Cast, visit: Visits) -> None:
    page = choosing(visit, cast, cast.action)
    page = previewed(visit, cast, page, owner_text=cast.stranger.email)
    assert "Ägaren hör till en annan förvaltning" in page.text
    assert "1 åtgärd ändras om du kryssar i rutan, annars ingen." in page.text
    page = visit(cast.director).submit(form_to(page, "/apply"), outside_ok="y")
    assert "1 åtgärd är ändrad." in page.text


WRONG = (
    ({}, "Välj vad som ska ändras"),
    ({"owner_text": "Ingen Alls <script>"}, "inget konto för ”Ingen Alls <script>”"),
    ({"deadline": "31/5"}, "Skriv datumet som år-månad-dag"),
    ({"deadline": "2026-05-04"}, "Skriv varför slutdatumen ändras."),
    ({"move": "två"}, "Skriv ett helt antal"),
    ({"move": "999999", "deadline_reason": "Skäl nog"}, "högst tio år"),
    ({"status": "verified"}, "Inget giltigt val|Not a valid choice|giltigt"),
    ({"unit_id": "x"}, ""),
    ({"way": "years"}, ""),
    ({"deadline_reason": "🦉" * 10_000, "deadline": "2026-05-04"}, "högst 1000 tecken"),
)


def test_what_is_wrong_stands_by_the_field_and_nothing_is_lost(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    page = choosing(visit, cast, cast.action)
    for typed, sentence in WRONG:
        with subtests.test(typed=typed, sentence=sentence):
            refused = asked_for_preview(visit, cast, page, typed, 422)
            assert any(one in refused.text for one in sentence.split("|"))
            again = form_to(refused, "/preview")
            assert again.fields["ids"] == str(cast.action.id)
            for name in typed.keys() & {"owner_text", "deadline_reason", "move", "deadline"}:
                assert again.fields[name] == typed[name]


def test_going_back_to_choose_keeps_what_was_typed(cast: Cast, visit: Visits) -> None:
    page = choosing(visit, cast, cast.action)
    page = previewed(visit, cast, page, status="paused", owner_text="Frida Chef")
    fields = form_to(page, "/apply").fields
    page = visit(cast.director).post("/actions/bulk?next=/actions", fields, 200)
    again = form_to(page, "/preview").fields
    assert (again["status"], again["owner_text"]) == ("paused", "Frida Chef")


def test_all_that_the_filter_finds_and_only_that(cast: Cast, visit: Visits) -> None:
    more = [
        make_action(cast.plan, f"Fler {n}", unit=cast.unit, status=ActionStatus.PAUSED)
        for n in range(40)
    ]
    db.session.add_all(more)
    for action in more:
        remember(action)
    db.session.commit()
    asked = {"scope": "all", "query": "status=paused", "id": [str(cast.action.id)]}
    page = visit(cast.director).get("/actions")
    page = visit(cast.director).post("/actions/bulk", asked, 200)
    assert page.h1 == "Ändra 40 åtgärder"
    late = make_action(cast.plan, "Kom efter", unit=cast.unit, status=ActionStatus.PAUSED)
    db.session.add(late)
    db.session.commit()
    page = previewed(visit, cast, page, status="ongoing")
    assert "40 åtgärder ändras." in page.text, "what was chosen stays what was chosen"
    odd = {"scope": "all", "query": "status=x&unit=%00&owner=9999999999&q=" + "å" * 9000}
    assert visit(cast.director).ask("POST", "/actions/bulk", odd).status in (200, 302)


def test_nothing_or_too_much_chosen_says_so_on_the_list(cast: Cast, visit: Visits) -> None:
    visit(cast.director).get("/actions")
    page = visit(cast.director).post("/actions/bulk", {"next": LIST}, 302)
    assert "Välj minst en åtgärd i listan först." in page.text
    page = visit(cast.director).post("/actions/bulk", {"id": list(ODD_IDS)}, 302)
    assert "Välj minst en åtgärd" in page.text
    many = [str(number) for number in range(1, 10_001)]
    page = visit(cast.director).post("/actions/bulk", {"id": many}, 302)
    assert "Högst 500 åtgärder kan ändras i ett steg." in page.text


def test_hand_made_steps(cast: Cast, visit: Visits) -> None:
    here = visit(cast.director)
    here.get("/actions")
    wrong = {"status": "paused", "way": "days", "seen": ",".join(f"{one}:1" for one in ODD_IDS)}
    assert "Välj minst en" in here.post("/actions/bulk/apply", wrong, 422).text
    wrong["seen"] = f"{cast.action.id}:{10**6},2000000000:1,7,:,a:b"
    page = here.post("/actions/bulk/apply?next=//evil.example", wrong)
    assert "Ingen åtgärd ändrades. 2 hoppades över." in page.text
    for path in ("/actions/bulk", "/actions/bulk/preview", "/actions/bulk/apply"):
        assert here.get(path, 302).response.location == "/actions"
        visit(cast.owner).get(path, 403)
    here.post("/actions/bulk/undo/99", {}, 404)
    here.post("/actions/bulk/undo/99999999999999999999", {}, 404)
    assert here.ask("GET", "/actions/bulk/undo/1").status in (404, 405)


def test_an_edit_is_taken_back_with_the_button(cast: Cast, visit: Visits) -> None:
    here = visit(cast.director)
    page = here.get(f"/actions/{cast.action.id}/edit")
    before = cast.action.title
    form = next(form for form in page.forms if "title" in form.fields)
    page = here.submit(form, title="En helt annan rubrik")
    assert "Ändringarna är sparade." in page.text
    undo = form_to(page, "/undo-edit")
    page = here.submit(undo)
    assert "Ändringen är ångrad. Åtgärden står som förut." in page.text
    assert "har ändrats sedan dess" in here.submit(undo).text
    for odd in ("", "?entry=", "?entry=x", "?entry=99999999999", "?entry=-1"):
        path = f"/actions/{cast.action.id}/undo-edit{odd}"
        assert "har ändrats sedan dess" in here.post(path, {}).text
    db.session.expire_all()
    assert cast.action.title == before


def test_the_preview_page_costs_the_same_for_one_and_for_thirty(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    actions = [make_action(cast.plan, f"Till {n}", unit=cast.unit) for n in range(30)]
    db.session.add_all(actions)
    db.session.commit()
    ids = [str(action.id) for action in actions]
    visit(cast.director).get("/actions")

    def measured(number: int) -> int:
        data = {"ids": ",".join(ids[:number]), "status": "paused", "way": "days"}
        with count_queries() as counted:
            visit(cast.director).post("/actions/bulk/preview", data, 200)
        return counted.number

    assert measured(1) == measured(30) <= 30
