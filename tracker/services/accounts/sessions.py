"""The sessions: they live in the database, so that they can be ended there."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, func, select, true, update

from tracker.domain.errors import NotFound
from tracker.domain.permissions import NOBODY
from tracker.extensions import db
from tracker.models import LogInMethod, LoginSession, User
from tracker.services import journal, stand_ins
from tracker.services.accounts import devices
from tracker.services.accounts.passwords import locked_as_proved

SESSION_LIFE = timedelta(hours=12)
MOST_LISTED = 20


def open_session(
    user: User, *, method: LogInMethod, device: str, now: datetime, device_key: str = ""
) -> str:
    """Open a session for somebody who has proved who they are: the token for their browser, which
    is known by `device_key` from now on.

    Raises:
        RuleBroken: the password that they came with is no longer theirs.
    """
    if method is not LogInMethod.OIDC:
        locked_as_proved(user)
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
    devices.remember(user, device_key, now=now)
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


@dataclass(frozen=True)
class Opened:
    """A session that has not ended, as its owner sees it; `present` is the one they look with."""

    id: int
    device: str
    method: LogInMethod
    since: datetime
    present: bool


@dataclass(frozen=True)
class OpenSessions:
    """A person's open sessions, the present one first and then by age, and how many more there
    are than are listed."""

    listed: tuple[Opened, ...]
    more: int

    @property
    def others(self) -> int:
        """How many there are besides the present one."""
        return len(self.listed) - 1 + self.more


def open_sessions(user: User, token: str, *, now: datetime) -> OpenSessions:
    """Where the person is logged in, looked at from the session of `token`."""
    is_present = LoginSession.token_hash == _hash_token(token)
    query = (
        select(LoginSession, is_present, func.count().over())
        .where(*_still_open(user.id, now))
        .order_by(is_present.desc(), LoginSession.id.desc())
        .limit(MOST_LISTED)
    )
    rows = db.session.execute(query).all()
    listed = tuple(
        Opened(one.id, one.device, one.method, one.created_at, bool(present))
        for one, present, _every in rows
    )
    return OpenSessions(listed, rows[0][2] - len(rows) if rows else 0)


def end_session(session_id: int, *, by: User, now: datetime) -> None:
    """End one of one's own sessions.

    Raises:
        NotFound: it is no open session of the person's.
    """
    ended = _end(LoginSession.id == session_id, user_id=by.id, now=now)
    if not ended:
        raise NotFound
    journal.record("session.end", "user", by.id, {"sessions": ended}, by=by, now=now)
    db.session.commit()


def end_all_others(token: str, *, by: User, now: datetime) -> int:
    """End all of one's own sessions but that of `token`; how many there were."""
    ended = end_others(by.id, token, now=now)
    if ended:
        journal.record("session.end", "user", by.id, {"sessions": ended}, by=by, now=now)
    db.session.commit()
    return ended


def end_others(user_id: int, token: str, *, now: datetime) -> int:
    """As `end_all_others`, in the caller's transaction and without a word in the journal."""
    return _end(LoginSession.token_hash != _hash_token(token), user_id=user_id, now=now)


def _end(which: ColumnElement[bool], *, user_id: int, now: datetime) -> int:
    ended = db.session.execute(
        update(LoginSession)
        .where(which, *_still_open(user_id, now))
        .values(ended_at=now)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def _still_open(user_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > now,
    )


def end_sessions(user_id: int, *, now: datetime) -> int:
    """End every session of a person, in the caller's transaction; how many there were."""
    return _end(true(), user_id=user_id, now=now)


def user_of_session(token: str, *, now: datetime, today: date | None = None) -> User | None:
    """The active person behind a token, or None when the session ended or ran out.

    With `today` they also reach what they answer for in the stead of those who are away.
    """
    asked = stand_ins.is_delegate(today) if today else false()
    row = db.session.execute(
        select(User, LoginSession.method, asked.label("is_delegate"))
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
    user.stands_for, user.session_method = NOBODY, row.method
    return stand_ins.with_stand_ins(user, today) if today and row.is_delegate else user


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
