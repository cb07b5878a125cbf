"""Answering points, taking answers back, and undoing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Answer, Disposition, ImprovementPoint
from tracker.services import journal
from tracker.services.actions.wording import NewAction, create_action
from tracker.services.points.answers import (
    Step,
    answer_points,
    undo_answers,
    withdraw_answers,
)
from tracker.services.points.state import PointState, in_state, is_answered
from tracker.services.points.weighing import set_effort, set_priority

HOSTILE = [
    "x" * 10_000,
    "\0\0\0",
    "😀" * 3,
    "\u202egnirts",
    "=1+1",
    "'; DROP TABLE disposition; --",
]
NO = {"reason": "Görs redan av regionen.", "decided_by": "Kommunstyrelsen"}


def ids(cast: Cast, *places: int) -> list[int]:
    return [cast.points[place].id for place in places]


def give(cast: Cast, answer: Answer, *places: int, **fields: Any) -> Step:
    return answer_points(ids(cast, *places), answer, **fields, by=cast.director, now=NOW)


def merge(cast: Cast, *places: int, into: int) -> Step:
    return give(cast, Answer.MERGED, *places, merged_into_id=cast.points[into].id)


def answers(cast: Cast) -> list[Answer | None]:
    found = {row.point_id: row.answer for row in db.session.query(Disposition)}
    return [found.get(point.id) for point in cast.points]


def state(point: ImprovementPoint) -> PointState:
    query = db.session.query(ImprovementPoint.id).filter(ImprovementPoint.id == point.id)
    states = [one for one in PointState if query.filter(in_state(one)).first()]
    if PointState.TO_DO in states:
        assert states == [PointState.ACT, PointState.TO_DO]
        return PointState.TO_DO
    assert len(states) == 1
    return states[0]


def test_several_at_once(any_app: Flask, cast: Cast) -> None:
    step = give(cast, Answer.ACT, 1, 3)
    assert step.changed == 2
    assert answers(cast) == [None, Answer.ACT, None, Answer.ACT]
    entry = journal.history("improvement_point", cast.points[1].id)[0]
    assert (entry.deed, entry.actor) == ("point.answer", "Dag Direktör")
    assert entry.data == {"answer": [None, "act"]}
    assert give(cast, Answer.ACT, 1, 3) == Step(0)
    assert journal.verify()


def test_states_in_sql(any_app: Flask, cast: Cast) -> None:
    assert state(cast.points[0]) is PointState.ACT
    assert state(cast.points[1]) is PointState.OPEN
    give(cast, Answer.ACT, 1)
    assert state(cast.points[1]) is PointState.TO_DO
    give(cast, Answer.NO_ACTION, 3, **NO)
    assert state(cast.points[3]) is PointState.NO_ACTION
    merge(cast, 1, into=3)
    assert state(cast.points[1]) is PointState.MERGED
    assert db.session.query(ImprovementPoint).filter(is_answered()).count() == 4


def test_a_dropped_action_answers_nothing(cast: Cast) -> None:
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on, cast.action.dropped_by = TODAY, "Kommunstyrelsen"
    cast.action.dropped_reason = "För dyrt."
    db.session.commit()
    assert state(cast.points[0]) is PointState.OPEN
    give(cast, Answer.ACT, 0)
    assert state(cast.points[0]) is PointState.TO_DO


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "", "decided_by": "KS"}, "reason"),
        ({"reason": " x\u200b ", "decided_by": "Kommunstyrelsen"}, "reason"),
        ({"reason": "Görs redan.", "decided_by": "  "}, "decided_by"),
        ({"reason": "x" * 1_001, "decided_by": "Kommunstyrelsen"}, "reason"),
        ({"reason": "Görs redan.", "decided_by": "x" * 121}, "decided_by"),
    ],
)
def test_no_action_needs_a_reason_and_a_person(
    cast: Cast, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(cast, Answer.NO_ACTION, 1, **fields)
    assert refused.value.field == field
    db.session.rollback()
    assert answers(cast) == [None] * 4


def test_what_is_acted_on_is_not_left_without_action(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Punkt 1 har en åtgärd i planen"):
        give(cast, Answer.NO_ACTION, 0, 1, **NO)


def test_hostile_reasons_are_kept_or_refused(any_app: Flask, cast: Cast) -> None:
    for text in HOSTILE:
        try:
            give(cast, Answer.NO_ACTION, 1, reason=text, decided_by="Kommunstyrelsen")
        except RuleBroken as refused:
            assert refused.field == "reason", text
        else:
            assert answers(cast)[1] is Answer.NO_ACTION, text
            withdraw_answers([cast.points[1].id], by=cast.director, now=NOW)


class TestMerging:
    def test_into_another(self, cast: Cast) -> None:
        merge(cast, 1, 3, into=2)
        row = db.session.query(Disposition).filter_by(point_id=cast.points[1].id).one()
        assert row.merged_into_id == cast.points[2].id

    def test_a_point_is_needed(self, cast: Cast) -> None:
        with pytest.raises(RuleBroken) as refused:
            give(cast, Answer.MERGED, 1)
        assert refused.value.field == "merged_into_id"

    def test_not_into_itself(self, cast: Cast) -> None:
        with pytest.raises(RuleBroken, match="sig själv"):
            merge(cast, 1, 2, into=2)

    def test_not_into_one_that_is_merged(self, cast: Cast) -> None:
        merge(cast, 1, into=2)
        with pytest.raises(RuleBroken, match="Välj punkt 3 i stället"):
            merge(cast, 3, into=1)

    def test_not_away_from_those_that_lead_here(self, cast: Cast) -> None:
        merge(cast, 1, into=2)
        with pytest.raises(RuleBroken, match="Andra punkter är ihopslagna med punkt 3"):
            merge(cast, 2, into=3)

    def test_no_circle(self, cast: Cast) -> None:
        merge(cast, 1, into=2)
        with pytest.raises(RuleBroken):
            merge(cast, 2, into=1)

    @pytest.mark.parametrize("target", [4711, 0, -1, 2**40])
    def test_into_what_exists(self, app: Flask, cast: Cast, target: int) -> None:
        with pytest.raises(RuleBroken):
            give(cast, Answer.MERGED, 1, merged_into_id=target)


class TestUndo:
    def test_back_to_what_stood_before(self, app: Flask, cast: Cast) -> None:
        give(cast, Answer.NO_ACTION, 1, **NO)
        merge(cast, 3, into=2)
        step = give(cast, Answer.ACT, 1, 2, 3)
        assert (step.first, step.last) != (None, None)
        undo_answers(step.first or 0, step.last or 0, by=cast.director, now=NOW)
        assert answers(cast) == [None, Answer.NO_ACTION, None, Answer.MERGED]
        row = db.session.query(Disposition).filter_by(point_id=cast.points[1].id).one()
        assert (row.reason, row.decided_by) == (NO["reason"], NO["decided_by"])

    def test_withdrawing_can_be_undone(self, cast: Cast) -> None:
        give(cast, Answer.ACT, 1, 3)
        step = withdraw_answers(ids(cast, 0, 1, 3), by=cast.director, now=NOW)
        assert step.changed == 2
        assert answers(cast) == [None] * 4
        undo_answers(step.first or 0, step.last or 0, by=cast.director, now=NOW)
        assert answers(cast) == [None, Answer.ACT, None, Answer.ACT]

    def test_not_over_somebody_elses_answer(self, cast: Cast) -> None:
        step = give(cast, Answer.ACT, 1, 3)
        answer_points(ids(cast, 3), Answer.NO_ACTION, **NO, by=cast.unit_director, now=NOW)
        with pytest.raises(RuleBroken, match="Svaret på punkt 4 har ändrats"):
            undo_answers(step.first or 0, step.last or 0, by=cast.director, now=NOW)
        db.session.rollback()
        assert answers(cast)[1] is Answer.ACT

    def test_not_somebody_elses_step(self, cast: Cast) -> None:
        step = give(cast, Answer.ACT, 1)
        for first, last in ((step.first or 0, step.last or 0), (0, 0), (2**31 - 1, 2**31 - 1)):
            with pytest.raises(NotFound):
                undo_answers(first, last, by=cast.unit_director, now=NOW)

    def test_not_to_what_no_longer_holds(self, cast: Cast) -> None:
        merge(cast, 1, into=2)
        step = give(cast, Answer.ACT, 1)
        merge(cast, 2, into=3)
        with pytest.raises(RuleBroken, match="Välj punkt 4 i stället"):
            undo_answers(step.first or 0, step.last or 0, by=cast.director, now=NOW)


def test_an_action_answers_its_points(app: Flask, cast: Cast) -> None:
    give(cast, Answer.NO_ACTION, 1, **NO)
    new = NewAction(
        title="Samla dialogen",
        unit_id=cast.unit.id,
        deadline=TODAY,
        point_ids=tuple(ids(cast, 0, 1)),
    )
    create_action(new, by=cast.director, now=NOW, today=TODAY)
    assert answers(cast) == [Answer.ACT, Answer.ACT, None, None]
    entry = journal.history("improvement_point", cast.points[1].id)[0]
    assert entry.data["answer"] == ["no_action", "act"]
    assert entry.data["reason"] == [NO["reason"], ""]


def test_effort_and_priority(app: Flask, cast: Cast) -> None:
    assert set_effort(ids(cast, 0, 1), 3, by=cast.director, now=NOW) == 2
    assert set_effort(ids(cast, 1, 2), 3, by=cast.director, now=NOW) == 1
    assert set_priority(ids(cast, 1), 1, by=cast.director, now=NOW) == 1
    assert set_priority(ids(cast, 1), None, by=cast.director, now=NOW) == 1
    deeds = [entry.deed for entry in journal.history("improvement_point", cast.points[1].id)]
    assert deeds == ["point.priority", "point.priority", "point.effort"]
    for level in (0, 4, -1, 2**40):
        with pytest.raises(RuleBroken):
            set_effort(ids(cast, 0), level, by=cast.director, now=NOW)


def test_only_our_own_points(cast: Cast) -> None:
    cast.municipality.is_own = False
    db.session.commit()
    with pytest.raises(RuleBroken, match="annan kommuns"):
        give(cast, Answer.ACT, 1)


def test_only_what_exists_and_only_who_may(any_app: Flask, cast: Cast) -> None:
    for wrong in ([], list(range(1, 1_500))):
        with pytest.raises(RuleBroken):
            answer_points(wrong, Answer.ACT, by=cast.director, now=NOW)
    with pytest.raises(NotFound):
        answer_points([*ids(cast, 1), 4711], Answer.ACT, by=cast.director, now=NOW)
    for person in (cast.owner, cast.member, cast.admin):
        for call in (
            lambda by: answer_points(ids(cast, 1), Answer.ACT, by=by, now=NOW),
            lambda by: withdraw_answers(ids(cast, 1), by=by, now=NOW),
            lambda by: undo_answers(1, 2, by=by, now=NOW),
            lambda by: set_effort(ids(cast, 1), 1, by=by, now=NOW),
            lambda by: set_priority(ids(cast, 1), 1, by=by, now=NOW),
        ):
            with pytest.raises(Forbidden):
                call(person)
