"""Which roles the municipality's own log-in gives, and which account it is to be linked to."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from config import Oidc
from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed, Role
from tracker.models import ClaimRule
from tracker.services.accounts import sign_on
from tracker.services.accounts import sign_on_rules as service
from tracker.services.people import ROLE_LABELS
from tracker.web.access import me, requires
from tracker.web.messages import done, refused, tell
from tracker.web.paging import asked_page, page_of
from tracker.web.sign_on_rules.forms import LinkForm, RuleForm, TryForm

bp = Blueprint("sign_on_rules", __name__, url_prefix="/settings/sign-on")


@bp.app_template_filter("rule_words")
def rule_words(rule: ClaimRule) -> str:
    """What a rule gives: Chef, Skolförvaltningen."""
    place = rule.unit or rule.committee
    where = place.name if place else _("hela kommunen") if rule.role is Role.DIRECTOR else ""
    return ", ".join(filter(None, (str(_(ROLE_LABELS[rule.role])), where)))


def _oidc() -> Oidc | None:
    found: Oidc | None = current_app.extensions["settings"].oidc
    return found


@bp.get("")
@requires(Deed.SETTINGS_MANAGE)
def index() -> ResponseReturnValue:
    """The rules, what given values would get, and the way to link an account."""
    form = TryForm(request.args)
    rules, total = service.rules_page(by=me(), number=asked_page())
    asked = "values" in request.args and form.validate()
    return render_template(
        "sign_on_rules/index.html",
        oidc=_oidc(),
        rules=rules,
        page=page_of(total),
        form=form,
        tried=service.tried(form.values.data or "", by=me()) if asked else None,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Deed.SETTINGS_MANAGE)
def add() -> ResponseReturnValue:
    """Let a value give a role."""
    form = RuleForm()
    if form.validate_on_submit():
        try:
            rule = service.add_rule(form.value.data, form.new_role(), by=me(), now=now())
        except RuleBroken as error:
            refused(form, error)
        else:
            words = rule_words(rule)
            done(_("”%(value)s” ger nu rollen: %(role)s.", value=rule.value, role=words))
            return redirect(url_for("sign_on_rules.index"))
    page = render_template("sign_on_rules/add.html", form=form, oidc=_oidc())
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:claim_rule_id>/remove", methods=["GET", "POST"])
@requires(Deed.SETTINGS_MANAGE)
def remove(claim_rule_id: int) -> ResponseReturnValue:
    """Ask, with how many would lose the role, then remove the rule."""
    if request.method == "POST":
        try:
            lost = service.remove_rule(claim_rule_id, by=me(), now=now())
        except RuleBroken as error:
            tell(error)
        else:
            done(
                ngettext(
                    "Regeln är borttagen. %(num)s person förlorade rollen.",
                    "Regeln är borttagen. %(num)s personer förlorade rollen.",
                    lost,
                )
            )
        return redirect(url_for("sign_on_rules.index"))
    return render_template(
        "sign_on_rules/remove.html", removal=service.removal(claim_rule_id, by=me()), oidc=_oidc()
    )


@bp.route("/link", methods=["GET", "POST"])
@requires(Deed.SETTINGS_MANAGE)
def link() -> ResponseReturnValue:
    """Prepare an account to be linked when its owner next signs on."""
    form, oidc = LinkForm(), _oidc()
    if oidc is None:
        return redirect(url_for("sign_on_rules.index"))
    if form.validate_on_submit():
        try:
            user = sign_on.prepare_link(form.email.data, issuer=oidc.issuer, by=me(), now=now())
        except RuleBroken as error:
            refused(form, error)
        else:
            done(_("%(name)s kopplas vid sin nästa inloggning.", name=user.name))
            return redirect(url_for("sign_on_rules.index"))
    page = render_template("sign_on_rules/link.html", form=form, oidc=oidc)
    return page, 422 if form.is_submitted() else 200
