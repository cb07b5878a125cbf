"""Who has an account, and what they may do."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import RoleAssignment, User
from tracker.services import absences, departures
from tracker.services import people as service
from tracker.services.accounts import addresses, invitations
from tracker.services.actions import pages
from tracker.web import away
from tracker.web.access import me, passwords_here, requires
from tracker.web.local import safe_target, today
from tracker.web.messages import done, refused, tell
from tracker.web.paging import asked_page, page_of
from tracker.web.people.departure_form import departure_form
from tracker.web.people.forms import AddressForm, PersonForm, RoleForm, SearchForm
from tracker.web.postal import our_post

bp = Blueprint("people", __name__)

# A number that no key column could hold is no page, not a fault.
ONE = "/people/<int:user_id>"


@bp.app_template_filter("role_words")
def role_words(role: RoleAssignment) -> str:
    """A role with its place: Chef, Skolförvaltningen."""
    return service.role_in_words(role, _)


@bp.app_template_filter("holds")
def holds(invited: invitations.Invited) -> bool:
    """Whether an invitation still lets the person in."""
    return invited.holds(now()) or not passwords_here()


@bp.get("/people")
@requires(Deed.PEOPLE_MANAGE)
def index() -> ResponseReturnValue:
    """Everybody, by name."""
    form = SearchForm(request.args)
    users, total = service.people_page(by=me(), q=form.q.data or "", number=asked_page())
    return render_template(
        "people/index.html",
        form=form,
        users=users,
        invited=invitations.invited(users),
        total=total,
        page=page_of(total),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Deed.PEOPLE_MANAGE)
def add() -> ResponseReturnValue:
    """Invite somebody."""
    form = PersonForm()
    if form.validate_on_submit():
        try:
            person, local = form.new_person(), passwords_here()
            user = invitations.invite(person, local=local, post=our_post(), by=me(), now=now())
        except RuleBroken as error:
            refused(form, error)
        else:
            done(
                _(
                    "%(name)s har fått ett konto, och en inbjudan går nu till %(email)s.",
                    name=user.name,
                    email=user.email,
                )
            )
            return redirect(url_for("people.edit", user_id=user.id))
    return render_template("people/add.html", form=form), 422 if form.is_submitted() else 200


@bp.route(ONE, methods=["GET", "POST"])
@requires(Deed.PEOPLE_MANAGE)
def edit(user_id: int) -> ResponseReturnValue:
    """A person's roles, and a form to give one more."""
    form = RoleForm()
    if form.validate_on_submit():
        try:
            user = service.add_role(user_id, form.new_role(), by=me(), now=now())
        except RuleBroken as error:
            refused(form, error)
        else:
            done(_("%(name)s har fått rollen och loggar in igen nästa gång.", name=user.name))
            return redirect(url_for("people.edit", user_id=user_id))
    person = service.load_person(user_id, by=me())
    address = AddressForm(formdata=None, email=person.email, shown=person.email)
    status = 422 if form.is_submitted() else 200
    return _person_page(person, form, address, wrong=form), status


@bp.post(ONE + "/address")
@requires(Deed.PEOPLE_MANAGE)
def change_address(user_id: int) -> ResponseReturnValue:
    """Another address to log in with and to be written to."""
    form, status = AddressForm(), 422
    if form.validate_on_submit():
        email, shown = form.email.data or "", form.shown.data or ""
        try:
            user = addresses.change_address(
                user_id, email, shown=shown, post=our_post(), by=me(), now=now()
            )
        except addresses.Overtaken as error:
            refused(form, error)
            form.shown.data, status = error.address, 409
        except RuleBroken as error:
            refused(form, error)
        else:
            done(_("%(name)s har adressen %(email)s.", name=user.name, email=user.email))
            return redirect(_asked_back() or url_for("people.edit", user_id=user_id))
    person = service.load_person(user_id, by=me())
    return _person_page(person, RoleForm(formdata=None), form, wrong=form), status


def _asked_back() -> str | None:
    """The page of this site that the reader came from to mend the address, if they did."""
    return safe_target(request.args.get("next", ""), " ").strip() or None


def _person_page(person: User, form: RoleForm, address: AddressForm, *, wrong: FlaskForm) -> str:
    """The page with both forms; `wrong` is the one whose faults stand at the top."""
    reminded = person.may(Deed.ACTION_REPORT)
    invited = invitations.invited([person]).get(person.id)
    return render_template(
        "people/edit.html",
        form=form,
        address=address,
        wrong=wrong,
        back=_asked_back(),
        person=person,
        invited=invited,
        waits=invited is not None and invitations.is_under_way(person),
        itself=person.id == me().id,
        whose=away.Whose(person, "people", theirs=True) if reminded else None,
        absences=absences.absences_of(person.id, by=me(), today=today()) if reminded else (),
    )


@bp.post(ONE + "/invite")
@requires(Deed.PEOPLE_MANAGE)
def invite_again(user_id: int) -> ResponseReturnValue:
    """One more letter to somebody who has not come in yet."""
    try:
        user = invitations.invite_again(
            user_id, local=passwords_here(), post=our_post(), by=me(), now=now()
        )
    except RuleBroken as error:
        tell(error)
    else:
        done(_("En ny inbjudan går nu till %(email)s.", email=user.email))
    return redirect(url_for("people.edit", user_id=user_id))


@bp.post(ONE + "/roles/<int:role_id>/remove")
@requires(Deed.PEOPLE_MANAGE)
def remove_role(user_id: int, role_id: int) -> ResponseReturnValue:
    """Take a role away; the form beside gives it back."""
    try:
        user = service.remove_role(user_id, role_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("%(name)s har inte den rollen längre.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id))


@bp.post(f"{ONE}/log-out")
@requires(Deed.PEOPLE_MANAGE)
def log_out(user_id: int) -> ResponseReturnValue:
    """End every log-in of the person; on one's own page this one too."""
    try:
        user = service.log_out_everywhere(user_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("%(name)s är utloggad överallt.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id))


@bp.route(ONE + "/deactivate", methods=["GET", "POST"])
@requires(Deed.PEOPLE_MANAGE)
def deactivate(user_id: int) -> ResponseReturnValue:
    """Ask first: what closes, and who takes over which actions."""
    leaving = departures.departure(user_id, by=me())
    person = service.load_person(user_id, by=me())
    form = departure_form(leaving)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            handed = departures.deactivate_person(
                user_id, form.heirs(), form.actions_shown(), by=me(), now=now()
            )
        except RuleBroken as error:
            status = 409 if isinstance(error, departures.Overtaken) else 422
            refused(form, error)
        else:
            done(_handed_over(person.name, handed))
            return redirect(url_for("people.edit", user_id=user_id))
    form.show_again()
    able = pages.form_choices(me(), Deed.ACTION_REPORT).people
    return render_template(
        "people/deactivate.html",
        form=form,
        person=person,
        leaving=leaving,
        left_without=absences.left_without(user_id, today=today()),
        people=[name for name in able if name not in (person.name, person.email)],
    ), status


def _handed_over(name: str, handed: list[departures.Handover]) -> str:
    return str(
        _(
            "%(name)s är avaktiverad. Överlämnade åtgärder: %(count)s.",
            name=name,
            count=len(handed),
        )
    )


@bp.post(ONE + "/reactivate")
@requires(Deed.PEOPLE_MANAGE)
def reactivate(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    try:
        user = departures.reactivate_person(user_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("%(name)s kan logga in igen.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id))
