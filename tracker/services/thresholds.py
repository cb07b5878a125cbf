"""From how many percentage points on a sub-area counts as risen."""

from __future__ import annotations

from tracker.domain.scores import DEFAULT_THRESHOLD
from tracker.extensions import db
from tracker.models import EffectSettings


def threshold() -> float:
    """What people have set, in percentage points; the default while nobody has."""
    settings = db.session.get(EffectSettings, 1)
    return DEFAULT_THRESHOLD if settings is None else settings.threshold
