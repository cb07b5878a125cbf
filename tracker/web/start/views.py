"""One first page per kind of person; each answers that person's question at a glance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed, Role
from tracker.services import dashboards, journal_pages
from tracker.services.comparisons import sentences as comparison_sentences
from tracker.services.dashboards import AreaLine
from tracker.services.remaining import remaining
from tracker.services.reports.reading.listing import latest_for
from tracker.services.rounds.listing import rounds_ahead
from tracker.services.site_texts import NAMES as TEXT_NAMES
from tracker.web import report_words
from tracker.web.access import me, requires, starts_with_own_actions
from tracker.web.local import today, zone
from tracker.web.machinery import machinery
from tracker.web.round_words import round_lead
from tracker.web.start.sentences import committee_lead, plan_lead

bp = Blueprint("start", __name__)


@bp.get("/")
@requires(Deed.START_VIEW)
def index() -> ResponseReturnValue:
    """The page of the person's first role; what the others need is in the menu."""
    if me().has_role(Role.DIRECTOR):
        return _director()
    if starts_with_own_actions():
        return redirect(url_for("actions.mine"))
    if me().has_role(Role.COMMITTEE):
        return _committee()
    return _admin()


def _director() -> ResponseReturnValue:
    overview = dashboards.director_overview(by=me(), today=today())
    return render_template(
        "start/director.html",
        overview=overview,
        lead=plan_lead(overview.tally),
        said=comparison_sentences,
        **_rounds(),
        strip=[_strip_area(area, overview.evaluation) for area in overview.areas],
    )


def _rounds() -> dict[str, Any]:
    """(round, sentence) of those that wait for reports, and of those that do not."""
    told = [(one, round_lead(one)) for one in rounds_ahead(by=me(), today=today(), zone=zone())]
    return {
        "rounds_waiting": [pair for pair in told if pair[0].share.missing],
        "rounds_ahead": [pair for pair in told if not pair[0].share.missing],
    }


def _strip_area(area: AreaLine, evaluation: Any) -> dict[str, Any]:
    url = url_for("points.index", evaluation=evaluation.id, area=area.number)
    return {**asdict(area), "url": url}


def _committee() -> ResponseReturnValue:
    overview = dashboards.committee_overview(by=me(), today=today())
    report = latest_for(me())
    return render_template(
        "start/committee.html",
        overview=overview,
        leads=[committee_lead(one, now=report is not None) for one in overview.committees],
        said=comparison_sentences,
        report=report,
        report_words=report_words,
    )


def _admin() -> ResponseReturnValue:
    settings = current_app.extensions["settings"]
    return render_template(
        "start/admin.html",
        overview=journal_pages.admin_overview(by=me()),
        remaining=remaining(by=me(), config=settings),
        text_names=TEXT_NAMES,
        language=settings.locale,
        machinery=machinery(),
    )
