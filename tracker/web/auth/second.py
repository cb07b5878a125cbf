"""The second step of a log-in: a code from the app, one from paper, or getting the app first."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.models import LogInMethod
from tracker.services.accounts import factor_changes, factors, second_steps
from tracker.services.accounts.throttle import Stopped, tell
from tracker.web import cookies, second_factor
from tracker.web.access import public, with_passwords
from tracker.web.auth.views import bp
from tracker.web.door import WAITING, let_in
from tracker.web.local import safe_target
from tracker.web.postal import our_post
from tracker.web.second_factor import NewCodeForm, tried


class CodeForm(FlaskForm):
    """The code that the app shows, or one from paper."""

    code = StringField(_l("Kod"), [InputRequired(_l("Skriv koden.")), Length(max=200)])


@bp.route("/login/code", methods=["GET", "POST"])
@public
@with_passwords
def second_step() -> ResponseReturnValue:
    """Ask for the code that the app shows."""
    return _asked("auth/code.html")


@bp.route("/login/recovery-code", methods=["GET", "POST"])
@public
@with_passwords
def recovery() -> ResponseReturnValue:
    """Ask for a code from paper."""
    return _asked("auth/recovery.html")


@bp.route("/login/factor", methods=["GET", "POST"])
@public
@with_passwords
def enrol() -> ResponseReturnValue:
    """Let somebody who must have a second factor get one before they come in."""
    waiting = _waiting()
    if waiting is None:
        return _too_late()
    if waiting.has_factor:
        return redirect(url_for("auth.second_step"))
    user, form = waiting.user, NewCodeForm()

    def take() -> ResponseReturnValue:
        codes = factor_changes.turn_on(
            second_factor.nonce(), form.new.data, None, by=user, post=our_post(), now=now()
        )
        target = _target()
        # Rendered by the page's own template once the session is open, for it has the menu then.
        answer = let_in(user, method=LogInMethod.TWO_FACTORS, answer=make_response())
        answer.set_data(render_template("account/factor_codes.html", codes=codes, on=target))
        return answer

    return tried(form, take, "auth/enrol.html", offer=second_factor.shown(user))


def _asked(template: str) -> ResponseReturnValue:
    waiting = _waiting()
    if waiting is None:
        return _too_late()
    if not waiting.has_factor:
        return redirect(url_for("auth.enrol"))
    user, form = waiting.user, CodeForm()

    def take() -> Response:
        try:
            second_steps.answer(user, form.code.data, post=our_post(), now=now())
        except RuleBroken as error:
            event = "code.stopped" if isinstance(error, Stopped) else "code.failed"
            tell(event, user_id=user.id, address=cookies.origin().address, now=now())
            raise
        answer = make_response(redirect(_target()))
        return let_in(user, method=LogInMethod.TWO_FACTORS, answer=answer)

    return tried(form, take, template)


def _waiting() -> factors.Waiting | None:
    """Whoever has given the right password in this browser, not long ago."""
    kept = session.get(WAITING)
    if not isinstance(kept, dict):
        return None
    at = datetime.fromisoformat(kept["at"])
    return factors.waiting(kept["user"], at, kept["mark"], now=now())


def _target() -> str:
    return safe_target(session[WAITING]["target"])


def _too_late() -> ResponseReturnValue:
    if session.pop(WAITING, None) is not None:
        flash(_("Det dröjde för länge. Logga in en gång till."), "info")
    return redirect(url_for("auth.login"))
