"""The pages behind the keys in our letters: an invitation, a new password, a new address.

Looking spends nothing, so a program that tries the links of a mail does no harm.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import cast

from flask import Flask, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from config import LOCALES
from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.models import TokenPurpose
from tracker.services.accounts import addresses, own, throttle
from tracker.web.access import public, with_passwords
from tracker.web.auth.forms import ConfirmForm, ForgottenForm, PasswordForm
from tracker.web.auth.views import KNOWN_ADDRESS, bp
from tracker.web.beside import Beside
from tracker.web.cookies import origin
from tracker.web.messages import done, refused, translated
from tracker.web.postal import our_post
from tracker.web.second_factor import tried

log = logging.getLogger(__name__)
_letters = Beside()
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

    def ask() -> ResponseReturnValue:
        _count_asked(now())
        _look_for(form.email.data, now())
        done(
            _(
                "Finns det ett konto med adressen %(email)s går nu ett mejl dit, med en länk som "
                "gäller i två timmar. Kommer inget: titta i skräpposten, och se efter att "
                "adressen är rätt.",
                email=form.email.data,
            )
        )
        session[KNOWN_ADDRESS] = form.email.data
        return redirect(url_for("auth.login"))

    return tried(form, ask, "auth/forgotten.html")


def _count_asked(at: datetime) -> None:
    """Raises throttle.Stopped where too many have asked from the same place."""
    address = origin().address
    try:
        throttle.count_asked(address, now=at)
    except throttle.Stopped:
        throttle.tell("reset.stopped", user_id=None, address=address, now=at)
        raise


def _look_for(email: str, at: datetime) -> None:
    """Look for the account beside the request, some while later: how long the answer takes tells
    nobody whether there is one."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    patience = app.config.get("LETTER_PATIENCE", 0)
    thread = _letters.give(partial(_ask, app, email, at), at_once=patience > 0)
    if thread is None:
        log.error("no letter about a new password: too many are asked for")
    else:
        thread.join(patience)


def _ask(app: Flask, email: str, at: datetime) -> None:
    with app.app_context():
        own.ask_reset(email, post=our_post(), now=at)


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
                        key,
                        purpose,
                        form.password.data,
                        locale=_chosen_here(),
                        post=our_post(),
                        now=now(),
                    )
                except NotFound:
                    return _gone(purpose)
                except RuleBroken as error:
                    refused(form, error)
                else:
                    return _to_the_log_in(_("Lösenordet är valt. Logga in med det."), email)
        is_new = purpose is TokenPurpose.INVITATION
        page = render_template(
            "auth/password.html", form=form, name=name, email=email, is_new=is_new
        )
        return page, status


def _to_the_log_in(said: str, email: str) -> ResponseReturnValue:
    """Whoever was logged in in this browser is not any longer: it may have been somebody else."""
    logout_user()
    session.clear()
    session["locale"], session[KNOWN_ADDRESS] = get_locale().language, email
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
                    if not current_user.is_authenticated:
                        session[KNOWN_ADDRESS] = email
                    return redirect(url_for("start.index"))
        page = render_template("auth/new_address.html", form=form, before=before, email=email)
        return page, status


def _in(locale: str) -> AbstractContextManager[None]:
    """The page is in the language that the reader has chosen, else in that of the person whose key
    it is."""
    theirs = current_user.locale if current_user.is_authenticated else _chosen_here()
    return cast("AbstractContextManager[None]", force_locale(theirs or locale))


def _chosen_here() -> str | None:
    """The language that somebody who is not logged in has chosen in this browser."""
    chosen = None if current_user.is_authenticated else session.get("locale")
    return chosen if chosen in LOCALES else None


def _gone(purpose: TokenPurpose) -> ResponseReturnValue:
    return render_template("auth/key_gone.html", purpose=purpose.value), 404
