"""A person falls ill: the administrator says who acts in their stead."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services import people as service
from tracker.web import away
from tracker.web.access import me, requires
from tracker.web.people.views import ONE, bp

ABSENCE = f"{ONE}/absences/<int:absence_id>"


def _theirs(user_id: int) -> away.Whose:
    return away.Whose(service.load_person(user_id, by=me()), "people", theirs=True)


@bp.route(f"{ONE}/absences/new", methods=["GET", "POST"])
@requires(Deed.PEOPLE_MANAGE)
def add_absence(user_id: int) -> ResponseReturnValue:
    """A new absence of somebody else."""
    return away.add(_theirs(user_id))


@bp.route(f"{ABSENCE}/edit", methods=["GET", "POST"])
@requires(Deed.PEOPLE_MANAGE)
def edit_absence(user_id: int, absence_id: int) -> ResponseReturnValue:
    """Other days, or another delegate."""
    return away.change(_theirs(user_id), absence_id)


@bp.post(f"{ABSENCE}/end")
@requires(Deed.PEOPLE_MANAGE)
def end_absence(user_id: int, absence_id: int) -> ResponseReturnValue:
    """Back already, or not away at all."""
    return away.end(_theirs(user_id), absence_id)


@bp.post(f"{ONE}/absences/restore")
@requires(Deed.PEOPLE_MANAGE)
def restore_absence(user_id: int) -> ResponseReturnValue:
    """Undo the ending of an absence."""
    return away.restore(_theirs(user_id))
