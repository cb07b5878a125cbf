"""Two people at the same moment: one wins, the other is told, nothing is lost."""

from __future__ import annotations

from datetime import date

from tests.helpers.cast import NOW, TODAY
from tests.helpers.together import person, together
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, ActionPlan, StatusUpdate, action_dependency
from tracker.services import journal
from tracker.services.actions import ties
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report, correct_report, report_status
from tracker.services.actions.steps import complete_action, undo_step, verify_action
from tracker.services.actions.wording import ActionChanges, NewAction, create_action, edit_action


def save(action_id: int, version: int, user_id: int, title: str, unit_id: int) -> str:
    changes = ActionChanges(
        title=title,
        unit_id=unit_id,
        deadline=date(2026, 4, 30),
        owner_text="Olle Ägare",
        status=ActionStatus.ONGOING,
    )
    by = person(user_id)
    edit_action(action_id, changes, version, by=by, now=NOW, today=TODAY)
    return title


def test_of_four_savers_one_wins(any_app, cast):
    action_id, version, unit_id = cast.action.id, cast.action.version, cast.unit.id
    by = cast.director.id
    titles = [f"Version {number}" for number in range(4)]
    results = together(
        any_app,
        *(lambda title=title: save(action_id, version, by, title, unit_id) for title in titles),
    )
    winners = [result for result in results if isinstance(result, str)]
    losers = [result for result in results if isinstance(result, Conflict)]
    assert (len(winners), len(losers)) == (1, 3)
    assert db.session.get(Action, action_id).title == winners[0]
    assert {loser.current["title"] for loser in losers} == set(winners)
    assert {loser.current["version"] for loser in losers} == {version + 1}
    entries = journal.history("action", action_id)
    assert [entry.data["title"][1] for entry in entries] == winners
    assert journal.verify()


def test_a_double_click_in_two_processes_is_one_report(any_app, cast):
    action_id, by = cast.colleague_action.id, cast.colleague.id

    def report():
        said = Report(Health.ON_TRACK, "Klart.")
        return report_status(action_id, said, by=person(by), now=NOW, today=TODAY).id

    assert together(any_app, report, report, report) == [action_id] * 3
    assert db.session.query(StatusUpdate).count() == 1
    assert db.session.get(Action, action_id).status is ActionStatus.ONGOING


def test_two_verifiers_one_verification(any_app, cast):
    action_id = cast.done_action.id

    def verify(user_id):
        verify_action(action_id, by=person(user_id), now=NOW, today=TODAY)
        return "verified"

    ids = (cast.director.id, cast.unit_director.id)
    results = together(any_app, *(lambda i=user_id: verify(i) for user_id in ids))
    assert sorted(isinstance(result, RuleBroken) for result in results) == [False, True]
    assert len(journal.history("action", action_id)) == 1


def test_a_report_and_an_edit_both_hold(any_app, cast):
    action_id, version, unit_id = cast.action.id, cast.action.version, cast.unit.id
    director, owner = cast.director.id, cast.owner.id
    said = Report(Health.AT_RISK, "Sent.")
    results = together(
        any_app,
        lambda: save(action_id, version, director, "Ny rubrik", unit_id),
        lambda: report_status(action_id, said, by=person(owner), now=NOW, today=TODAY).id,
    )
    assert results == ["Ny rubrik", action_id]
    assert db.session.query(StatusUpdate).count() == 1


def test_two_first_actions_share_one_plan(any_app, cast):
    for action in db.session.query(Action):
        action.points = []
        for piece in action.milestones:
            db.session.delete(piece)
        db.session.delete(action)
    db.session.flush()
    for decision in cast.plan.decisions:
        db.session.delete(decision)
    db.session.delete(cast.plan)
    by, unit_id = cast.director.id, cast.unit.id

    def create():
        data = NewAction(title="Först", unit_id=unit_id, deadline=TODAY)
        return create_action(data, by=person(by), now=NOW, today=TODAY).plan_id

    plans = together(any_app, create, create, create)
    assert len(set(plans)) == 1
    assert db.session.query(ActionPlan).count() == 1


def test_two_do_not_come_to_wait_for_each_other(any_app, cast):
    who = cast.director.id
    ids = [cast.action.id, cast.colleague_action.id, cast.other_action.id]

    def wait(action_id, needs_id):
        return ties.add_dependency(action_id, needs_id, by=person(who), now=NOW).id

    circle = zip(ids, [*ids[1:], ids[0]], strict=True)
    results = together(any_app, *(lambda pair=pair: wait(*pair) for pair in circle))
    (told,) = [one for one in results if isinstance(one, RuleBroken)]
    assert "Det blir en cirkel" in str(told)
    assert db.session.query(action_dependency).count() == 2


def test_taken_back_and_verified_at_once(any_app, cast):
    """Whoever comes second is told; it is never both verified and open."""
    owner, director, action_id = cast.owner.id, cast.director.id, cast.action.id
    proof = NewEvidence(title="Rutinen är beslutad.")
    complete_action(action_id, proof, by=cast.owner, now=NOW, today=TODAY)
    results = together(
        any_app,
        lambda: undo_step(action_id, by=person(owner), now=NOW).id,
        lambda: verify_action(action_id, by=person(director), now=NOW, today=TODAY).id,
    )
    assert sum(isinstance(one, RuleBroken) for one in results) == 1
    action = db.session.get(Action, action_id)
    assert (action.status is ActionStatus.VERIFIED) is (action.verified_by_id == director)
    assert (action.status is ActionStatus.ONGOING) is (action.done_by_id is None)
    assert [kept.title for kept in action.evidence] == ["Rutinen är beslutad."]


def test_two_correct_the_same_report(any_app, cast):
    owner, director, action_id = cast.owner.id, cast.director.id, cast.action.id
    first = Report(Health.ON_TRACK, "Går bra.")
    report_status(action_id, first, by=cast.owner, now=NOW, today=TODAY)
    update_id = db.session.query(StatusUpdate).one().id

    def correct(user_id):
        said = Report(Health.AT_RISK, f"Rättat av {user_id}.")
        by = person(user_id)
        return correct_report(action_id, update_id, said, by=by, now=NOW, today=TODAY).id

    results = together(any_app, lambda: correct(owner), lambda: correct(director))
    (told,) = [one for one in results if isinstance(one, RuleBroken)]
    assert "Det finns en nyare lägesrapport" in str(told)
    assert db.session.query(StatusUpdate).count() == 2
