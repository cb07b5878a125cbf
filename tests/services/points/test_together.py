"""Two people answer the same points: at the same moment, or from a page that has grown old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Answer, Disposition, ImprovementPoint
from tracker.services import journal
from tracker.services.actions.steps import drop_action, reopen_action, undo_step
from tracker.services.actions.wording import NewAction, create_action
from tracker.services.plans.gate import unready
from tracker.services.plans.minutes import Minutes, adopt_plan
from tracker.services.points.answers import (
    Overtaken,
    Step,
    answer_points,
    newest_entry,
    withdraw_answers,
)
from tracker.services.points.state import has_live_action

NO = {"reason": "Görs redan av regionen.", "decided_by": "Kommunstyrelsen"}


def answer_of(point: ImprovementPoint) -> Answer | None:
    db.session.expire_all()
    return db.session.query(Disposition.answer).filter_by(point_id=point.id).scalar()


def one_refused(results: list[Any]) -> RuleBroken:
    told: list[RuleBroken] = [one for one in results if isinstance(one, RuleBroken)]
    assert len(told) == 1, results
    return told[0]


def drop(cast: Cast) -> None:
    action = cast.action.id
    drop_action(action, "För dyrt.", "Kommunstyrelsen", by=cast.director, now=NOW, today=TODAY)


def test_each_merges_into_the_others(any_app: Flask, cast: Cast) -> None:
    first, second, who = cast.points[1].id, cast.points[3].id, cast.director.id

    def merge(point: int, into: int) -> Callable[[], Step]:
        return lambda: answer_points(
            [point], Answer.MERGED, merged_into_id=into, by=person(who), now=NOW
        )

    results = together(any_app, merge(first, second), merge(second, first))
    assert "ihopslag" in str(one_refused(results))
    assert db.session.query(Disposition).count() == 1
    assert journal.verify()


def test_merged_back_and_forth(app: Flask, cast: Cast) -> None:
    one, other = cast.points[1].id, cast.points[3].id
    for point, into in ((one, other), (other, one), (one, other)):
        withdraw_answers([one, other], by=cast.director, now=NOW)
        answer_points([point], Answer.MERGED, merged_into_id=into, by=cast.director, now=NOW)
        row = db.session.query(Disposition).one()
        assert (row.point_id, row.merged_into_id) == (point, into)


@pytest.mark.parametrize("fields", [{"answer": Answer.NO_ACTION, **NO}, {"answer": Answer.ACT}])
def test_into_one_that_is_answered_itself(app: Flask, cast: Cast, fields: dict[str, Any]) -> None:
    """What is merged follows the other's answer, also where that is no action."""
    answer_points([cast.points[3].id], **fields, by=cast.director, now=NOW)
    into = cast.points[3].id
    answer_points(
        [cast.points[1].id], Answer.MERGED, merged_into_id=into, by=cast.director, now=NOW
    )
    assert answer_of(cast.points[1]) is Answer.MERGED
    withdraw_answers([into], by=cast.director, now=NOW)
    assert unready(cast.plan).unanswered == 1, "the one that the others follow"


def test_an_action_and_no_action_at_once(any_app: Flask, cast: Cast) -> None:
    """Whoever comes second is told, or writes over it in the open: both never hold."""
    point, who, unit = cast.points[1].id, cast.director.id, cast.unit.id

    def act() -> Action:
        new = NewAction("Samla", unit_id=unit, deadline=date(2026, 9, 1), point_ids=(point,))
        return create_action(new, by=person(who), now=NOW, today=TODAY)

    def leave() -> Step:
        return answer_points([point], Answer.NO_ACTION, **NO, by=person(who), now=NOW)

    together(any_app, act, leave)
    live = db.session.query(ImprovementPoint).filter(has_live_action()).all()
    assert cast.points[1] in live
    assert answer_of(cast.points[1]) is Answer.ACT


class TestOldPages:
    def test_what_somebody_else_answered_meanwhile_stays(self, app: Flask, cast: Cast) -> None:
        point, seen = cast.points[1], newest_entry()
        answer_points([point.id], Answer.NO_ACTION, **NO, by=cast.unit_director, now=NOW)
        with pytest.raises(Overtaken) as told:
            answer_points(
                [point.id, cast.points[3].id], Answer.ACT, seen=seen, by=cast.director, now=NOW
            )
        assert told.value.params == {"name": "Frida Chef", "number": 2, "said": "Ingen åtgärd"}
        db.session.rollback()
        assert (answer_of(point), answer_of(cast.points[3])) == (Answer.NO_ACTION, None)
        with pytest.raises(Overtaken):
            withdraw_answers([point.id], seen=seen, by=cast.director, now=NOW)
        db.session.rollback()
        now_seen = newest_entry()
        step = answer_points([point.id], Answer.ACT, seen=now_seen, by=cast.director, now=NOW)
        assert step.changed == 1

    def test_ones_own_and_the_same_answer_are_no_matter(self, app: Flask, cast: Cast) -> None:
        point, seen = cast.points[1].id, newest_entry()
        answer_points([point], Answer.NO_ACTION, **NO, by=cast.director, now=NOW)
        answer_points([point], Answer.ACT, seen=seen, by=cast.director, now=NOW)
        seen = newest_entry()
        other = cast.points[3].id
        answer_points([other], Answer.ACT, by=cast.unit_director, now=NOW)
        assert answer_points([other], Answer.ACT, seen=seen, by=cast.director, now=NOW) == Step(0)

    def test_other_points_are_no_matter(self, app: Flask, cast: Cast) -> None:
        seen = newest_entry()
        answer_points([cast.points[3].id], Answer.ACT, by=cast.unit_director, now=NOW)
        step = answer_points([cast.points[1].id], Answer.ACT, seen=seen, by=cast.director, now=NOW)
        assert step.changed == 1

    def test_of_two_at_once_one_is_told(self, any_app: Flask, cast: Cast) -> None:
        point, seen = cast.points[1].id, newest_entry()
        one, other = cast.director.id, cast.unit_director.id

        def act() -> Step:
            return answer_points([point], Answer.ACT, seen=seen, by=person(one), now=NOW)

        def leave() -> Step:
            return answer_points(
                [point], Answer.NO_ACTION, **NO, seen=seen, by=person(other), now=NOW
            )

        assert isinstance(one_refused(together(any_app, act, leave)), Overtaken)
        assert len(journal.history("improvement_point", point)) == 1


class TestTheOnlyAction:
    def test_dropped_the_point_is_open_again(self, app: Flask, cast: Cast) -> None:
        before = unready(cast.plan).unanswered
        drop(cast)
        assert unready(cast.plan).unanswered == before + 1
        reopen_action(cast.action.id, "Pengar fanns.", by=cast.director, now=NOW)
        assert unready(cast.plan).unanswered == before

    @pytest.mark.parametrize("back", ["reopen", "undo"])
    def test_back_it_is_acted_on_though_somebody_had_left_it(
        self, app: Flask, cast: Cast, back: str
    ) -> None:
        point = cast.points[0]
        drop(cast)
        answer_points([point.id], Answer.NO_ACTION, **NO, by=cast.unit_director, now=NOW)
        if back == "reopen":
            reopen_action(cast.action.id, "Pengar fanns.", by=cast.director, now=NOW)
        else:
            undo_step(cast.action.id, by=cast.director, now=NOW)
        assert answer_of(point) is Answer.ACT
        entry = journal.history("improvement_point", point.id)[0]
        assert entry.data["reason"] == [NO["reason"], ""], "what was said is kept in the history"
        assert journal.verify()

    def test_a_merged_point_stays_merged(self, app: Flask, cast: Cast) -> None:
        into = cast.points[3].id
        drop(cast)
        answer_points(
            [cast.points[0].id], Answer.MERGED, merged_into_id=into, by=cast.director, now=NOW
        )
        reopen_action(cast.action.id, "Pengar fanns.", by=cast.director, now=NOW)
        assert answer_of(cast.points[0]) is Answer.MERGED

    def test_opened_again_while_the_point_is_left(self, any_app: Flask, cast: Cast) -> None:
        drop(cast)
        action, point, who = cast.action.id, cast.points[0].id, cast.director.id

        def leave() -> Step:
            return answer_points([point], Answer.NO_ACTION, **NO, by=person(who), now=NOW)

        def reopen() -> Action:
            return reopen_action(action, "Pengar fanns.", by=person(who), now=NOW)

        together(any_app, leave, reopen)
        assert answer_of(cast.points[0]) is not Answer.NO_ACTION


def test_an_action_of_several_points_when_one_is_merged(app: Flask, cast: Cast) -> None:
    """The action goes on serving all of them; only that point's answer changes."""
    cast.action.points.append(cast.points[1])
    db.session.commit()
    ids = [cast.points[1].id, cast.points[0].id]
    with pytest.raises(RuleBroken, match="Punkt 2 har en åtgärd i planen"):
        answer_points(ids[:1], Answer.NO_ACTION, **NO, by=cast.director, now=NOW)
    db.session.rollback()
    answer_points(ids[:1], Answer.MERGED, merged_into_id=ids[1], by=cast.director, now=NOW)
    db.session.expire_all()
    assert {point.id for point in cast.action.points} == set(ids)
    assert cast.action.status is ActionStatus.ONGOING
    assert answer_of(cast.points[0]) is None


def test_an_answer_is_taken_back_before_the_plan_is_adopted(app: Flask, cast: Cast) -> None:
    """The count that matters is the one at the adoption, not the one that a page showed."""
    open_ones = [cast.points[1].id, cast.points[3].id]
    answer_points(open_ones, Answer.ACT, by=cast.director, now=NOW)
    plan = ActionPlan(title="Utkast", created_at=NOW, evaluation_id=cast.evaluation.id)
    db.session.add(plan)
    db.session.commit()
    assert unready(plan).unanswered == 0
    withdraw_answers(open_ones[:1], by=cast.unit_director, now=NOW)
    minutes = Minutes("Kommunstyrelsen", TODAY, 53)
    with pytest.raises(RuleBroken) as told:
        adopt_plan(plan.id, minutes, by=cast.director, now=NOW, today=TODAY)
    assert told.value.field == "unanswered_reason"
    db.session.rollback()
    answer_points(open_ones[:1], Answer.ACT, by=cast.unit_director, now=NOW)
    adopt_plan(plan.id, minutes, by=cast.director, now=NOW, today=TODAY)
    assert plan.unanswered_reason == ""
