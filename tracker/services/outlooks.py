"""What history would suggest for the next evaluation, if what is planned comes into place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from sqlalchemy import select

from tracker.domain.effect import Movement
from tracker.domain.outlook import Others, Outlook, Place, expected, is_round, like_others
from tracker.domain.pairing import AreaScore, ScoredEvaluation, SubAreaScore
from tracker.domain.permissions import Deed
from tracker.domain.verdicts import PointPlace, Standing, movements
from tracker.extensions import db
from tracker.models import Action, User
from tracker.services import scope
from tracker.services.actions.ids import each
from tracker.services.comparisons.choosing import Side, comparable, scores_of
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.comparisons.standing import work_since
from tracker.services.evaluations import ListedEvaluation
from tracker.services.references import reading as references

# How evaluators and municipalities were long ago says little of the next round.
MOST_ROUNDS = 6


@dataclass(frozen=True)
class Compared:
    """Two of our evaluations that follow on each other, and how many sub-areas they share; less
    than a year apart they are no round, and what moved between them is left out."""

    before: date
    after: date
    subareas: int

    @property
    def counts(self) -> bool:
        """Whether the forecast rests on it."""
        return is_round(_months(self.before, self.after))


def _months(before: date, after: date) -> int:
    return (after.year - before.year) * 12 + after.month - before.month


@dataclass(frozen=True)
class PlannedAction:
    """An action under way, within the reader's scope; `codes` are the sub-areas of the latest
    evaluation that it touches, none where the points it answers name none."""

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
    planned: what answers the latest evaluation's points, or earlier ones, and is not in place.
    `elsewhere` is how many of them lie outside the reader's scope, `unplaced` how many of all
    touch no sub-area. `incomplete` are the areas left out because a score is missing.
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

    @property
    def rounds(self) -> tuple[Compared, ...]:
        """What our own history is."""
        return tuple(one for one in self.compared if one.counts)

    @property
    def too_short(self) -> tuple[Compared, ...]:
        """What was compared and is no round."""
        return tuple(one for one in self.compared if not one.counts)

    @property
    def lifts(self) -> bool:
        """Whether what is planned makes any difference to the ranges: it touches a sub-area
        that has nothing in place."""
        return bool(self.own and any(one.gaining for one in self.own.areas))


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
    scores = scores_of((latest.id,))[latest.id][0]
    scored = scores.areas
    points, standings = work_since(Side(latest, scores, None), today)
    behind = _behind(points, standings)
    whole = tuple(area for area in scored if _is_whole(area))
    places = tuple(_place(area, sub, behind) for area in whole for sub in area.subareas)
    waiting = [one for one in standings if not one.in_place]
    known = {point.id: point for point in points}
    actions = _seen(waiting, known, by)
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
        unplaced=sum(not _codes(one, known) for one in waiting),
    )


def _history(
    ours: Sequence[ListedEvaluation], by: User, listed: Sequence[ListedEvaluation]
) -> tuple[tuple[tuple[Movement, ...], ...], tuple[Compared, ...]]:
    """The movements of each of the latest rounds, and all that was compared; evaluations that are
    told by area alone have none."""
    histories, compared = [], []
    latest = ours[-MOST_ROUNDS - 1 :]
    scores = scores_of([one.id for one in latest])
    for before, after in pairwise(latest):
        if not all(_has_parts(scores[one.id]) for one in (before, after)):
            continue
        shown = compare_evaluations(before.id, after.id, by=by, listed=listed)
        found = movements(shown.result)
        pair = Compared(before.month, after.month, len(found))
        compared.append(pair)
        if pair.counts:
            histories.append(found)
    return tuple(histories), tuple(compared)


def _has_parts(sets: Sequence[ScoredEvaluation]) -> bool:
    """Whether any of its scores are told by sub-area."""
    return any(area.subareas for scores in sets for area in scores.areas)


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
    """Sub-area → how many actions that concern it are in place, and how many are not."""
    places = {point.id: point for point in points}
    found: dict[str, tuple[int, int]] = {}
    for one in standings:
        for code in _codes(one, places):
            done, rest = found.get(code, (0, 0))
            found[code] = (done + one.in_place, rest + (not one.in_place))
    return found


def _codes(one: Standing, places: Mapping[int, PointPlace]) -> tuple[str, ...]:
    """The sub-areas of all points that it answers, told in the latest evaluation."""
    own = [places[number] for number in one.points if number in places]
    return tuple(dict.fromkeys(code for place in (*own, *one.elsewhere) for code in place.codes))


def _place(area: AreaScore, sub: SubAreaScore, behind: Mapping[str, tuple[int, int]]) -> Place:
    done, rest = behind.get(sub.code, (0, 0))
    return Place(area.number, sub.code, sub.score or 0, sub.max or 0, done > 0, rest > 0)


def _now(sub: SubAreaScore, behind: Mapping[str, tuple[int, int]]) -> SubAreaNow:
    return SubAreaNow(sub.code, sub.name, sub.score, sub.max, *behind.get(sub.code, (0, 0)))


def _seen(
    waiting: Sequence[Standing], places: Mapping[int, PointPlace], by: User
) -> tuple[PlannedAction, ...]:
    """Those within the reader's scope, by deadline; nobody else's titles are read."""
    if not by.may(Deed.ACTION_VIEW):
        return ()
    known = {one.id: one for one in waiting}
    rows = db.session.execute(
        select(Action.id, Action.title, Action.deadline)
        .where(Action.id.in_(each(known)), scope.actions_within(by, Deed.ACTION_VIEW))
        .order_by(Action.deadline, Action.id)
    )
    return tuple(
        PlannedAction(key, title, deadline, _codes(known[key], places))
        for key, title, deadline in rows
    )
