"""The actions of the time between two evaluations, whichever evaluation's points they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from tests.helpers.cast import Cast, make_action
from tests.helpers.second import add_evaluation
from tracker.domain.ancestry import Ancestry
from tracker.domain.scores import ActionCount, SubAreaRow, Verdict
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, Evaluation, ImprovementPoint, PointSubArea
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations

GOT = {1: (10, 10, 10), 2: (10, 10, 10)}
BETTER = {1: (20, 10, 10), 2: (10, 10, 20)}
MIDDLE, LAST = date(2021, 1, 1), date(2024, 1, 1)


@dataclass(frozen=True)
class Story:
    """Three evaluations of one municipality, each with a point in 1.1, and an action."""

    first: Evaluation
    middle: Evaluation
    last: Evaluation
    points: tuple[ImprovementPoint, ...]
    action: Action

    def compared(self) -> ComparisonShown:
        """The middle one against the last."""
        return compare_evaluations(self.middle.id, self.last.id, by=None)

    def row(self, code: str = "1.1") -> SubAreaRow:
        """A row of that comparison."""
        return next(
            row for row in self.compared().result.subareas if row.before and row.before.code == code
        )


@pytest.fixture
def story(cast: Cast) -> Story:
    rounds = [
        add_evaluation(cast.municipality, month, got)
        for month, got in ((date(2018, 1, 1), GOT), (MIDDLE, GOT), (LAST, BETTER))
    ]
    points = tuple(_point(one) for one in rounds)
    action = make_action(cast.plan, "Bygg om", points=[points[0]], owner=cast.owner)
    db.session.add(action)
    db.session.commit()
    return Story(rounds[0], rounds[1], rounds[2], points, action)


def _point(evaluation: Evaluation, code: str = "1.1") -> ImprovementPoint:
    area = evaluation.score_sets[0].areas[int(code[0]) - 1]
    part = next(sub for sub in area.subareas if sub.code == code)
    point = ImprovementPoint(evaluation=evaluation, area=area, position=part.id, text="Gör mer.")
    point.subarea_links = [PointSubArea(sub_area=part, rank=0)]
    db.session.add(point)
    return point


def _done(action: Action, on: date, cast: Cast) -> None:
    action.status, action.done_on, action.done_by = ActionStatus.DONE, on, cast.owner
    db.session.commit()


@pytest.mark.parametrize(
    ("done_on", "counted"),
    [
        (date(2020, 12, 31), None),  # in place before the earlier one: its scores hold it
        (MIDDLE, None),
        (date(2021, 1, 2), ActionCount(1, 0)),
        (LAST, ActionCount(1, 0)),
        (date(2024, 1, 2), ActionCount(0, 1)),
        (None, ActionCount(0, 1)),
    ],
)
def test_what_an_older_evaluation_asked_for_counts_in_the_time_in_which_it_came(
    story: Story, cast: Cast, done_on: date | None, counted: ActionCount | None
) -> None:
    if done_on:
        _done(story.action, done_on, cast)
    found = story.compared()
    assert story.row().actions == (counted or ActionCount())
    assert found.actions.total == (1 if counted else 0)
    assert found.actions.inherited == found.actions.total
    risen = counted is not None and counted.in_place
    expected = Verdict.ACTION_AND_IMPROVEMENT if risen else Verdict.NO_ACTION_IMPROVEMENT
    assert story.row().verdict is expected


def test_it_stands_where_the_earlier_evaluation_has_what_it_is_about(story: Story) -> None:
    found = story.compared()
    (standing,) = found.outcomes.standings
    assert standing.inherited
    assert [place.codes for place in standing.elsewhere] == [("1.1",)]
    assert found.outcomes.of_action(standing).change == 33.3
    assert found.outcomes.unplaced == ()


@pytest.mark.parametrize("ancestry", [None, Ancestry.REPEATED, Ancestry.CHANGED])
def test_a_point_that_repeats_an_older_one_is_answered_by_the_same_actions(
    story: Story, ancestry: Ancestry | None
) -> None:
    point = story.points[1]
    point.repeats, point.ancestry = story.points[0], ancestry
    db.session.commit()
    found = story.compared()
    (standing,) = found.outcomes.standings
    assert standing.points == (point.id,)
    assert not standing.inherited
    place = next(one for one in found.outcomes.points if one.id == point.id)
    assert found.outcomes.of_point(place).actions == (story.action.id,)
    assert story.row().actions == ActionCount(0, 1), "once, though it is reached in two ways"


def test_what_was_in_place_before_counts_for_nothing_even_where_its_point_came_back(
    story: Story, cast: Cast
) -> None:
    story.points[1].repeats = story.points[0]
    _done(story.action, date(2019, 6, 1), cast)
    assert story.compared().actions.total == 0
    assert compare_evaluations(story.first.id, story.middle.id, by=None).actions.in_place == 1


@pytest.mark.parametrize(("month", "counted"), [(date(2011, 1, 1), 1), (date(2010, 12, 1), 0)])
def test_what_was_asked_for_too_long_ago_is_no_part_of_it(
    story: Story, cast: Cast, month: date, counted: int
) -> None:
    old = add_evaluation(cast.municipality, month, GOT)
    story.action.points = [_point(old)]
    db.session.commit()
    assert story.compared().actions.total == counted


def test_an_evaluation_in_between_brings_its_actions(story: Story, cast: Cast) -> None:
    story.action.points = [story.points[1]]
    _done(story.action, date(2022, 1, 1), cast)
    found = compare_evaluations(story.first.id, story.last.id, by=None)
    assert found.between == 1
    assert (found.actions.in_place, found.actions.inherited) == (1, 1)
    assert found.result.subareas[0].actions == ActionCount(1, 0)


def test_the_last_ones_own_points_are_not_yet_answered(story: Story) -> None:
    story.action.points = [story.points[2]]
    db.session.commit()
    assert story.compared().actions.total == 0


def test_a_stranger_to_every_sub_area_is_told_apart(story: Story, cast: Cast) -> None:
    general = ImprovementPoint(evaluation=story.first, position=900, text="Allt möjligt.")
    story.action.points = [general]
    db.session.commit()
    found = story.compared()
    assert (found.actions.total, found.actions.unplaced) == (1, 1)
