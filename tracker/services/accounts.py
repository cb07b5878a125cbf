"""Log-in: passwords, and the sessions that live in the database."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import false, select, update

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import NOBODY
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import LoginSession, User
from tracker.services import journal, stand_ins

SESSION_LIFE = timedelta(hours=12)
_hasher = PasswordHasher()


def hash_password(password: str, *, salt: bytes | None = None) -> str:
    """An Argon2id hash (about 0.2 s of work, on purpose); `salt` only where it shall repeat."""
    return _hasher.hash(password, salt=salt)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password matches: a wrong address must take as long as a wrong password."""
    return hash_password(secrets.token_hex(16))


def _verify(password: str, hashed: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def log_in(email: str, password: str, *, now: datetime) -> tuple[User, str]:
    """Check the password and open a session: the person and the token for their browser.

    Raises:
        RuleBroken: address or password is wrong, or the account is closed (told apart for nobody).
    """
    user = db.session.scalar(select(User).where(User.email_key == fold(email.strip())))
    hashed = user.password_hash if user and user.is_active else _nobody()
    # Hashing takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    if not _verify(password, hashed) or user is None:
        raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")
    db.session.refresh(user)
    if not user.is_active:
        raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=_hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    journal.record("session.open", "user", user.id, {}, by=user, now=now)
    db.session.commit()
    return user, token


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


def set_locale(locale: str, *, by: User) -> None:
    """Remember the language a person wants; a preference, not a deed for the journal."""
    by.locale = locale
    db.session.commit()


def set_digest_weekday(weekday: int | None, *, by: User, now: datetime) -> None:
    """Let the digest come on one weekday (0 = Monday … 4 = Friday), or every working day.

    Raises:
        RuleBroken: no such day.
    """
    if weekday is not None and weekday not in range(5):
        raise RuleBroken("Välj en dag från måndag till fredag.", field="weekday")
    before = by.digest_weekday
    if before != weekday:
        by.digest_weekday = weekday
        facts = {"digest_weekday": [before, weekday]}
        journal.record("user.digest_weekday", "user", by.id, facts, by=by, now=now)
    db.session.commit()


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
