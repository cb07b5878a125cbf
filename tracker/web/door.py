"""Letting somebody in who has proved who they are, whichever way."""

from __future__ import annotations

from flask import Response, current_app, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user

from tracker.clock import now
from tracker.domain.user_agents import device_words
from tracker.models import LogInMethod, User
from tracker.services.accounts import factors, sessions
from tracker.web import cookies
from tracker.web.access import passwords_here
from tracker.web.local import safe_target

WAITING = "waiting"
LONGEST_TARGET = 1500  # the session is a cookie of 4 kB


def second_factor_rule() -> str:
    """Who must have a second factor: "" (nobody), "admin" or "all"."""
    return str(current_app.extensions["settings"].second_factor)


def admit(user: User, *, method: LogInMethod, target: str) -> ResponseReturnValue:
    """Open a session for the person in this browser, and lead on to where they wanted.

    Whoever came with a password and has a second factor, or must have one, first shows or gets
    it: until then there is no session. A provider of log-ins has asked for its own.
    """
    if method is LogInMethod.PASSWORD and factors.is_awaited(user, second_factor_rule()):
        return _let_wait(user, target)
    return let_in(user, method=method, answer=make_response(redirect(safe_target(target))))


def must_come_anew(user: User) -> bool:
    """Whether a session was opened in a way that no longer lets the person in: with a password
    where that is switched off, or with it alone where they must give more now."""
    if user.session_method is LogInMethod.OIDC:
        return False
    by_password = user.session_method is LogInMethod.PASSWORD
    return not passwords_here() or (by_password and factors.is_required(user, second_factor_rule()))


def let_in(user: User, *, method: LogInMethod, answer: Response) -> Response:
    """Open a session for the person in the browser that gets `answer`."""
    at, key = now(), cookies.device_key()
    device = device_words(request.user_agent.string)
    token = sessions.open_session(user, method=method, device=device, now=at, device_key=key)
    session.clear()  # nothing that was set before the log-in survives it
    g.pop("csrf_token", None)
    cookies.note_use(at)
    cookies.keep_device(answer, key)
    user.session_token = token
    login_user(user)
    return answer


def _let_wait(user: User, target: str) -> ResponseReturnValue:
    """Remember in the signed cookie who has given the right password, and ask for the rest."""
    at = now()
    waiting = {
        "user": user.id,
        "at": at.isoformat(),
        "mark": factors.waiting_mark(user, at),
        "target": target if len(target) <= LONGEST_TARGET else "",
    }
    locale = user.locale
    session.clear()
    session[WAITING], session["locale"] = waiting, locale
    return redirect(url_for("auth.second_step"))
