"""A final report beside the next plan: what was taken over was not done, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Flask

from tests.helpers.cast import TODAY, Cast
from tests.helpers.lived import ZONE, at, when
from tests.services.reports.facts.test_gathering import asked, facts, publish
from tracker.domain.reporting import Move, ReportFacts, ReportKind, ReportRow, Why
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import ActionPlan, PlanPoint
from tracker.reports.content import Bullets, Figure, Paragraph, Table, plain
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report, report_status
from tracker.services.actions.serving import tie_points, untie_plan_point
from tracker.services.actions.steps import complete_action
from tracker.services.plans.carrying import start_next
from tracker.services.plans.editing import PlanWording
from tracker.services.reports.facts.gathering import gather
from tracker.services.reports.telling.composing import generated

CLOSED, LATER = date(2026, 3, 10), date(2026, 4, 30)


def final(cast: Cast, as_of: date, **values: Any) -> ReportFacts:
    return facts(cast, as_of, kind=ReportKind.FINAL, **{"written_on": as_of, **values})


def carried(cast: Cast) -> ActionPlan:
    """Two open actions, one of them late, went to the next plan on 10 March; done there in
    April."""
    both = [cast.action, cast.colleague_action]
    new = start_next(
        cast.plan.id,
        PlanWording("Nästa plan", starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31)),
        "1. Förnya.",
        [one.id for one in both],
        by=cast.director,
        now=at(CLOSED),
    )
    said = Report(Health.OFF_TRACK, "Nu i nästa plan.")
    report_status(cast.action.id, said, by=cast.owner, **when(4, 1))
    for one, who in zip(both, (cast.owner, cast.colleague), strict=True):
        complete_action(one.id, NewEvidence("Klar."), by=who, **when(4, 20))
    return new


def row_of(told: ReportFacts, action_id: int) -> ReportRow:
    return next(row for row in told.rows if row.id == action_id)


def sentences(told: ReportFacts, section: str) -> str:
    found = []
    for block in generated(told, section, "sv"):
        if isinstance(block, Paragraph):
            found.append(plain(block.text))
        elif isinstance(block, Bullets):
            found += [plain(item) for item in block.items]
    return " ".join(found)


def tables(told: ReportFacts, section: str) -> list[list[str]]:
    blocks = generated(told, section, "sv")
    found = [one.table if isinstance(one, Figure) else one for one in blocks]
    return [
        [plain(cell) for cell in line]
        for one in found
        if isinstance(one, Table)
        for line in one.rows
    ]


def test_what_was_taken_over_stays_as_it_stood(any_app: Flask, cast: Cast) -> None:
    before = facts(cast, date(2026, 3, 9))
    carried(cast)
    told = final(cast, LATER)
    assert {row.id for row in told.rows} == {row.id for row in before.rows}
    for one in (cast.action, cast.colleague_action):
        then, now = row_of(before, one.id), row_of(told, one.id)
        assert now == replace(then, taken_over_by="Nästa plan", taken_over_on=CLOSED)
    assert told.tally == facts(cast, date(2026, 3, 9)).tally
    late = [one for one in told.deviations if one.row.id == cast.colleague_action.id]
    assert [(one.whys, one.days_late) for one in late] == [
        ((Why.OVERDUE,), (CLOSED - cast.colleague_action.deadline).days)
    ]
    assert told.coming.plan is not None
    assert told.coming.plan.taken_over == 2
    # On the way it is simply not the plan's any more.
    assert len(facts(cast, LATER).rows) == len(told.rows) - 2


def test_sentences_tables_and_drawing_add_up(app: Flask, cast: Cast) -> None:
    publish(cast, facts(cast, TODAY))
    carried(cast)
    told = final(cast, LATER)
    assert told.tally.total == 4
    assert told.tally.reached < told.tally.total
    for section in ("summary", "state", "results"):
        assert "2 åtgärder fortsätter i ”Nästa plan”." in sentences(told, section), section
    late = next(one for one in told.rows if one.days_late(LATER))
    assert f"{late.title}. " in sentences(told, "deviations")
    assert "Åtgärden fortsätter i ”Nästa plan”." in sentences(told, "deviations")
    standing = {line[1]: line[-1] for line in tables(told, "actions")}
    assert standing[late.title].endswith("försenad, fortsätter i ”Nästa plan”")
    counts = [sum(map(int, line[-4:])) for line in tables(told, "state")]
    assert counts == [one.tally.total for one in told.areas]
    assert told.changes is not None
    assert told.changes.of(Move.LEFT) == told.changes.of(Move.DONE) == ()
    assert {one.now is not None and one.kept for one in told.changes.promises} == {False}
    became = {line[0]: line[-1] for line in tables(told, "changes")}
    assert became[late.title] == "Försenad, fortsätter i ”Nästa plan”"


def test_what_went_on_after_the_day_is_marked_too(app: Flask, cast: Cast) -> None:
    """Told of the day before, but written when it was known."""
    new = carried(cast)
    day = date(2026, 3, 9)
    assert {row.taken_over_by for row in final(cast, day).rows} == {""}
    told = final(cast, day, written_on=LATER)
    marked = {row.id for row in told.rows if row.taken_over_by == new.title}
    assert marked == {cast.action.id, cast.colleague_action.id}
    assert told.tally == final(cast, day).tally


def test_only_what_was_of_the_part(app: Flask, cast: Cast) -> None:
    carried(cast)
    told = final(cast, LATER, committee_id=cast.other_committee.id)
    assert [row.taken_over_by for row in told.rows] == [""]
    assert told.coming.plan is not None
    assert told.coming.plan.taken_over == 0


def test_what_came_of_each_point(app: Flask, cast: Cast) -> None:
    plan = cast.plan
    for place, label in enumerate(("I", "II", "III"), start=1):
        text = f"Punkt nummer {place}"
        db.session.add(PlanPoint(plan_id=plan.id, position=place, label=label, text=text))
    db.session.commit()
    db.session.expire_all()
    first, second, _third = cast.plan.points
    tie_points(cast.action.id, [], [first.id, second.id], by=cast.director, now=at(TODAY))
    tie_points(cast.colleague_action.id, [], [first.id], by=cast.director, now=at(TODAY))
    untie_plan_point(cast.action.id, second.id, by=cast.director, now=at(date(2026, 3, 4)))
    proof = NewEvidence("Klar.")
    complete_action(cast.colleague_action.id, proof, by=cast.colleague, **when(3, 5))

    def labels(day: date) -> tuple[str, ...]:
        return row_of(final(cast, day), cast.action.id).plan_points

    days = [date(2026, 3, day) for day in (1, 2, 3, 4)]
    assert [labels(day) for day in days] == [(), ("I", "II"), ("I", "II"), ("I",)]
    told = final(cast, CLOSED)
    assert tables(told, "results") == [
        ["I. Punkt nummer 1.", "2", "1"],
        ["II. Punkt nummer 2.", "0", "0"],
        ["III. Punkt nummer 3.", "0", "0"],
        ["Åtgärder som inte hör till någon av planens punkter", "2", "1"],
    ]
    assert "räknas i var och en" not in sentences(told, "results")
    assert "räknas i var och en" in sentences(final(cast, date(2026, 3, 3)), "results")


def test_the_municipality_as_it_is_set(app: Flask, cast: Cast) -> None:
    named = replace(asked(cast), municipality="Testköpings kommun")
    assert gather(named, zone=ZONE).municipality == "Testköpings kommun"
    assert facts(cast).municipality == "Testköping"
