"""The sessions: they live in the database, so that they can be ended there."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import false, select, update

from tracker.domain.permissions import NOBODY
from tracker.extensions import db
from tracker.models import LogInMethod, LoginSession, User
from tracker.services import journal, stand_ins

SESSION_LIFE = timedelta(hours=12)


def open_session(user: User, *, method: LogInMethod, device: str, now: datetime) -> str:
    """Open a session for somebody who has proved who they are: the token for their browser."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=_hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + SESSION_LIFE,
            method=method,
            device=device,
        )
    )
    journal.record("session.open", "user", user.id, {"method": method.value}, by=user, now=now)
    db.session.commit()
    return token


def log_out(token: str, *, by: User, now: datetime) -> None:
    """End the session of this token; its cookie is worthless from now on."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == _hash_token(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    journal.record("session.close", "user", by.id, {}, by=by, now=now)
    db.session.commit()


def end_sessions(user_id: int, *, now: datetime) -> None:
    """End every session of a person, in the caller's transaction."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def user_of_session(token: str, *, now: datetime, today: date | None = None) -> User | None:
    """The active person behind a token, or None when the session ended or ran out.

    With `today` they also reach what they answer for in the stead of those who are away.
    """
    asked = stand_ins.is_delegate(today) if today else false()
    row = db.session.execute(
        select(User, asked.label("is_delegate"))
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.token_hash == _hash_token(token),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            User.deactivated_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    user: User = row.User
    user.stands_for = NOBODY
    return stand_ins.with_stand_ins(user, today) if today and row.is_delegate else user


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
