"""What is kept of persons, and one person's data to take along."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from tracker.clock import now
from tracker.domain.holdings import HOLDINGS
from tracker.domain.permissions import Deed
from tracker.services.privacy import person_data, thinning
from tracker.web.access import me, requires
from tracker.web.downloads import attachment
from tracker.web.privacy import words
from tracker.web.privacy.blueprint import bp


@bp.get("/personal-data")
@requires(Deed.ACCOUNT_USE)
def register() -> ResponseReturnValue:
    """What is kept, of whom, why, on what ground and for how long."""
    months = {kind.value: number for kind, number in thinning.months_of_rules().items()}
    return render_template("privacy/register.html", holdings=HOLDINGS, months=months)


@bp.post("/personal-data/mine")
@requires(Deed.ACCOUNT_USE)
def export_mine() -> ResponseReturnValue:
    """Everything about oneself, as a file. Not by GET: the journal tells of it."""
    return _download(person_data.own_data(by=me(), now=now()))


@bp.post("/people/<int:user_id>/data")
@requires(Deed.PRIVACY_MANAGE)
def export_of(user_id: int) -> ResponseReturnValue:
    """Everything about a person who has asked for it."""
    return _download(person_data.data_of(user_id, by=me(), now=now()))


def _download(data: person_data.PersonData) -> Response:
    page = render_template("privacy/export.html", data=data, words=words)
    name = f"personuppgifter-{data.made_at:%Y-%m-%d}.zip"
    return attachment(person_data.packed(data, page), name, "application/zip")
