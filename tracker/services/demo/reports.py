"""The demo's reports: those of the past rounds, published, and what was decided about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker.domain.calendar import local_date, next_working_day
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import (
    Action,
    Decision,
    DecisionKind,
    FollowUpRound,
    Report,
    ReportQuestion,
    ReportState,
    ReportText,
    RoundMeeting,
)
from tracker.services.demo.story import Story
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.snapshots import OwnText, frozen
from tracker.services.reports.writing.live import composed
from tracker.services.reports.writing.people import signed_as
from tracker.services.reports.writing.rules import name_of

BEGUN_AFTER_DAYS, REVIEWED_AFTER_DAYS = 1, 3  # the last day to report
WHOLE_TO = "ks"  # the committee that reads of the whole plan


def add_reports(actions: list[Action], story: Story) -> None:
    """Write each report as it would have been made in its round, and what came of it."""
    number = story.data["plan"]["decision"]["record_number"]
    for told in story.data["reports"]:
        of_round = story.rounds[told["round"]]
        report = _published(told, of_round, number, story)
        meets_on = _meets_on(of_round, told["committee"] or WHOLE_TO, story)
        if told["decision"] and meets_on <= story.today:
            _decide(report, told, meets_on, story)
            if told["question"]:
                _ask(report, told["question"], actions, meets_on, story)


def _published(told: dict[str, Any], of_round: FollowUpRound, number: str, story: Story) -> Report:
    karin = story.people["karin"]
    begun = _after(of_round, BEGUN_AFTER_DAYS, story)
    committee = story.committees[told["committee"]] if told["committee"] else None
    report = Report(
        plan_id=story.plan.id,
        kind=ReportKind.PROGRESS,
        committee_id=committee.id if committee else None,
        round_id=of_round.id,
        as_of=of_round.due_on,
        record_number=number,
        created_at=begun,
        created_by_id=karin.id,
        texts=[
            ReportText(section=section, text=text, at=begun, by_id=karin.id)
            for section, text in told["texts"].items()
        ],
    )
    db.session.add(report)
    db.session.flush()
    _note("create", report, {"kind": report.kind.value}, begun, story)
    _freeze(report, _after(of_round, REVIEWED_AFTER_DAYS, story), story)
    return report


def _freeze(report: Report, at: datetime, story: Story) -> None:
    karin = story.people["karin"]
    asked = ReportAsked(
        plan_id=report.plan_id,
        kind=report.kind,
        committee_id=report.committee_id,
        unit_id=None,
        round_id=report.round_id,
        as_of=report.as_of,
        record_number=report.record_number,
        written_on=local_date(at, story.zone),
        signed_by=signed_as(karin),
        report_id=report.id,
    )
    texts = {one.section: OwnText(one.text) for one in report.texts}
    report.snapshot = frozen(composed(asked, texts, now=at, zone=story.zone))
    report.sha256 = sha256_of(report.snapshot)
    report.reviewed_at = report.published_at = at
    report.reviewed_by_id = report.published_by_id = karin.id
    report.state = ReportState.PUBLISHED
    db.session.flush()
    for deed in ("review", "publish"):
        _note(deed, report, {"sha256": report.sha256}, at, story)


def _after(of_round: FollowUpRound, days: int, story: Story) -> datetime:
    day = next_working_day(of_round.due_on + timedelta(days=days))
    return story.ago(max(0, (story.today - day).days))


def _meets_on(of_round: FollowUpRound, committee: str, story: Story) -> date:
    found = db.session.scalar(
        select(RoundMeeting.meets_on).where(
            RoundMeeting.round_id == of_round.id,
            RoundMeeting.committee_id == story.committees[committee].id,
        )
    )
    return found or of_round.due_on


def _decide(report: Report, told: dict[str, Any], meets_on: date, story: Story) -> None:
    decision = Decision(
        kind=DecisionKind.FOLLOWED_UP,
        body=story.committees[told["committee"] or WHOLE_TO].name,
        decided_on=meets_on,
        section=told["decision"]["section"],
        record_number=report.record_number,
        note=told["decision"]["note"],
        report_id=report.id,
    )
    story.plan.decisions.append(decision)
    db.session.flush()
    said = {"section": decision.section, "decided_on": meets_on.isoformat()}
    _note("decide", report, said, story.ago((story.today - meets_on).days), story)


def _ask(
    report: Report, told: dict[str, Any], actions: list[Action], meets_on: date, story: Story
) -> None:
    action, at = actions[told["action"]], story.ago((story.today - meets_on).days)
    karin = story.people["karin"]
    db.session.add(
        ReportQuestion(
            report_id=report.id,
            text=told["text"],
            action_id=action.id,
            asked_at=at,
            asked_by_id=karin.id,
        )
    )
    _note("ask", report, {"question": told["text"], "action_id": action.id}, at, story)


def _note(deed: str, report: Report, data: dict[str, Any], at: datetime, story: Story) -> None:
    said = {"report": name_of(report), **data}
    entry = (f"report.{deed}", "report", report.id, said, story.people["karin"], at)
    story.entries.append(entry)
