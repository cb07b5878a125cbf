"""The page behind the bell, and the buttons on it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.permissions import Deed
from tracker.services import absences
from tracker.services.bell import listing, putting_away
from tracker.services.posts import Post
from tracker.web.access import me, requires
from tracker.web.fields import a_key, known
from tracker.web.local import clock_time, long_date, safe_target, today, zone
from tracker.web.messages import done, done_with_undo
from tracker.web.paging import asked_page, page_of

bp = Blueprint("bell", __name__)

ONE = "/reminders/<int:reminder_id>"
AWAY = "away"


@bp.get("/reminders")
@requires(Deed.ACTION_REPORT)
def index() -> ResponseReturnValue:
    """What waits for the reader and, below it, what they have put away; or that alone."""
    alone = request.args.get("part") == AWAY
    page = asked_page()
    at, post = now(), _post()
    kept = listing.listed(me(), now=at, post=post, put_away=True, page=page if alone else 1)
    waiting = None if alone else listing.listed(me(), now=at, post=post, page=page)
    mail = listing.next_mail(me(), now=at, zone=zone())
    return render_template(
        "bell/index.html",
        waiting=waiting,
        kept=kept,
        newest=waiting.newest if waiting else 0,
        page=page_of((waiting or kept).total),
        next_mail=_(
            "%(day)s kl. %(time)s", day=long_date(mail.date()), time=clock_time(mail.time())
        ),
        here=request.full_path.rstrip("?"),
        away=None if waiting is None or waiting.rows else _away(),
    )


def _away() -> absences.Shown | None:
    """The reader's absence of today, where somebody hears in their stead."""
    mine = absences.absences_of(me().id, by=me(), today=today())
    return next((one for one in mine if one.under_way and not one.needs_delegate), None)


def _post() -> Post:
    settings = current_app.extensions["settings"]
    return Post(settings.mail_from, settings.base_url, "", zone(), settings.secret_key)


@bp.post(f"{ONE}/put-away")
@requires(Deed.ACTION_REPORT)
def put_away(reminder_id: int) -> ResponseReturnValue:
    """The reader has taken note of one."""
    putting_away.put_away(reminder_id, by=me(), now=now())
    url = url_for("bell.put_back", reminder_id=reminder_id, next=_back())
    done_with_undo(_("Påminnelsen är undanlagd."), url)
    return redirect(_back())


@bp.post(f"{ONE}/put-back")
@requires(Deed.ACTION_REPORT)
def put_back(reminder_id: int) -> ResponseReturnValue:
    """One that was put away waits again."""
    putting_away.put_back(reminder_id, by=me())
    done(_("Påminnelsen är framtagen igen."))
    return redirect(_back())


@bp.post("/reminders/put-away")
@requires(Deed.ACTION_REPORT)
def put_all_away() -> ResponseReturnValue:
    """The reader has taken note of all that the page counted."""
    upto: int | None = known(a_key)(request.form.get("upto"))
    at = now()
    if upto is not None:
        putting_away.put_all_away(upto, by=me(), now=at, today=today(), zone=zone())
        url = url_for("bell.put_all_back", at=at.isoformat(), next=_back())
        done_with_undo(_("Påminnelserna är undanlagda."), url)
    return redirect(_back())


@bp.post("/reminders/put-back")
@requires(Deed.ACTION_REPORT)
def put_all_back() -> ResponseReturnValue:
    """All that were put away with one press wait again."""
    at: datetime | None = known(an_instant)(request.args.get("at"))
    if at is not None:
        putting_away.put_all_back(at, by=me())
        done(_("Påminnelserna är framtagna igen."))
    return redirect(_back())


def an_instant(text: str) -> datetime:
    """An instant from an address of ours; ValueError for what none of them would hold."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo != UTC:
        raise ValueError(text)
    return moment


def _back() -> str:
    return safe_target(request.args.get("next", ""), url_for("bell.index"))
