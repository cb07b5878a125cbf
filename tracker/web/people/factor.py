"""Somebody has lost telephone and codes: the administrator takes their second factor away."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import people as service
from tracker.services.accounts import factor_changes, factors
from tracker.web.access import me, requires
from tracker.web.door import second_factor_rule
from tracker.web.messages import done, tell
from tracker.web.people.views import ONE, bp
from tracker.web.postal import our_post


@bp.get(f"{ONE}/factor")
@requires(Deed.PEOPLE_MANAGE)
def factor(user_id: int) -> ResponseReturnValue:
    """Ask first: what is taken away, and what to make sure of."""
    person = service.load_person(user_id, by=me())
    return render_template(
        "people/factor.html",
        person=person,
        itself=person.id == me().id,
        standing=factors.standing(person, second_factor_rule()),
    )


@bp.post(f"{ONE}/factor")
@requires(Deed.PEOPLE_MANAGE)
def remove_factor(user_id: int) -> ResponseReturnValue:
    """Take it away."""
    try:
        user = factor_changes.remove(user_id, by=me(), post=our_post(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Tvåstegsinloggningen är borttagen. %(name)s har fått ett mejl.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id))
