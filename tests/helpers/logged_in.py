"""Logging in below the web: the password is checked and a session opened."""

from __future__ import annotations

from datetime import datetime

from tracker.models import LogInMethod, User
from tracker.services.accounts.logging_in import Origin, check_login
from tracker.services.accounts.sessions import open_session

HERE = Origin("192.0.2.7")


def log_in(email: str, password: str, *, now: datetime) -> tuple[User, str]:
    """The person and the token of a session of theirs; raises as `check_login`."""
    user = check_login(email, password, origin=HERE, now=now)
    return user, open_session(user, method=LogInMethod.PASSWORD, device="", now=now)
