"""The minutes about a plan: the decision that adopts it, and those that follow it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.errors import N_, Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db
from tracker.models import ActionPlan, Decision, DecisionKind, PlanState, Report, User
from tracker.services import journal
from tracker.services.actions.rules import (
    BODY_MAX,
    TEXT_MAX,
    Refused,
    check_length,
    check_written,
    collecting,
    paragraphs,
)
from tracker.services.plans import rules
from tracker.services.plans.gate import unanswered_in

RECORD_MAX = 50
SECTION_MAX = 9_999
REASON_MAX = 1_000
EARLIEST = date(2000, 1, 1)  # an older date is a slip of the finger


@dataclass(frozen=True)
class Minutes:
    """What the minutes say, as typed: body, day, section (§), record number and note; the last
    two may be empty."""

    body: str
    decided_on: date | None
    section: int | None
    record_number: str = ""
    note: str = ""

    @property
    def written(self) -> bool:
        """Whether anything at all was filled in."""
        texts = (self.body, self.record_number, self.note)
        return bool("".join(texts).strip() or self.decided_on or self.section)


def adopt_plan(
    plan_id: int,
    minutes: Minutes,
    *,
    by: User,
    now: datetime,
    today: date,
    unanswered_reason: str = "",
) -> ActionPlan:
    """Record the decision that adopts a draft plan; from now on the committees see it.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is adopted already.
        Refused: the minutes do not hold, or points are unanswered and no reason is given; its
            `problems` name the fields.
    """
    plan = rules.locked_plan(plan_id, by=by, deed=Deed.PLAN_ADOPT)
    if plan.state is PlanState.ADOPTED:
        raise RuleBroken("Planen är redan antagen. Beslutet står kvar som det registrerades.")
    decision, problems = checked(plan, minutes, DecisionKind.ADOPTED, today)
    reason = paragraphs(unanswered_reason)
    with collecting(problems):
        _check_answered(plan, reason)
    if problems or decision is None:
        raise Refused(problems)
    plan.state = PlanState.ADOPTED
    plan.unanswered_reason = reason
    plan.decisions.append(decision)
    data = {**readable(decision), "unanswered_reason": reason} if reason else readable(decision)
    journal.record("plan.adopt", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def _check_answered(plan: ActionPlan, reason: str) -> None:
    count = unanswered_in(plan)
    if count:
        check_written(
            reason,
            "unanswered_reason",
            N_("Skriv varför planen antas fast punkter saknar svar, eller svara på dem först."),
            REASON_MAX,
        )
    else:
        check_length(reason, "unanswered_reason", REASON_MAX)


def record_decision(
    plan_id: int, minutes: Minutes, *, by: User, now: datetime, today: date
) -> Decision:
    """Record what a body decided when an adopted plan was followed up; of a closed plan, what it
    decided about the final report.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is a draft, or the decision about its end is recorded already.
        Refused: the minutes do not hold.
    """
    plan = rules.locked_plan(plan_id, by=by)
    rules.check_adopted(plan)
    kind = kind_of_next(plan)
    decision, problems = checked(plan, minutes, kind, today)
    if problems or decision is None:
        raise Refused(problems)
    plan.decisions.append(decision)
    deed = "plan.follow_up" if kind is DecisionKind.FOLLOWED_UP else "plan.minutes"
    journal.record(deed, "plan", plan.id, readable(decision), by=by, now=now)
    db.session.commit()
    return decision


def kind_of_next(plan: ActionPlan) -> DecisionKind:
    """What the next decision about an adopted plan is; RuleBroken where none can follow."""
    if plan.closed_on is None:
        return DecisionKind.FOLLOWED_UP
    if any(decision.kind is DecisionKind.CLOSED for decision in plan.decisions):
        raise RuleBroken(
            "Planen är avslutad och beslutet om slutrapporten är registrerat. "
            "Rätta det beslutet om något är fel."
        )
    return DecisionKind.CLOSED


def kind_about(plan: ActionPlan, *, final: bool) -> DecisionKind:
    """What a decision about a report on an adopted plan is; each committee decides about its own
    final report, so there may be several about the end."""
    ends = final and plan.closed_on is not None
    return DecisionKind.CLOSED if ends else DecisionKind.FOLLOWED_UP


def correct_decision(
    plan_id: int,
    decision_id: int,
    minutes: Minutes,
    seen: str,
    *,
    by: User,
    now: datetime,
    today: date,
) -> Decision:
    """Put right what was typed wrong; `seen` is the mark of what the writer had before them.

    Raises:
        NotFound, Forbidden.
        Conflict: somebody corrected it in between; `current` is what it says now.
        Refused: the minutes do not hold.
    """
    plan = rules.locked_plan(plan_id, by=by)
    decision = decision_of(plan, decision_id)
    if mark(decision) != seen:
        raise Conflict({**values(decision), "saved_by": rules.saved_by("plan", plan.id)})
    report = db.session.get(Report, decision.report_id) if decision.report_id else None
    told = report.as_of if report is not None else None
    new, problems = checked(
        plan, minutes, decision.kind, today, instead_of=decision, not_before=told
    )
    if problems or new is None:
        raise Refused(problems)
    before, after = readable(decision), readable(new)
    data = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if data:
        for name in ("body", "decided_on", "section", "record_number", "note"):
            setattr(decision, name, getattr(new, name))
        data["decision"] = [before["decided_on"], before["section"]]
        journal.record("plan.correct", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return decision


def remove_decision(plan_id: int, decision_id: int, *, by: User, now: datetime) -> None:
    """Take away a follow-up, or the decision about the end, that was recorded by mistake.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is the decision that adopted the plan.
    """
    plan = rules.locked_plan(plan_id, by=by)
    decision = decision_of(plan, decision_id)
    if decision.kind is DecisionKind.ADOPTED:
        raise RuleBroken(
            "Det beslutet antog planen. Är det registrerat av misstag, ta tillbaka antagandet."
        )
    data = readable(decision)
    plan.decisions.remove(decision)
    db.session.delete(decision)
    journal.record("plan.remove_decision", "plan", plan.id, data, by=by, now=now)
    db.session.commit()


def withdraw_adoption(plan_id: int, reason: str, *, by: User, now: datetime) -> ActionPlan:
    """Make a draft again of a plan whose adoption was registered by mistake.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is a draft, or something came after its adoption.
        RuleBroken at `reason`: none is given.
    """
    plan = rules.locked_plan(plan_id, by=by, deed=Deed.PLAN_ADOPT)
    check_withdrawable(plan)
    reason = paragraphs(reason)
    missing = N_("Skriv varför antagandet tas tillbaka.")
    check_written(reason, "reason", missing, REASON_MAX)
    data: dict[str, Any] = {"reason": reason}
    for decision in list(plan.decisions):
        data |= readable(decision)
        plan.decisions.remove(decision)
        db.session.delete(decision)
    plan.state = PlanState.DRAFT
    plan.unanswered_reason = ""
    journal.record("plan.withdraw", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def check_withdrawable(plan: ActionPlan) -> None:
    """Raise RuleBroken unless the adoption is the last that happened to the plan."""
    if plan.state is not PlanState.ADOPTED:
        raise RuleBroken("Planen är ett utkast. Det finns inget antagande att ta tillbaka.")
    rules.check_not_closed(plan)
    if any(decision.kind is not DecisionKind.ADOPTED for decision in plan.decisions):
        raise RuleBroken(
            "Planen har följts upp efter beslutet, så antagandet kan inte tas tillbaka. "
            "Rätta beslutet om något är fel i det."
        )
    if rules.has_given(plan):
        raise RuleBroken("Nästa plan har tagit över åtgärder, så antagandet kan inte tas tillbaka.")


def decision_of(plan: ActionPlan, decision_id: int) -> Decision:
    """A decision of this plan; NotFound otherwise."""
    for decision in plan.decisions:
        if decision.id == decision_id:
            return decision
    raise NotFound


def readable(decision: Decision) -> dict[str, Any]:
    """A decision as the journal keeps it."""
    return {**values(decision), "decided_on": decision.decided_on.isoformat()}


def values(decision: Decision) -> dict[str, Any]:
    """A decision in the names of the fields that change it."""
    return {
        "body": decision.body,
        "decided_on": decision.decided_on,
        "section": decision.section,
        "record_number": decision.record_number,
        "note": decision.note,
    }


def mark(decision: Decision) -> str:
    """The mark of what a decision says, by which a correction knows that it was not overtaken."""
    return rules.mark_of(*readable(decision).values())


def checked(
    plan: ActionPlan,
    minutes: Minutes,
    kind: DecisionKind,
    today: date,
    *,
    instead_of: Decision | None = None,
    not_before: date | None = None,
) -> tuple[Decision | None, list[RuleBroken]]:
    """The decision that the minutes make, and what is wrong with them; None where the day or the
    section is missing. `not_before` is the day of which the report tells that it is about."""
    body, number = normalise_space(minutes.body), normalise_space(minutes.record_number)
    note = paragraphs(minutes.note)
    others = [decision for decision in plan.decisions if decision is not instead_of]
    problems: list[RuleBroken] = []
    with collecting(problems):
        check_written(body, "body", N_("Skriv vem som fattade beslutet."), BODY_MAX)
    with collecting(problems):
        _check_day(minutes.decided_on, today)
        _check_order(minutes.decided_on, kind, others)
        _check_told(minutes.decided_on, not_before)
    with collecting(problems):
        if minutes.section is None or not 1 <= minutes.section <= SECTION_MAX:
            raise RuleBroken("Skriv paragrafens nummer, till exempel 53.", field="section")
    with collecting(problems):
        check_length(number, "record_number", RECORD_MAX)
    with collecting(problems):
        check_length(note, "note", TEXT_MAX)
    if minutes.decided_on is None or minutes.section is None:
        return None, problems
    decision = Decision(
        body=body,
        decided_on=minutes.decided_on,
        section=minutes.section,
        record_number=number,
        kind=kind,
        note=note,
    )
    with collecting(problems):
        _check_new(decision, others)
    return decision, problems


def _check_day(day: date | None, today: date) -> None:
    if day is None:
        raise RuleBroken("Välj vilken dag beslutet fattades.", field="decided_on")
    if day > today:
        raise RuleBroken("Beslutsdagen har inte kommit än.", field="decided_on")
    if day < EARLIEST:
        raise RuleBroken("Kontrollera årtalet i beslutsdagen.", field="decided_on")


def _check_order(day: date | None, kind: DecisionKind, others: list[Decision]) -> None:
    """The adoption comes first, the end last."""
    place = list(DecisionKind).index
    for other in others:
        if day is None or other.kind is kind:
            continue
        if (place(other.kind) < place(kind)) and day < other.decided_on:
            raise RuleBroken(
                "Beslutsdagen ligger före ett tidigare beslut om planen (%(day)s).",
                field="decided_on",
                day=other.decided_on.isoformat(),
            )
        if (place(other.kind) > place(kind)) and day > other.decided_on:
            raise RuleBroken(
                "Beslutsdagen ligger efter ett senare beslut om planen (%(day)s).",
                field="decided_on",
                day=other.decided_on.isoformat(),
            )


def _check_told(day: date | None, told: date | None) -> None:
    """Nobody has read of a day that has not been."""
    if day is not None and told is not None and day < told:
        raise RuleBroken(
            "Rapporten visar läget den %(day)s, så beslutet om den kan inte vara äldre än så. "
            "Kontrollera dagen i protokollet.",
            field="decided_on",
            day=told.isoformat(),
        )


def _check_new(decision: Decision, others: list[Decision]) -> None:
    """The same paragraph of the same meeting stands once."""
    key = (fold(decision.body), decision.decided_on, decision.section)
    if any(key == (fold(other.body), other.decided_on, other.section) for other in others):
        raise RuleBroken(
            "Beslutet är redan registrerat: samma dag, samma paragraf och samma organ.",
            field="section",
        )
