"""The drawings of the comparison's pages; each stands beside a table of the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.effect import Effect
from tracker.domain.scores import AreaRow, Match, percent_of_max
from tracker.reports import charts
from tracker.services.comparisons import sentences as said
from tracker.services.comparisons.comparing import ComparisonShown
from tracker.services.comparisons.wholes import Whole
from tracker.web.comparisons.words import sentences, signed_number
from tracker.web.local import month_name


def difference(found: Effect | None) -> Markup:
    """The adjusted difference and its interval; nothing where there is too little to say."""
    if found is None or found.adjusted is None:
        return Markup()
    told = sentences(said.effect(found)[-1:])
    row = charts.IntervalRow(
        _("Skillnad från samma utgångsläge"), found.adjusted, found.low, found.high
    )
    words = charts.IntervalWords(
        below=_("Steg mindre där åtgärder var på plats"),
        above=_("Steg mer där åtgärder var på plats"),
        axis=_("Procentenheter"),
    )
    name = charts.Name("difference", _("Skillnaden och hur säker den är"), told)
    return _interval((row,), name, words)


def areas(shown: ComparisonShown) -> Markup:
    """The areas then and now, in per cent of max."""
    return _then_and_now(shown, shown.result.areas, "areas", _("Huvudområden då och nu"))


def subareas(shown: ComparisonShown, rows: Iterable[Whole], title: str) -> Markup:
    """The sub-areas of an area then and now, in per cent of max; a split or merger as one."""
    return _then_and_now(shown, rows, "subareas", title)


def _then_and_now(
    shown: ComparisonShown, rows: Iterable[AreaRow | Whole], ident: str, title: str
) -> Markup:
    words = charts.DumbbellWords(*_dots(shown), axis=_("Procent av det möjliga"))
    drawn = tuple(_row(row, shown.result.threshold) for row in rows)
    return _dumbbell(drawn, charts.Name(ident, title, _("Samma tal står i tabellen.")), words)


def _dots(shown: ComparisonShown) -> tuple[str, str]:
    """What the two dots are: months, or places where two municipalities stand beside each other."""
    if shown.across:
        return shown.before.municipality, shown.after.municipality
    return month_name(shown.before.month), month_name(shown.after.month)


def _row(row: AreaRow | Whole, threshold: float) -> charts.DumbbellRow:
    change = row.change_percent_of_max
    matches = (row.match,) if isinstance(row, AreaRow) else row.matches
    return charts.DumbbellRow(
        label=_label(row),
        before=percent_of_max(row.before) if row.before else None,
        after=percent_of_max(row.after) if row.after else None,
        change="" if change is None else signed_number(change),
        note=", ".join(_(match.label) for match in matches if match is not Match.SAME),
        comparable=change is not None,
        small=change is not None and abs(change) <= threshold,
    )


def _label(row: AreaRow | Whole) -> str:
    if isinstance(row, AreaRow):
        area = row.after or row.before
        return f"{area.number} {area.name}" if area else ""
    return " + ".join(f"{sub.code} {sub.name}" for sub in row.named)


@lru_cache(maxsize=64)
def _interval(
    rows: tuple[charts.IntervalRow, ...], name: charts.Name, words: charts.IntervalWords
) -> Markup:
    # The drawing escapes every word that it is given.
    return Markup(charts.interval(rows, name=name, words=words))  # noqa: S704


@lru_cache(maxsize=256)
def _dumbbell(
    rows: tuple[charts.DumbbellRow, ...], name: charts.Name, words: charts.DumbbellWords
) -> Markup:
    # The drawing escapes every word that it is given.
    return Markup(charts.dumbbell(rows, name=name, words=words))  # noqa: S704
