"""The forecast from what is saved: what it rests on, what is planned, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import TODAY, Cast, make_action, make_user
from tests.helpers.history import Past, add_others, add_past
from tests.helpers.second import add_evaluation
from tracker.domain.errors import Forbidden
from tracker.domain.outlook import Lack, Outlook
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import RoleAssignment, User
from tracker.services.outlooks import OutlookShown, outlook_shown


def shown(by: User) -> OutlookShown:
    return outlook_shown(by=by, today=TODAY)


def own(by: User) -> Outlook:
    found = shown(by).own
    assert found is not None
    return found


@pytest.fixture
def past(cast: Cast) -> Past:
    return add_past(cast)


def test_the_whole_forecast(any_app: Flask, cast: Cast, past: Past) -> None:
    add_others(10, 20, 30)
    found = shown(cast.director)
    assert found.latest is not None
    assert found.latest.id == past.latest.id
    assert [(one.before.year, one.after.year, one.subareas) for one in found.compared] == [
        (2018, 2020, 4),
        (2020, 2023, 24),
    ]
    history = found.own
    assert history is not None
    assert (history.movements, history.in_place, history.lacks) == (28, 12, ())
    assert history.total is not None
    assert (history.total.max, history.total.gaining) == (720, 3)
    assert history.total.with_planned.value > history.total.as_it_is.value
    assert found.others is not None
    assert (found.others.n, found.others.mean) == (3, 20)
    total = found.latest.total
    assert total is not None
    assert found.others.range is not None
    assert found.others.range.value == total + 20


def test_what_is_planned_and_where(cast: Cast, past: Past) -> None:
    found = shown(cast.director)
    assert {one.title: one.codes for one in found.actions} == {
        "På väg": ("1.3",),
        "Någon annans": ("2.3",),
        cast.action.title: ("1.1",),
        cast.colleague_action.title: (),
    }
    assert (found.planned, found.elsewhere, found.unplaced) == (4, 0, 1)
    assert found.lifts
    assert [(one.code, one.in_place, one.under_way) for one in found.touched] == [
        ("1.1", 0, 1),
        ("1.3", 0, 1),
        ("2.3", 0, 1),
    ]


def test_work_of_an_earlier_round_counts_in_the_latest(cast: Cast, past: Past) -> None:
    cast.action.status, cast.action.done_on = ActionStatus.DONE, date(2026, 2, 1)
    cast.action.done_by = cast.owner
    db.session.commit()
    now = {one.code: one.in_place for one in shown(cast.director).subareas}
    assert now["1.1"] == 1
    cast.action.done_on = date(2023, 2, 1)
    db.session.commit()
    now = {one.code: one.in_place for one in shown(cast.director).subareas}
    assert now["1.1"] == 0, "in place before the latest evaluation, which has seen it"


def test_nothing_planned_lifts_nothing(cast: Cast, past: Past) -> None:
    for action in (past.planned, past.foreign, cast.action):
        action.points = []
    db.session.commit()
    found = shown(cast.director)
    assert found.planned == 1, "the colleague's, which touches no sub-area"
    assert not found.lifts
    assert found.own is not None
    assert found.own.total is not None
    assert found.own.total.as_it_is == found.own.total.with_planned


def test_evaluations_close_together_are_no_round(cast: Cast, past: Past) -> None:
    same = {
        area.number: [sub.score for sub in area.subareas]
        for area in past.latest.score_sets[0].areas
    }
    before = own(cast.director)
    add_evaluation(cast.municipality, date(2024, 2, 1), same)
    found = shown(cast.director)
    assert [one.after for one in found.too_short] == [date(2024, 2, 1)]
    assert [one.after.year for one in found.rounds] == [2020, 2023]
    assert found.own is not None
    assert (found.own.comparisons, found.own.movements) == (before.comparisons, before.movements)
    past.earlier.month = date(2022, 4, 1)
    cast.evaluation.month = date(2021, 5, 1)
    db.session.commit()
    assert own(cast.director).lacks == (Lack.NO_HISTORY,)


def test_what_is_in_place_is_planned_no_more(cast: Cast, past: Past) -> None:
    before = own(cast.director).total
    past.planned.status, past.planned.done_on = ActionStatus.DONE, date(2026, 2, 1)
    past.planned.done_by = cast.owner
    db.session.commit()
    after = own(cast.director).total
    assert before is not None
    assert after is not None
    assert after.gaining == 2
    assert after.with_planned == before.with_planned
    assert after.as_it_is.value > before.as_it_is.value
    past.foreign.status, past.foreign.dropped_on = ActionStatus.DROPPED, TODAY
    past.foreign.dropped_by, past.foreign.dropped_reason = "KS", "För dyrt."
    db.session.commit()
    assert shown(cast.director).planned == 2


def test_titles_only_within_the_scope_numbers_for_all(app: Flask, cast: Cast, past: Past) -> None:
    whole = own(cast.director)
    for by, titles in (
        (cast.owner, [cast.action.title, "På väg"]),
        (cast.other_member, ["Någon annans"]),
        (cast.admin, []),
    ):
        found = shown(by)
        assert [one.title for one in found.actions] == titles
        assert found.planned == 4
        assert found.own == whole
    with pytest.raises(Forbidden):
        shown(make_user("Ingen Roll"))


def test_an_area_without_all_its_scores_is_left_out(cast: Cast, past: Past) -> None:
    past.latest.score_sets[0].areas[2].subareas[0].score = None
    past.latest.score_sets[0].areas[3].subareas[0].max = 29
    db.session.commit()
    found = shown(cast.director)
    assert found.own is not None
    assert found.own.total is None
    assert [one.area for one in found.own.areas] == [1, 2, 5, 6, 7, 8]
    assert found.incomplete == ("3 Område 3", "4 Område 4")


def test_one_evaluation_is_no_history(cast: Cast) -> None:
    found = shown(cast.director)
    assert found.own is not None
    assert found.own.lacks == (Lack.NO_HISTORY,)
    assert found.others is not None
    assert found.others.n == 0
    assert found.unplaced == 1, "the colleague's answers a point without a sub-area"


def test_no_evaluation_is_nothing(app: Flask) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    assert outlook_shown(by=director, today=TODAY) == OutlookShown(None)


def test_thirty_actions_cost_no_more_queries_than_two(
    cast: Cast, past: Past, count_queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    numbers = []
    for _ in range(2):
        db.session.expire_all()
        assert cast.director.roles
        with count_queries() as counted:
            shown(cast.director)
        numbers.append(counted.number)
        point = past.planned.points[0]
        for number in range(30):
            one = make_action(cast.plan, f"Åtgärd {number}", owner=cast.owner)
            db.session.add(one)
            one.points.append(point)
        db.session.commit()
    assert numbers[0] == numbers[1]
