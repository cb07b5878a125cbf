"""Opening a plan to the public, what is shown of it, and closing it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import PlanPublicity, User
from tracker.services import journal, scope
from tracker.services.plans import rules


@dataclass(frozen=True)
class Shown:
    """What the public sees of a plan besides its title, its numbers, its decisions and the
    summaries of its reports; `texts` are those that people wrote, of an action or in a report."""

    actions: bool = True
    deviations: bool = True
    effects: bool = True
    texts: bool = False


@dataclass(frozen=True)
class Setting:
    """An open plan: what is shown, since when, by whom it was opened, and the version of that."""

    shown: Shown
    version: int
    opened_at: datetime
    opened_by: str


def setting_of(plan_id: int, *, by: User) -> Setting | None:
    """How a plan is open, or None where it is closed.

    Raises:
        Forbidden: no role of the person opens plans.
    """
    scope.require(by, Deed.PUBLICITY_MANAGE)
    row = db.session.execute(
        select(PlanPublicity, User.name)
        .join(User, User.id == PlanPublicity.opened_by_id)
        .where(PlanPublicity.plan_id == plan_id)
    ).one_or_none()
    if row is None:
        return None
    kept, name = row
    return Setting(shown_of(kept), kept.version, kept.opened_at, name)


def shown_of(kept: PlanPublicity) -> Shown:
    """What a row shows."""
    return Shown(kept.shows_actions, kept.shows_deviations, kept.shows_effects, kept.shows_texts)


def open_plan(plan_id: int, shown: Shown, *, by: User, now: datetime) -> None:
    """Let everybody read of an adopted plan without logging in.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is a draft.
        Conflict: somebody has opened it; `current` is what they chose.
    """
    plan = rules.locked_plan(plan_id, by=by, deed=Deed.PUBLICITY_MANAGE)
    rules.check_adopted(plan)
    kept = db.session.get(PlanPublicity, plan_id)
    if kept is not None:
        raise _overtaken(kept)
    kept = PlanPublicity(plan_id=plan_id, opened_at=now, opened_by_id=by.id)
    _write(kept, shown)
    db.session.add(kept)
    journal.record("plan.publicity_open", "plan", plan_id, asdict(shown), by=by, now=now)
    db.session.commit()


def change(plan_id: int, shown: Shown, version: int, *, by: User, now: datetime) -> None:
    """Show something else of an open plan; `version` is the one the writer had before them.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan has been closed to the public.
        Conflict: somebody changed it in between; `current` is what they chose.
    """
    rules.locked_plan(plan_id, by=by, deed=Deed.PUBLICITY_MANAGE)
    kept = db.session.get(PlanPublicity, plan_id)
    if kept is None:
        raise RuleBroken(
            "Planen är inte längre öppen för allmänheten. Öppna den igen om den ska visas."
        )
    if kept.version != version:
        raise _overtaken(kept)
    before, after = asdict(shown_of(kept)), asdict(shown)
    if data := {
        name: [before[name], after[name]] for name in before if before[name] != after[name]
    }:
        _write(kept, shown)
        journal.record("plan.publicity_change", "plan", plan_id, data, by=by, now=now)
    db.session.commit()


def close_plan(plan_id: int, *, by: User, now: datetime) -> None:
    """Show nothing of the plan to the public any more, from now on.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is closed already.
    """
    rules.locked_plan(plan_id, by=by, deed=Deed.PUBLICITY_MANAGE)
    kept = db.session.get(PlanPublicity, plan_id)
    if kept is None:
        raise RuleBroken("Planen är redan stängd för allmänheten.")
    was = {"opened_at": kept.opened_at.isoformat(), **asdict(shown_of(kept))}
    db.session.delete(kept)
    journal.record("plan.publicity_close", "plan", plan_id, was, by=by, now=now)
    db.session.commit()


def _write(kept: PlanPublicity, shown: Shown) -> None:
    kept.shows_actions = shown.actions
    kept.shows_deviations = shown.deviations
    kept.shows_effects = shown.effects
    kept.shows_texts = shown.texts


def _overtaken(kept: PlanPublicity) -> Conflict:
    saved_by = rules.saved_by("plan", kept.plan_id)
    return Conflict({**asdict(shown_of(kept)), "version": kept.version, "saved_by": saved_by})
