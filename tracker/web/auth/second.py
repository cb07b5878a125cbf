"""The second step of a log-in: a code from the app, one from paper, or getting the app first."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.one_time import paper_code_in
from tracker.models import LogInMethod, User
from tracker.services.accounts import factor_changes, factors, second_steps
from tracker.services.accounts.throttle import Stopped, tell
from tracker.web import cookies, second_factor
from tracker.web.access import public, with_passwords
from tracker.web.auth.views import bp
from tracker.web.door import WAITING, let_in
from tracker.web.local import safe_target
from tracker.web.messages import done_with_link
from tracker.web.postal import our_post
from tracker.web.second_factor import NewCodeForm, tried


class CodeForm(FlaskForm):
    """The code that the app shows, or one from paper."""

    code = StringField(_l("Kod"), [InputRequired(_l("Skriv koden.")), Length(max=200)])


class RecoveryForm(FlaskForm):
    """One of the codes on paper."""

    code = StringField(
        _l("Återställningskod"),
        [InputRequired(_l("Skriv en återställningskod.")), Length(max=200)],
    )

    def validate_code(self, field: StringField) -> None:
        """Say what is asked for here, which no code of the app is."""
        if paper_code_in(field.data) is None:
            raise ValidationError(_("Skriv en av dina återställningskoder: 24 tecken."))


@bp.route("/login/code", methods=["GET", "POST"])
@public
@with_passwords
def second_step() -> ResponseReturnValue:
    """Ask for the code that the app shows."""
    return _asked(CodeForm, "auth/code.html")


@bp.route("/login/recovery-code", methods=["GET", "POST"])
@public
@with_passwords
def recovery() -> ResponseReturnValue:
    """Ask for a code from paper."""
    return _asked(RecoveryForm, "auth/recovery.html")


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


def _asked(kind: type[CodeForm | RecoveryForm], template: str) -> ResponseReturnValue:
    waiting = _waiting()
    if waiting is None:
        return _too_late()
    if not waiting.has_factor:
        return redirect(url_for("auth.enrol"))
    user, form = waiting.user, kind()

    def take() -> Response:
        typed, origin = form.code.data, cookies.origin()
        try:
            second_steps.answer(user, typed, origin=origin, post=our_post(), now=now())
        except RuleBroken as error:
            event = "code.stopped" if isinstance(error, Stopped) else "code.failed"
            tell(event, user_id=user.id, address=origin.address, now=now())
            raise
        answer = make_response(redirect(_target()))
        let_in(user, method=LogInMethod.TWO_FACTORS, answer=answer)
        if paper_code_in(typed) is not None:
            _tell_what_next(user)
        return answer

    return tried(form, take, template)


def _tell_what_next(user: User) -> None:
    """Whoever came in by a code on paper may have another telephone, or soon no codes."""
    left = factors.standing(user, "").codes_left
    sentence = ngettext(
        "Du kom in med en återställningskod. %(num)s kod kvar. Har du bytt telefon?",
        "Du kom in med en återställningskod. %(num)s koder kvar. Har du bytt telefon?",
        left,
    )
    done_with_link(sentence, _("Ställ in den nya appen"), url_for("account.new_factor"))


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
