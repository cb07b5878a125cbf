"""What history would suggest for the next evaluation, if what is planned comes into place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from sqlalchemy import select

from tracker.domain.effect import Movement
from tracker.domain.outlook import Others, Outlook, Place, expected, like_others
from tracker.domain.pairing import AreaScore, SubAreaScore
from tracker.domain.permissions import Deed
from tracker.domain.verdicts import PointPlace, Standing, movements
from tracker.extensions import db
from tracker.models import Action, User
from tracker.services import scope
from tracker.services.comparisons.choosing import comparable, scores_of
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.comparisons.standing import places_of_points, standings_on
from tracker.services.evaluations import ListedEvaluation
from tracker.services.references import reading as references


@dataclass(frozen=True)
class Compared:
    """Two of our evaluations that follow on each other, and how many sub-areas they share."""

    before: date
    after: date
    subareas: int


@dataclass(frozen=True)
class PlannedAction:
    """An action under way, within the reader's scope; `codes` are the sub-areas that it touches,
    none where the points it answers name none."""

    id: int
    title: str
    deadline: date
    codes: tuple[str, ...]


@dataclass(frozen=True)
class SubAreaNow:
    """A sub-area of the latest evaluation; how many actions answer it, in place and under way."""

    code: str
    name: str
    score: int | None
    max: int | None
    in_place: int
    under_way: int


@dataclass(frozen=True)
class OutlookShown:
    """The forecast with all that it rests on.

    `own` and `others` are None while there is no evaluation. `actions` are those counted as
    planned, `elsewhere` how many of them lie outside the reader's scope, `unplaced` how many of
    all touch no sub-area. `incomplete` are the areas left out because a score is missing.
    """

    latest: ListedEvaluation | None
    own: Outlook | None = None
    others: Others | None = None
    compared: tuple[Compared, ...] = ()
    areas: Mapping[int, str] | None = None
    incomplete: tuple[str, ...] = ()
    subareas: tuple[SubAreaNow, ...] = ()
    actions: tuple[PlannedAction, ...] = ()
    elsewhere: int = 0
    unplaced: int = 0

    @property
    def planned(self) -> int:
        """How many actions are counted as planned."""
        return len(self.actions) + self.elsewhere

    @property
    def touched(self) -> tuple[SubAreaNow, ...]:
        """The sub-areas that something planned touches."""
        return tuple(one for one in self.subareas if one.under_way)


def outlook_shown(*, by: User, today: date) -> OutlookShown:
    """The forecast from our latest evaluation, as things stand `today`.

    Raises:
        Forbidden: the person may not compare.
    """
    listed = comparable(by)
    ours = sorted((one for one in listed if one.is_own), key=lambda one: one.month)
    if not ours:
        return OutlookShown(None)
    latest = ours[-1]
    histories, compared = _history(ours, by, listed)
    scored = scores_of((latest.id,))[latest.id][0].areas
    points, standings = places_of_points(latest.id), standings_on(latest.id, today)
    behind = _behind(points, standings)
    whole = tuple(area for area in scored if _is_whole(area))
    places = tuple(_place(area, sub, behind) for area in whole for sub in area.subareas)
    waiting = [one for one in standings if not one.in_place]
    actions = _seen(waiting, points, by)
    return OutlookShown(
        latest,
        own=_expected(histories, places),
        others=like_others(latest.total, references.movements(), latest.edition),
        compared=compared,
        areas={area.number: area.name for area in scored},
        incomplete=tuple(f"{one.number} {one.name}" for one in scored if one not in whole),
        subareas=tuple(_now(sub, behind) for area in scored for sub in area.subareas),
        actions=actions,
        elsewhere=len(waiting) - len(actions),
        unplaced=sum(not _codes(one, points) for one in waiting),
    )


def _history(
    ours: Sequence[ListedEvaluation], by: User, listed: Sequence[ListedEvaluation]
) -> tuple[tuple[tuple[Movement, ...], ...], tuple[Compared, ...]]:
    """The movements from each of our evaluations to the next, and what was compared."""
    histories, compared = [], []
    for before, after in pairwise(ours):
        shown = compare_evaluations(before.id, after.id, by=by, listed=listed)
        found = movements(shown.result)
        histories.append(found)
        compared.append(Compared(before.month, after.month, len(found)))
    return tuple(histories), tuple(compared)


@lru_cache(maxsize=32)
def _expected(histories: tuple[tuple[Movement, ...], ...], places: tuple[Place, ...]) -> Outlook:
    """Worked out once for each state of the data."""
    return expected(histories, places)


def _is_whole(area: AreaScore) -> bool:
    """Whether all its sub-areas have credible scores, and make up the area's max."""
    known = all(
        sub.score is not None and sub.max is not None and 0 <= sub.score <= sub.max and sub.max > 0
        for sub in area.subareas
    )
    sums = sum(sub.max or 0 for sub in area.subareas)
    return bool(area.subareas) and known and area.max in (None, sums)


def _behind(
    points: Iterable[PointPlace], standings: Iterable[Standing]
) -> dict[str, tuple[int, int]]:
    """Sub-area → how many actions that answer it are in place, and how many are not."""
    codes = {point.id: point.codes for point in points}
    found: dict[str, tuple[int, int]] = {}
    for one in standings:
        for code in {code for number in one.points for code in codes.get(number, ())}:
            done, rest = found.get(code, (0, 0))
            found[code] = (done + one.in_place, rest + (not one.in_place))
    return found


def _codes(one: Standing, points: Sequence[PointPlace]) -> tuple[str, ...]:
    answered = set(one.points)
    codes = [code for point in points if point.id in answered for code in point.codes]
    return tuple(dict.fromkeys(codes))


def _place(area: AreaScore, sub: SubAreaScore, behind: Mapping[str, tuple[int, int]]) -> Place:
    done, rest = behind.get(sub.code, (0, 0))
    return Place(area.number, sub.code, sub.score or 0, sub.max or 0, done > 0, rest > 0)


def _now(sub: SubAreaScore, behind: Mapping[str, tuple[int, int]]) -> SubAreaNow:
    return SubAreaNow(sub.code, sub.name, sub.score, sub.max, *behind.get(sub.code, (0, 0)))


def _seen(
    waiting: Sequence[Standing], points: Sequence[PointPlace], by: User
) -> tuple[PlannedAction, ...]:
    """Those within the reader's scope, by deadline; nobody else's titles are read."""
    if not by.may(Deed.ACTION_VIEW):
        return ()
    known = {one.id: one for one in waiting}
    rows = db.session.execute(
        select(Action.id, Action.title, Action.deadline)
        .where(Action.id.in_(known), scope.actions_within(by, Deed.ACTION_VIEW))
        .order_by(Action.deadline, Action.id)
    )
    return tuple(
        PlannedAction(key, title, deadline, _codes(known[key], points))
        for key, title, deadline in rows
    )
