"""What of a plan goes on in another one, for its final report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from tracker.domain.calendar import local_date
from tracker.domain.reporting import ReportKind, ReportRow
from tracker.extensions import db
from tracker.models import ActionPlan, CarriedAction
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.facts.history import Stood, end_of, stood_before


def with_handed_over(asked: ReportAsked, history: Stood, zone: ZoneInfo) -> tuple[Stood, ...]:
    """The plan's actions, and in a final report those that another plan had taken over by then,
    as they stood when it did: the plan did not finish them, whatever became of them there. What
    was taken over by the day that the report is written on says which plan it goes on in."""
    if asked.kind is not ReportKind.FINAL:
        return (history,)
    end = end_of(asked.as_of, zone)
    moves = _moves(asked, zone)
    own = {
        key: _marked(row, moves[key], zone) if key in moves and row.open else row
        for key, row in history.rows.items()
    }
    gone = {key: move for key, move in moves.items() if move.at < end}
    return (replace(history, rows=own), *_gone(asked.plan_id, gone, zone))


def _moves(asked: ReportAsked, zone: ZoneInfo) -> dict[int, Any]:
    """Action → how it left the plan, for what has not come back by the day of writing."""
    move = CarriedAction
    until = end_of(max(asked.as_of, asked.written_on), zone)
    query = (
        select(
            *(move.action_id, move.from_plan_id, move.at, move.status, move.deadline),
            ActionPlan.title,
        )
        .join(ActionPlan, ActionPlan.id == move.to_plan_id)
        .where(
            or_(move.from_plan_id == asked.plan_id, move.to_plan_id == asked.plan_id),
            move.at < until,
        )
        .order_by(move.at, move.id)
    )
    last = {row.action_id: row for row in db.session.execute(query)}
    return {key: row for key, row in last.items() if row.from_plan_id == asked.plan_id}


def _gone(plan_id: int, moves: Mapping[int, Any], zone: ZoneInfo) -> Iterator[Stood]:
    """The actions that had left, those that left at one instant together."""
    together = defaultdict(list)
    for key, move in moves.items():
        together[move.at].append(key)
    for at, keys in sorted(together.items()):
        found = stood_before(plan_id, keys, at, zone)
        yield replace(
            found, rows={key: _left(found.rows[key], moves[key], zone) for key in found.rows}
        )


def _left(row: ReportRow, move: Any, zone: ZoneInfo) -> ReportRow:
    return _marked(replace(row, status=move.status, deadline=move.deadline), move, zone)


def _marked(row: ReportRow, move: Any, zone: ZoneInfo) -> ReportRow:
    return replace(row, taken_over_by=move.title, taken_over_on=local_date(move.at, zone))
