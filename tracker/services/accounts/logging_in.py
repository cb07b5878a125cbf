"""Logging in with address and password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import User
from tracker.services.accounts import devices, throttle
from tracker.services.accounts.passwords import is_password


@dataclass(frozen=True)
class Origin:
    """Where an attempt to log in comes from: the network address, and the key that the browser
    got when somebody last logged in with it (empty: none)."""

    address: str
    device: str = ""


def check_login(email: str, password: str, *, origin: Origin, now: datetime) -> User:
    """The person whose address and password these are. The guess is counted and saved first.
    What they do by it must ask `passwords.locked_as_proved` whether it still is their password.

    Raises:
        throttle.Stopped: there have been too many guesses; this one was not looked at.
        RuleBroken: address or password is wrong, or the account is closed (told apart for nobody).
    """
    account = fold(email.strip())
    user = db.session.scalar(select(User).where(User.email_key == account))
    hashed = user.password_hash if user and user.is_active else ""
    user_id = user.id if user else None
    guess = guess_at(account, user, origin, now=now)
    try:
        throttle.count(guess, now=now)
    except throttle.Stopped:
        throttle.tell("login.stopped", user_id=user_id, address=origin.address, now=now)
        raise
    # Hashing takes long; counting has let go of the database's write lock.
    if is_password(password, hashed) and user is not None:
        db.session.refresh(user)
        if user.is_active and user.password_hash == hashed:
            throttle.forgive(guess)
            user.proved_hash = hashed
            return user
    db.session.rollback()
    throttle.tell("login.failed", user_id=user_id, address=origin.address, now=now)
    raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")


def guess_at(account: str, user: User | None, origin: Origin, *, now: datetime) -> throttle.Guess:
    """A guess at what is counted under `account`, from the person's own browser or from a place."""
    if devices.is_known(user, origin.device, now=now):
        return throttle.Guess(account, origin.device, is_known=True)
    return throttle.Guess(account, throttle.network(origin.address))
