"""One's own account: how one logs in, when the digest comes, and who acts when one is away."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.permissions import Deed
from tracker.services import absences
from tracker.services.accounts import factors, preferences, sessions
from tracker.web import away
from tracker.web.access import me, requires
from tracker.web.account.forms import WeekdayForm
from tracker.web.door import second_factor_rule
from tracker.web.local import today
from tracker.web.messages import done

bp = Blueprint("account", __name__)

ABSENCE = "/account/absences/<int:absence_id>"


def _mine() -> away.Whose:
    return away.Whose(me(), "account")


@bp.get("/account")
@requires(Deed.ACCOUNT_USE)
def index() -> ResponseReturnValue:
    """What one may choose, and whom one acts for."""
    return _page(WeekdayForm(me().digest_weekday)), 200


@bp.post("/account/weekday")
@requires(Deed.ACTION_REPORT)
def weekday() -> ResponseReturnValue:
    """Every working day, or one day a week."""
    form = WeekdayForm(me().digest_weekday)
    if not form.validate_on_submit():
        return _page(form), 422
    preferences.set_digest_weekday(form.chosen(), by=me(), now=now())
    done(_("Dagen är sparad."))
    return redirect(url_for("account.index"))


def _page(form: WeekdayForm) -> str:
    reminded = me().may(Deed.ACTION_REPORT)
    return render_template(
        "account/index.html",
        form=form,
        reminded=reminded,
        whose=_mine(),
        factor=factors.standing(me(), second_factor_rule()),
        logged_in=sessions.open_sessions(me(), me().session_token, now=now()),
        absences=absences.absences_of(me().id, by=me(), today=today()) if reminded else (),
        duties=absences.duties_of(me(), today=today()) if reminded else (),
    )


@bp.route("/account/absences/new", methods=["GET", "POST"])
@requires(Deed.ACTION_REPORT)
def add_absence() -> ResponseReturnValue:
    """A new absence of one's own."""
    return away.add(_mine())


@bp.route(f"{ABSENCE}/edit", methods=["GET", "POST"])
@requires(Deed.ACTION_REPORT)
def edit_absence(absence_id: int) -> ResponseReturnValue:
    """Other days, or another delegate."""
    return away.change(_mine(), absence_id)


@bp.post(f"{ABSENCE}/end")
@requires(Deed.ACTION_REPORT)
def end_absence(absence_id: int) -> ResponseReturnValue:
    """Back already, or not away at all."""
    return away.end(_mine(), absence_id)


@bp.post("/account/absences/restore")
@requires(Deed.ACTION_REPORT)
def restore_absence() -> ResponseReturnValue:
    """Undo the ending of an absence."""
    return away.restore(_mine())
