"""The actions that a reader sees in a list, as a workbook to edit."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import MAX_ROWS
from tracker.domain.statuses import HEALTH_MARKS, OPEN, STATUS_MARKS
from tracker.extensions import db
from tracker.models import Action, Committee, Unit, User
from tracker.reports.action_sheet import SheetAction, SheetContent
from tracker.services.actions import filters as lists
from tracker.services.sheets.table import texts_of, with_texts


def sheet_content(
    filters: lists.ActionFilter, *, by: User, today: date, zone: ZoneInfo
) -> SheetContent:
    """What the workbook holds: every action that the filter keeps and `by` may see. Whoever may
    change none gets it to read: people by name, and no way back.

    Raises:
        Forbidden: no role of the person lets them see any action.
        RuleBroken: they are more than a workbook takes back.
    """
    wanted = lists.conditions(filters, by=by, today=today, zone=zone)
    if lists.count_up_to(wanted, MAX_ROWS) > MAX_ROWS:
        raise RuleBroken(
            "Ett kalkylblad rymmer högst 5 000 åtgärder. Välj till exempel en förvaltning eller "
            "en plan, och hämta bladet igen."
        )
    query = (
        select(Action)
        .where(*wanted)
        .order_by(Action.phase, Action.deadline, Action.id)
        .options(*with_texts(), selectinload(Action.points))
    )
    editable = by.may(Deed.ACTION_EDIT)
    actions = tuple(_row(action, zone, editable) for action in db.session.scalars(query))
    return SheetContent(
        actions=actions,
        units=_names(Unit),
        committees=_names(Committee),
        statuses=tuple(STATUS_MARKS[status].label for status in OPEN),
        made_on=today,
        editable=editable,
    )


def _row(action: Action, zone: ZoneInfo, editable: bool) -> SheetAction:
    reported = local_date(action.reported_at, zone).isoformat() if action.reported_at else ""
    return SheetAction(
        id=action.id,
        version=action.version,
        values=texts_of(action) if editable else texts_of(action) | _names_of_people(action),
        read_only=(
            action.first_deadline.isoformat(),
            HEALTH_MARKS[action.health].label if action.health else "",
            reported,
            "\n".join(point.text for point in action.points),
            action.plan.title,
        ),
        extra={str(name): str(text) for name, text in (action.extra or {}).items()},
    )


def _names_of_people(action: Action) -> dict[str, str]:
    return {
        "owner": action.owner.name if action.owner else "",
        "contributors": "; ".join(person.name for person in action.contributors),
    }


def _names(kind: type[Unit] | type[Committee]) -> tuple[str, ...]:
    return tuple(db.session.scalars(select(kind.name).order_by(kind.name)))
