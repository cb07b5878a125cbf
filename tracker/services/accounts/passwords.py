"""Passwords: only their hashes are kept, and a wrong address takes as long as a wrong password."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.extensions import db
from tracker.models import User

WRONG = N_("Lösenordet stämmer inte.")

_hasher = PasswordHasher()


def hash_password(password: str, *, salt: bytes | None = None) -> str:
    """An Argon2id hash (about 0.2 s of work, on purpose); `salt` only where it shall repeat."""
    return _hasher.hash(password, salt=salt)


def is_password(password: str, hashed: str) -> bool:
    """Whether the password is the hashed one; an empty hash is nobody's, and costs as much work."""
    try:
        return _hasher.verify(hashed or _nobodys(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def locked_as_proved(user: User, field: str | None = None) -> User:
    """The person, held until the transaction ends, whose password is still the one that they have
    proved to know (`user.proved_hash`). Hashing takes long and holds nothing, so that it may be
    another by now, and then what they know opens nothing any longer.

    Raises:
        RuleBroken: at `field`; it is another, or the account is closed.
    """
    query = select(User).where(User.id == user.id).with_for_update(of=User, key_share=True)
    held = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if not held.is_active or not user.proved_hash or held.password_hash != user.proved_hash:
        raise RuleBroken(WRONG, field=field)
    return held


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password matches."""
    return hash_password(secrets.token_hex(16))
