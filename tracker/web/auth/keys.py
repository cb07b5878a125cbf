"""The pages behind the keys in our letters: an invitation, a new password, a new address.

Looking spends nothing, so a program that tries the links of a mail does no harm.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Thread
from typing import cast

from flask import Flask, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import logout_user

from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.models import TokenPurpose
from tracker.services.accounts import addresses, own
from tracker.web.access import public, with_passwords
from tracker.web.auth.forms import ConfirmForm, ForgottenForm, PasswordForm
from tracker.web.auth.views import bp
from tracker.web.messages import done, refused, translated
from tracker.web.postal import our_post

log = logging.getLogger(__name__)
_WITH_KEYS = ("auth.invitation", "auth.reset", "auth.new_address")


@bp.after_request
def keep_key(response: Response) -> Response:
    """The address of such a page is a key: it goes to no search engine, cache or other site. Of
    ourselves only the name is told, which our own forms must show where they come from."""
    if request.endpoint in _WITH_KEYS:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.route("/reset", methods=["GET", "POST"])
@public
@with_passwords
def forgotten() -> ResponseReturnValue:
    """Ask for a letter with a key to choose a new password."""
    form = ForgottenForm(email=request.args.get("email", ""))
    if not form.validate_on_submit():
        return render_template("auth/forgotten.html", form=form), 422 if form.errors else 200
    _look_for(form.email.data, now())
    done(
        _(
            "Finns det ett konto med adressen %(email)s går nu ett mejl dit, med en länk som "
            "gäller i två timmar. Kommer inget: titta i skräpposten, och se efter att adressen är "
            "rätt.",
            email=form.email.data,
        )
    )
    return redirect(url_for("auth.login"))


def _look_for(email: str, at: datetime) -> None:
    """Look for the account beside the request: how long the answer takes tells nobody whether
    there is one."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    thread = Thread(target=_ask, args=(app, email, at), name="reset")
    thread.start()
    thread.join(app.config.get("LETTER_PATIENCE", 0))


def _ask(app: Flask, email: str, at: datetime) -> None:
    with app.app_context():
        try:
            own.ask_reset(email, post=our_post(), now=at)
        except Exception as error:  # its text might hold the letter, and so the key
            log.error("no letter about a new password: %s", type(error).__name__)


@bp.route("/invitation/<invitation>", methods=["GET", "POST"])
@public
@with_passwords
def invitation(invitation: str) -> ResponseReturnValue:
    """Choose a password for the first time."""
    return _choose(invitation, TokenPurpose.INVITATION)


@bp.route("/reset/<reset>", methods=["GET", "POST"])
@public
@with_passwords
def reset(reset: str) -> ResponseReturnValue:
    """Choose another password instead of a forgotten one."""
    return _choose(reset, TokenPurpose.RESET)


def _choose(key: str, purpose: TokenPurpose) -> ResponseReturnValue:
    try:
        user = own.holder(key, purpose, now=now()).user
    except NotFound:
        return _gone(purpose)
    name, email, locale = user.name, user.email, user.locale
    with _in(locale):
        form, status = PasswordForm(), 200
        if form.is_submitted():
            status = 422
            if form.validate():
                try:
                    own.choose_password(
                        key, purpose, form.password.data, post=our_post(), now=now()
                    )
                except NotFound:
                    return _gone(purpose)
                except RuleBroken as error:
                    refused(form, error)
                else:
                    return _to_the_log_in(_("Lösenordet är valt. Logga in med det."))
        is_new = purpose is TokenPurpose.INVITATION
        page = render_template(
            "auth/password.html", form=form, name=name, email=email, is_new=is_new
        )
        return page, status


def _to_the_log_in(said: str) -> ResponseReturnValue:
    """Whoever was logged in in this browser is not any longer: it may have been somebody else."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    if locale:
        session["locale"] = locale
    done(said)
    return redirect(url_for("auth.login"))


@bp.route("/new-address/<new_address>", methods=["GET", "POST"])
@public
@with_passwords
def new_address(new_address: str) -> ResponseReturnValue:
    """Confirm that one reads the mail at a new address."""
    try:
        row = own.holder(new_address, TokenPurpose.NEW_ADDRESS, now=now())
    except NotFound:
        return _gone(TokenPurpose.NEW_ADDRESS)
    before, email, locale = row.user.email, row.email, row.user.locale
    with _in(locale):
        form, status = ConfirmForm(), 200
        if form.is_submitted():
            status = 422
            if form.validate():
                try:
                    addresses.confirm_address(new_address, post=our_post(), now=now())
                except NotFound:
                    return _gone(TokenPurpose.NEW_ADDRESS)
                except RuleBroken as error:
                    form.form_errors.append(translated(error))
                else:
                    done(
                        _(
                            "Adressen är bytt. Från och med nu loggar du in med %(email)s.",
                            email=email,
                        )
                    )
                    return redirect(url_for("start.index"))
        page = render_template("auth/new_address.html", form=form, before=before, email=email)
        return page, status


def _in(locale: str) -> AbstractContextManager[None]:
    """The page is in the language of the person whose key it is."""
    return cast("AbstractContextManager[None]", force_locale(locale))


def _gone(purpose: TokenPurpose) -> ResponseReturnValue:
    return render_template("auth/key_gone.html", purpose=purpose.value), 404
