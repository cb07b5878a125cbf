"""A plan's end: the final report, and where its open actions go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Decision, DecisionKind, PlanState, User
from tracker.services import journal
from tracker.services.actions.rules import Refused, check_written, collecting, paragraphs
from tracker.services.plans import rules
from tracker.services.plans.carrying import carry, locked_open
from tracker.services.plans.editing import PlanWording, add_plan, wording_problems
from tracker.services.plans.minutes import REASON_MAX, Minutes, checked, readable

REPORT_MAX = 20_000


class Destination(StrEnum):
    """Where the open actions of a plan go when it is closed."""

    NEW = "new"
    DRAFT = "draft"


@dataclass(frozen=True)
class Closing:
    """How a plan ends, as typed.

    `minutes` may be blank. `destination` is needed where actions are open: a new plan worded by
    `new_plan`, or the draft `draft_id`.
    """

    final_report: str
    minutes: Minutes
    destination: Destination | None = None
    new_plan: PlanWording | None = None
    draft_id: int | None = None


def close_plan(
    plan_id: int, closing: Closing, *, by: User, now: datetime, today: date
) -> ActionPlan:
    """Close an adopted plan with its final report. Open actions go to another plan; those that
    are done stay, and can still be verified.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is a draft or closed already.
        Refused: something is missing or open; its `problems` name the fields.
    """
    plan, draft = _locked_pair(plan_id, closing, by)
    rules.check_adopted(plan)
    if plan.closed_on is not None:
        raise RuleBroken("Planen är redan avslutad. Slutrapporten står kvar som den skrevs.")
    waiting = locked_open(plan)
    report = paragraphs(closing.final_report)
    decision, problems = _checked(plan, draft, waiting, closing, today)
    if problems:
        raise Refused(problems)
    if waiting:
        target = draft or add_plan(_new(closing), "", by=by, now=now, previous=plan)
        carry(waiting, plan, target, by=by, now=now)
    data: dict[str, Any] = {"final_report": report}
    if decision is not None:
        plan.decisions.append(decision)
        data |= readable(decision)
    plan.final_report = report
    plan.closed_on, plan.closed_by_id = today, by.id
    journal.record("plan.close", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def reopen_plan(plan_id: int, reason: str, *, by: User, now: datetime) -> ActionPlan:
    """Open a closed plan again; the final report stays as a start, and so do the minutes. What
    other plans have taken over stays there.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is not closed, or (at `reason`) nobody said why.
    """
    plan = rules.locked_plan(plan_id, by=by)
    if plan.closed_on is None:
        raise RuleBroken("Planen är inte avslutad.")
    reason = paragraphs(reason)
    check_written(reason, "reason", N_("Skriv varför planen öppnas igen."), REASON_MAX)
    data = {"reason": reason, "closed_on": [plan.closed_on.isoformat(), None]}
    plan.closed_on, plan.closed_by_id = None, None
    journal.record("plan.reopen", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def _locked_pair(plan_id: int, closing: Closing, by: User) -> tuple[ActionPlan, ActionPlan | None]:
    """The plan and the draft that takes over, held in the order of their ids, so that two who
    close at once never wait for each other."""
    chosen = closing.draft_id if closing.destination is Destination.DRAFT else None
    known = select(ActionPlan.id).where(ActionPlan.id == chosen, ActionPlan.id != plan_id)
    draft_id = db.session.scalar(known) if chosen is not None else None
    held = {key: rules.locked_plan(key, by=by) for key in sorted({plan_id, draft_id or plan_id})}
    return held[plan_id], held[draft_id] if draft_id is not None else None


def _checked(
    plan: ActionPlan,
    draft: ActionPlan | None,
    waiting: list[Action],
    closing: Closing,
    today: date,
) -> tuple[Decision | None, list[RuleBroken]]:
    """The minutes about the end, if there are any, and everything that is wrong."""
    problems: list[RuleBroken] = []
    with collecting(problems):
        report = paragraphs(closing.final_report)
        check_written(report, "final_report", N_("Skriv slutrapporten."), REPORT_MAX)
    if waiting:
        with collecting(problems):
            _check_destination(len(waiting), closing, draft)
        if closing.destination is Destination.NEW:
            problems += wording_problems(_new(closing))
    decision = None
    if closing.minutes.written:
        with collecting(problems):
            _check_first_end(plan)
        decision, faults = checked(plan, closing.minutes, DecisionKind.CLOSED, today)
        problems += faults
    return decision, problems


def _check_destination(number: int, closing: Closing, draft: ActionPlan | None) -> None:
    if closing.destination is None:
        raise RuleBroken(
            "Planen har öppna åtgärder (%(number)s). Välj vart de ska, eller gör klart dem först.",
            field="destination",
            number=number,
        )
    if closing.destination is Destination.DRAFT:
        if draft is None:
            raise RuleBroken("Välj vilket utkast som tar över åtgärderna.", field="draft_id")
        if draft.state is not PlanState.DRAFT:
            raise RuleBroken("Den valda planen är inte längre ett utkast.", field="draft_id")


def _check_first_end(plan: ActionPlan) -> None:
    if any(decision.kind is DecisionKind.CLOSED for decision in plan.decisions):
        raise RuleBroken(
            "Beslutet om slutrapporten är redan registrerat. Lämna fälten om beslutet tomma, "
            "och rätta det registrerade om något är fel.",
            field="body",
        )


def _new(closing: Closing) -> PlanWording:
    return closing.new_plan or PlanWording(title="")
