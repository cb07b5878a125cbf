"""What the demo's municipality has answered to its points, and what its minutes say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tracker.domain.calendar import next_working_day
from tracker.extensions import db
from tracker.models import Answer, Decision, DecisionKind, Disposition, ImprovementPoint, PlanState
from tracker.services.demo.story import ACCEPTED_DAYS_AGO, Story


def adopt_plan(story: Story, first_evaluation: date) -> None:
    """The minutes that adopted the plan, and those that followed it up."""
    told = story.data["plan"]
    story.plan.state = PlanState.ADOPTED
    story.plan.evaluation_id = story.points[1, 1, 0].evaluation_id
    for number, one in enumerate([told["decision"], *told["follow_ups"]]):
        story.plan.decisions.append(
            Decision(
                kind=DecisionKind.FOLLOWED_UP if number else DecisionKind.ADOPTED,
                body=one["body"],
                decided_on=next_working_day(
                    first_evaluation + timedelta(days=one["days_after_first_evaluation"])
                ),
                section=one["section"],
                record_number=one["record_number"],
                note=one.get("note", ""),
            )
        )
    story.plan.starts_on = story.plan.decisions[0].decided_on
    db.session.flush()


def add_dispositions(story: Story) -> None:
    """Every point that an action answers is to be acted on; the rest is told one by one."""
    for one in story.data["efforts"]:
        _point(one, story).effort = one["effort"]
    for one in story.data["dispositions"]:
        into = _point(one["into"], story).id if "into" in one else None
        row = Disposition(
            answer=Answer(one["answer"]),
            reason=one.get("reason", ""),
            decided_by=one.get("decided_by", ""),
            merged_into_id=into,
        )
        _add(row, _point(one, story), one["evaluation"], story)
    told = {_point(one, story).id for one in story.data["dispositions"]}
    for number, point in _acted_on(story):
        if point.id not in told:
            told.add(point.id)
            _add(Disposition(answer=Answer.ACT), point, number, story)


def _point(told: dict[str, Any], story: Story) -> ImprovementPoint:
    return story.points[told["evaluation"], told["area"], told["index"]]


def _acted_on(story: Story) -> Iterator[tuple[int, ImprovementPoint]]:
    """What was given up was answered all the same."""
    for action in story.data["actions"]:
        for told in action["points"]:
            yield told["evaluation"], _point(told, story)


def _add(row: Disposition, point: ImprovementPoint, evaluation: int, story: Story) -> None:
    row.point_id = point.id
    row.at = story.ago(ACCEPTED_DAYS_AGO[evaluation - 1] - 1)
    row.by_id = story.people["karin"].id
    db.session.add(row)
    said = {
        "answer": row.answer.value,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "merged_into_id": row.merged_into_id,
    }
    data = {
        name: [None if name == "answer" else "", value] for name, value in said.items() if value
    }
    entry = ("point.answer", "improvement_point", point.id, data, story.people["karin"], row.at)
    story.entries.append(entry)
