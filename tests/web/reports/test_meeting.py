"""The pages after the meeting: the minutes, rows of questions without a script, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.helpers.cast import TODAY, Cast
from tests.helpers.published import add_report
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Decision, Report, ReportQuestion, ReportState

LATER = (TODAY + timedelta(days=60)).isoformat()
MINUTES = {
    "decided_on": "2026-02-20",
    "section": "56",
    "note": "Rapporten godkänns.",
    "deed": "save",
}


@pytest.fixture
def report(cast: Cast) -> Report:
    return add_report(cast, record_number="KS 2026/17")


def row(cast: Cast, place: int = 0, **more: str) -> dict[str, str]:
    """A question as a browser sends it."""
    said = {
        "text": "När är e-tjänsten klar?",
        "unit_id": str(cast.unit.id),
        "owner_text": cast.owner.email,
        "deadline": LATER,
        **more,
    }
    return {f"questions-{place}-{name}": text for name, text in said.items()}


def test_a_decision_with_a_question(cast: Cast, visit: Visits, report: Report) -> None:
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    assert page.form.fields["body"] == "Kommunstyrelsen"
    assert page.form.fields["record_number"] == "KS 2026/17"
    director.submit(page.form, follow=False, **MINUTES, **row(cast))
    decision = db.session.scalars(select(Decision).where(Decision.report_id == report.id)).one()
    assert (decision.section, decision.note) == (56, "Rapporten godkänns.")
    kept = db.session.scalars(select(ReportQuestion)).one()
    assert kept.action.owner == cast.owner
    page = director.get(f"/reports/{report.id}")
    assert "Beslutet är registrerat. 1 fråga är nu en åtgärd i planen." in page.text
    assert "När är e-tjänsten klar?" in page.links
    assert "Inget svar än." in page.text


def test_rows_come_and_go_without_a_script(cast: Cast, visit: Visits, report: Report) -> None:
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    typed = {**MINUTES, "section": "sjutton", "body": "Nämnden 😀"}
    page = director.submit(page.form, status=200, **{**typed, "deed": "add"})
    page = director.submit(page.form, status=200, **{**row(cast, deadline="snart"), "deed": "add"})
    assert page.form.fields["body"] == "Nämnden 😀"
    assert page.form.fields["questions-0-deadline"] == "snart"
    assert page.form.fields["questions-1-text"] == ""
    second = row(cast, 1, text="Vad kostar det?")
    page = director.submit(page.form, status=200, **{**second, "deed": "drop 0"})
    assert "questions-0-text" not in page.form.fields
    assert page.form.fields["questions-1-text"] == "Vad kostar det?"
    page = director.submit(page.form, status=422, deed="save")
    assert "Skriv paragrafens nummer" in page.text
    assert page.form.fields["section"] == "sjutton"
    assert page.form.fields["questions-0-text"] == "Vad kostar det?"
    page = director.submit(page.form, status=200, deed="drop 99999999")
    page = director.submit(page.form, status=200, deed="drop 0")
    assert not [name for name in page.form.fields if name.startswith("questions-")]


WRONG = [
    ({"text": ""}, "Skriv vad nämnden frågade."),
    ({"deadline": "2026-13-45"}, "Skriv datumet som år-månad-dag"),
    ({"deadline": "2026-01-01"}, "har redan passerat"),
    ({"unit_id": ""}, "Välj den förvaltning"),
    ({"unit_id": "99999999999"}, "Välj den förvaltning"),
    ({"owner_text": "Ingen Alls"}, "Det finns inget konto för"),
    ({"text": "😀漢字\u202e" * 2000}, "Skriv högst"),
]


def test_what_is_wrong_is_said_at_its_question(cast: Cast, visit: Visits, report: Report) -> None:
    director = visit(cast.director)
    first = director.get(f"/reports/{report.id}/decision").form
    for change, words in WRONG:
        sent = {**MINUTES, **row(cast), **row(cast, 3, text="Annat?")}
        sent |= {f"questions-3-{name}": text for name, text in change.items()}
        page = director.submit(first, status=422, **sent)
        assert words in page.text
        assert page.title.startswith("Fel:")
        for name, text in change.items():
            if name != "unit_id":
                assert page.form.fields[f"questions-1-{name}"] == text
        assert page.form.fields["questions-0-text"] == "När är e-tjänsten klar?"
        assert page.form.fields["note"] == "Rapporten godkänns."
        assert db.session.scalar(select(ReportQuestion)) is None


def test_an_owner_from_elsewhere_is_a_box_to_tick(
    cast: Cast, visit: Visits, report: Report
) -> None:
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    sent = {**MINUTES, **row(cast, owner_text=cast.stranger.email)}
    page = director.submit(page.form, status=422, **sent)
    assert "Ja, Sten Främling ska svara fast personen hör till" in page.text
    ticked = {"questions-0-outside_ok": cast.stranger.email, "deed": "save"}
    director.submit(page.form, follow=False, **ticked)
    assert db.session.scalars(select(ReportQuestion)).one().action.owner == cast.stranger


def test_more_questions_later(cast: Cast, visit: Visits, report: Report) -> None:
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/questions", status=302)
    page = director.get(f"/reports/{report.id}/decision")
    director.submit(page.form, follow=False, **MINUTES)
    page = director.get(f"/reports/{report.id}/questions")
    assert "questions-0-text" in page.form.fields
    page = director.submit(page.form, status=422, deed="save")
    assert "Skriv minst en fråga." in page.text
    page = director.submit(page.form, status=200, deed="add")
    director.submit(page.form, follow=False, **row(cast), deed="save")
    assert "1 fråga är nu en åtgärd i planen." in director.get(f"/reports/{report.id}").text


def test_a_draft_sends_one_back_with_a_sentence(cast: Cast, visit: Visits) -> None:
    report = add_report(cast, state=ReportState.DRAFT)
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision", status=302)
    assert page.response.location == f"/reports/{report.id}"
    page = director.post(f"/reports/{report.id}/decision", {**MINUTES, "body": "KS"}, status=422)
    assert "Rapporten är inte publicerad." in page.text


def test_the_page_of_a_closed_plan_says_where_questions_go(
    cast: Cast, visit: Visits, report: Report
) -> None:
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    assert "ingen öppen plan har tagit över" in page.text
    page = director.submit(page.form, status=422, **MINUTES, **row(cast))
    assert page.form.fields["questions-0-text"] == "När är e-tjänsten klar?"


def test_the_member_reads_what_came_of_it(cast: Cast, visit: Visits, report: Report) -> None:
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    director.submit(page.form, follow=False, **MINUTES, **row(cast))
    page = visit(cast.member).get(f"/reports/{report.id}")
    assert "Kommunstyrelsen 20 februari 2026, §\xa056" in page.text or "§ 56" in page.text
    assert "Registrera ett beslut till" not in page.links


def test_a_replaced_version_takes_no_more(cast: Cast, visit: Visits, report: Report) -> None:
    """What was decided about it stands on the new one, which takes what comes after."""
    director = visit(cast.director)
    page = director.get(f"/reports/{report.id}/decision")
    director.submit(page.form, follow=False, **MINUTES, **row(cast))
    newer = add_report(cast, replaces_id=report.id, ordinal=2)
    page = director.get(f"/reports/{newer.id}")
    assert "Beslutet fattades om version 1." in page.text
    assert "Lägg till frågor" in page.links
    page = director.get(f"/reports/{report.id}")
    assert "Beslutet fattades om version" not in page.text
    assert not {"Lägg till frågor", "Registrera ett beslut till"} & set(page.links)
