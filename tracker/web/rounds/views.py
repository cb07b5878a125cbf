"""The list of rounds, and the pages of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.domain.rounds import RoundState
from tracker.services.rounds import calendar, listing, nudging, reporting
from tracker.web.access import me, requires
from tracker.web.fields import a_key, known
from tracker.web.local import day_of_year, today, zone
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.round_words import round_lead
from tracker.web.rounds import words

bp = Blueprint("rounds", __name__)
bp.add_app_template_filter(words.round_state)
bp.add_app_template_filter(words.round_kind)
bp.add_app_template_filter(words.report_name, "round_report_name")
bp.add_app_template_filter(words.happening, "round_happening")
bp.add_app_template_filter(day_of_year)
ONE = "/rounds/<int:round_id>"
ASKING = (RoundState.OPEN, RoundState.LATE)
LISTED = 6  # two years of rounds; each is measured on all actions
PEOPLE = 100


@bp.get("/rounds")
@requires(Deed.ROUND_VIEW)
def index() -> ResponseReturnValue:
    """Every round that the reader may see, the current one first."""
    rows, total = listing.rounds_listed(
        by=me(), today=today(), zone=zone(), page=asked_page(), size=LISTED
    )
    return render_template(
        "rounds/index.html",
        rows=rows,
        leads=[round_lead(one) for one in rows if _is_current(one)],
        page=page_of(total, size=LISTED),
        may_manage=me().may(Deed.ROUND_MANAGE),
    )


def _is_current(shown: listing.RoundShown) -> bool:
    return shown.state in ASKING


@bp.get("/rounds/year")
@requires(Deed.ROUND_VIEW)
def year() -> ResponseReturnValue:
    """The calendar of a year: the dates of its rounds, and of the meetings that read them."""
    shown = calendar.year_of_rounds(asked_year(), by=me(), today=today())
    coming = shown.coming(today())
    return render_template(
        "rounds/year.html",
        shown=shown,
        months=words.months(shown),
        today=today(),
        lead=words.next_date(coming),
        may_manage=me().may(Deed.ROUND_MANAGE),
    )


def asked_year() -> int:
    """The year in the address, this one where it is missing or nonsense."""
    asked = request.args.get("year", "")
    fits = asked.isdecimal() and len(asked) == len("2026") and int(asked) > 0
    return int(asked) if fits else today().year


@bp.get(ONE)
@requires(Deed.ROUND_VIEW)
def show(round_id: int) -> ResponseReturnValue:
    """How far one round has come, by unit and by person, and what is missing."""
    page = listing.round_page(round_id, by=me(), today=today(), zone=zone())
    ended = page.shown.state is RoundState.ENDED
    parts = reporting.reports_of(page.row, by=me())
    return render_template(
        "rounds/show.html",
        page=page,
        to_read=[part for part in parts if ended or part.meets_on or part.reports],
        ended=ended,
        asks=page.shown.state in ASKING
        and page.row.closed_on is None
        and page.shown.share.missing > 0,
        last_nudge=nudging.last_nudge(round_id),
        today=today(),
        may_report=me().scope(Deed.REPORT_EDIT).everything,
        **_about(page.shown),
        past=words.past_of(page.history),
        may_manage=me().may(Deed.ROUND_MANAGE),
    )


@bp.get(f"{ONE}/people")
@requires(Deed.ROUND_VIEW)
def people(round_id: int) -> ResponseReturnValue:
    """Everybody whom the round asks."""
    shown, some = listing.people_of(
        round_id, by=me(), today=today(), zone=zone(), page=asked_page(), size=PEOPLE
    )
    page = page_of(some.total, size=PEOPLE)
    return render_template("rounds/people.html", people=some, page=page, **_about(shown))


@bp.get(f"{ONE}/missing")
@requires(Deed.ROUND_VIEW)
def missing(round_id: int) -> ResponseReturnValue:
    """Every action without a new report, or those of one owner."""
    owner: int | None = known(a_key)(request.args.get("owner"))
    shown, some = listing.missing_of(
        round_id, owner, by=me(), today=today(), zone=zone(), page=asked_page(), size=SIZE
    )
    return render_template(
        "rounds/missing.html",
        missing=some,
        owner=some.rows[0].owner if owner is not None and some.rows else None,
        page=page_of(some.total),
        **_about(shown),
    )


def _about(shown: listing.RoundShown) -> dict[str, Any]:
    """What every page of one round says of it."""
    return {"shown": shown, "round": shown.span, "lead": round_lead(shown)}
