"""The list of plans: how far each has come, and which one answers an evaluation."""

from __future__ import annotations

from tests.helpers.cast import NOW, TODAY, Cast
from tracker.extensions import db
from tracker.models import ActionPlan, CarriedAction
from tracker.services.plans.listing import Progress, plan_for_evaluation, progress_of


def add_plan(cast: Cast, title: str) -> ActionPlan:
    plan = ActionPlan(title=title, created_at=NOW, evaluation_id=cast.evaluation.id)
    db.session.add(plan)
    db.session.commit()
    return plan


def carry(cast: Cast, there: ActionPlan, *, home: bool = False) -> None:
    """One action goes over to another plan, perhaps back again."""
    for start, end in ((cast.plan, there), (there, cast.plan))[: 1 + home]:
        db.session.add(
            CarriedAction(
                action_id=cast.action.id,
                from_plan_id=start.id,
                to_plan_id=end.id,
                at=NOW,
                status=cast.action.status,
                deadline=cast.action.deadline,
            )
        )
        cast.action.plan_id = end.id
    db.session.commit()


def test_what_went_on_is_counted_where_it_was_and_where_it_is(cast: Cast) -> None:
    new = add_plan(cast, "Nästa plan")
    carry(cast, new)
    ids = [cast.plan.id, new.id]
    found = progress_of(ids, by=cast.director, today=TODAY)
    assert found[cast.plan.id] == Progress(total=3, done=1, late=1, open=2, waiting=1, carried=1)
    assert found[new.id] == Progress(total=1, open=1)
    assert cast.plan.id not in progress_of(ids[1:], by=cast.director, today=TODAY)
    assert progress_of(ids, by=cast.other_member, today=TODAY)[cast.plan.id].carried == 0


def test_what_came_back_was_not_carried(cast: Cast) -> None:
    new = add_plan(cast, "Nästa plan")
    carry(cast, new, home=True)
    carry(cast, new, home=True)
    found = progress_of([cast.plan.id, new.id], by=cast.director, today=TODAY)
    assert (found[cast.plan.id].total, found[cast.plan.id].carried) == (4, 0)
    assert found[new.id] == Progress(carried=1)


def test_the_newest_open_plan_answers_an_evaluation(cast: Cast) -> None:
    wanted = cast.evaluation.id
    assert plan_for_evaluation(wanted, by=cast.director) is None
    cast.plan.evaluation_id = wanted
    draft = add_plan(cast, "Ett utkast")
    assert plan_for_evaluation(wanted, by=cast.director) == draft.id
    assert plan_for_evaluation(wanted + 1, by=cast.director) is None
    # A committee reads no draft, and the administrator no plan.
    assert plan_for_evaluation(wanted, by=cast.member) == cast.plan.id
    assert plan_for_evaluation(wanted, by=cast.admin) is None
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()
    assert plan_for_evaluation(wanted, by=cast.member) is None
