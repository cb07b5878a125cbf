"""Logging in with address and password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import User
from tracker.services.accounts.passwords import is_password


@dataclass(frozen=True)
class Origin:
    """Where an attempt to log in comes from: the network address, and the key that the browser
    got when somebody last logged in with it (empty: none)."""

    address: str
    device: str = ""


def check_login(email: str, password: str, *, origin: Origin, now: datetime) -> User:
    """The person whose address and password these are.

    Raises:
        RuleBroken: address or password is wrong, or the account is closed (told apart for nobody).
    """
    user = db.session.scalar(select(User).where(User.email_key == fold(email.strip())))
    hashed = user.password_hash if user and user.is_active else ""
    # Hashing takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    if not is_password(password, hashed) or user is None:
        raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")
    db.session.refresh(user)
    if not user.is_active:
        raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")
    return user
