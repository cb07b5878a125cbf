"""A new plan, and changes to what a plan says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, Conflict, NotFound, RuleBroken
from tracker.domain.numbered import LABEL_MAX, NumberedPoint, read_points
from tracker.domain.permissions import Deed
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import ActionPlan, Evaluation, Municipality, PlanPoint, PlanState, User
from tracker.services import journal, scope
from tracker.services.actions.rules import (
    TEXT_MAX,
    TITLE_MAX,
    Refused,
    check_length,
    check_written,
    collecting,
    one_line,
    paragraphs,
)
from tracker.services.plans import rules

POINT_MAX = 2_000
MOST_POINTS = 100


@dataclass(frozen=True)
class PlanWording:
    """What a plan says of itself, as typed; no evaluation means that it stands free."""

    title: str
    purpose: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    evaluation_id: int | None = None


@dataclass(frozen=True)
class EvaluationChoice:
    """An evaluation of our own that a plan can be made from."""

    id: int
    month: date


def evaluations_offered(*, by: User) -> tuple[EvaluationChoice, ...]:
    """Our own evaluations, newest first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PLAN_EDIT)
    rows = db.session.execute(
        select(Evaluation.id, Evaluation.month)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.is_own)
        .order_by(Evaluation.month.desc())
    )
    return tuple(EvaluationChoice(*row) for row in rows)


def create_plan(
    wording: PlanWording, points_text: str = "", *, by: User, now: datetime
) -> ActionPlan:
    """Begin a draft plan; `points_text` holds its own points, one paragraph each.

    Raises:
        Forbidden.
        NotFound: there is no such evaluation of ours.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    scope.require(by, Deed.PLAN_EDIT)
    plan = add_plan(wording, points_text, by=by, now=now)
    db.session.commit()
    return plan


def add_plan(
    wording: PlanWording,
    points_text: str,
    *,
    by: User,
    now: datetime,
    previous: ActionPlan | None = None,
) -> ActionPlan:
    """As create_plan, in the caller's transaction; `previous` is the plan of the last period."""
    wording = _cleaned(wording)
    problems = wording_problems(wording)
    points = points_to_add(points_text, (), problems)
    if problems:
        raise Refused(problems)
    _check_evaluation(wording.evaluation_id)
    plan = ActionPlan(created_at=now, previous_id=previous.id if previous else None)
    _write(plan, wording)
    plan.points = [
        PlanPoint(position=place, label=point.label, text=point.text)
        for place, point in enumerate(points, start=1)
    ]
    db.session.add(plan)
    db.session.flush()
    data = {**_readable(plan), "points": [[point.label, point.text] for point in points]}
    deed = "plan.next" if previous else "plan.create"
    if previous:
        data["previous"] = previous.title
    journal.record(deed, "plan", plan.id, data, by=by, now=now)
    return plan


def edit_plan(
    plan_id: int, wording: PlanWording, version: int, *, by: User, now: datetime
) -> ActionPlan:
    """Change what a plan says; `version` is the one that the writer had before them.

    Raises:
        NotFound, Forbidden.
        Conflict: somebody saved in between; `current` is their version.
        RuleBroken, Refused: the plan is closed, or what was typed breaks rules.
    """
    plan = rules.locked_plan(plan_id, by=by)
    if plan.version != version:
        raise Conflict({**saved_values(plan), "saved_by": rules.saved_by("plan", plan.id)})
    rules.check_not_closed(plan)
    wording = _cleaned(wording)
    problems = wording_problems(wording)
    with collecting(problems):
        _check_still_same(plan, wording)
    if problems:
        raise Refused(problems)
    if wording.evaluation_id != plan.evaluation_id:
        _check_evaluation(wording.evaluation_id)
    before = _readable(plan)
    _write(plan, wording)
    after = _readable(plan)
    data = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if data:
        journal.record("plan.edit", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return plan


def saved_values(plan: ActionPlan) -> dict[str, Any]:
    """A plan in the names of the fields that change it."""
    return {
        "title": plan.title,
        "purpose": plan.purpose,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "evaluation_id": plan.evaluation_id,
        "version": plan.version,
    }


def wording_problems(wording: PlanWording) -> list[RuleBroken]:
    """Everything wrong with a wording, each at its field."""
    wording = _cleaned(wording)
    problems: list[RuleBroken] = []
    with collecting(problems):
        check_written(wording.title, "title", N_("Skriv vad planen heter."), TITLE_MAX)
    with collecting(problems):
        check_length(wording.purpose, "purpose", TEXT_MAX)
    with collecting(problems):
        rules.check_period(wording.starts_on, wording.ends_on)
    return problems


def points_to_add(
    text: str, there: Sequence[PlanPoint], problems: list[RuleBroken]
) -> list[NumberedPoint]:
    """The points of a pasted text; what is wrong with them is added to `problems`."""
    points = _numbered_after(read_points(text), there)
    taken = {fold(point.label) for point in there}
    with collecting(problems):
        if len(points) + len(there) > MOST_POINTS:
            raise RuleBroken(
                "En plan har högst %(most)s egna punkter.", field="points_text", most=MOST_POINTS
            )
        for point in points:
            check_point(point, taken, "points_text")
            taken.add(fold(point.label))
    return points


def _numbered_after(points: list[NumberedPoint], there: Sequence[PlanPoint]) -> list[NumberedPoint]:
    """Numbers given by place go on after the points that are there already."""
    if not there or any(point.label != str(place) for place, point in enumerate(points, 1)):
        return points
    return [replace(point, label=str(len(there) + n)) for n, point in enumerate(points, 1)]


def check_point(point: NumberedPoint, taken: set[str], field: str) -> None:
    """A point says something, and its label stands once in its plan."""
    if not point.label:
        raise RuleBroken("Skriv punktens nummer, till exempel IV.", field="label")
    check_length(point.label, "label" if field == "text" else field, LABEL_MAX)
    check_written(point.text, field, N_("Skriv vad punkten säger."), POINT_MAX)
    if fold(point.label) in taken:
        raise RuleBroken(
            "Två punkter heter %(label)s. Ge dem olika nummer.",
            field="label" if field == "text" else field,
            label=point.label,
        )


def _cleaned(wording: PlanWording) -> PlanWording:
    return replace(wording, title=one_line(wording.title), purpose=paragraphs(wording.purpose))


def _check_evaluation(evaluation_id: int | None) -> None:
    """A plan answers an evaluation of our own."""
    if evaluation_id is None:
        return
    found = db.session.get(Evaluation, evaluation_id)
    if found is None or not found.municipality.is_own:
        raise NotFound


def _check_still_same(plan: ActionPlan, wording: PlanWording) -> None:
    changed = wording.evaluation_id != plan.evaluation_id
    if changed and plan.state is PlanState.ADOPTED:
        raise RuleBroken(
            "Planen är antagen. Vilken utvärdering den svarar på kan inte ändras längre.",
            field="evaluation_id",
        )


def _write(plan: ActionPlan, wording: PlanWording) -> None:
    plan.title, plan.purpose = wording.title, wording.purpose
    plan.starts_on, plan.ends_on = wording.starts_on, wording.ends_on
    plan.evaluation_id = wording.evaluation_id


def _readable(plan: ActionPlan) -> dict[str, Any]:
    """A plan's wording as the journal keeps it."""
    return {
        "title": plan.title,
        "purpose": plan.purpose,
        "starts_on": plan.starts_on.isoformat() if plan.starts_on else None,
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else None,
        "evaluation": _month(plan.evaluation_id),
    }


def _month(evaluation_id: int | None) -> str | None:
    found = db.session.get(Evaluation, evaluation_id) if evaluation_id is not None else None
    return f"{found.month:%Y-%m}" if found else None
