"""Passwords: only their hashes are kept, and a wrong address takes as long as a wrong password."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

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


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password matches."""
    return hash_password(secrets.token_hex(16))
