"""The keys in our letters to people about their accounts: made, looked at, spent, made void."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from tracker.domain.errors import NotFound
from tracker.extensions import db
from tracker.models import AccountToken, TokenPurpose, User

LIFE = {
    TokenPurpose.INVITATION: timedelta(days=14),
    TokenPurpose.RESET: timedelta(hours=2),
    TokenPurpose.NEW_ADDRESS: timedelta(hours=24),
}


def issue(user: User, purpose: TokenPurpose, *, now: datetime, email: str | None = None) -> str:
    """A new key for the person, in the caller's transaction; earlier ones of its kind are void."""
    void(user, purpose, now=now)
    key = secrets.token_hex(32)  # no sign at its end that a mail program leaves out of the link
    db.session.add(
        AccountToken(
            token_hash=_hash(key),
            user_id=user.id,
            purpose=purpose,
            email=email,
            created_at=now,
            expires_at=now + LIFE[purpose],
        )
    )
    return key


def peek(key: str, purpose: TokenPurpose, *, now: datetime) -> AccountToken:
    """The key's row, unspent.

    Raises:
        NotFound: there is no such key, or it is spent, has run out, or its person is gone.
    """
    row = db.session.scalar(
        select(AccountToken)
        .join(AccountToken.user)
        .where(
            AccountToken.token_hash == _hash(key),
            AccountToken.purpose == purpose,
            AccountToken.spent_at.is_(None),
            AccountToken.expires_at > now,
            User.deactivated_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    return row


def redeem(key: str, purpose: TokenPurpose, *, now: datetime) -> AccountToken:
    """Spend the key, in the caller's transaction: of two at once, one is told that it is gone.

    Raises:
        NotFound: as `peek`.
    """
    row = peek(key, purpose, now=now)
    taken = db.session.execute(
        update(AccountToken)
        .where(AccountToken.id == row.id, AccountToken.spent_at.is_(None))
        .values(spent_at=now)
        .returning(AccountToken.id)
    ).first()
    if taken is None:
        raise NotFound
    return row


def void(user: User, purpose: TokenPurpose, *, now: datetime) -> None:
    """Spend every key of this kind that the person has, in the caller's transaction."""
    db.session.execute(
        update(AccountToken)
        .where(
            AccountToken.user_id == user.id,
            AccountToken.purpose == purpose,
            AccountToken.spent_at.is_(None),
        )
        .values(spent_at=now)
    )


def void_all(user: User, *, now: datetime) -> None:
    """Spend every key that the person has, in the caller's transaction."""
    db.session.execute(
        update(AccountToken)
        .where(AccountToken.user_id == user.id, AccountToken.spent_at.is_(None))
        .values(spent_at=now)
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
