"""A report begins: what it can be about, of which day, and once only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from tests.helpers import reported
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.reported import AS_OF
from tests.helpers.together import person, together
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import FollowUpRound, Report, ReportState, ReportText, RoundMeeting, User
from tracker.services import journal, journal_pages
from tracker.services.actions.rules import Refused
from tracker.services.reports.writing import offering, versions
from tracker.services.reports.writing.drafting import (
    HeadWording,
    NewReport,
    change_head,
    create_report,
    remove_draft,
)
from tracker.services.reports.writing.rules import Exists


def begin(cast: Cast, by: User | None = None, **values: object) -> Report:
    new = replace(NewReport(cast.plan.id, as_of=AS_OF), **values)  # type: ignore[arg-type]
    return create_report(new, by=by or cast.director, now=NOW, today=TODAY)


def a_round(cast: Cast, **values: object) -> FollowUpRound:
    given = {"name": "Tertial 3", "opens_on": date(2026, 1, 10), "due_on": AS_OF, **values}
    one = FollowUpRound(**given, created_at=NOW, created_by_id=cast.director.id)
    db.session.add(one)
    db.session.commit()
    return one


def test_a_report_begins_as_a_draft(cast: Cast) -> None:
    report = begin(cast, committee_id=cast.committee.id, title="  Läget \x00 nu ")
    assert (report.state, report.ordinal, report.title) == (ReportState.DRAFT, 1, "Läget nu")
    (entry,) = journal.history("report", report.id)
    assert entry.deed == "report.create"
    (line,) = journal_pages.history_of("report", report.id)
    assert line.subject == "Läget nu, Kommunstyrelsen 2026-02-28"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no plan": ({"plan_id": None}, "plan_id"),
    "a plan that is not": ({"plan_id": 999_999}, "plan_id"),
    "no day": ({"as_of": None}, "as_of"),
    "tomorrow": ({"as_of": TODAY + timedelta(days=1)}, "as_of"),
    "before the plan": ({"as_of": date(2025, 12, 31)}, "as_of"),
    "year 1": ({"as_of": date(1, 1, 1)}, "as_of"),
    "a long title": ({"title": "x" * 201}, "title"),
    "a long number": ({"record_number": "x" * 51}, "record_number"),
    "no such committee": ({"committee_id": 999_999}, "part"),
    "no such unit": ({"unit_id": 999_999}, "part"),
    "no such round": ({"round_id": 999_999}, "round_id"),
}


def test_what_is_refused(cast: Cast) -> None:
    for what, (values, field) in BAD.items():
        with pytest.raises(Refused) as caught:
            begin(cast, **values)
        assert field in {one.field for one in caught.value.problems}, what
    assert db.session.query(Report).count() == 0


def test_both_a_committee_and_a_unit_is_no_part(cast: Cast) -> None:
    with pytest.raises(Refused):
        begin(cast, committee_id=cast.committee.id, unit_id=cast.unit.id)


def test_a_round_of_another_plan_does_not_belong(cast: Cast) -> None:
    other = a_round(cast, plan_id=None)
    assert begin(cast, round_id=other.id).round_id == other.id


def test_a_round_has_nothing_to_do_with_other_days(cast: Cast) -> None:
    """From its opening, or the measured day where that came before, to a month after."""
    one = a_round(cast, opens_on=date(2026, 1, 20), due_on=date(2026, 1, 26), name="Årsbokslut")
    early = a_round(cast, opens_on=date(2026, 2, 1), as_of=date(2026, 1, 10))
    for of, day in [(one, date(2026, 1, 19)), (one, TODAY), (early, date(2026, 1, 9))]:
        with pytest.raises(Refused) as caught:
            begin(cast, round_id=of.id, as_of=day)
        assert [problem.field for problem in caught.value.problems] == ["round_id"]
    assert "Årsbokslut gäller dagarna" in told_of(one, cast)
    assert begin(cast, round_id=early.id, as_of=date(2026, 1, 10)).id
    report = begin(cast, round_id=one.id, as_of=date(2026, 2, 26))
    with pytest.raises(Refused) as caught:
        head = HeadWording("", "", TODAY)
        change_head(report.id, head, 1, by=cast.director, now=NOW, today=TODAY)
    assert [problem.field for problem in caught.value.problems] == ["as_of"]


def told_of(one: FollowUpRound, cast: Cast) -> str:
    with pytest.raises(Refused) as caught:
        begin(cast, round_id=one.id, as_of=TODAY)
    (problem,) = caught.value.problems
    return problem.message % problem.params


def test_nothing_comes_after_the_final_report(cast: Cast) -> None:
    part: dict[str, Any] = {"committee_id": cast.committee.id}
    reported.draft(cast, kind=ReportKind.FINAL, **part)
    assert begin(cast, as_of=date(2026, 2, 1), **part).id, "it is no more than a draft"
    final = reported.published(cast, kind=ReportKind.FINAL, as_of=TODAY)
    for day, of in [(date(2026, 2, 2), {}), (date(2026, 2, 2), part), (date(2026, 1, 31), {})]:
        with pytest.raises(Exists, match="Efter den görs inga fler") as caught:
            begin(cast, as_of=day, **of)
        assert caught.value.report_id == final.id
    assert versions.renew(final.id, by=cast.director, now=NOW).ordinal == 2
    a_round(cast)
    assert offering.usual(by=cast.director, today=TODAY) == ()


def test_a_units_director_makes_their_units_only(cast: Cast) -> None:
    report = begin(cast, by=cast.unit_director, unit_id=cast.unit.id)
    assert report.unit_id == cast.unit.id
    for values in ({}, {"unit_id": cast.other_unit.id}, {"committee_id": cast.committee.id}):
        with pytest.raises(Refused, match="egen förvaltning"):
            begin(cast, by=cast.unit_director, **values)
    for name in ("owner", "member", "admin"):
        with pytest.raises(Forbidden):
            begin(cast, by=getattr(cast, name))


def test_the_same_report_is_made_once(cast: Cast) -> None:
    first = begin(cast)
    with pytest.raises(Exists) as caught:
        begin(cast)
    assert caught.value.report_id == first.id
    assert "Handlingsplan 2026 2026-02-28" in str(caught.value)
    begin(cast, committee_id=cast.committee.id)
    begin(cast, as_of=TODAY)


def test_what_is_published_is_made_anew_and_not_once_more(cast: Cast) -> None:
    reported.published(cast)
    with pytest.raises(Exists, match="ny version"):
        begin(cast)


def test_a_plan_has_one_final_report(cast: Cast) -> None:
    begin(cast, kind=ReportKind.FINAL)
    begin(cast)
    with pytest.raises(Exists, match="slutrapport"):
        begin(cast, kind=ReportKind.FINAL, as_of=TODAY)


def test_two_begin_the_same_report(any_app: Flask, cast: Cast) -> None:
    plan, who = cast.plan.id, cast.director.id

    def make() -> Report:
        new = NewReport(plan, as_of=AS_OF)
        return create_report(new, by=person(who), now=NOW, today=TODAY)

    results = together(any_app, make, make, make)
    assert sum(isinstance(one, Exists) for one in results) == 2
    assert db.session.query(Report).count() == 1


def test_the_head_is_changed_by_one_of_two(any_app: Flask, cast: Cast) -> None:
    report = begin(cast)
    key, version, who = report.id, report.version, cast.director.id

    def change(title: str) -> Report:
        wording = HeadWording(title, "KS 2026/1", AS_OF)
        return change_head(key, wording, version, by=person(who), now=NOW, today=TODAY)

    results = together(any_app, partial(change, "Ett"), partial(change, "Två"))
    (told,) = [one for one in results if isinstance(one, Conflict)]
    saved = db.session.get_one(Report, key)
    assert told.current["title"] == saved.title
    assert told.current["saved_by"] == cast.director.name
    entry = journal.history("report", key)[0]
    assert entry.data["title"] == ["", saved.title]


def test_the_head_keeps_its_rules(cast: Cast) -> None:
    report, other = begin(cast), begin(cast, as_of=TODAY)
    as_it_was = report.version

    def change(day: date | None, title: str = "") -> None:
        wording = HeadWording(title, "", day)
        change_head(report.id, wording, as_it_was, by=cast.director, now=NOW, today=TODAY)

    with pytest.raises(Refused):
        change(TODAY + timedelta(days=1))
    with pytest.raises(Refused):
        change(None, "x" * 300)
    with pytest.raises(Exists) as caught:
        change(TODAY)
    assert caught.value.report_id == other.id
    db.session.rollback()
    change(AS_OF)
    assert report.version == as_it_was


def test_a_version_keeps_its_day_beside_those_before_it(cast: Cast) -> None:
    first = reported.published(cast)
    second = reported.published(cast, ordinal=2, replaces_id=first.id)
    third = reported.draft(cast, ordinal=3, replaces_id=second.id)
    other = reported.published(cast, as_of=TODAY)
    save = partial(change_head, third.id, by=cast.director, now=NOW, today=TODAY)
    save(HeadWording("Ny rubrik", "", AS_OF), third.version)
    with pytest.raises(Exists) as caught:
        save(HeadWording("Ny rubrik", "", TODAY), third.version)
    assert caught.value.report_id == other.id


@pytest.mark.parametrize("make", [reported.reviewed, reported.published])
def test_only_a_draft_is_changed_or_removed(cast: Cast, make: object) -> None:
    report: Report = make(cast)  # type: ignore[operator]
    wording = HeadWording("Ny", "", AS_OF)
    with pytest.raises(RuleBroken):
        change_head(report.id, wording, report.version, by=cast.director, now=NOW, today=TODAY)
    with pytest.raises(RuleBroken):
        remove_draft(report.id, by=cast.director, now=NOW)
    assert db.session.get(Report, report.id) is not None


def test_a_draft_is_removed_with_its_texts(cast: Cast) -> None:
    report = begin(cast)
    one = ReportText(section="economy", text="Ryms.", at=NOW, by_id=cast.director.id)
    report.texts.append(one)
    db.session.commit()
    key = report.id
    with pytest.raises(NotFound):
        remove_draft(key, by=cast.unit_director, now=NOW)
    remove_draft(key, by=cast.director, now=NOW)
    assert db.session.query(Report).count() == db.session.query(ReportText).count() == 0
    (line, _) = journal_pages.history_of("report", key)
    assert line.subject == "Handlingsplan 2026 2026-02-28"


def test_a_round_offers_the_usual(cast: Cast) -> None:
    one = a_round(cast, as_of=date(2026, 2, 15))
    days = {"dispatch_on": TODAY, "meets_on": TODAY}
    one.meetings = [RoundMeeting(committee_id=cast.committee.id, **days)]
    db.session.commit()
    offers = offering.usual(by=cast.director, today=TODAY)
    assert [(offer.part, offer.as_of) for offer in offers] == [
        ("", date(2026, 2, 15)),
        ("Kommunstyrelsen", date(2026, 2, 15)),
    ]
    begin(cast, as_of=date(2026, 2, 15))
    assert [offer.part for offer in offering.usual(by=cast.director, today=TODAY)] == [
        "Kommunstyrelsen"
    ]
    (own,) = offering.usual(by=cast.unit_director, today=TODAY)
    assert own.unit_id == cast.unit.id


def test_what_each_director_can_choose(cast: Cast) -> None:
    every = offering.choices(by=cast.director, today=TODAY)
    assert every.whole and len(every.committees) == len(every.units) == 2
    own = offering.choices(by=cast.unit_director, today=TODAY)
    assert (own.whole, own.committees) == (False, ())
    assert own.units == ((cast.unit.id, cast.unit.name),)
    with pytest.raises(Forbidden):
        offering.choices(by=cast.owner, today=TODAY)
