"""The facts of a report: what of a plan, beside the last report, and what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers import reported
from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.lived import ZONE, at, edited, live, when
from tests.helpers.queries import Counted
from tracker.domain.deviating import tally_of
from tracker.domain.errors import NotFound
from tracker.domain.reporting import Gap, Move, Part, ReportFacts, ReportKind, Why
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    Decision,
    DecisionKind,
    FollowUpRound,
    Letterhead,
    ReportQuestion,
    ReportText,
    RoundMeeting,
)
from tracker.models import Report as Row
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report, report_status
from tracker.services.actions.steps import complete_action
from tracker.services.reports.facts.gathering import ReportAsked, gather, previous_report
from tracker.services.reports.snapshots import frozen

MARCH = date(2026, 3, 31)


def asked(cast: Cast, as_of: date = TODAY, **values: Any) -> ReportAsked:
    given: dict[str, Any] = {
        "plan_id": cast.plan.id,
        "kind": ReportKind.PROGRESS,
        "committee_id": None,
        "unit_id": None,
        "round_id": None,
        "as_of": as_of,
        "record_number": "KS 2026/17",
        "written_on": TODAY,
        "signed_by": "Dag Direktör",
    }
    return ReportAsked(**{**given, **values})


def facts(cast: Cast, as_of: date = TODAY, **values: Any) -> ReportFacts:
    return gather(asked(cast, as_of, **values), zone=ZONE)


def publish(cast: Cast, told: ReportFacts, **values: Any) -> Row:
    text = frozen(replace(reported.snapshot(), facts=told))
    return reported.published(cast, text, as_of=told.as_of, **values)


def titles(told: ReportFacts) -> list[str]:
    return [row.title for row in told.rows]


class TestTheWhole:
    def test_tells_of_the_plan_as_it_is(self, any_app: Flask, cast: Cast) -> None:
        told = facts(cast)
        assert (told.municipality, told.plan_title, told.part) == (
            "Testköping",
            "Handlingsplan 2026",
            Part.WHOLE,
        )
        assert (told.part_name, told.reader) == ("", "Kommunstyrelsen")
        assert (told.record_number, told.signed_by) == ("KS 2026/17", "Dag Direktör")
        assert titles(told) == [
            "Mät väntetider för företag",
            "En kalender för alla samråd",
            "Elevernas egna frågor",
            "Återkoppla synpunkter på webben",
        ]
        assert told.tally == tally_of(told.rows, TODAY)
        assert (told.tally.total, told.tally.reached, told.tally.overdue) == (4, 1, 1)
        assert [(one.row.title, one.whys, one.days_late) for one in told.deviations] == [
            ("Mät väntetider för företag", (Why.OVERDUE,), 3)
        ]
        assert [(one.kind, one.body, one.section) for one in told.decisions] == [
            ("adopted", "Kommunstyrelsen", 12)
        ]
        assert (told.changes, told.questions, told.round, told.effects) == (None, (), None, None)

    def test_areas_have_their_scores_and_actions(self, app: Flask, cast: Cast) -> None:
        told = facts(cast)
        assert [(one.number, one.score, one.max, one.tally.total) for one in told.areas] == [
            (1, 27, 60, 1),
            (2, 28, 60, 1),
            (None, None, None, 2),
        ]
        assert [(one.month, one.ordinal, one.max) for one in told.evaluations] == [
            (date(2025, 11, 1), 1, 800)
        ]
        earlier = facts(cast, date(2025, 10, 31))
        assert (earlier.areas, earlier.evaluations, earlier.rows) == ((), (), ())

    def test_a_plan_that_is_not_there(self, app: Flask, cast: Cast) -> None:
        with pytest.raises(NotFound):
            facts(cast, plan_id=2**31 - 1)

    def test_writes_nothing(self, app: Flask, cast: Cast) -> None:
        facts(cast)
        assert not (db.session.new or db.session.dirty or db.session.deleted)


class TestParts:
    def test_a_committee_reads_what_is_its(self, app: Flask, cast: Cast) -> None:
        told = facts(cast, committee_id=cast.other_committee.id)
        assert titles(told) == ["Elevernas egna frågor"]
        assert (told.part, told.part_name, told.reader) == (
            Part.COMMITTEE,
            "Skolnämnden",
            "Skolnämnden",
        )

    def test_a_unit_is_read_by_its_committee(self, app: Flask, cast: Cast) -> None:
        told = facts(cast, unit_id=cast.unit.id)
        assert len(told.rows) == 3
        assert (told.part, told.part_name, told.reader) == (
            Part.UNIT,
            "Kommunledningsförvaltningen",
            "Kommunstyrelsen",
        )
        cast.unit.committee = None
        db.session.commit()
        assert facts(cast, unit_id=cast.unit.id).reader == ""

    def test_an_action_is_where_it_was_that_day(self, app: Flask, cast: Cast) -> None:
        live(cast)
        title = "Öppna två servicecenter"
        for day, ours in [(27, True), (28, False)]:
            on = date(2026, 3, day)
            assert (title in titles(facts(cast, on, unit_id=cast.unit.id))) is ours
            theirs = facts(cast, on, committee_id=cast.other_committee.id)
            assert (title in titles(theirs)) is not ours


class TestBeside:
    def test_the_last_report_of_the_same_part(self, app: Flask, cast: Cast) -> None:
        first = publish(cast, facts(cast, date(2026, 2, 1)))
        second = publish(cast, facts(cast, date(2026, 2, 15)))
        part: dict[str, Any] = {"committee_id": cast.committee.id}
        theirs = publish(cast, facts(cast, date(2026, 2, 20), **part), **part)
        reported.draft(cast, as_of=date(2026, 2, 25))
        assert previous_report(asked(cast)) is second
        assert previous_report(asked(cast, committee_id=cast.committee.id)) is theirs
        assert previous_report(asked(cast, date(2026, 2, 15))) is first
        assert previous_report(asked(cast, date(2026, 2, 1))) is None

    def test_never_against_itself(self, app: Flask, cast: Cast) -> None:
        first = publish(cast, facts(cast, date(2026, 2, 1)))
        second = publish(cast, facts(cast, date(2026, 2, 15)))
        # The new version tells of a later day than the one that it replaces.
        new = reported.draft(cast, as_of=date(2026, 2, 20), ordinal=2, replaces_id=second.id)
        assert previous_report(asked(cast, date(2026, 2, 20), report_id=new.id)) is first
        assert previous_report(asked(cast, TODAY)) is second
        again = publish(cast, facts(cast, date(2026, 2, 15)), ordinal=2, replaces_id=first.id)
        assert previous_report(asked(cast, date(2026, 2, 15), report_id=again.id)) is None

    def test_the_latest_version_speaks(self, app: Flask, cast: Cast) -> None:
        first = publish(cast, facts(cast, date(2026, 2, 1)))
        new = publish(cast, facts(cast, date(2026, 2, 1)), ordinal=2, replaces_id=first.id)
        assert previous_report(asked(cast)) is new

    def test_what_has_happened_since(self, app: Flask, cast: Cast) -> None:
        publish(cast, facts(cast))
        report = Report(Health.AT_RISK, "Tar längre tid.", 40, date(2026, 5, 20))
        report_status(cast.action.id, report, by=cast.owner, **when(3, 10))
        proof = NewEvidence("Mätningen är klar.", "")
        complete_action(cast.colleague_action.id, proof, by=cast.colleague, **when(3, 12))
        changes = facts(cast, MARCH).changes
        assert changes is not None
        assert changes.since == TODAY
        assert [(one.move, one.now and one.now.id) for one in changes.changes] == [
            (Move.DONE, cast.colleague_action.id),
            (Move.DELAYED, cast.action.id),
        ]
        assert [(one.before.id, one.kept) for one in changes.promises] == [
            (cast.colleague_action.id, True)
        ]

    def test_nothing_has_happened_since_the_same_day(self, app: Flask, cast: Cast) -> None:
        publish(cast, facts(cast))
        changes = facts(cast, TODAY + timedelta(days=1)).changes
        assert changes is not None
        assert changes.changes == ()


class TestAround:
    def test_questions_with_the_actions_that_answer_them(self, app: Flask, cast: Cast) -> None:
        whole = publish(cast, facts(cast, date(2026, 2, 1)))
        part: dict[str, Any] = {"committee_id": cast.committee.id}
        theirs = publish(cast, facts(cast, date(2026, 2, 2), **part), **part)
        for report, action, day in [
            (whole, cast.other_action, 20),
            (theirs, cast.action, 25),
        ]:
            question = ReportQuestion(
                report_id=report.id,
                text=f"Hur går det med {action.id}?",
                action_id=action.id,
                asked_at=at(date(2026, 2, day)),
                asked_by_id=cast.director.id,
            )
            db.session.add(question)
        minutes = Decision(
            plan_id=cast.plan.id,
            body="Kommunfullmäktige",
            decided_on=date(2026, 2, 19),
            section=31,
            kind=DecisionKind.FOLLOWED_UP,
            report_id=whole.id,
        )
        db.session.add(minutes)
        db.session.commit()
        told = facts(cast, **part).questions
        assert [(one.body, one.section, one.asked_on, one.row.id) for one in told] == [
            ("Kommunfullmäktige", 31, date(2026, 2, 19), cast.other_action.id),
            ("Kommunstyrelsen", None, date(2026, 2, 25), cast.action.id),
        ]
        assert len(facts(cast, date(2026, 2, 24), **part).questions) == 1
        assert len(facts(cast).questions) == 2

    def test_what_comes_next(self, app: Flask, cast: Cast) -> None:
        other = ActionPlan(title="En annan plan", created_at=NOW)
        days = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 6, 30), date(2026, 7, 1)]
        soon = [make_action(cast.plan, f"Dag {day}", deadline=day) for day in days]
        db.session.add_all([*soon, *(make_action(cast.plan, f"Nr {n}") for n in range(7))])
        for name, due, plan in [
            ("Tertial 1", date(2026, 4, 30), None),
            ("Egen", date(2026, 4, 15), cast.plan),
            ("Förra", date(2026, 2, 27), None),
            ("En annans", date(2026, 3, 30), other),
        ]:
            db.session.add(
                FollowUpRound(
                    name=name,
                    plan=plan,
                    opens_on=due - timedelta(days=20),
                    due_on=due,
                    created_at=NOW,
                    created_by_id=cast.director.id,
                )
            )
        db.session.commit()
        coming = facts(cast).coming
        assert [row.deadline for row in coming.rows] == [
            *days[:2],
            *[date(2026, 4, 30)] * 6,
        ]
        assert coming.later == 5  # three more on 30 April, one within four months, one after
        assert (coming.round_name, coming.round_due_on) == ("Egen", date(2026, 4, 15))
        own = db.session.query(FollowUpRound).filter_by(name="Egen").one()
        assert facts(cast, round_id=own.id).coming.round_name == "Tertial 1"
        own.closed_on = date(2026, 4, 16)  # long after the day that is told of
        db.session.commit()
        assert facts(cast).coming.round_name == "Egen"

    def test_a_final_report_looks_to_the_next_plan(self, app: Flask, cast: Cast) -> None:
        live(cast)
        final = facts(cast, date(2026, 4, 20), kind=ReportKind.FINAL)
        plan = final.coming.plan
        assert plan is not None
        assert (plan.title, plan.points, plan.taken_over) == (
            "Nästa plan",
            (("1", "Förnya."),),
            1,
        )
        assert [one.taken_over_by for one in final.rows if one.taken_over_by] == [plan.title]
        assert facts(cast).coming.plan is None

    def test_the_round_behind_it(self, app: Flask, cast: Cast) -> None:
        one = FollowUpRound(
            name="Extra",
            opens_on=date(2026, 2, 10),
            due_on=date(2026, 3, 2),
            created_at=NOW,
            created_by_id=cast.director.id,
            meetings=[
                RoundMeeting(
                    committee=cast.committee,
                    dispatch_on=date(2026, 3, 10),
                    meets_on=date(2026, 3, 17),
                )
            ],
        )
        db.session.add(one)
        db.session.commit()
        found = facts(cast, committee_id=cast.committee.id, round_id=one.id).round
        assert found is not None
        assert (found.name, found.asked, found.answered) == ("Extra", 2, 0)
        assert (found.dispatch_on, found.meets_on) == (date(2026, 3, 10), date(2026, 3, 17))


class TestMissing:
    def gaps(self, told: ReportFacts) -> dict[Gap, tuple[int, tuple[str, ...]]]:
        return {one.gap: (one.number, one.titles) for one in told.missing}

    def test_what_nobody_has_said_or_owns(self, app: Flask, cast: Cast) -> None:
        db.session.add_all([make_action(cast.plan, f"Utan allt {n}") for n in range(6)])
        db.session.commit()
        found = self.gaps(facts(cast))
        loose = tuple(f"Utan allt {n}" for n in range(5))
        assert found[Gap.NO_OWNER] == (6, loose)
        assert found[Gap.NO_UNIT] == (6, loose)
        assert found[Gap.NO_REPORT][0] == 9
        assert found[Gap.NO_EXPLANATION] == (1, ("Mät väntetider för företag",))
        assert set(found) == {*list(Gap)[:4], Gap.NO_FORECAST}

    def test_what_was_said_before_the_last_report_is_old(self, app: Flask, cast: Cast) -> None:
        said = Report(Health.ON_TRACK, "Det går bra.")
        report_status(cast.action.id, said, by=cast.owner, **when(3, 2))
        assert self.gaps(facts(cast))[Gap.NO_REPORT][0] == 2
        publish(cast, facts(cast))
        assert self.gaps(facts(cast, MARCH))[Gap.NO_REPORT][0] == 3

    def test_an_explanation_may_stand_in_the_report_itself(self, app: Flask, cast: Cast) -> None:
        draft = reported.draft(cast)
        draft.texts.append(
            ReportText(
                section=f"deviation:{cast.colleague_action.id}",
                text="Upphandlingen överklagades.",
                at=NOW,
                by_id=cast.director.id,
            )
        )
        db.session.commit()
        assert Gap.NO_EXPLANATION not in self.gaps(facts(cast, report_id=draft.id))

    def test_a_plan_that_nobody_had_adopted(self, app: Flask, cast: Cast) -> None:
        before = facts(cast, date(2026, 1, 14))
        assert self.gaps(before)[Gap.NO_DECISION] == (1, ())
        assert (before.reader, before.decisions) == ("", ())
        assert Gap.NO_DECISION not in self.gaps(facts(cast, date(2026, 1, 15)))

    def test_a_logo_that_is_no_picture(self, app: Flask, cast: Cast) -> None:
        db.session.add(
            Letterhead(
                id=1,
                logo=b"GIF89a...",
                sha256="0" * 64,
                changed_at=NOW,
                changed_by_id=cast.director.id,
            )
        )
        db.session.commit()
        assert Gap.NO_LOGO in self.gaps(facts(cast))


def add_many(cast: Cast, number: int) -> None:
    """Actions with points, and edits after the day that is told of."""
    places = {"unit": cast.unit, "committee": cast.committee, "owner": cast.owner}
    status = ActionStatus.PLANNED
    actions = [
        make_action(cast.plan, f"Många {n}", points=[cast.points[n % 3]], status=status, **places)
        for n in range(number)
    ]
    db.session.add_all(actions)
    db.session.commit()


def test_as_many_questions_of_the_database_for_500_as_for_3(
    app: Flask,
    cast: Cast,
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    publish(cast, facts(cast, date(2026, 2, 1)))
    edited(cast.action, cast.director, 3, 20, title="Ett nytt namn")
    db.session.expire_all()
    few_asked = asked(cast)
    with count_queries() as few:
        gather(few_asked, zone=ZONE)
    add_many(cast, 500)
    db.session.expire_all()
    with count_queries() as many:
        told = gather(few_asked, zone=ZONE)
    assert len(told.rows) == 504
    assert many.number == few.number <= 40
    assert min(_seconds(few_asked) for _ in range(3)) < 0.3


def _seconds(one: ReportAsked) -> float:
    """Of work, whatever else this machine has to do."""
    began = time.process_time()
    gather(one, zone=ZONE)
    return time.process_time() - began
