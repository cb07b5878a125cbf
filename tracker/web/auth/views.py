"""Logging in and out, and choosing a language."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from config import LOCALES
from tracker.clock import now
from tracker.domain.errors import Forbidden, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import login_manager
from tracker.models import LogInMethod, User
from tracker.services import operations
from tracker.services.accounts import preferences, sessions
from tracker.services.accounts.logging_in import check_login
from tracker.services.accounts.throttle import Stopped
from tracker.web import cookies
from tracker.web.access import me, passwords_here, public, requires
from tracker.web.auth.forms import LoginForm
from tracker.web.auth.sign_on import came_by_provider, way_out
from tracker.web.door import admit, must_come_anew
from tracker.web.local import safe_target, today, zone
from tracker.web.messages import show_error

bp = Blueprint("auth", __name__)

KNOWN_ADDRESS = "known_address"  # what to log in with, for somebody who has just said it


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """The person behind the cookie's token; the database decides whether it still holds."""
    at = now()
    if cookies.is_idle(at):
        return None
    user = sessions.user_of_session(token, now=at, today=today())
    if user is None or must_come_anew(user):
        return None
    user.session_token = token
    cookies.note_use(at)
    return user


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """The log-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("start.index"))
    if request.method == "POST" and not passwords_here():
        raise Forbidden
    known = session.pop(KNOWN_ADDRESS, "") if request.method == "GET" else ""
    form = LoginForm(next=request.args.get("next", ""), email=known)
    if form.validate_on_submit():
        try:
            typed = (form.email.data, form.password.data)
            user = check_login(*typed, origin=cookies.origin(), now=now())
            return admit(user, method=LogInMethod.PASSWORD, target=form.next.data or "")
        except Stopped as error:
            show_error(form, error)
            later = {"Retry-After": str(error.seconds)}
            return render_template("auth/login.html", form=form), 429, later
        except RuleBroken as error:
            show_error(form, error)
            return render_template("auth/login.html", form=form), 422
    return render_template("auth/login.html", form=form), 422 if form.errors else 200


@bp.post("/logout")
@requires(Deed.ACCOUNT_USE)
def logout() -> ResponseReturnValue:
    """End this session."""
    sessions.log_out(me().session_token, by=me(), now=now())
    logout_user()
    came = came_by_provider()
    session.clear()
    return redirect(way_out(came))


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Choose a language, for the account or, before log-in, this browser."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        if current_user.is_authenticated:
            preferences.set_locale(locale, by=me())
        else:
            session["locale"] = locale
    return redirect(safe_target(request.form.get("next", "")))


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Whether the service and its database answer."""
    report, reachable = operations.health_report(now=now(), zone=zone())
    return report, 200 if reachable else 503
