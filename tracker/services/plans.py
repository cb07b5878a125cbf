"""The plan, and the minutes that adopted it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import normalise_space
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Decision, PlanState, User
from tracker.services import journal, scope
from tracker.services.actions.rules import (
    BODY_MAX,
    Refused,
    check_length,
    check_written,
    collecting,
)

RECORD_MAX = 50
SECTION_MAX = 9_999
EARLIEST = date(2000, 1, 1)  # an older date is a slip of the finger


@dataclass(frozen=True)
class Minutes:
    """What the minutes say, as typed: body, day, section (§) and record number (may be empty)."""

    body: str
    decided_on: date | None
    section: int | None
    record_number: str = ""


def load_plan(plan_id: int, *, by: User) -> tuple[ActionPlan, int]:
    """A plan with its decisions, and how many actions it holds.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.PLAN_ADOPT)
    plan = db.session.get(ActionPlan, plan_id, options=[selectinload(ActionPlan.decisions)])
    if plan is None:
        raise NotFound
    count = select(func.count()).select_from(Action).where(Action.plan_id == plan.id)
    return plan, db.session.scalar(count) or 0


def adopt_plan(
    plan_id: int, minutes: Minutes, *, by: User, now: datetime, today: date
) -> ActionPlan:
    """Record the decision that adopts a draft plan; from now on the committees see it.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is adopted already.
        Refused: the minutes do not hold; its `problems` name the fields.
    """
    scope.require(by, Deed.PLAN_ADOPT)
    query = select(ActionPlan).where(ActionPlan.id == plan_id).with_for_update()
    plan = db.session.scalar(query.execution_options(populate_existing=True))
    if plan is None:
        raise NotFound
    if plan.state is PlanState.ADOPTED:
        raise RuleBroken("Planen är redan antagen. Beslutet står kvar som det registrerades.")
    decision = _checked(minutes, today)
    plan.state = PlanState.ADOPTED
    plan.decisions.append(decision)
    data = {
        "body": decision.body,
        "decided_on": decision.decided_on.isoformat(),
        "section": decision.section,
        "record_number": decision.record_number,
    }
    journal.record("plan.adopt", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def _checked(minutes: Minutes, today: date) -> Decision:
    body, number = normalise_space(minutes.body), normalise_space(minutes.record_number)
    problems: list[RuleBroken] = []
    with collecting(problems):
        check_written(body, "body", N_("Skriv vem som fattade beslutet."), BODY_MAX)
    with collecting(problems):
        _check_day(minutes.decided_on, today)
    with collecting(problems):
        if minutes.section is None or not 1 <= minutes.section <= SECTION_MAX:
            raise RuleBroken("Skriv paragrafens nummer, till exempel 53.", field="section")
    with collecting(problems):
        check_length(number, "record_number", RECORD_MAX)
    if problems or minutes.decided_on is None or minutes.section is None:
        raise Refused(problems)
    return Decision(
        body=body,
        decided_on=minutes.decided_on,
        section=minutes.section,
        record_number=number,
    )


def _check_day(day: date | None, today: date) -> None:
    if day is None:
        raise RuleBroken("Välj vilken dag beslutet fattades.", field="decided_on")
    if day > today:
        raise RuleBroken("Beslutsdagen har inte kommit än.", field="decided_on")
    if day < EARLIEST:
        raise RuleBroken("Kontrollera årtalet i beslutsdagen.", field="decided_on")
