"""What has had its time: proposed, looked at, and let go by whoever answers for it."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import RetentionKind, User
from tracker.services.privacy import thinning as service
from tracker.web.access import me, requires
from tracker.web.background import sources
from tracker.web.local import zone
from tracker.web.messages import done, refused
from tracker.web.paging import asked_page, page_of
from tracker.web.privacy import words
from tracker.web.privacy.blueprint import bp
from tracker.web.privacy.forms import MonthsForm, ThinForm

ONE = "/personal-data/thinning/<what>"


@bp.get("/personal-data/thinning")
@requires(Deed.PRIVACY_MANAGE)
def thinning() -> ResponseReturnValue:
    """Every rule, and how much it proposes."""
    found = service.proposals(by=me(), now=now(), zone=zone())
    return render_template("privacy/thinning.html", proposals=found, kinds=words.KINDS)


@bp.get(ONE)
@requires(Deed.PRIVACY_MANAGE)
def thin_one(what: str) -> ResponseReturnValue:
    """The rule, and what it proposes with the form that lets it go."""
    return _page(_kind(what), ThinForm(), MonthsForm()), 200


@bp.post(ONE)
@requires(Deed.PRIVACY_MANAGE)
def thin(what: str) -> ResponseReturnValue:
    """Let it go, once that is confirmed: what was before the day that the page counted against."""
    kind, form, status = _kind(what), ThinForm(), 422
    before = form.day()
    if not form.sure.data:
        # Said of the whole form: by now the page may have nothing left to tick for.
        form.form_errors.append(_("Kryssa i rutan för att bekräfta, eller lämna sidan."))
    elif form.validate_on_submit() and before is not None:
        pictures = current_app.extensions["settings"].instance_dir / "page-images"
        kept = {"files": sources(), "pictures": pictures}
        try:
            number = service.thin(kind, before, **kept, by=me(), now=now(), zone=zone())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("%(number)s gallrades.", number=number))
            return redirect(url_for("privacy.thinning"))
    return _page(kind, form, MonthsForm(formdata=None)), status


@bp.route(f"{ONE}/months", methods=["GET", "POST"])
@requires(Deed.PRIVACY_MANAGE)
def change_months(what: str) -> ResponseReturnValue:
    """Another number of months for one rule; whoever only looks is led to the rule."""
    kind, form = _kind(what), MonthsForm()
    if request.method == "GET":
        return redirect(url_for("privacy.thin_one", what=kind.value))
    if form.validate_on_submit():
        try:
            # What is no number has its own sentence already.
            service.set_months(kind, form.months.data or 0, by=me(), now=now())
        except RuleBroken as error:
            refused(form, error)
        else:
            done(_("Regeln är sparad."))
            return redirect(url_for("privacy.thin_one", what=what))
    return _page(kind, ThinForm(formdata=None), form), 422


def _kind(what: str) -> RetentionKind:
    """What the address names; NotFound where it is no kind of ours."""
    if what not in set(RetentionKind):
        raise NotFound
    return RetentionKind(what)


def _page(kind: RetentionKind, form: ThinForm, months: MonthsForm) -> str:
    found = service.proposal(kind, by=me(), now=now(), zone=zone())
    if not months.errors:
        months.months.data = found.months
    return render_template(
        "privacy/thin_one.html",
        form=form,
        months=months,
        wrong=months if months.errors else form,
        found=found,
        kind=words.KINDS[kind],
        people=_former(found) if kind is RetentionKind.FORMER_PEOPLE else None,
        page=page_of(found.number) if request.method == "GET" else None,
    )


def _former(found: service.Proposal) -> list[User]:
    return service.former_people(found, by=me(), zone=zone(), number=asked_page())
