"""A municipality's evaluations over time, edition by edition, with the others beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.permissions import Deed
from tracker.domain.references import Reading, Standing, block_of, order_of, standings
from tracker.models import User
from tracker.services import scope
from tracker.services.references.reading import Readings, all_readings

MOST_COMPARED = 5


@dataclass(frozen=True)
class SeriesPoint:
    """One evaluation under one edition; `beside`: the others under it in the same five years."""

    reading: Reading
    beside: Standing | None

    @property
    def total_apart(self) -> float | None:
        """How many points the total lies above the others' mean."""
        if self.reading.total is None or self.beside is None or self.beside.total is None:
            return None
        return self.reading.total - self.beside.total.mean


@dataclass(frozen=True)
class AreaLine:
    """An area in an edition's evaluations, in per cent of max; `change` from the first to the
    last that has it, in percentage points, None with less than two."""

    number: int
    values: tuple[float | None, ...]

    @property
    def change(self) -> float | None:
        """Percentage points."""
        return _change(self.values)


@dataclass(frozen=True)
class EditionSeries:
    """One municipality's evaluations under one edition, the oldest first."""

    edition: str
    points: tuple[SeriesPoint, ...]

    @property
    def total_change(self) -> float | None:
        """Points from the first total to the last; None with less than two."""
        return _change([one.reading.total for one in self.points])

    @property
    def areas(self) -> tuple[AreaLine, ...]:
        """The eight areas; none where no evaluation tells of any."""
        values = [one.reading.areas for one in self.points]
        if all(score is None for areas in values for score in areas):
            return ()
        return tuple(
            AreaLine(number, tuple(areas[number - 1] for areas in values))
            for number in AREA_NUMBERS
        )


@dataclass(frozen=True)
class Story:
    """All evaluations of one municipality; one that was scored under two editions is in both."""

    place: str
    name: str
    editions: tuple[EditionSeries, ...]

    @property
    def points(self) -> tuple[SeriesPoint, ...]:
        """All points by time; under two editions the older one first."""
        every = [point for one in self.editions for point in one.points]
        return tuple(sorted(every, key=lambda one: (one.reading.at, _order(one.reading))))

    @property
    def evaluations(self) -> int:
        """How many times it was evaluated, under however many editions."""
        return len({(point.reading.month, point.reading.whole_year) for point in self.points})


@dataclass(frozen=True)
class SeriesShown:
    """Ours (the municipality first, then those it was made of), and those to compare with.

    `choices` are the others as (place, name); `left_out` counts the asked that are not shown.
    """

    own: tuple[Story, ...]
    compared: tuple[Story, ...]
    choices: tuple[tuple[str, str], ...]
    left_out: int


def series(*, by: User | None, compared: Sequence[str] = ()) -> SeriesShown:
    """Our evaluations over time, beside those of up to MOST_COMPARED others, named by place.

    Raises:
        Forbidden: the person may not compare.
    """
    if by is not None:
        scope.require(by, Deed.COMPARISON_VIEW)
    readings = all_readings()
    beside = {(one.edition, one.first): one for one in standings(readings.others)}
    stories = {story.place: story for story in _stories(readings.others, beside)}
    asked = list(dict.fromkeys(compared))
    chosen = [stories[place] for place in asked if place in stories][:MOST_COMPARED]
    return SeriesShown(
        own=_own_first(readings, _stories(readings.own, beside)),
        compared=tuple(chosen),
        choices=tuple((story.place, story.name) for story in stories.values()),
        left_out=len(asked) - len(chosen),
    )


def _own_first(readings: Readings, stories: Sequence[Story]) -> tuple[Story, ...]:
    return tuple(sorted(stories, key=lambda story: (story.place != readings.ours, story.name)))


def _stories(readings: Iterable[Reading], beside: dict[tuple[str, int], Standing]) -> list[Story]:
    """One for each municipality; readings are settled, so that each one's stand together."""
    return [
        _story(place, list(members), beside)
        for place, members in groupby(readings, key=lambda one: one.place)
    ]


def _story(
    place: str, members: Sequence[Reading], beside: dict[tuple[str, int], Standing]
) -> Story:
    ordered = sorted(members, key=lambda one: (_order(one), one.edition, one.at))
    editions = tuple(
        EditionSeries(
            edition,
            tuple(
                SeriesPoint(one, beside.get((edition, block_of(one.month.year)[0])))
                for one in readings
            ),
        )
        for edition, readings in groupby(ordered, key=lambda one: one.edition)
    )
    return Story(place, members[-1].name, editions)


def _order(reading: Reading) -> int:
    return order_of(reading.edition)


def _change(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return known[-1] - known[0] if len(known) > 1 else None
