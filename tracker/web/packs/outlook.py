"""What history would suggest for the next evaluation."""

from __future__ import annotations

from functools import lru_cache

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.outlook import Range
from tracker.domain.permissions import Deed
from tracker.reports import charts
from tracker.services.outlooks import OutlookShown, outlook_shown
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.packs.blueprint import bp

Row = tuple[str, Range, bool]


@bp.get("/comparison/outlook")
@requires(Deed.COMPARISON_VIEW)
def outlook() -> ResponseReturnValue:
    """If what is planned comes into place, and history repeats itself: what to expect."""
    shown = outlook_shown(by=me(), today=today())
    rows = _rows(shown)
    return render_template(
        "packs/outlook.html",
        shown=shown,
        rows=rows,
        now=_now(shown),
        drawing=_drawing(_now(shown), tuple(rows)),
        may_plan=me().may(Deed.PLAN_VIEW),
        may_import=me().may(Deed.EVALUATION_IMPORT),
    )


def _now(shown: OutlookShown) -> int | None:
    """Today's total: the sum that the ranges start from, else what the report states."""
    if shown.own is not None and shown.own.total is not None:
        return shown.own.total.now
    return shown.latest.total if shown.latest else None


def _rows(shown: OutlookShown) -> list[Row]:
    """The ranges of the total: what each supposes, the range, and whether it is with the plan."""
    rows: list[Row] = []
    if shown.own is not None and shown.own.total is not None:
        rows.append((_("Om inget mer kommer på plats"), shown.own.total.as_it_is, False))
        if shown.lifts:
            rows.append((_("Om det planerade kommer på plats"), shown.own.total.with_planned, True))
    if shown.others is not None and shown.others.range is not None:
        rows.append((_("Om vi rör oss som andra kommuner"), shown.others.range, False))
    return rows


def _drawing(now: int | None, rows: tuple[Row, ...]) -> Markup:
    """The ranges beside today's total; nothing where there is none."""
    drawn = tuple(
        charts.OutlookRow(
            label,
            found.low,
            found.high,
            _(
                "%(low)s till %(high)s poäng, mitten %(middle)s",
                low=round(found.low),
                high=round(found.high),
                middle=round(found.value),
            ),
            planned,
            found.value,
        )
        for label, found, planned in rows
    )
    words = charts.OutlookWords(
        today=_("I dag: %(total)s", total=now) if now is not None else "",
        axis=_("Totalpoäng"),
    )
    told = _("Samma tal står i tabellen.")
    return _drawn(now, drawn, charts.Name("outlook", _("Spann för nästa total"), told), words)


@lru_cache(maxsize=64)
def _drawn(
    now: int | None,
    rows: tuple[charts.OutlookRow, ...],
    name: charts.Name,
    words: charts.OutlookWords,
) -> Markup:
    # charts escapes every text.
    return Markup(charts.outlook(now, rows, name=name, words=words))  # noqa: S704
