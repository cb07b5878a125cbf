"""What every change of a follow-up round needs: the lock, and the rules of its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.rounds import (
    AHEAD_DAYS,
    LONGEST_DAYS,
    MEASURED_WITHIN_DAYS,
    RoundKind,
    do_meet,
)
from tracker.domain.text import normalise_space
from tracker.extensions import db, in_turn
from tracker.models import ActionPlan, FollowUpRound, User
from tracker.services import scope
from tracker.services.actions.rules import check_length, check_year, collecting
from tracker.services.rounds import meetings
from tracker.services.rounds.meetings import MeetingWording

NAME_MAX = 100


@dataclass(frozen=True)
class RoundWording:
    """A round as typed; without a plan it is about all plans. Without `as_of` the reports tell how
    things stood on the last day."""

    name: str
    plan_id: int | None
    opens_on: date | None
    due_on: date | None
    kind: RoundKind = RoundKind.EXTRA
    as_of: date | None = None
    meetings: tuple[MeetingWording, ...] = ()


def held(by: User) -> None:
    """Let `by` alone change rounds until this transaction ends: each is measured on the others.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.ROUND_MANAGE)
    in_turn("rounds")
    # What an earlier read of this session remembers may be older than the lock.
    db.session.expire_all()


def held_round(round_id: int, *, by: User) -> FollowUpRound:
    """The round, with nobody else changing any.

    Raises:
        NotFound, Forbidden.
    """
    held(by)
    found = db.session.get(FollowUpRound, round_id)
    if found is None:
        raise NotFound
    return found


def problems_of(
    wording: RoundWording, *, today: date, changed: FollowUpRound | None = None
) -> list[RuleBroken]:
    """Everything wrong with a wording, each at its field; `changed` is the round as it stands."""
    problems: list[RuleBroken] = []
    with collecting(problems):
        _check_name(normalise_space(wording.name))
    with collecting(problems):
        _check_plan(wording.plan_id, changed)
    known = len(problems)
    with collecting(problems):
        _check_opening(wording.opens_on, today, changed)
    with collecting(problems):
        _check_due(wording.due_on, today, changed)
    if len(problems) == known and wording.opens_on and wording.due_on:
        with collecting(problems):
            _check_span(wording.opens_on, wording.due_on)
            _check_alone(wording, changed)
        with collecting(problems):
            _check_measured(wording.as_of, wording.opens_on, wording.due_on)
        problems += meetings.problems_of(wording.meetings, wording.due_on, wording.as_of)
    return problems


def problems_of_all(wordings: Sequence[RoundWording], *, today: date) -> list[RuleBroken]:
    """The same of rounds that are added together, which must not meet each other either; the
    fields are named with their place ("rounds-1-due_on")."""
    problems: list[RuleBroken] = []
    for place, wording in enumerate(wordings):
        found = problems_of(wording, today=today)
        if not found:
            with collecting(found):
                _check_apart(wording, wordings[:place])
        problems += [
            RuleBroken(one.message, field=f"rounds-{place}-{one.field}", **one.params)
            for one in found
        ]
    return problems


def _check_apart(wording: RoundWording, others: Sequence[RoundWording]) -> None:
    for other in others:
        if not (wording.opens_on and wording.due_on and other.opens_on and other.due_on):
            continue
        if do_meet((wording.opens_on, wording.due_on), (other.opens_on, other.due_on)):
            raise RuleBroken(
                "Dagarna krockar med ”%(name)s”. En åtgärd kan bara ingå i en omgång i taget: välj "
                "andra dagar.",
                field="opens_on",
                name=other.name,
            )


def _check_name(name: str) -> None:
    if not name:
        raise RuleBroken("Skriv vad omgången heter, till exempel Tertial 1.", field="name")
    check_length(name, "name", NAME_MAX)


def _check_plan(plan_id: int | None, changed: FollowUpRound | None) -> None:
    if plan_id is None or (changed is not None and changed.plan_id == plan_id):
        return
    plan = db.session.get(ActionPlan, plan_id)
    if plan is None:
        raise RuleBroken("Planen finns inte längre. Välj en annan plan.", field="plan_id")
    if plan.closed_on is not None:
        raise RuleBroken(
            "Planen ”%(title)s” är avslutad. Välj en plan som är öppen, eller alla planer.",
            field="plan_id",
            title=plan.title,
        )


def _check_opening(opens_on: date | None, today: date, changed: FollowUpRound | None) -> None:
    if opens_on is None:
        raise RuleBroken("Välj vilken dag omgången öppnar.", field="opens_on")
    check_year(opens_on, "opens_on")
    if changed is not None and changed.opens_on <= today < opens_on:
        raise RuleBroken(
            "Omgången har redan öppnat och kan inte öppna på nytt senare. Flytta den sista dagen, "
            "eller avsluta omgången och lägg till en ny.",
            field="opens_on",
        )


def _check_due(due_on: date | None, today: date, changed: FollowUpRound | None) -> None:
    if due_on is None:
        raise RuleBroken("Välj den sista dagen att rapportera.", field="due_on")
    check_year(due_on, "due_on")
    if changed is not None and changed.due_on == due_on:
        return
    if due_on < today:
        raise RuleBroken(
            "Den sista dagen har redan passerat. Välj i dag eller en senare dag.", field="due_on"
        )
    if due_on > today + timedelta(days=AHEAD_DAYS):
        raise RuleBroken(
            "Den sista dagen ligger mer än två år fram. Kontrollera årtalet.", field="due_on"
        )


def _check_span(opens_on: date, due_on: date) -> None:
    if due_on <= opens_on:
        raise RuleBroken(
            "Den sista dagen ska ligga efter dagen då omgången öppnar. Flytta någon av dem.",
            field="due_on",
        )
    if (due_on - opens_on).days > LONGEST_DAYS:
        raise RuleBroken(
            "Omgången är längre än %(longest)s dagar, och påminnelserna blir glesa. Låt den öppna "
            "senare, eller dela den i två.",
            field="opens_on",
            longest=LONGEST_DAYS,
        )


def _check_measured(as_of: date | None, opens_on: date, due_on: date) -> None:
    if as_of is None:
        return
    if as_of < opens_on:
        raise RuleBroken(
            "Mätdagen ligger före dagen då omgången öppnar, så inget av det som rapporteras skulle "
            "komma med. Välj en dag från och med %(opens)s.",
            field="as_of",
            opens=opens_on.isoformat(),
        )
    if as_of > due_on + timedelta(days=MEASURED_WITHIN_DAYS):
        raise RuleBroken(
            "Mätdagen ligger mer än %(longest)s dagar efter sista dagen att rapportera, och svaren "
            "hinner bli gamla. Välj en tidigare dag, eller flytta sista dagen.",
            field="as_of",
            longest=MEASURED_WITHIN_DAYS,
        )


def _check_alone(wording: RoundWording, changed: FollowUpRound | None) -> None:
    """Of the rounds that ask for an action only the latest counts, so two must not meet."""
    assert wording.opens_on and wording.due_on  # noqa: S101 - checked by the caller
    span = (wording.opens_on, wording.due_on)
    own_id = changed.id if changed is not None else None
    for other in same_actions(wording.plan_id, own_id):
        taken = span_of(other)
        if taken is not None and do_meet(span, taken):
            raise RuleBroken(
                "Dagarna krockar med ”%(name)s”, som pågår %(opens)s till %(due)s. En åtgärd kan "
                "bara ingå i en omgång i taget: välj andra dagar, eller ändra den andra först.",
                field="opens_on",
                name=other.name,
                opens=taken[0].isoformat(),
                due=taken[1].isoformat(),
            )


def same_actions(plan_id: int | None, besides: int | None = None) -> list[FollowUpRound]:
    """The rounds that ask for some action that one about `plan_id` (None: all) asks for too."""
    query = select(FollowUpRound).where(meets(plan_id)).order_by(FollowUpRound.opens_on)
    return [one for one in db.session.scalars(query) if one.id != besides]


def meets(plan_id: int | None) -> ColumnElement[bool]:
    """The condition on FollowUpRound that it asks for an action of the plan, or of any."""
    if plan_id is None:
        return true()
    return or_(FollowUpRound.plan_id.is_(None), FollowUpRound.plan_id == plan_id)


def span_of(one: FollowUpRound) -> tuple[date, date] | None:
    """The first and last day on which a round asks; None where it was closed the day it opened."""
    last = one.due_on
    if one.closed_on is not None:
        last = min(last, one.closed_on - timedelta(days=1))
    return (one.opens_on, last) if last >= one.opens_on else None


def readable(one: FollowUpRound) -> dict[str, Any]:
    """A round as the journal keeps it."""
    return {
        "name": one.name,
        "plan": one.plan.title if one.plan is not None else None,
        "kind": one.kind.value,
        "opens_on": one.opens_on.isoformat(),
        "as_of": one.as_of.isoformat() if one.as_of else None,
        "due_on": one.due_on.isoformat(),
        "meetings": meetings.readable(one.meetings),
    }
