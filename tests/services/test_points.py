"""The points of an evaluation, and what is being done about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast, make_action
from tests.helpers.reports import EDITION, report_text
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import Evaluation, action_point
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.points import PAGE_SIZE, PointsPage, PointState, points_listed


def listed(cast: Cast, **filters: Any) -> PointsPage:
    found = points_listed(cast.evaluation.id, by=cast.director, **filters)
    assert found is not None
    return found


def ids(page: PointsPage) -> list[int]:
    return [row.id for row in page.rows]


def many_points(extra: int, month: str = "2026-02") -> int:
    draft = read_report(report_text(extra_points=extra).encode(), "rapport.txt")
    head = DraftHead("Testköping", month, 2, EDITION)
    return import_report(draft, head=head, by=None, now=NOW).id


def test_those_without_an_action_come_first(any_app: Flask, cast: Cast) -> None:
    page = listed(cast)
    first, second, third, general = (point.id for point in cast.points)
    assert ids(page) == [second, general, first, third]
    assert (page.answered, page.count, page.total) == (2, 4, 4)
    assert (page.municipality, page.is_own) == ("Testköping", True)
    assert [area.number for area in page.areas] == [1, 2]


def test_a_row_says_what_there_is_to_win(cast: Cast) -> None:
    row = next(row for row in listed(cast).rows if row.id == cast.points[0].id)
    assert (row.area_number, row.page, row.certain) == (1, 4, True)
    [spoken_of] = row.subareas
    assert (spoken_of.code, spoken_of.missing) == ("1.1", 18)


def test_missing_points_are_unknown_without_a_score(cast: Cast) -> None:
    sub = cast.points[0].subarea_links[0].sub_area
    sub.score = None
    db.session.commit()
    row = next(row for row in listed(cast).rows if row.id == cast.points[0].id)
    assert row.subareas[0].missing is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"area": 1}, [1, 0]),
        ({"area": 9}, []),
        ({"state": PointState.OPEN}, [1, 3]),
        ({"state": PointState.ANSWERED}, [0, 2]),
        ({"area": 1, "state": PointState.OPEN}, [1]),
        ({"q": "MEDBORGARNA"}, [1]),
        ({"q": " näringslivets  väntetider"}, [2]),
        ({"q": "naringslivets"}, []),
        ({"q": "%"}, []),
    ],
)
def test_filters(cast: Cast, filters: dict[str, Any], expected: list[int]) -> None:
    page = listed(cast, **filters)
    assert ids(page) == [cast.points[index].id for index in expected]
    assert page.total == len(expected)
    assert (page.answered, page.count) == (2, 4)


def test_a_dropped_action_is_no_answer(cast: Cast) -> None:
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on = NOW.date()
    cast.action.dropped_by = "Kommunstyrelsen"
    cast.action.dropped_reason = "För dyrt."
    db.session.commit()
    page = listed(cast)
    assert page.answered == 1
    row = next(row for row in page.rows if row.id == cast.points[0].id)
    assert [answer.status for answer in row.answers] == [ActionStatus.DROPPED]


def test_open_and_done_actions_are_told_apart(cast: Cast) -> None:
    cast.points[0].actions.append(cast.done_action)
    db.session.commit()
    row = next(row for row in listed(cast).rows if row.id == cast.points[0].id)
    assert row.more == 0
    assert {answer.title for answer in row.answers} == {
        "Återkoppla synpunkter på webben",
        "En kalender för alla samråd",
    }


def test_of_many_actions_only_the_first_are_named(cast: Cast) -> None:
    for number in range(6):
        cast.points[0].actions.append(make_action(cast.plan, f"Åtgärd {number}"))
    db.session.commit()
    row = next(row for row in listed(cast).rows if row.id == cast.points[0].id)
    assert len(row.answers) == 5
    assert row.more == 2


def test_what_one_may_not_open_has_no_title(cast: Cast) -> None:
    page = points_listed(None, by=cast.colleague)
    assert page is not None
    answers = {answer.id: answer for row in page.rows for answer in row.answers}
    assert answers[cast.colleague_action.id].visible
    hidden = answers[cast.action.id]
    assert (hidden.visible, hidden.title) == (False, "")
    assert hidden.status is ActionStatus.ONGOING


def test_the_latest_of_our_own_unless_another_is_asked_for(cast: Cast) -> None:
    draft = read_report(report_text().encode(), "rapport.txt")
    foreign = import_report(
        draft, head=DraftHead("Sjövik", "2026-03", 1, EDITION), by=None, now=NOW
    )
    newest = many_points(0)
    page = points_listed(None, by=cast.owner)
    assert page is not None
    assert page.evaluation_id == newest
    theirs = points_listed(foreign.id, by=cast.owner)
    assert theirs is not None
    assert (theirs.municipality, theirs.is_own) == ("Sjövik", False)


def test_a_repeated_point_names_the_month(cast: Cast) -> None:
    draft = read_report(report_text().encode(), "rapport.txt")
    newest = many_points(0)
    later = import_report(
        draft, head=DraftHead("Testköping", "2026-03", 3, EDITION), by=None, now=NOW
    )
    page = points_listed(later.id, by=cast.director)
    assert page is not None
    before = db.session.get_one(Evaluation, newest)
    assert {row.repeated_from for row in page.rows} == {before.month}


def test_nothing_before_the_first_evaluation(app: Flask, cast: Cast) -> None:
    cast.municipality.is_own = False
    db.session.commit()
    assert points_listed(None, by=cast.director) is None


def test_missing_and_forbidden(cast: Cast) -> None:
    with pytest.raises(NotFound):
        points_listed(4711, by=cast.director)
    for person in (cast.member, cast.admin):
        with pytest.raises(Forbidden):
            points_listed(None, by=person)


def test_pages_hold_every_point_once(cast: Cast) -> None:
    evaluation_id = many_points(60)
    seen: list[int] = []
    for number in (1, 2, 3):
        page = points_listed(evaluation_id, by=cast.director, page=number)
        assert page is not None
        assert page.total == 76
        seen += ids(page)
    assert len(seen) == len(set(seen)) == 76
    beyond = points_listed(evaluation_id, by=cast.director, page=99)
    assert beyond is not None
    assert ids(beyond) == seen[2 * PAGE_SIZE :]


def test_the_number_of_queries_does_not_grow(cast: Cast, count_queries: Callable[[], Any]) -> None:
    big = many_points(30)
    page = points_listed(big, by=cast.director)
    assert page is not None
    for point_id in ids(page):
        values = {"action_id": cast.done_action.id, "point_id": point_id}
        db.session.execute(action_point.insert().values(values))
    db.session.commit()
    numbers = []
    for evaluation_id in (cast.evaluation.id, big):
        db.session.expire_all()
        assert cast.director.roles
        with count_queries() as counted:
            page = points_listed(evaluation_id, by=cast.director)
            assert page is not None
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 8
