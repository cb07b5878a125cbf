"""Codes on paper for whoever has lost the telephone: each opens once.

They hold 120 random bits each, so a plain hash is enough: nobody can try them all.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update

from tracker.domain.one_time import LETTERS, PAPER_LENGTH, in_groups
from tracker.extensions import db
from tracker.models import RecoveryCode

HOW_MANY = 10
FEW = 3


def fresh(user_id: int) -> tuple[str, ...]:
    """New codes in place of all earlier ones, in the caller's transaction; nobody can read them
    again."""
    drop(user_id)
    codes = ["".join(secrets.choice(LETTERS) for _ in range(PAPER_LENGTH)) for _ in range(HOW_MANY)]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes)
    return tuple(in_groups(code, "-") for code in codes)


def spend(user_id: int, code: str, *, now: datetime) -> bool:
    """Use a code, in the caller's transaction; False where the person has no such code left."""
    taken = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).first()
    return taken is not None


def left(user_id: int) -> int:
    """How many codes the person has that are not used."""
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def drop(user_id: int) -> None:
    """Forget every code of the person, in the caller's transaction."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
