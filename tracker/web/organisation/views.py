"""Units and committees: the administrator's map of the municipality."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import letterhead, places
from tracker.services import organisation as service
from tracker.web.access import me, requires
from tracker.web.messages import done, show_error
from tracker.web.organisation.blueprint import bp
from tracker.web.organisation.forms import CommitteeForm, UnitForm

__all__ = ["bp"]


@bp.get("")
@requires(Deed.PLACES_MANAGE)
def index() -> ResponseReturnValue:
    """All units and committees, and the way to the letterhead."""
    return render_template(
        "organisation/index.html",
        units=service.units_with_committees(by=me()),
        committees=places.committees(),
        logo=letterhead.logo_mark(),
    )


@bp.route("/units/new", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def add_unit() -> ResponseReturnValue:
    """Add a unit."""
    form = UnitForm()
    form.fill_choices()
    if form.validate_on_submit():
        try:
            unit = service.add_unit(form.name.data, form.committee_id.data, by=me(), now=now())
        except RuleBroken as error:
            show_error(form, error)
        else:
            done(_("%(name)s är tillagd.", name=unit.name))
            return redirect(url_for("organisation.index"))
    return _form_page(form, _("Lägg till en förvaltning"))


@bp.route("/units/<int:unit_id>", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def edit_unit(unit_id: int) -> ResponseReturnValue:
    """Change a unit."""
    unit = service.load_unit(unit_id, by=me())
    form = UnitForm(obj=unit)
    form.fill_choices()
    if form.validate_on_submit():
        try:
            service.change_unit(unit_id, form.name.data, form.committee_id.data, by=me(), now=now())
        except RuleBroken as error:
            show_error(form, error)
        else:
            done(_("Ändringen är sparad."))
            return redirect(url_for("organisation.index"))
    return _form_page(form, _("Ändra förvaltningen"))


@bp.route("/committees/new", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def add_committee() -> ResponseReturnValue:
    """Add a committee."""
    form = CommitteeForm()
    if form.validate_on_submit():
        try:
            committee = service.add_committee(form.name.data, by=me(), now=now())
        except RuleBroken as error:
            show_error(form, error)
        else:
            done(_("%(name)s är tillagd.", name=committee.name))
            return redirect(url_for("organisation.index"))
    return _form_page(form, _("Lägg till en nämnd"))


@bp.route("/committees/<int:committee_id>", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def edit_committee(committee_id: int) -> ResponseReturnValue:
    """Rename a committee."""
    form = CommitteeForm(obj=service.load_committee(committee_id, by=me()))
    if form.validate_on_submit():
        try:
            service.rename_committee(committee_id, form.name.data, by=me(), now=now())
        except RuleBroken as error:
            show_error(form, error)
        else:
            done(_("Ändringen är sparad."))
            return redirect(url_for("organisation.index"))
    return _form_page(form, _("Byt namn på nämnden"))


def _form_page(form: CommitteeForm, title: str) -> ResponseReturnValue:
    page = render_template("organisation/form.html", form=form, title=title)
    return page, 422 if form.is_submitted() else 200
