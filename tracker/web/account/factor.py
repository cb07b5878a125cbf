"""One's own second factor: getting one, another telephone, new codes on paper, none any longer."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from tracker.clock import now
from tracker.domain.permissions import Deed
from tracker.services.accounts import factor_changes, factors
from tracker.services.accounts.second_steps import Proof
from tracker.web import cookies, second_factor
from tracker.web.access import me, requires, with_passwords
from tracker.web.account.views import bp
from tracker.web.door import second_factor_rule
from tracker.web.messages import done
from tracker.web.postal import our_post
from tracker.web.second_factor import NewCodeForm, tried


class PasswordForm(FlaskForm):
    """One's password, typed again."""

    password = PasswordField(
        _l("Ditt lösenord"), [InputRequired(_l("Skriv ditt lösenord.")), Length(max=200)]
    )

    def proof(self) -> Proof:
        """What shows that it is oneself."""
        code = self.code.data if "code" in self else ""
        return Proof(self.password.data, code, cookies.origin())


class ProofForm(PasswordForm):
    """The password, and a code of the factor that one has."""

    code = StringField(
        _l("Kod från appen, eller en återställningskod"),
        [InputRequired(_l("Skriv koden.")), Length(max=200)],
    )


class FirstForm(NewCodeForm, PasswordForm):
    """A first factor."""


class OtherForm(NewCodeForm, ProofForm):
    """Another factor in place of the one that one has."""


@bp.route("/account/factor/new", methods=["GET", "POST"])
@requires(Deed.ACCOUNT_USE)
@with_passwords
def new_factor() -> ResponseReturnValue:
    """A first factor, or another telephone."""
    standing = factors.standing(me(), second_factor_rule())
    form = OtherForm() if standing.since else FirstForm()

    def take() -> ResponseReturnValue:
        given = (second_factor.nonce(), form.new.data, form.proof())
        codes = factor_changes.turn_on(*given, by=me(), post=our_post(), now=now())
        second_factor.take()
        return _codes_page(codes)

    offer = second_factor.shown(me())
    return tried(form, take, "account/factor_new.html", standing=standing, offer=offer)


@bp.route("/account/factor/codes", methods=["GET", "POST"])
@requires(Deed.ACCOUNT_USE)
@with_passwords
def new_codes() -> ResponseReturnValue:
    """New codes on paper; the old ones open nothing any longer."""
    form = ProofForm()

    def take() -> ResponseReturnValue:
        proof, post = form.proof(), our_post()
        return _codes_page(factor_changes.renew_codes(proof, by=me(), post=post, now=now()))

    return _with_factor(form, take, "account/factor_renew.html")


@bp.route("/account/factor/off", methods=["GET", "POST"])
@requires(Deed.ACCOUNT_USE)
@with_passwords
def factor_off() -> ResponseReturnValue:
    """Be without it again."""
    form, rule = ProofForm(), second_factor_rule()

    def take() -> ResponseReturnValue:
        proof, post = form.proof(), our_post()
        factor_changes.turn_off(proof, rule=rule, by=me(), post=post, now=now())
        done(_("Tvåstegsinloggningen är avstängd."))
        return redirect(url_for("account.index"))

    return _with_factor(form, take, "account/factor_off.html")


def _with_factor(
    form: FlaskForm, take: Callable[[], ResponseReturnValue], template: str
) -> ResponseReturnValue:
    """The page, for somebody who has a second factor; others are led to the account."""
    standing = factors.standing(me(), second_factor_rule())
    if standing.since is None:
        return redirect(url_for("account.index"))
    return tried(form, take, template, standing=standing)


def _codes_page(codes: tuple[str, ...]) -> ResponseReturnValue:
    """The one answer that ever holds the codes, so it follows the form itself, and no redirect."""
    return render_template("account/factor_codes.html", codes=codes, on=url_for("account.index"))
