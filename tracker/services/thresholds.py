"""From how many percentage points on a sub-area counts as risen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.scores import DEFAULT_THRESHOLD
from tracker.extensions import db
from tracker.models import EffectSettings, User
from tracker.services import journal, scope

ONLY = 1  # there is one row of settings
MOST = 50.0


def threshold() -> float:
    """What people have set, in percentage points; the default while nobody has."""
    return standing()[0]


def standing() -> tuple[float, int]:
    """The threshold that counts, and its version (0 until somebody has set it)."""
    settings = db.session.get(EffectSettings, ONLY)
    return (DEFAULT_THRESHOLD, 0) if settings is None else (settings.threshold, settings.version)


def checked(value: float | None) -> float:
    """The value with one decimal. Raises RuleBroken (field threshold) for what is none."""
    if value is None or not 0 <= value <= MOST or abs(value * 10 - round(value * 10)) > 1e-6:
        raise RuleBroken(
            "Skriv ett tal från 0 till 50 med högst en decimal, till exempel 5 eller 7,5.",
            field="threshold",
        )
    return round(value, 1)


def set_threshold(value: float | None, *, by: User, now: datetime, seen: int) -> bool:
    """Let a rise begin above `value`, if the version is still the one that the writer saw;
    whether that is anything new.

    Raises:
        RuleBroken: it is no number from 0 to 50 with one decimal.
        Conflict: somebody set it in between; `current` holds threshold and version.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    new = checked(value)
    before, version = standing()
    if seen != version:
        raise _overtaken()
    if new == before:
        db.session.rollback()
        return False
    _put(new, version)
    data = {"threshold": [_written(before), _written(new)]}
    journal.record("effect.threshold", "effect_settings", ONLY, data, by=by, now=now)
    db.session.commit()
    return True


def _put(value: float, version: int) -> None:
    """Write it, flushed; the version decides between two writers."""
    if version == 0:
        db.session.add(EffectSettings(id=ONLY, threshold=value, version=1))
        try:
            db.session.flush()
        except IntegrityError:
            raise _overtaken() from None
        return
    changed = db.session.execute(
        update(EffectSettings)
        .where(EffectSettings.id == ONLY, EffectSettings.version == version)
        .values(threshold=value, version=version + 1)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise _overtaken()


def _overtaken() -> Conflict:
    db.session.rollback()
    db.session.expire_all()
    value, version = standing()
    return Conflict({"threshold": value, "version": version})


def _written(value: float) -> str:
    """5 or 7,5."""
    return f"{value:g}".replace(".", ",")
