"""After the meeting: decisions about reports, and questions that become actions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.published import add_report
from tests.helpers.queries import Counted
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.reporting import ReportKind
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Decision,
    DecisionKind,
    FollowUpRound,
    PlanState,
    Report,
    ReportQuestion,
    ReportState,
    RoundMeeting,
    StatusUpdate,
)
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.plans.minutes import Minutes, correct_decision, mark, remove_decision
from tracker.services.reports import meeting
from tracker.services.reports.meeting import Question, QuestionProblem

MINUTES = Minutes(
    " Kommunstyrelsen ", date(2026, 2, 20), 56, "KS 2026/17", "Rapporten lades till handlingarna."
)
LATER = TODAY + timedelta(days=60)


@pytest.fixture
def report(cast: Cast) -> Report:
    return add_report(cast)


def question(cast: Cast, text: str = "När är e-tjänsten klar?", **more: Any) -> Question:
    """A question to the owner."""
    asked = Question(text, cast.owner.email, cast.unit.id, LATER)
    return replace(asked, **more)


def decide(cast: Cast, report: Report, *questions: Question, **changes: Any) -> Decision:
    """As the director."""
    minutes = replace(MINUTES, **changes)
    return meeting.decide(report.id, minutes, questions, by=cast.director, now=NOW, today=TODAY)


def test_the_decision_is_kept_on_the_report(cast: Cast, report: Report) -> None:
    decision = decide(cast, report)
    assert (decision.report_id, decision.kind) == (report.id, DecisionKind.FOLLOWED_UP)
    assert (decision.body, decision.section) == ("Kommunstyrelsen", 56)
    assert journal.history("report", report.id)[0].deed == "report.decide"
    (entry, *_earlier) = journal.history("plan", cast.plan.id)
    assert (entry.deed, entry.data["report_id"]) == ("plan.follow_up", report.id)


def test_a_question_becomes_an_action_with_an_owner(any_app: Any, cast: Cast) -> None:
    report = add_report(cast)
    decide(cast, report, question(cast), question(cast, "Vad kostar det?", owner_text=""))
    first, second = db.session.scalars(select(ReportQuestion).order_by(ReportQuestion.id))
    action = first.action
    assert (first.text, action.title) == ("När är e-tjänsten klar?", "När är e-tjänsten klar?")
    assert (action.owner, action.unit, action.deadline) == (cast.owner, cast.unit, LATER)
    assert (action.plan, action.committee) == (cast.plan, cast.committee)
    assert action.description == (
        "Fråga från Kommunstyrelsen den 20 februari 2026, § 56:\nNär är e-tjänsten klar?"
    )
    assert second.action.owner is None
    asked = [one["question"] for one in reversed(journal.said("report.ask", "report", report.id))]
    assert asked == ["Vad kostar det?", "När är e-tjänsten klar?"]


def test_a_long_question_is_a_short_title_and_a_whole_description(
    cast: Cast, report: Report
) -> None:
    text = "Hur går det " * 100
    decide(cast, report, question(cast, f"{text}\nsedan?"))
    action = db.session.scalars(select(ReportQuestion)).one().action
    assert len(action.title) <= 200
    assert action.title.endswith(("det…", "går…", "Hur…"))
    assert action.description.endswith("\nsedan?")
    assert len(meeting.shortened("x" * 500)) == 200


def test_the_rules_of_minutes_hold(cast: Cast, report: Report) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"body": ""}, ["body"]),
        ({"decided_on": None}, ["decided_on"]),
        ({"decided_on": TODAY + timedelta(days=1)}, ["decided_on"]),
        ({"decided_on": date(2026, 1, 14)}, ["decided_on"]),  # before the plan was adopted
        ({"decided_on": date(2026, 2, 14)}, ["decided_on"]),  # before the day that is told
        ({"section": 0}, ["section"]),
        ({"note": "x" * 10_001}, ["note"]),
        ({"body": "", "section": None}, ["body", "section"]),
    ]
    for change, fields in cases:
        with pytest.raises(Refused) as refused:
            decide(cast, report, question(cast), **change)
        assert [problem.field for problem in refused.value.problems] == fields
        assert db.session.scalar(select(ReportQuestion)) is None
        assert db.session.scalar(select(Action).where(Action.title.like("När är%"))) is None


def test_one_question_that_does_not_hold_keeps_all_out(cast: Cast, report: Report) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"text": " "}, ["text"]),
        ({"text": "x" * 2_001}, ["text"]),
        ({"text": "När är e-tjänsten klar?"}, ["text"]),  # the same as the first
        ({"owner_text": "Ingen Alls"}, ["owner_text"]),
        ({"unit_id": None}, ["unit_id"]),
        ({"unit_id": 2**31 - 1}, ["unit_id"]),
        ({"deadline": None}, ["deadline"]),
        ({"deadline": TODAY - timedelta(days=1)}, ["deadline"]),
        ({"unit_id": None, "deadline": None}, ["unit_id", "deadline"]),
    ]
    for change, fields in cases:
        wrong = replace(question(cast, "Vad kostar det?"), **change)
        with pytest.raises(Refused) as refused:
            decide(cast, report, question(cast), wrong)
        told = [one for one in refused.value.problems if isinstance(one, QuestionProblem)]
        assert [(one.row, one.field) for one in told] == [(1, field) for field in fields]
        assert len(cast.plan.decisions) == 1
        assert db.session.scalar(select(ReportQuestion)) is None
        assert not journal.said("report.decide", "report", report.id)


def test_an_owner_from_elsewhere_is_asked_about(cast: Cast, report: Report) -> None:
    outside = question(cast, owner_text=cast.stranger.email)
    with pytest.raises(Refused):
        decide(cast, report, outside)
    decide(cast, report, replace(outside, outside_ok=True))
    assert db.session.scalars(select(ReportQuestion)).one().action.owner == cast.stranger


def test_two_committees_decide_each_on_their_own(cast: Cast, report: Report) -> None:
    theirs = add_report(cast, committee_id=cast.other_committee.id)
    decide(cast, report)
    decide(cast, theirs, body="Skolnämnden")
    assert [one.report_id for one in cast.plan.decisions] == [None, report.id, theirs.id]
    with pytest.raises(Refused) as refused:
        decide(cast, theirs, body="skolnämnden")
    assert refused.value.field == "section"


def test_a_decision_is_corrected_and_removed_from_the_plan(cast: Cast, report: Report) -> None:
    decision = decide(cast, report, question(cast))
    new = replace(MINUTES, section=57)
    correct_decision(
        cast.plan.id, decision.id, new, mark(decision), by=cast.director, now=NOW, today=TODAY
    )
    assert (decision.section, decision.report_id) == (57, report.id)
    early = replace(new, decided_on=report.as_of - timedelta(days=1))
    with pytest.raises(Refused, match="kan inte vara äldre"):
        correct_decision(
            cast.plan.id, decision.id, early, mark(decision), by=cast.director, now=NOW, today=TODAY
        )
    remove_decision(cast.plan.id, decision.id, by=cast.director, now=NOW)
    seen = meeting.after(report, by=cast.director)
    assert not seen.decisions
    assert len(seen.questions) == 1


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.REVIEWED])
def test_what_is_not_published_is_not_decided(cast: Cast, state: ReportState) -> None:
    report = add_report(cast, state=state)
    with pytest.raises(RuleBroken, match="inte publicerad"):
        decide(cast, report)
    assert meeting.after(report, by=cast.director).may_record is False


def test_a_draft_of_a_plan_is_adopted_first(cast: Cast) -> None:
    plan = ActionPlan(title="Nästa plan", created_at=NOW)
    db.session.add(plan)
    db.session.flush()
    with pytest.raises(RuleBroken, match="utkast"):
        decide(cast, add_report(cast, plan_id=plan.id))


def test_whom_it_concerns(cast: Cast, report: Report) -> None:
    for other in (cast.admin, cast.unit_director, cast.owner, cast.member):
        with pytest.raises(Forbidden):
            meeting.decide(report.id, MINUTES, by=other, now=NOW, today=TODAY)
    with pytest.raises(NotFound):
        meeting.decide(999_999, MINUTES, by=cast.director, now=NOW, today=TODAY)


def close(cast: Cast, plan: ActionPlan) -> None:
    """End a plan."""
    plan.closed_on, plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()


@pytest.mark.parametrize(
    ("kind", "closed", "expected"),
    [
        (ReportKind.PROGRESS, False, DecisionKind.FOLLOWED_UP),
        (ReportKind.PROGRESS, True, DecisionKind.FOLLOWED_UP),
        (ReportKind.FINAL, False, DecisionKind.FOLLOWED_UP),
        (ReportKind.FINAL, True, DecisionKind.CLOSED),
    ],
)
def test_what_kind_of_decision_it_is(
    cast: Cast, kind: ReportKind, closed: bool, expected: DecisionKind
) -> None:
    report = add_report(cast, kind=kind)
    if closed:
        close(cast, cast.plan)
    assert decide(cast, report).kind is expected


def test_each_committee_decides_about_its_own_final_report(cast: Cast) -> None:
    mine = add_report(cast, kind=ReportKind.FINAL)
    theirs = add_report(cast, kind=ReportKind.FINAL, committee_id=cast.other_committee.id)
    close(cast, cast.plan)
    decide(cast, mine)
    later = decide(cast, theirs, body="Skolnämnden", decided_on=date(2026, 2, 27))
    assert later.kind is DecisionKind.CLOSED


def test_questions_about_a_closed_plan_go_to_the_one_that_took_over(cast: Cast) -> None:
    report = add_report(cast, kind=ReportKind.FINAL)
    close(cast, cast.plan)
    with pytest.raises(Refused) as refused:
        decide(cast, report, question(cast))
    assert "ingen öppen plan har tagit över" in refused.value.message
    between = ActionPlan(title="Mellan", created_at=NOW, previous_id=cast.plan.id)
    between.state, between.closed_on, between.closed_by_id = PlanState.ADOPTED, TODAY, 1
    db.session.add(between)
    db.session.flush()
    draft = ActionPlan(title="Utkast", created_at=NOW, previous_id=between.id)
    db.session.add(draft)
    db.session.flush()
    taking = ActionPlan(
        title="Nästa", created_at=NOW, previous_id=between.id, state=PlanState.ADOPTED
    )
    db.session.add(taking)
    db.session.commit()
    decide(cast, report, question(cast))
    assert db.session.scalars(select(ReportQuestion)).one().action.plan == taking


def test_more_questions_later(cast: Cast, report: Report) -> None:
    def ask(*questions: Question) -> None:
        meeting.ask(report.id, questions, by=cast.director, now=NOW, today=TODAY)

    with pytest.raises(RuleBroken, match="Registrera först beslutet"):
        ask(question(cast))
    decide(cast, report, question(cast))
    with pytest.raises(Refused, match="minst en fråga"):
        ask()
    with pytest.raises(Refused, match="redan registrerad"):
        ask(question(cast, "NÄR är e-tjänsten klar?"))
    with pytest.raises(Refused, match="högst 20"):
        ask(*(question(cast, f"Fråga {number}") for number in range(21)))
    ask(question(cast, "Vem betalar?"))
    assert [one.text for one in meeting.after(report, by=cast.director).questions] == [
        "När är e-tjänsten klar?",
        "Vem betalar?",
    ]


def test_the_minutes_are_suggested(cast: Cast) -> None:
    one = FollowUpRound(
        name="T1",
        opens_on=date(2026, 1, 1),
        due_on=date(2026, 1, 20),
        created_at=NOW,
        created_by_id=cast.director.id,
    )
    one.meetings = [
        RoundMeeting(
            committee_id=cast.committee.id,
            dispatch_on=date(2026, 2, 10),
            meets_on=date(2026, 2, 20),
        )
    ]
    db.session.add(one)
    db.session.flush()
    report = add_report(cast, round_id=one.id, record_number="KS 2026/17")
    told = meeting.suggested(report, today=TODAY)
    assert told == Minutes("Kommunstyrelsen", date(2026, 2, 20), None, "KS 2026/17")
    early = meeting.suggested(report, today=date(2026, 2, 19))
    assert early.decided_on is None
    whole = add_report(cast, whole=True)
    adopted = next(one for one in cast.plan.decisions if one.kind is DecisionKind.ADOPTED)
    asked_for = meeting.suggested(whole, today=TODAY)
    assert asked_for == Minutes(adopted.body, None, None, adopted.record_number)
    of_unit = add_report(cast, unit_id=cast.other_unit.id)
    assert meeting.suggested(of_unit, today=TODAY).body == "Skolnämnden"


def test_what_came_of_it_and_for_whom(
    cast: Cast,
    report: Report,
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    decide(cast, report, question(cast))
    with count_queries() as one:
        meeting.after(report, by=cast.director)
    more = [question(cast, f"Fråga {number}?") for number in range(15)]
    meeting.ask(report.id, more, by=cast.director, now=NOW, today=TODAY)
    action = db.session.scalars(select(ReportQuestion).order_by(ReportQuestion.id)).first()
    assert action is not None
    for number, said in enumerate(("Snart.", "I maj.")):
        db.session.add(
            StatusUpdate(
                action_id=action.action_id,
                author_id=cast.owner.id,
                at=NOW + timedelta(hours=number),
                health=Health.ON_TRACK,
                text=said,
            )
        )
    db.session.commit()
    with count_queries() as many:
        shown = meeting.after(report, by=cast.director)
    assert many.number == one.number
    (first, *rest) = shown.questions
    assert (first.owner, first.status, first.answer) == (
        "Olle Ägare",
        ActionStatus.PLANNED,
        "I maj.",
    )
    assert {one.answer for one in rest} == {""}
    assert shown.may_record
    assert meeting.after(report, by=cast.member).questions[0].action_id == first.action_id
    theirs = meeting.after(report, by=cast.other_member)
    assert theirs.questions[0].action_id is None
    assert not theirs.may_record


def test_the_same_decision_twice_at_once(any_app: Flask, cast: Cast) -> None:
    report_id, who, asked = add_report(cast).id, cast.director.id, question(cast)

    def record() -> Decision:
        return meeting.decide(report_id, MINUTES, [asked], by=person(who), now=NOW, today=TODAY)

    results = together(any_app, record, record)
    assert sum(isinstance(one, RuleBroken) for one in results) == 1
    assert len(db.session.scalars(select(ReportQuestion)).all()) == 1


def test_an_asked_for_action_is_its_units_committees(cast: Cast, report: Report) -> None:
    """Whoever asked: another committee's unit answers to that one."""
    owner = cast.stranger.email
    theirs = question(cast, unit_id=cast.other_unit.id, owner_text=owner, outside_ok=True)
    decide(cast, report, theirs, question(cast, "Och nu då?"))
    actions = [one.action for one in db.session.scalars(select(ReportQuestion))]
    asked = {one.unit_id: one.committee_id for one in actions}
    assert asked == {
        cast.other_unit.id: cast.other_committee.id,
        cast.unit.id: cast.committee.id,
    }


def test_a_new_version_keeps_what_was_decided_of_the_old(cast: Cast, report: Report) -> None:
    """Both tell of it, and of which version the body had; a question may be added to either."""
    decide(cast, report, question(cast))
    newer = add_report(cast, replaces_id=report.id, ordinal=2)
    for one in (report, newer):
        shown = meeting.after(one, by=cast.director)
        assert [(told.section, told.ordinal) for told in shown.decisions] == [(56, 1)]
        assert len(shown.questions) == 1
    again = [question(cast)]
    with pytest.raises(Refused):
        meeting.ask(newer.id, again, by=cast.director, now=NOW, today=TODAY)
    more = [question(cast, "Och sedan?")]
    meeting.ask(newer.id, more, by=cast.director, now=NOW, today=TODAY)
    assert len(meeting.after(report, by=cast.director).questions) == 2
    apart = add_report(cast, as_of=TODAY)
    assert not meeting.after(apart, by=cast.director).decisions
