"""The page behind the link in a mail: one person, one action, one answer."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_login import current_user

from config import Config
from tracker.clock import now
from tracker.domain.answering import ANSWER_DAYS, LinkState
from tracker.domain.errors import RuleBroken
from tracker.extensions import csrf
from tracker.models import User
from tracker.services import answers
from tracker.services.answers import LinkSpent, Opened
from tracker.web import rescue
from tracker.web.access import public
from tracker.web.local import clock_time, zone
from tracker.web.messages import refused
from tracker.web.report_form import ReportForm

bp = Blueprint("answers", __name__)

STATUS = {LinkState.BROKEN: 404, LinkState.USED: 200}
GONE = 410
# The frame of the page as a stranger sees it: the reader may be logged in, the link is not.
BARE = {"navigation": (), "alarms": (), "current_user": None}


class AnswerForm(ReportForm):
    """A status update whose authority is the link, so that it needs no token of a session."""

    class Meta:
        csrf = False


@bp.app_template_filter("clock_time")
def clock_time_of(moment: datetime) -> str:
    """The time of day of an instant, by the municipality's clock."""
    return clock_time(moment.astimezone(zone()).time())


# No cookie decides anything here: whoever could make a browser post this form for somebody must
# know the link, and who knows the link may post. So there is nothing for a token of the session
# to protect, and a browser that takes no cookies can answer as well. Nor are tries counted: to
# guess a link is to guess 256 bits.
@bp.route("/answer/<path:link>", methods=["GET", "POST"])
@public
@csrf.exempt
def answer(link: str) -> ResponseReturnValue:
    """How it goes, said by the person of the link; looking at it changes nothing, so a program
    that tries the links of a mail does no harm."""
    settings = _settings()
    opened = answers.open_link(link, secrets=settings.secrets, now=now(), zone=zone())
    with force_locale(opened.locale) if opened.locale else nullcontext():
        return _ask(link, opened) if opened.state is LinkState.READY else _told(link, opened)


@bp.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is a key: it goes to no search engine, no cache and no other site."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _ask(link: str, opened: Opened) -> ResponseReturnValue:
    form, status = AnswerForm(), 200
    if not form.is_submitted():
        form.choose(request.args.get("health", ""))
    else:
        status = 422
        if form.validate():
            try:
                report, secrets = form.report(), _settings().secrets
                answers.save_answer(link, report, secrets=secrets, now=now(), zone=zone())
            except LinkSpent as error:
                return _told(link, error.opened)
            except RuleBroken as error:
                status = refused(form, error)
            else:
                return _back_to(link)
    page = render_template(
        "answers/ask.html",
        form=form,
        asked=opened.asked,
        other=_somebody_else(opened),
        logged_in=current_user.is_authenticated,
        **BARE,
    )
    return page, status


def _told(link: str, opened: Opened) -> ResponseReturnValue:
    """Why there is nothing to fill in; what was written meanwhile is given back."""
    is_answer = request.method == "POST"
    form = AnswerForm()
    if is_answer and form.validate() and answers.was_said(opened, form.report()):
        return _back_to(link)
    page = render_template(
        "answers/told.html",
        state=opened.state.value,
        days=ANSWER_DAYS,
        asked=opened.asked,
        texts=rescue.written(),
        is_answer=is_answer,
        logged_in=current_user.is_authenticated,
        **BARE,
    )
    status = STATUS.get(opened.state, GONE)
    return page, 409 if is_answer and status == 200 else status


def _back_to(link: str) -> ResponseReturnValue:
    return redirect(url_for("answers.answer", link=link), 303)


def _somebody_else(opened: Opened) -> str:
    """The name under which somebody else than the link's person is logged in here."""
    reader: User | None = current_user if current_user.is_authenticated else None
    is_other = (
        reader is not None and opened.asked is not None and reader.id != opened.asked.person.id
    )
    return reader.name if reader is not None and is_other else ""


def _settings() -> Config:
    settings: Config = current_app.extensions["settings"]
    return settings
