"""The ladder as the administrator has set it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.ladder import Ladder, Step, standard_ladder
from tracker.domain.permissions import Deed
from tracker.domain.rungs import (
    Meaning,
    check_rungs,
    has_escalation,
    in_swedish,
    renewed,
)
from tracker.extensions import db
from tracker.models import LadderStep, ReminderSettings, User
from tracker.services import journal, scope
from tracker.services.actions.rules import Refused

ONLY = 1  # there is one ladder, and one row of settings


@dataclass(frozen=True)
class Wanted:
    """A ladder as typed; `silent_above` says that nobody's superior shall hear of what is late."""

    rungs: tuple[Meaning, ...]
    morning: time
    silent_above: bool = False


def current() -> Ladder:
    """The ladder that counts: the one that comes with the product until somebody has edited it."""
    return standing()[0]


def standing() -> tuple[Ladder, int]:
    """The ladder that counts, and its version (0 until somebody has edited it)."""
    settings = db.session.get(ReminderSettings, ONLY)
    if settings is None:
        return standard_ladder(), 0
    rows = db.session.scalars(select(LadderStep).order_by(LadderStep.id))
    steps = tuple(Step(s.key, s.reason, s.days, s.to, s.every, s.since) for s in rows)
    return Ladder(time.fromisoformat(settings.morning), steps), settings.version


def morning() -> time:
    """The local hour from which the worker writes, without reading the rungs."""
    set_by_hand = db.session.scalar(select(ReminderSettings.morning))
    return time.fromisoformat(set_by_hand) if set_by_hand else standard_ladder().morning


def proposed(wanted: Wanted, *, today: date) -> Ladder:
    """The ladder that saving `wanted` today would give.

    Raises:
        Refused: with everything that is wrong with it.
    """
    problems = check_rungs(wanted.rungs, wanted.morning)
    if not has_escalation(wanted.rungs) and not wanted.silent_above:
        problems.append(
            RuleBroken(
                "Ingen eskalering är kvar: ingen chef får veta att en åtgärd är försenad. "
                "Lägg till en, eller kryssa för att det är meningen.",
                field="silent_above",
            )
        )
    if problems:
        raise Refused(problems)
    return renewed(current(), wanted.rungs, wanted.morning, today)


def save(wanted: Wanted, version: int, *, by: User, now: datetime, today: date) -> bool:
    """Let the ladder be as `wanted`, if it still has the `version` that the writer saw; whether
    anything changed.

    Raises:
        Forbidden: the person is no administrator.
        Refused: with everything that is wrong with it.
        Conflict: somebody saved it in between; `current` holds their rungs and version.
    """
    scope.require(by, Deed.OPERATIONS_MANAGE)
    before, standing_version = standing()
    after = proposed(wanted, today=today)
    if version != standing_version:
        raise _overtaken()
    if after == before:
        db.session.rollback()
        return False
    _replace(after, version)
    journal.record("ladder.change", "ladder", ONLY, _change(before, after), by=by, now=now)
    db.session.commit()
    return True


def _replace(ladder: Ladder, version: int) -> None:
    """Write settings and rungs, flushed; the version decides between two writers."""
    written = ladder.morning.isoformat("minutes")
    if version == 0:
        db.session.add(ReminderSettings(id=ONLY, morning=written, version=1))
        try:
            db.session.flush()
        except IntegrityError:
            db.session.rollback()
            raise _overtaken() from None
    else:
        changed = db.session.execute(
            update(ReminderSettings)
            .where(ReminderSettings.id == ONLY, ReminderSettings.version == version)
            .values(morning=written, version=version + 1)
        )
        if cast("CursorResult[Any]", changed).rowcount != 1:
            db.session.rollback()
            raise _overtaken()
    db.session.execute(delete(LadderStep))
    for step in ladder.steps:
        db.session.add(
            LadderStep(
                key=step.key,
                reason=step.reason,
                days=step.days,
                to=step.to,
                every=step.every,
                since=step.since,
            )
        )
        db.session.flush()  # one by one: their order is that of their keys


def _overtaken() -> Conflict:
    db.session.rollback()
    db.session.expire_all()
    ladder, version = standing()
    return Conflict({"ladder": ladder, "version": version})


def _change(before: Ladder, after: Ladder) -> dict[str, Any]:
    """[from, to] in words, of the hour and of the rungs that came or went."""
    old, new = _words(before.steps), _words(after.steps)
    data: dict[str, Any] = {
        "rungs": [
            [words for words in old if words not in new],
            [words for words in new if words not in old],
        ]
    }
    if before.morning != after.morning:
        data["morning"] = [f"{one.morning:%H:%M}" for one in (before, after)]
    return data


def _words(steps: Sequence[Step]) -> list[str]:
    return [in_swedish(step) for step in steps]
