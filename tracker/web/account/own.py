"""How one logs in: the password, the address, and where one is logged in."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.accounts import addresses, own, sessions
from tracker.web.access import me, requires, with_passwords
from tracker.web.account.forms import ChangeAddressForm, ChangePasswordForm
from tracker.web.account.views import bp
from tracker.web.cookies import origin
from tracker.web.messages import done, refused
from tracker.web.postal import our_post


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Deed.ACCOUNT_USE)
@with_passwords
def password() -> ResponseReturnValue:
    """Another password."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            own.change_password(
                form.present.data,
                form.password.data,
                token=me().session_token,
                origin=origin(),
                post=our_post(),
                by=me(),
                now=now(),
            )
        except RuleBroken as error:
            refused(form, error)
        else:
            done(_("Lösenordet är bytt. Alla dina andra inloggningar är avslutade."))
            return redirect(url_for("account.index"))
    return render_template("account/password.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/account/address", methods=["GET", "POST"])
@requires(Deed.ACCOUNT_USE)
@with_passwords
def address() -> ResponseReturnValue:
    """Another address, once somebody there has confirmed it."""
    form = ChangeAddressForm()
    if form.validate_on_submit():
        typed, given = form.email.data, form.present.data
        try:
            addresses.ask_new_address(
                typed, given, origin=origin(), post=our_post(), by=me(), now=now()
            )
        except RuleBroken as error:
            refused(form, error)
        else:
            done(
                _(
                    "Ett mejl är på väg till %(email)s. Öppna länken i det, så byts adressen. "
                    "Kommer inget: titta i skräpposten, eller fråga den som är administratör.",
                    email=typed,
                )
            )
            return redirect(url_for("account.index"))
    return render_template("account/address.html", form=form), 422 if form.is_submitted() else 200


@bp.post("/account/sessions/<int:session_id>/end")
@requires(Deed.ACCOUNT_USE)
def end_session(session_id: int) -> ResponseReturnValue:
    """Log out somewhere else."""
    sessions.end_session(session_id, by=me(), now=now())
    done(_("Inloggningen är avslutad."))
    return redirect(url_for("account.index"))


@bp.post("/account/sessions/end-others")
@requires(Deed.ACCOUNT_USE)
def end_other_sessions() -> ResponseReturnValue:
    """Log out everywhere but here."""
    ended = sessions.end_all_others(me().session_token, by=me(), now=now())
    if ended:
        done(
            ngettext(
                "%(num)s annan inloggning är avslutad.",
                "%(num)s andra inloggningar är avslutade.",
                ended,
            )
        )
    return redirect(url_for("account.index"))
