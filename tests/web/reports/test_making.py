"""A director makes a report: begins it, writes in it, reviews it and publishes it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

from tests.helpers import reported
from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.pages import Page
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import FollowUpRound, Report, ReportState, ReportText, RoundMeeting, TextMode
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.writing.texts import write_text, written_in


def only() -> Report:
    db.session.expire_all()
    return db.session.query(Report).order_by(Report.id.desc()).first()  # type: ignore[return-value]


def a_round(cast: Cast) -> FollowUpRound:
    days = {"opens_on": date(2026, 1, 10), "due_on": date(2026, 2, 20), "as_of": date(2026, 2, 15)}
    one = FollowUpRound(name="Årsbokslut", **days, created_at=NOW, created_by_id=cast.director.id)
    meeting = RoundMeeting(committee_id=cast.committee.id, dispatch_on=TODAY, meets_on=TODAY)
    one.meetings = [meeting]
    db.session.add(one)
    db.session.commit()
    return one


def test_a_round_fills_in_the_form(cast: Cast, visit: Visits) -> None:
    round_id = a_round(cast).id
    visitor = visit(cast.director)
    page = visitor.get("/reports/new")
    assert set(page.links) >= {"Hela planen, Årsbokslut", "Kommunstyrelsen, Årsbokslut"}
    page = visitor.get(page.links["Kommunstyrelsen, Årsbokslut"])
    fields = page.form.fields
    assert fields["part"] == f"committee-{cast.committee.id}"
    assert (fields["plan_id"], fields["round_id"]) == (str(cast.plan.id), str(round_id))
    assert (fields["as_of"], fields["kind"]) == ("2026-02-15", "progress")
    visitor.submit(page.form, record_number="KS 2026/9", follow=False)
    made = only()
    assert (made.committee_id, made.round_id) == (cast.committee.id, round_id)
    assert (made.record_number, made.as_of) == ("KS 2026/9", date(2026, 2, 15))
    page = visitor.submit(page.form, status=422)
    assert "finns redan" in page.text
    assert page.links["Gå till rapporten som finns"] == f"/reports/{made.id}"


def test_a_units_director_is_offered_their_unit(cast: Cast, visit: Visits) -> None:
    page = visit(cast.unit_director).get("/reports/new")
    assert page.form.fields["part"] == f"unit-{cast.unit.id}"
    assert cast.other_unit.name not in page.text
    assert "Hela planen" not in page.text


STRANGE = ("?plan=x&round=y", "?round=999999", f"?unit={2**40}", "?committee=1%00")


def test_strange_addresses_ask_for_nothing(cast: Cast, visit: Visits) -> None:
    for query in STRANGE:
        visit(cast.director).get(f"/reports/new{query}")


def test_what_is_typed_wrong_stays_typed(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    typed = {"title": "Läget <b>nu</b> 🚀", "as_of": "2026-13-45", "kind": "progress"}
    page = visitor.post("/reports/new", typed, status=422)
    assert page.form.fields["title"] == typed["title"]
    later = (TODAY + timedelta(days=1)).isoformat()
    sent = {**typed, "as_of": later, "part": "whole", "plan_id": str(cast.plan.id)}
    assert "inte varit än" in visitor.post("/reports/new", sent, status=422).text
    for wrong in ({"part": "unit-9999"}, {"plan_id": str(2**40)}, {"round_id": "x"}):
        page = visitor.post("/reports/new", {**sent, **wrong}, status=422)
        # In the summary and at the field, and nothing else is said of it.
        assert page.text.count("Det du valde finns inte i listan.") == 2
        assert "elaktigt" not in page.text


def test_without_a_plan_the_page_says_what_to_do(cast: Cast, visit: Visits) -> None:
    cast.unit_director.roles[0].unit = cast.other_unit
    cast.other_action.unit = cast.unit
    db.session.commit()
    page = visit(cast.unit_director).get("/reports/new")
    assert "Det finns ingen plan" in page.text


def test_the_head_is_changed(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = visitor.get(f"/reports/{report.id}/edit")
    visitor.submit(page.form, title="Läget i februari", follow=False)
    assert only().title == "Läget i februari"
    late = visitor.submit(page.form, status=409, title="Min rubrik")
    assert "Läget i februari" in late.text
    assert late.form.fields["title"] == "Min rubrik"
    visitor.submit(late.form, follow=False)
    assert only().title == "Min rubrik"


def text_page(visit: Visits, cast: Cast, report: Report, key: str = "economy") -> Page:
    return visit(cast.director).get(f"/reports/{report.id}/sections/{key}")


def test_a_text_is_written_and_shown_on_the_report(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = text_page(visit, cast, report)
    answer = visitor.submit(page.form, text="Ryms <i>i</i> ramen.", follow=False)
    assert answer.response.location.endswith(f"/reports/{report.id}#del-economy")
    assert written_in(report, "economy").own.text == "Ryms <i>i</i> ramen."
    assert "Ryms <i>i</i> ramen." in visitor.get(f"/reports/{report.id}").text


def test_nothing_written_is_lost_when_two_write(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = text_page(visit, cast, report, "summary")
    write_text(report.id, "summary", OwnText("Den andras."), by=cast.director, now=NOW)
    late = visitor.submit(page.form, status=409, text="Min.")
    assert "Den andras." in late.text
    assert late.form.fields["text"] == "Min."
    visitor.submit(late.form, text="Min. Den andras.", follow=False)
    assert written_in(report, "summary").own.text == "Min. Den andras."


def test_a_text_that_is_too_long_is_shown_again(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = text_page(visit, cast, report)
    long = "ord " * 6_000
    again = visitor.submit(page.form, status=422, text=long)
    assert "högst 20000 tecken" in again.text
    assert str(again.form.fields["text"]).strip() == long.strip()


def test_the_editor_warns_when_the_data_have_changed(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = text_page(visit, cast, report, "state")
    visitor.submit(page.form, text="Mina ord.", mode="replace", follow=False)
    page = text_page(visit, cast, report, "state")
    assert "Uppgifterna har ändrats" not in page.text
    only().as_of = date(2026, 2, 10)
    db.session.commit()
    page = text_page(visit, cast, report, "state")
    assert "Uppgifterna har ändrats" in page.text
    review = visitor.get(f"/reports/{report.id}/review")
    assert "uppgifterna har ändrats sedan texten skrevs" in review.text
    visitor.submit(page.form, follow=False)
    assert "Uppgifterna har ändrats" not in text_page(visit, cast, report, "state").text


def test_deviations_are_explained_on_one_page(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    key = cast.colleague_action.id
    page = text_page(visit, cast, report, "deviations")
    assert cast.colleague_action.title in page.text
    assert "Ägaren har inte skrivit något." in page.text
    changes: dict[str, Any] = {f"about_{key}": "Mäts från maj."}
    visitor.submit(page.form, text="I stort går det bra.", follow=False, **changes)
    assert written_in(report, f"deviation:{key}").own == OwnText("Mäts från maj.", TextMode.ADD)
    assert written_in(report, "deviations").own.text == "I stort går det bra."
    late = visitor.submit(page.form, status=409, **{f"about_{key}": "Mäts i juni."})
    assert "Mäts från maj." in late.text
    assert late.form.fields[f"about_{key}"] == "Mäts i juni."
    answer = visitor.ask("GET", f"/reports/{report.id}/sections/deviation:{key}")
    assert answer.response.location.endswith(f"/sections/deviations#about_{key}")


def test_there_is_no_such_section(cast: Cast, visit: Visits) -> None:
    report = reported.draft(cast)
    for key in ("x", "deviation:999999", "deviation:x", "%00", "summary "):
        visit(cast.director).get(f"/reports/{report.id}/sections/{key}", status=404)


def test_from_draft_to_published(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast, committee_id=cast.committee.id), visit(cast.director)
    page = visitor.get(f"/reports/{report.id}/review")
    assert "Ekonomiska konsekvenser: ingen har skrivit något" in page.text
    visitor.submit(page.form, follow=False)
    assert only().state is ReportState.REVIEWED
    page = visitor.get(f"/reports/{report.id}/publish")
    assert "Ledamöterna i Kommunstyrelsen kan läsa den." in page.text
    assert "kan inte ändras" in page.text
    for _click in range(2):
        visitor.submit(page.form, follow=False)
    assert only().state is ReportState.PUBLISHED
    visit(cast.member).get(f"/reports/{report.id}")


def test_what_the_pdf_cannot_show_is_told_before_it_is_reviewed(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    write_text(report.id, "economy", OwnText("Enligt 汉."), by=cast.director, now=NOW)
    for page in ("", "/review"):
        told = visitor.get(f"/reports/{report.id}{page}").text
        assert "PDF:ens typsnitt saknar tecknet 汉, som blir □." in told
    write_text(report.id, "summary", OwnText("汉字 😀"), by=cast.director, now=NOW)
    told = visitor.get(f"/reports/{report.id}/review").text
    assert "saknar 3 tecken (till exempel 汉, 字, 😀)" in told
    visitor.submit(visitor.get(f"/reports/{report.id}/review").form, follow=False)
    assert "typsnitt" not in visitor.get(f"/reports/{report.id}").text


def test_a_report_that_was_written_in_is_read_again_first(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    page = visitor.get(f"/reports/{report.id}/review")
    write_text(report.id, "summary", OwnText("Nytt."), by=cast.director, now=NOW)
    assert "Läs igenom den igen" in visitor.submit(page.form).html
    assert only().state is ReportState.DRAFT


def test_a_reviewed_report_is_taken_back(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    report = reported.reviewed(cast)
    page = visitor.get(f"/reports/{report.id}/back")
    visitor.submit(page.form, reason="En siffra.", follow=False)
    assert only().state is ReportState.DRAFT
    visitor.submit(page.form, follow=False)  # twice does no harm


def test_a_draft_is_removed(cast: Cast, visit: Visits) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    one = ReportText(section="economy", text="Ryms.", at=NOW, by_id=cast.director.id)
    report.texts.append(one)
    db.session.commit()
    page = visitor.get(f"/reports/{report.id}/remove")
    assert "1 text som någon har skrivit" in page.text
    visitor.submit(page.form)
    assert db.session.query(Report).count() == 0


def test_a_new_version_and_what_differs(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    old = reported.published(cast, committee_id=cast.committee.id)
    page = visitor.get(f"/reports/{old.id}/difference")
    assert "Det här är den första versionen" in page.text
    page = visitor.get(f"/reports/{old.id}/renew")
    visitor.submit(page.form)
    new = only()
    assert new.replaces_id == old.id
    again = visitor.submit(page.form, follow=False)
    assert again.response.location.endswith(f"/reports/{new.id}")
    page = visitor.get(f"/reports/{new.id}/difference")
    assert "Version 2 av rapporten bredvid version 1" in page.text
    assert "Orden" in page.text and "Siffrorna" in page.text
    visit(cast.member).get(f"/reports/{new.id}/difference", status=404)


STEPS = ("edit", "sections/summary", "review", "remove")


def test_what_is_frozen_leads_back_to_the_report(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    for report in (reported.reviewed(cast), reported.published(cast)):
        for step, method in product(STEPS, ("GET", "POST")):
            page = visitor.ask(method, f"/reports/{report.id}/{step}", {"kind": "progress"})
            assert page.status == 302, (step, method)
            assert f"/reports/{report.id}" in page.response.location
    assert db.session.query(Report).count() == 2
    assert db.session.query(ReportText).count() == 0


def test_a_page_costs_the_same_with_many_deviations(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    report, visitor = reported.draft(cast), visit(cast.director)
    address = f"/reports/{report.id}/sections/deviations"
    visitor.get(address)
    with count_queries() as few:
        visitor.get(address)
    late = {"deadline": date(2026, 2, 1), "unit": cast.unit, "committee": cast.committee}
    more = [make_action(cast.plan, f"Sen åtgärd {n}", owner=cast.owner, **late) for n in range(20)]
    db.session.add_all(more)
    db.session.flush()
    for one in more:
        about = ReportText(
            section=f"deviation:{one.id}", text="Snart.", at=NOW, by_id=cast.director.id
        )
        report.texts.append(about)
    db.session.commit()
    with count_queries() as many:
        page = visitor.get(address)
    assert page.text.count("Sen åtgärd") >= 20
    assert many.number == few.number
