"""The points of an evaluation by area, and what is shown of each."""

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
from tracker.models import Answer, RoleModel, action_point
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.points import listing
from tracker.services.points.answers import answer_points
from tracker.services.points.listing import PointFilter, PointsPage, points_listed
from tracker.services.points.matrix import matrix_of
from tracker.services.points.shown import merge_choices, point_shown
from tracker.services.points.state import PointState
from tracker.services.points.weighing import set_effort, set_priority


def listed(cast: Cast, **filters: Any) -> PointsPage:
    found = points_listed(cast.evaluation.id, PointFilter(**filters), by=cast.director)
    assert found is not None
    return found


def ids(page: PointsPage) -> list[int]:
    return [row.id for row in page.rows]


def take_in(extra: int = 0, month: str = "2026-02", municipality: str = "Testköping") -> int:
    draft = read_report(report_text(extra_points=extra).encode(), "rapport.txt")
    head = DraftHead(municipality, month, 2, EDITION)
    return import_report(draft, head=head, by=None, now=NOW).id


def answer(cast: Cast, place: int, given: Answer, **fields: Any) -> None:
    answer_points([cast.points[place].id], given, **fields, by=cast.director, now=NOW)


def test_by_area_the_general_ones_last(any_app: Flask, cast: Cast) -> None:
    page = listed(cast)
    assert ids(page) == [point.id for point in cast.points]
    assert [(group.number, group.missing) for group in page.groups] == [
        (1, 33),
        (2, 32),
        (None, None),
    ]
    heading = page.heading
    assert (heading.answered, heading.count, page.total) == (2, 4, 4)
    assert (heading.municipality, heading.is_own) == ("Testköping", True)
    assert [area.number for area in page.areas] == [1, 2]


def test_a_row_says_what_there_is_to_win(app: Flask, cast: Cast) -> None:
    first, second, _third, general = listed(cast).rows
    assert (first.number, first.page, first.state) == (1, 4, PointState.ACT)
    assert [(sub.code, sub.missing) for sub in first.subareas] == [("1.1", 18)]
    assert first.gain == 18
    # Without sub-areas of its own: the one of its area that lacks most.
    assert (second.gain, second.state) == (18, PointState.OPEN)
    assert (general.gain, general.weight.gain) == (None, None)
    [action] = first.actions
    assert (action.title, action.owner) == ("Återkoppla synpunkter på webben", "Olle Ägare")


def test_role_models_stand_beside_their_area(cast: Cast) -> None:
    for municipality in ("Sjövik", "Sjövik", "Tallmo"):
        row = RoleModel(evaluation_id=cast.evaluation.id, area_number=1, municipality=municipality)
        db.session.add(row)
    db.session.commit()
    groups = listed(cast).groups
    assert [[one.municipality for one in group.examples] for group in groups] == [
        ["Sjövik", "Tallmo"],
        [],
        [],
    ]


def test_filters(cast: Cast) -> None:
    answer(cast, 1, Answer.ACT)
    set_priority([cast.points[0].id], 3, by=cast.director, now=NOW)
    set_effort([cast.points[1].id], 3, by=cast.director, now=NOW)
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"area": 1}, [0, 1]),
        ({"area": 9}, []),
        ({"area": 2**40}, []),
        ({"state": PointState.OPEN}, [3]),
        ({"state": PointState.ACT}, [0, 1, 2]),
        ({"state": PointState.TO_DO}, [1]),
        ({"state": PointState.MERGED}, []),
        ({"area": 1, "state": PointState.TO_DO}, [1]),
        ({"repeated": True}, []),
        ({"priority": 1}, [2]),
        ({"priority": 3}, [0]),
        ({"priority": 3, "area": 2}, []),
        ({"q": "MEDBORGARNA"}, [1]),
        ({"q": " näringslivets  väntetider"}, [2]),
        ({"q": "naringslivets"}, []),
        ({"q": "%"}, []),
    ]
    for filters, expected in cases:
        page = listed(cast, **filters)
        assert ids(page) == [cast.points[index].id for index in expected], filters
        assert (page.total, page.heading.count) == (len(expected), 4), filters


def test_of_many_actions_only_the_first_are_named(cast: Cast) -> None:
    for number in range(6):
        cast.points[0].actions.append(make_action(cast.plan, f"Åtgärd {number}"))
    db.session.commit()
    row = listed(cast).rows[0]
    assert (len(row.actions), row.more) == (5, 2)


def test_what_one_may_not_open_has_no_name(cast: Cast) -> None:
    page = points_listed(None, by=cast.colleague)
    assert page is not None
    actions = {action.id: action for row in page.rows for action in row.actions}
    assert actions[cast.colleague_action.id].visible
    hidden = actions[cast.action.id]
    assert (hidden.visible, hidden.title, hidden.owner) == (False, "", "")
    assert hidden.status is ActionStatus.ONGOING


def test_the_latest_of_our_own_unless_another_is_asked_for(cast: Cast) -> None:
    foreign = take_in(month="2026-03", municipality="Sjövik")
    newest = take_in()
    page = points_listed(None, by=cast.owner)
    assert page is not None
    assert page.heading.evaluation_id == newest
    theirs = points_listed(foreign, by=cast.owner)
    assert theirs is not None
    assert (theirs.heading.municipality, theirs.heading.is_own) == ("Sjövik", False)


def test_a_repeated_point_tells_what_was_done_then(app: Flask, cast: Cast) -> None:
    before = points_listed(take_in(), by=cast.director)
    assert before is not None
    first, second = before.rows[:2]
    point = db.session.get_one(type(cast.points[0]), first.id)
    dropped = {"dropped_on": NOW.date(), "dropped_by": "KS", "dropped_reason": "Dyrt."}
    point.actions += [
        make_action(cast.plan, "Ett"),
        make_action(cast.plan, "Två", status=ActionStatus.DROPPED, **dropped),
    ]
    db.session.commit()
    fields = {"reason": "Görs redan.", "decided_by": "Kommunstyrelsen"}
    answer_points([second.id], Answer.NO_ACTION, **fields, by=cast.director, now=NOW)
    page = points_listed(take_in(month="2026-03"), by=cast.director)
    assert page is not None
    one, two = (row.earlier for row in page.rows[:2])
    assert one is not None
    assert two is not None
    assert (one.answer, one.count) == (None, 2)
    assert one.actions == ((ActionStatus.ONGOING, 1), (ActionStatus.DROPPED, 1))
    assert (two.answer, two.reason) == (Answer.NO_ACTION, "Görs redan.")
    shown = point_shown(page.rows[0].id, by=cast.director)
    assert {action.title for action in shown.earlier_actions} == {"Ett", "Två"}


def test_one_point_with_its_history(app: Flask, cast: Cast) -> None:
    answer(cast, 1, Answer.MERGED, merged_into_id=cast.points[2].id)
    shown = point_shown(cast.points[1].id, by=cast.owner)
    assert shown.row.given is not None
    assert shown.row.given.into is not None
    assert shown.row.given.into.number == 3
    assert [entry.deed for entry in shown.history] == ["point.answer"]
    assert shown.numbers == {cast.points[2].id: 3}
    target = point_shown(cast.points[2].id, by=cast.owner)
    assert [other.number for other in target.merged] == [2]
    offered = merge_choices([cast.points[3].id], by=cast.director)
    assert [choice.number for choice in offered] == [1, 3]


def test_the_picture_leaves_out_what_is_set_aside(app: Flask, cast: Cast) -> None:
    answer(cast, 1, Answer.MERGED, merged_into_id=cast.points[2].id)
    set_effort([cast.points[2].id], 1, by=cast.director, now=NOW)
    found = matrix_of(None, by=cast.owner)
    assert found is not None
    assert [dot.number for dot in found.dots] == [3, 1, 4]
    assert [dot.weight.priority for dot in found.dots] == [1, 1, 2]
    assert found.set_aside == 1


def test_missing_and_forbidden(any_app: Flask, cast: Cast) -> None:
    for number in (4711, 0, -1, 2**40):
        with pytest.raises(NotFound):
            points_listed(number, by=cast.director)
    with pytest.raises(NotFound):
        point_shown(4711, by=cast.director)
    for person in (cast.member, cast.admin):
        with pytest.raises(Forbidden):
            points_listed(None, by=person)
        with pytest.raises(Forbidden):
            point_shown(cast.points[0].id, by=person)


def test_nothing_before_the_first_evaluation(cast: Cast) -> None:
    cast.municipality.is_own = False
    db.session.commit()
    assert points_listed(None, by=cast.director) is None
    assert matrix_of(None, by=cast.director) is None


def test_many_points_are_paged(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation_id = take_in(extra=40)
    for asked in (PointFilter(), PointFilter(q="e")):
        whole = points_listed(evaluation_id, asked, by=cast.director)
        assert whole is not None
        assert len(whole.rows) == whole.total > 30
        with monkeypatch.context() as patched:
            patched.setattr(listing, "MOST_ON_ONE_PAGE", 15)
            patched.setattr(listing, "PAGE_SIZE", 15)
            seen: list[int] = []
            for number in range(1, -(-whole.total // 15) + 1):
                page = points_listed(evaluation_id, asked, by=cast.director, page=number)
                assert page is not None
                assert (page.total, page.size) == (whole.total, 15)
                seen += ids(page)
            assert seen == ids(whole)
            beyond = points_listed(evaluation_id, asked, by=cast.director, page=99)
            assert beyond is not None
            assert ids(beyond)[-1] == seen[-1]


def test_the_number_of_queries_does_not_grow(
    app: Flask, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    small, big = take_in(), take_in(15, month="2026-03")
    page = points_listed(big, by=cast.director)
    assert page is not None
    for point_id in ids(page):
        values = {"action_id": cast.done_action.id, "point_id": point_id}
        db.session.execute(action_point.insert().values(values))
    db.session.commit()
    answer_points(ids(page), Answer.ACT, by=cast.director, now=NOW)
    numbers = []
    for evaluation_id in (small, big):
        db.session.expire_all()
        assert cast.director.roles
        with count_queries() as counted:
            assert points_listed(evaluation_id, by=cast.director) is not None
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 24
