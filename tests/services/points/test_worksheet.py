"""The worksheet: many points, one save."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tests.services.points.test_listing import take_in
from tracker.domain.errors import Forbidden
from tracker.extensions import db
from tracker.models import Action, Answer, Disposition
from tracker.services.points.answers import answer_points
from tracker.services.points.state import PointState
from tracker.services.points.worksheet import ForAll, Saved, SheetRow, save_sheet, sheet_of

DUE = date(2026, 9, 30)


def row(cast: Cast, place: int, **typed: Any) -> SheetRow:
    return SheetRow(cast.points[place].id, **typed)


def save(cast: Cast, *rows: SheetRow, minutes: int = 0, **for_all: Any) -> Saved:
    everywhere = ForAll(**{"deadline": DUE, "unit_id": cast.unit.id, **for_all})
    now = NOW + timedelta(minutes=minutes)
    return save_sheet(rows, everywhere, by=cast.director, now=now, today=TODAY)


def actions(title: str) -> list[Action]:
    return db.session.query(Action).filter_by(title=title).all()


def fields(saved: Saved, cast: Cast, place: int) -> list[str | None]:
    return [problem.field for problem in saved.problems.get(cast.points[place].id, ())]


def test_a_title_alone_is_an_action(app: Flask, cast: Cast) -> None:
    saved = save(cast, row(cast, 1, title=" Samla  dialogen "), row(cast, 3))
    assert (saved.actions, saved.problems) == (1, {})
    [action] = actions("Samla dialogen")
    assert (action.deadline, action.unit_id) == (DUE, cast.unit.id)
    assert [point.id for point in action.points] == [cast.points[1].id]
    [disposition] = db.session.query(Disposition)
    assert (disposition.point_id, disposition.answer) == (cast.points[1].id, Answer.ACT)


def test_the_valid_rows_are_saved_and_the_others_told(app: Flask, cast: Cast) -> None:
    saved = save(
        cast,
        row(cast, 1, title="Samla dialogen", owner_text="Olle Ägare"),
        row(cast, 3, title="Mål som hänger ihop", owner_text="Ingen Alls"),
        row(cast, 2, answer=Answer.NO_ACTION, reason="Görs redan."),
        row(cast, 0, answer=Answer.ACT),
    )
    assert saved.actions == 1
    assert fields(saved, cast, 3) == ["owner_text"]
    assert fields(saved, cast, 2) == ["decided_by"]
    assert fields(saved, cast, 0) == ["title"]
    assert not actions("Mål som hänger ihop")


def test_the_three_answers_in_one(any_app: Flask, cast: Cast) -> None:
    cast.colleague_action.points = []
    db.session.commit()
    saved = save(
        cast,
        row(cast, 1, title="Samla dialogen"),
        row(cast, 2, reason="Görs redan.", decided_by="Kommunstyrelsen"),
        row(cast, 3, answer=Answer.MERGED, merged_into=2),
    )
    assert (saved.actions, saved.no_action, saved.merged, saved.problems) == (1, 1, 1, {})
    into = db.session.query(Disposition).filter_by(answer=Answer.MERGED).one()
    assert into.merged_into_id == cast.points[1].id


def test_the_owners_own_unit(cast: Cast) -> None:
    saved = save(cast, row(cast, 1, title="Samla", owner_text="Sten Främling"), unit_id=None)
    assert saved.actions == 1
    assert actions("Samla")[0].unit_id == cast.other_unit.id
    saved = save(cast, row(cast, 3, title="Mål", owner_text="Dag Direktör"), unit_id=None)
    assert fields(saved, cast, 3) == ["unit_id"]


def test_what_the_row_says_wins(cast: Cast) -> None:
    late = date(2026, 12, 1)
    save(cast, row(cast, 1, title="Samla", deadline=late, unit_id=cast.other_unit.id))
    [action] = actions("Samla")
    assert (action.deadline, action.unit_id) == (late, cast.other_unit.id)


def test_sent_twice_is_one_action(any_app: Flask, cast: Cast) -> None:
    typed = row(cast, 1, title="Samla dialogen", was=PointState.OPEN)
    assert save(cast, typed).actions == 1
    again = save(cast, typed, minutes=1)
    assert (again.actions, again.problems) == (0, {})
    assert len(actions("Samla dialogen")) == 1


def test_two_directors_do_not_answer_over_each_other(any_app: Flask, cast: Cast) -> None:
    point = cast.points[1]
    reason = {"reason": "Görs redan.", "decided_by": "Kommunstyrelsen"}
    answer_points([point.id], Answer.NO_ACTION, **reason, by=cast.unit_director, now=NOW)
    saved = save(cast, row(cast, 1, title="Samla dialogen", was=PointState.OPEN))
    assert (saved.actions, fields(saved, cast, 1)) == (0, ["answer"])
    # Seen and meant all the same.
    saved = save(cast, row(cast, 1, title="Samla dialogen", was=PointState.NO_ACTION))
    assert (saved.actions, saved.problems) == (1, {})


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "Samla", "reason": "Görs redan."},
        {"answer": Answer.NO_ACTION, "title": "Samla"},
        {"answer": Answer.ACT, "title": "Samla", "merged_into": 3},
    ],
)
def test_one_answer_to_each(cast: Cast, typed: dict[str, Any]) -> None:
    saved = save(cast, row(cast, 1, **typed))
    assert fields(saved, cast, 1) == ["answer"]


def test_merging_with_what_is_not_there(any_app: Flask, cast: Cast) -> None:
    for number in (0, 99, 2**31 - 1):
        saved = save(cast, row(cast, 1, merged_into=number))
        assert fields(saved, cast, 1) == ["merged_into_id"], number


@pytest.mark.parametrize("title", ["x" * 10_000, "\0", "😀", "\u202egnirts", "=1+1"])
def test_hostile_titles(any_app: Flask, cast: Cast, title: str) -> None:
    saved = save(cast, row(cast, 1, title=title), row(cast, 3, title="Mål"))
    assert saved.actions + len(saved.problems) == 2
    assert len(actions("Mål")) == 1


def test_a_point_that_is_gone_takes_nothing_with_it(app: Flask, cast: Cast) -> None:
    gone = {4711, 2**40}
    rows = [SheetRow(number, title="Borta") for number in gone]
    saved = save(cast, *rows, row(cast, 1, title="Samla"))
    assert (saved.actions, saved.gone) == (1, gone)


def test_what_wants_an_answer_or_an_action(any_app: Flask, cast: Cast) -> None:
    page = sheet_of(None, by=cast.director)
    assert page is not None
    assert [r.number for group in page.groups for r in group.rows] == [2, 4]
    page = sheet_of(None, by=cast.director, area=1, also=[cast.points[0].id])
    assert page is not None
    assert [r.number for group in page.groups for r in group.rows] == [1, 2]
    answer_points([cast.points[1].id], Answer.ACT, by=cast.director, now=NOW)
    page = sheet_of(None, by=cast.director, area=1)
    assert page is not None
    assert [r.state for group in page.groups for r in group.rows] == [PointState.TO_DO]


def test_only_for_those_who_answer(cast: Cast) -> None:
    for person in (cast.owner, cast.admin, cast.member):
        with pytest.raises(Forbidden):
            sheet_of(None, by=person)
        with pytest.raises(Forbidden):
            save_sheet([], ForAll(), by=person, now=NOW, today=TODAY)


def test_the_number_of_queries_does_not_grow(cast: Cast, count_queries: Callable[[], Any]) -> None:
    small, big = take_in(), take_in(30, month="2026-03")
    numbers = []
    for evaluation_id in (small, big):
        db.session.expire_all()
        assert cast.director.roles
        with count_queries() as counted:
            assert sheet_of(evaluation_id, by=cast.director) is not None
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 24
