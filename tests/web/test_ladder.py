"""The ladder of reminders through its pages: read, changed, tried out, saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.ladder import Reason, standard_ladder
from tracker.domain.rungs import is_standard, meaning
from tracker.extensions import db
from tracker.services import forecast, ladders
from tracker.services.ladders import Wanted

EDIT = "/operations/ladder/edit"
STANDARD = tuple(meaning(step) for step in standard_ladder().steps)


def form_of(page: Page) -> Form:
    """The ladder's own form."""
    return next(form for form in page.forms if "rungs-0-kind" in form.fields)


def send(
    browser: Visitor,
    form: Form,
    deed: str,
    changes: dict[str, str] | None = None,
    status: int = 302,
) -> Page:
    """Send the form by one of its buttons, with some fields filled in differently."""
    return browser.post(form.action, {**form.fields, **(changes or {}), "deed": deed}, status)


def fetched(visit: Visits, cast: Cast, path: str = EDIT) -> Form:
    return form_of(visit(cast.admin).get(path))


def test_the_standard_ladder_in_words(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get("/operations/ladder")
    assert ["30 dagar före slutdatum – till den ansvariga"] in page.rows
    assert "Räknas från och med" not in page.text, "nothing to tell of any rung"
    assert len(page.rows) == 1 + len(STANDARD)
    assert "Det är standardtrappan." in page.text
    assert "Tillbaka till standardtrappan" not in page.links


def test_saved_as_it_was_shown_changes_nothing(cast: Cast, visit: Visits) -> None:
    page = send(visit(cast.admin), fetched(visit, cast), "save")
    assert "Trappan är som den var." in page.text
    assert ladders.standing() == (standard_ladder(), 0)


def test_change_add_and_remove(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    page = send(browser, fetched(visit, cast), "add", status=200)
    form = form_of(page)
    assert form.fields["rungs-14-kind"] == ""
    changes = {
        "morning": "08:15",
        "rungs-0-days": "45",
        "rungs-13-remove": "y",
        "rungs-14-kind": "above",
        "rungs-14-days": "20",
        "rungs-14-every": "30",
    }
    page = send(browser, form, "save", changes)
    assert "Påminnelsetrappan är sparad." in page.text
    assert ["45 dagar före slutdatum – till den ansvariga", "2026-03-02"] in page.rows
    assert not any("utan lägesrapport" in row[0] for row in page.rows)
    assert "kl. 08.15" in page.text
    assert {s.key: s.since for s in ladders.current().steps if s.since} == {
        "before-45": TODAY,
        "escalated+20/30-u": TODAY,
    }
    assert "ändrade påminnelsetrappan" in browser.get("/operations/journal?subject=ladder").text
    page = browser.get(f"{EDIT}?standard=1")
    assert "Den gäller först när du har sparat den." in page.text
    back = form_of(page)
    send(browser, back, "save")
    assert is_standard(ladders.current())


def test_what_is_to_be_removed_may_say_what_it_likes(cast: Cast, visit: Visits) -> None:
    changes = {"rungs-0-days": "abc", "rungs-0-remove": "y"}
    page = send(visit(cast.admin), fetched(visit, cast), "save", changes)
    assert "Påminnelsetrappan är sparad." in page.text
    assert [meaning(step) for step in ladders.current().steps] == list(STANDARD[1:])


def test_a_new_rung_has_the_focus(cast: Cast, visit: Visits) -> None:
    page = send(visit(cast.admin), fetched(visit, cast), "add", status=200)
    assert page.html.count(" autofocus") == 1


WRONG = (
    ({"rungs-0-days": "0"}, "Skriv ett antal dagar från 1 till 365.", "rungs-0-days"),
    ({"rungs-0-days": "-5"}, "Skriv ett helt antal dagar", "rungs-0-days"),
    ({"rungs-0-days": "5" * 10_000}, "Skriv ett helt antal dagar", "rungs-0-days"),
    ({"rungs-0-days": "²"}, "Skriv ett helt antal dagar", "rungs-0-days"),
    ({"rungs-0-days": "7"}, "Samma steg finns redan längre upp.", "rungs-1-days"),
    ({"rungs-0-every": "14"}, "Lämna rutan tom.", "rungs-0-every"),
    ({"rungs-0-kind": ""}, "Välj vad steget gäller", "rungs-0-kind"),
    ({"rungs-0-kind": "🙂"}, "", "rungs-0-kind"),
    ({"rungs-6-every": "6"}, "Upprepa tidigast var 7:e dag", "rungs-6-every"),
    ({"morning": "04:59"}, "Välj en tid mellan 05:00 och 12:00.", "morning"),
    ({"morning": "soluppgång\0"}, "Skriv ett klockslag", "morning"),
    ({"rungs-7-remove": "y", "rungs-8-remove": "y"}, "Ingen eskalering", "silent_above"),
)


def test_what_is_wrong_is_said_beside_it(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    form = fetched(visit, cast)
    for changes, sentence, field in WRONG:
        with subtests.test(changes=changes, sentence=sentence, field=field):
            for deed in ("save", "preview"):
                page = send(visit(cast.admin), form, deed, changes, status=422)
                assert sentence in page.text
                assert "Det finns ett problem" in page.text
                assert page.title.startswith("Fel:")
            assert field in {element.get("name") for element in page.all("input", "select")}
            again = form_of(page)
            assert again.fields["rungs-5-days"] == "7", "nothing typed is lost"
            assert ladders.standing()[1] == 0


def test_no_escalation_after_a_confirmation(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    gone = {"rungs-7-remove": "y", "rungs-8-remove": "y"}
    page = send(browser, fetched(visit, cast), "save", gone, status=422)
    send(browser, form_of(page), "save", {"silent_above": "y"})
    assert Reason.ESCALATED not in {step.reason for step in ladders.current().steps}


def test_a_preview_saves_nothing(cast: Cast, visit: Visits) -> None:
    for number in range(5):
        deadline = TODAY + timedelta(days=10 + number)
        db.session.add(
            make_action(cast.plan, f"Snart {number}", owner=cast.owner, deadline=deadline)
        )
    db.session.commit()
    page = send(
        visit(cast.admin), fetched(visit, cast), "preview", {"rungs-1-remove": "y"}, status=200
    )
    assert "i stället för" in page.text
    assert "Inget är sparat än." in page.text
    assert "7 dagar före slutdatum – till den ansvariga" in page.text
    assert any(row[0] == cast.owner.name for row in page.rows)
    assert form_of(page).fields["rungs-1-remove"] == "y"
    assert ladders.standing()[1] == 0


def test_a_preview_is_saved_where_it_is_read(cast: Cast, visit: Visits) -> None:
    gone = {"rungs-1-remove": "y"}
    page = send(visit(cast.admin), fetched(visit, cast), "preview", gone, status=200)
    (button,) = [one for one in page.all("button") if one.get("form")]
    (form,) = [one for one in page.all("form") if one.get("id") == button.get("form")]
    assert form.get("action") == EDIT
    assert (button.get("name"), button.get("value")) == ("deed", "save")


def test_a_rung_that_counts_from_a_day_says_so(cast: Cast, visit: Visits) -> None:
    change = {"rungs-1-days": "8"}
    page = send(visit(cast.admin), fetched(visit, cast), "save", change)
    rows = {row[0]: row[-1] for row in page.rows}
    assert rows["8 dagar före slutdatum – till den ansvariga"] == "2026-03-02"
    assert rows["30 dagar före slutdatum – till den ansvariga"] == ""
    assert "Ett steg med datum" in page.text


def test_a_preview_knows_how_many_letters_those_with_few_get(
    cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "PEOPLE", 1)
    db.session.delete(cast.colleague_action)
    due = [(cast.owner, days) for days in (8, 10, 14)]
    due += [(cast.colleague, days) for days in (*range(37, 42), *range(44, 49), 51)]
    for owner, days in due:
        deadline = TODAY + timedelta(days=days)
        db.session.add(make_action(cast.plan, "Snart", owner=owner, deadline=deadline))
    db.session.commit()
    # The owner, who gets most letters now, would get fewer than the colleague, for whom it is all
    # the same.
    change = {"rungs-1-remove": "y", "rungs-2-remove": "y"}
    page = send(visit(cast.admin), fetched(visit, cast), "preview", change, status=200)
    people = (cast.owner.name, cast.colleague.name)
    rows = {row[0]: row[1:] for row in page.rows if row[0] in people}
    print(rows)
    assert cast.colleague.name not in rows
    assert "0" not in rows[cast.owner.name]


def test_two_administrators_lose_nothing(cast: Cast, visit: Visits) -> None:
    form = fetched(visit, cast)
    theirs = Wanted(
        tuple(one for one in STANDARD if one[0] is not Reason.SILENT), ladders.morning()
    )
    ladders.save(theirs, 0, by=cast.admin, now=NOW, today=TODAY)
    browser = visit(cast.admin)
    page = send(browser, form, "save", {"rungs-0-days": "44"}, status=409)
    assert "Någon annan har sparat trappan medan du skrev." in page.text
    assert "44 dagar före slutdatum – till den ansvariga" in page.text
    assert "90 dagar utan lägesrapport" in page.text
    again = form_of(page)
    assert (again.fields["rungs-0-days"], again.fields["version"]) == ("44", "1")
    assert "Påminnelsetrappan är sparad." in send(browser, again, "save").text


def test_hostile_forms(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    form = fetched(visit, cast)
    many = {f"rungs-{number}-days": "7" for number in range(500)}
    send(browser, form, "save", many, status=422)
    for version in ("", "x", "-1", str(2**40)):
        send(browser, form, "save", {"version": version}, status=409)
    browser.post(EDIT, {"deed": "save"}, status=422)
    assert ladders.standing()[1] == 0


def test_the_coming_days(cast: Cast, visit: Visits, count_queries: Any) -> None:
    with count_queries() as few:
        page = visit(cast.admin).get("/operations/forecast")
    assert cast.colleague.name in page.text
    assert cast.colleague_action.title in page.text
    for number in range(30):
        deadline = TODAY + timedelta(days=number)
        db.session.add(
            make_action(cast.plan, f"Åtgärd {number}", owner=cast.owner, deadline=deadline)
        )
    db.session.commit()
    with count_queries() as many:
        page = visit(cast.admin).get("/operations/forecast")
    assert many.number <= few.number
    assert "om ingen rapporterar eller ändrar något under tiden" in page.text


def test_who_may(cast: Cast, visit: Visits) -> None:
    for path in ("/operations/ladder", EDIT, "/operations/forecast", "/operations/dry-run"):
        visit(cast.director).get(path, status=403)
