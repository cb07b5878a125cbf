"""What a new report can be about, and the ones that most people are about to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from tracker.domain.permissions import Deed, Scope
from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    Committee,
    FollowUpRound,
    PlanState,
    Report,
    RoundMeeting,
    Unit,
    User,
)
from tracker.services import scope
from tracker.services.plans.rules import plans_within
from tracker.services.reports.reader import record_number_of
from tracker.services.reports.writing.rules import published_final

ROUNDS_OFFERED = 12  # two years and some
MOST_USUAL = 12

Named = tuple[int, str]


@dataclass(frozen=True)
class Choices:
    """What a new report can be about, as (id, name); `whole` where the whole plan can be told."""

    plans: tuple[Named, ...]
    committees: tuple[Named, ...]
    units: tuple[Named, ...]
    rounds: tuple[Named, ...]
    whole: bool


@dataclass(frozen=True)
class Usual:
    """A report that somebody is likely to want next; `part` names its committee or unit, "" the
    whole plan."""

    plan_id: int
    plan: str
    part: str = ""
    committee_id: int | None = None
    unit_id: int | None = None
    round_id: int | None = None
    round: str = ""
    as_of: date | None = None


def choices(*, by: User, today: date) -> Choices:
    """All that the person can make a report about, the newest first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.REPORT_EDIT)
    reach = by.scope(Deed.REPORT_EDIT)
    plans = select(ActionPlan.id, ActionPlan.title).where(plans_within(by))
    rounds = select(FollowUpRound.id, FollowUpRound.name).where(FollowUpRound.opens_on <= today)
    newest = rounds.order_by(FollowUpRound.opens_on.desc(), FollowUpRound.id.desc())
    everything = reach.everything
    return Choices(
        plans=_named(plans.order_by(ActionPlan.id.desc())),
        committees=_named(select(Committee.id, Committee.name)) if everything else (),
        units=_units(reach),
        rounds=_named(newest.limit(ROUNDS_OFFERED)),
        whole=everything,
    )


def record_number(plan_id: int | None, *, by: User) -> str:
    """The record number of the plan that somebody begins a report about: that of its adoption,
    empty where there is none that they may see."""
    plan = db.session.scalar(select(ActionPlan).where(ActionPlan.id == plan_id, plans_within(by)))
    return record_number_of(plan) if plan is not None else ""


def _named(query: Select[int, str]) -> tuple[Named, ...]:
    return tuple((key, name) for key, name in db.session.execute(query))


def _units(reach: Scope) -> tuple[Named, ...]:
    query = select(Unit.id, Unit.name).order_by(Unit.name)
    return _named(query if reach.everything else query.where(Unit.id.in_(reach.units)))


def begun_from(round_id: int | None, *, by: User, today: date) -> Usual | None:
    """A report of a round: its plan (else the newest one that is adopted and open) and its day,
    today at the latest. None where there is no such round or plan."""
    found = db.session.get(FollowUpRound, round_id) if round_id is not None else None
    plan = _plan_of(found, by)
    if plan is None:
        return None
    if found is None:
        return Usual(plan.id, plan.title, as_of=today)
    day = min(found.as_of or found.due_on, today)
    return Usual(plan.id, plan.title, round_id=found.id, round=found.name, as_of=day)


def _plan_of(one: FollowUpRound | None, by: User) -> ActionPlan | None:
    query = select(ActionPlan).where(plans_within(by)).order_by(ActionPlan.id.desc()).limit(1)
    if one is not None and one.plan_id is not None:
        query = query.where(ActionPlan.id == one.plan_id)
    else:
        query = query.where(ActionPlan.state == PlanState.ADOPTED, ActionPlan.closed_on.is_(None))
    found: ActionPlan | None = db.session.scalar(query)
    return found


def usual(*, by: User, today: date) -> tuple[Usual, ...]:
    """The reports of the latest round that has opened which nobody has begun: one to each
    committee that meets about it, or of each unit that the person directs.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.REPORT_EDIT)
    latest = select(FollowUpRound.id).where(FollowUpRound.opens_on <= today)
    latest = latest.order_by(FollowUpRound.opens_on.desc(), FollowUpRound.id.desc()).limit(1)
    base = begun_from(db.session.scalar(latest), by=by, today=today)
    if base is None or published_final(base.plan_id, None, None) is not None:
        return ()
    taken = _taken(base)
    found = (
        one
        for one in _parts(base, by.scope(Deed.REPORT_EDIT))
        if (one.committee_id, one.unit_id) not in taken
    )
    return tuple(found)[:MOST_USUAL]


def _taken(base: Usual) -> set[tuple[int | None, int | None]]:
    """The parts of which the plan has a report on the same day, as (committee, unit)."""
    query = select(Report.committee_id, Report.unit_id).where(
        Report.plan_id == base.plan_id,
        Report.as_of == base.as_of,
        Report.kind == ReportKind.PROGRESS,
    )
    return {(committee, unit) for committee, unit in db.session.execute(query)}


def _parts(base: Usual, reach: Scope) -> Iterator[Usual]:
    same = {**vars(base)}
    if not reach.everything:
        for key, name in _units(reach):
            yield Usual(**{**same, "unit_id": key, "part": name})
        return
    yield base
    meeting = select(Committee.id, Committee.name).join(
        RoundMeeting, RoundMeeting.committee_id == Committee.id
    )
    of_round = meeting.where(RoundMeeting.round_id == base.round_id).order_by(RoundMeeting.meets_on)
    for key, name in _named(of_round):
        yield Usual(**{**same, "committee_id": key, "part": name})
