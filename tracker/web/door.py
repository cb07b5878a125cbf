"""Letting somebody in who has proved who they are, whichever way."""

from __future__ import annotations

from flask import redirect, session
from flask.typing import ResponseReturnValue
from flask_login import login_user

from tracker.clock import now
from tracker.models import LogInMethod, User
from tracker.services.accounts import sessions
from tracker.web.local import safe_target


def admit(user: User, *, method: LogInMethod, target: str) -> ResponseReturnValue:
    """Open a session for the person in this browser, and lead on to where they wanted."""
    token = sessions.open_session(user, method=method, device="", now=now())
    session.clear()  # nothing that was set before the log-in survives it
    user.session_token = token
    login_user(user)
    return redirect(safe_target(target))
