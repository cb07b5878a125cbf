"""Logging in and out, and choosing a language."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from config import LOCALES
from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import login_manager
from tracker.models import User
from tracker.services import accounts, operations
from tracker.web.access import me, public, requires
from tracker.web.auth.forms import LoginForm
from tracker.web.local import safe_target, today, zone
from tracker.web.messages import show_error

bp = Blueprint("auth", __name__)


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """The person behind the cookie's token; the database decides whether it still holds."""
    user = accounts.user_of_session(token, now=now(), today=today())
    if user is not None:
        user.session_token = token
    return user


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """The log-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("start.index"))
    form = LoginForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            user, token = accounts.log_in(form.email.data, form.password.data, now=now())
        except RuleBroken as error:
            show_error(form, error)
            return render_template("auth/login.html", form=form), 422
        return _welcome(user, token, form.next.data or "")
    return render_template("auth/login.html", form=form), 422 if form.errors else 200


def _welcome(user: User, token: str, target: str) -> ResponseReturnValue:
    session.clear()  # nothing that was set before the log-in survives it
    user.session_token = token
    login_user(user)
    return redirect(safe_target(target))


@bp.post("/logout")
@requires(Deed.ACCOUNT_USE)
def logout() -> ResponseReturnValue:
    """End this session."""
    accounts.log_out(me().session_token, by=me(), now=now())
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"))


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Switch between Swedish and English, for the account or, before log-in, this browser."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        if current_user.is_authenticated:
            accounts.set_locale(locale, by=me())
        else:
            session["locale"] = locale
    return redirect(safe_target(request.form.get("next", "")))


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Whether the service and its database answer."""
    report, reachable = operations.health_report(now=now(), zone=zone())
    return report, 200 if reachable else 503
