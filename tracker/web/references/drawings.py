"""The drawings of a series, and their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.editions import editions
from tracker.domain.references import TOTAL_MAX, Standing
from tracker.reports.drawing import Name
from tracker.reports.timelines import Period, SeriesLine, SeriesWords, Spread, series
from tracker.services.series import EditionSeries, SeriesPoint, Story


def drawn_total(story: Story, place: str) -> Markup:
    """The totals in per cent of max over all editions, the others beside; "" for a single one.
    `place` makes the drawing's ids its own on the page."""
    points = [point for point in story.points if point.reading.total is not None]
    values = tuple(_share(point.reading.total or 0) for point in points)
    return _drawing(
        [SeriesLine(_("Totalen"), values)],
        points,
        Name(
            f"total-{place}",
            _("Totalen över tid: %(name)s", name=story.name),
            _("Samma siffror står i tabellen nedanför."),
        ),
        [_band(point.beside) for point in points],
    )


def drawn_areas(one: EditionSeries, place: str) -> Markup:
    """The areas of an edition in per cent of max; "" for a single evaluation."""
    names = area_names(one.edition)
    return _drawing(
        [SeriesLine(names.get(line.number, str(line.number)), line.values) for line in one.areas],
        one.points,
        Name(
            f"areas-{place}",
            _("Huvudområdena över tid"),
            _("Samma siffror står i tabellen nedanför."),
        ),
    )


def area_names(edition: str) -> dict[int, str]:
    """The areas of an edition as "1 Samspel …"; nothing of one that we do not know."""
    return {
        area.number: f"{area.number} {area.name}"
        for known in editions()
        if known.key == edition
        for area in known.areas
    }


def _drawing(
    lines: Sequence[SeriesLine],
    points: Sequence[SeriesPoint],
    name: Name,
    others: Sequence[Spread | None] = (),
) -> Markup:
    words = SeriesWords(
        _("Procent av max"),
        _("Andra kommuner: medel och spridning"),
        _("Ny version: jämförs inte"),
    )
    periods = [
        Period(label, point.reading.edition, point.reading.at)
        for point, label in zip(points, period_labels(points), strict=True)
    ]
    # The drawing escapes every word in it.
    return Markup(series(lines, periods, name=name, words=words, others=others))  # noqa: S704


def period_labels(points: Sequence[SeriesPoint]) -> list[str]:
    """The year of each; with its month where the year comes again."""
    years = Counter(point.reading.month.year for point in points)
    return [
        f"{point.reading.month:%Y}"
        if point.reading.whole_year or years[point.reading.month.year] == 1
        else format_date(point.reading.month, "MMM y")
        for point in points
    ]


def _band(beside: Standing | None) -> Spread | None:
    """The others' mean with one standard deviation to either side, in per cent of max."""
    total = beside.total if beside else None
    if total is None or total.deviation is None:
        return None
    low, high = total.mean - total.deviation, total.mean + total.deviation
    return Spread(_share(max(low, 0)), _share(total.mean), _share(min(high, TOTAL_MAX)))


def _share(points: float) -> float:
    return points / TOTAL_MAX * 100
