"""The page about one's calendar, and the calendar itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Config
from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import calendars
from tracker.web.access import me, public, requires
from tracker.web.messages import done, translated

bp = Blueprint("calendars", __name__)

FRESH_SECONDS = 900


@bp.get("/calendar")
@requires(Deed.ACTION_REPORT)
def index() -> ResponseReturnValue:
    """What the calendar is, its address, and how to use it."""
    address = _address()
    return render_template("calendars/index.html", address=address, webcal=_webcal(address))


@bp.get("/calendar/renew")
@requires(Deed.ACTION_REPORT)
def confirm_renewal() -> ResponseReturnValue:
    """A new address ends the old one: is that meant?"""
    return _confirmed("calendars/renew.html")


@bp.post("/calendar/renew")
@requires(Deed.ACTION_REPORT)
def renew() -> ResponseReturnValue:
    """A new address, or the first."""
    calendars.renew_address(by=me(), now=now())
    done(_("Kalendern har en ny adress. Lägg in den i ditt kalenderprogram."))
    return redirect(url_for("calendars.index"))


@bp.get("/calendar/close")
@requires(Deed.ACTION_REPORT)
def confirm_closing() -> ResponseReturnValue:
    """Without an address the calendar is off: is that meant?"""
    return _confirmed("calendars/close.html")


@bp.post("/calendar/close")
@requires(Deed.ACTION_REPORT)
def close() -> ResponseReturnValue:
    """No address any more."""
    try:
        calendars.close_address(by=me(), now=now())
    except RuleBroken as error:
        flash(translated(error), "error")
    else:
        done(_("Kalendern är avstängd."))
    return redirect(url_for("calendars.index"))


@bp.get("/calendar/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """The calendar, for whoever holds its address; programs read it, so it has no page."""
    settings = _settings()
    try:
        found = calendars.feed(secret, secrets=settings.secrets, base_url=settings.base_url)
    except NotFound as error:
        return Response(translated(error), 404, mimetype="text/plain")
    response = Response(found.content, mimetype="text/calendar")
    response.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    response.set_etag(found.tag)
    return response.make_conditional(request)


def _confirmed(template: str) -> ResponseReturnValue:
    """A page that asks, or the calendar's own page where there is nothing to ask about."""
    if _address() is None:
        return redirect(url_for("calendars.index"))
    return render_template(template)


def _address() -> str | None:
    settings = _settings()
    token = calendars.token_of(me(), settings.secret_key)
    return f"{settings.base_url}{url_for('calendars.feed', secret=token)}" if token else None


def _webcal(address: str | None) -> str:
    """The same address as calendar programs open it by themselves."""
    return urlsplit(address or "")._replace(scheme="webcal").geturl()


def _settings() -> Config:
    settings: Config = current_app.extensions["settings"]
    return settings
