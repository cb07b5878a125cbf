"""The line of decisions on a plan's page, and the way to its final report."""

from __future__ import annotations

from datetime import date

from tests.helpers.cast import TODAY, Cast
from tests.helpers.pages import text_of
from tests.helpers.published import add_report, published_on
from tests.helpers.visitor import Visits
from tracker.domain.reporting import ReportKind
from tracker.extensions import db


def test_adopted_reported_and_waiting(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    report = add_report(cast, as_of=date(2026, 1, 31), published_at=published_on(TODAY))
    page = director.get(f"/plans/{cast.plan.id}")
    assert "Redovisad, beslut saknas" in page.text
    form = director.get(
        page.links["Registrera beslutet om rapporten per den 31 januari 2026, Kommunstyrelsen"]
    ).form
    director.submit(form, follow=False, decided_on="2026-02-20", section="56", deed="save")
    page = director.get(f"/plans/{cast.plan.id}")
    assert "Redovisad, beslut saknas" not in page.text
    (minutes,) = page.all("ol", class_="plan-minutes")
    told = text_of(minutes)
    assert told.index("§ 12") < told.index("§ 56")
    link = "Rapport per den 31 januari 2026, Kommunstyrelsen"
    assert page.links[link] == f"/reports/{report.id}"
    theirs = visit(cast.other_member).get(f"/plans/{cast.plan.id}")
    assert "§ 56" in theirs.text.replace("\xa0", " ")
    assert link not in theirs.links


def test_closing_offers_the_final_report_and_shows_it(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    make = f"/reports/new?plan={cast.plan.id}&kind=final"
    page = director.get(f"/plans/{cast.plan.id}/close")
    assert page.links["Gör slutrapporten till nämnden"] == make
    fields = director.get(make).form.fields
    assert (fields["plan_id"], fields["kind"]) == (str(cast.plan.id), "final")
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    cast.plan.final_report = "Planen är genomförd."
    db.session.commit()
    page = director.get(f"/plans/{cast.plan.id}")
    assert page.links["Gör slutrapporten till nämnden"] == make
    assert make not in visit(cast.member).get(f"/plans/{cast.plan.id}").links.values()
    report = add_report(cast, kind=ReportKind.FINAL)
    page = director.get(f"/plans/{cast.plan.id}")
    assert page.links["Slutrapport 15 februari 2026, Kommunstyrelsen"] == f"/reports/{report.id}"
    assert "Gör slutrapporten till nämnden" not in page.links
    assert "Planen är genomförd." in page.text
