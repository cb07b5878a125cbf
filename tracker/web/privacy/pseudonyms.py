"""Taking out of a closed account what tells whose it was; asked first, confirmed by the name."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.privacy import pseudonyms as service
from tracker.web.access import me, requires
from tracker.web.messages import done, refused
from tracker.web.privacy import words
from tracker.web.privacy.blueprint import bp
from tracker.web.privacy.forms import NameForm


@bp.route("/people/<int:user_id>/pseudonymise", methods=["GET", "POST"])
@requires(Deed.PRIVACY_MANAGE)
def pseudonymise(user_id: int) -> ResponseReturnValue:
    """Say exactly what goes, changes and stays; then do it."""
    form = NameForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            typed = form.typed.data or ""
            person = service.pseudonymise(user_id, typed, by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Personen heter nu %(name)s.", name=person.name))
            return redirect(url_for("people.edit", user_id=user_id))
    found = service.foreseen(user_id, by=me())
    if found.person.pseudonymised_at is not None and status == 200:
        return redirect(url_for("people.edit", user_id=user_id))
    page = render_template("privacy/pseudonymise.html", form=form, found=found, words=words)
    return page, status
