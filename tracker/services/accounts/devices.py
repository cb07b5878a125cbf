"""The browsers in which a person has logged in; each holds a key, and we only its hash.

A key opens nothing. One browser has one key for everybody who uses it, and is known to each of
them apart.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tracker.extensions import db
from tracker.models import KnownDevice, User

KNOWN_FOR = timedelta(days=180)  # since the last log-in
_LONGEST = 100


def new_key() -> str:
    """A key for a browser that has none."""
    return secrets.token_urlsafe(32)


def is_known(user: User | None, key: str, *, now: datetime) -> bool:
    """Whether the person has logged in with this browser; the same work for nobody."""
    if not key or len(key) > _LONGEST:
        return False
    query = select(KnownDevice.id).where(
        KnownDevice.device_hash == _hash(user.id if user else 0, key),
        KnownDevice.seen_at > now - KNOWN_FOR,
    )
    return db.session.scalar(query) is not None


def remember(user: User, key: str, *, now: datetime) -> None:
    """Know the browser again, in the caller's transaction."""
    if not key or len(key) > _LONGEST:
        return
    hashed = _hash(user.id, key)
    known = db.session.scalar(select(KnownDevice).where(KnownDevice.device_hash == hashed))
    if known is None:
        known = KnownDevice(user_id=user.id, device_hash=hashed, created_at=now)
        db.session.add(known)
    known.seen_at = now


def forget_old(now: datetime) -> None:
    """Drop, in the caller's transaction, the browsers that are no longer known."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.seen_at <= now - KNOWN_FOR))


def _hash(user_id: int, key: str) -> str:
    return hashlib.sha256(f"{user_id} {key}".encode()).hexdigest()
