"""What the pages around one action are given."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.helpers.cast import NOW, make_user
from tests.helpers.ringing import remind
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Deed, Role
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import (
    Decision,
    DecisionKind,
    Evidence,
    Milestone,
    PlanState,
    Reminder,
    RoleAssignment,
    StatusUpdate,
)
from tracker.services import journal
from tracker.services.actions.pages import (
    action_shown,
    form_choices,
    plans_shown,
    points_shown,
)


def fill(cast, number):
    """Give the action `number` more of everything that its page shows."""
    action, owner = cast.action, cast.owner
    for n in range(number):
        at = NOW + timedelta(minutes=n)
        db.session.add_all(
            [
                Milestone(action_id=action.id, title=f"Del {n}", due=date(2026, 4, 1)),
                StatusUpdate(
                    action_id=action.id,
                    author_id=owner.id,
                    at=at,
                    health=Health.AT_RISK,
                    text=str(n),
                ),
                Evidence(action_id=action.id, title=f"U {n}", added_at=at, added_by_id=owner.id),
            ]
        )
        action.reported_at = at
        remind(action, owner, f"before-{action.deadline_rev}-{db.session.query(Reminder).count()}")
        journal.record("action.edit", "action", action.id, {"title": ["a", "b"]}, by=owner, now=at)
    db.session.commit()


def test_everything_about_an_action(any_app, cast):
    fill(cast, 2)
    shown = action_shown(cast.action.id, cast.owner)
    assert shown.last_heard_at == NOW + timedelta(minutes=1)
    assert len(shown.history) == 2
    point = shown.points[0]
    assert point.text == "Berätta öppet hur synpunkter har påverkat besluten."
    assert (point.area.label, point.area.missing) == (
        "1 Samspel mellan förtroendevalda och medborgare",
        33,
    )
    assert [(s.label[:3], s.missing) for s in point.subareas] == [("1.1", 18)]


def test_a_page_costs_the_same_however_much_there_is(app, cast, count_queries):
    numbers = []
    for more in (5, 45):
        fill(cast, more)
        db.session.expire_all()
        user = db.session.merge(cast.director)
        assert user.roles
        with count_queries() as counted:
            shown = action_shown(cast.action.id, user)
            assert shown.action.owner.name
            assert len(shown.action.milestones) > more
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 11


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("director", {"edit", "report", "complete", "drop"}),
        ("unit_director", {"edit", "report", "complete", "drop"}),
        ("owner", {"report", "complete"}),
        ("member", set()),
    ],
)
def test_what_each_may_do_with_an_open_action(app, cast, who, may):
    shown = action_shown(cast.action.id, getattr(cast, who))
    assert {deed.value.removeprefix("action.") for deed in shown.may} == may


@pytest.mark.parametrize(
    ("who", "may"), [("director", {Deed.ACTION_EDIT, Deed.ACTION_VERIFY}), ("owner", set())]
)
def test_what_each_may_do_with_a_done_one(app, cast, who, may):
    assert action_shown(cast.done_action.id, getattr(cast, who)).may == may


def test_who_marked_it_done_does_not_verify_it(app, cast):
    cast.done_action.done_by = cast.director
    db.session.commit()
    assert Deed.ACTION_VERIFY not in action_shown(cast.done_action.id, cast.director).may


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("colleague", NotFound),
        ("stranger", NotFound),
        ("other_member", NotFound),
        ("admin", Forbidden),
    ],
)
def test_who_does_not_see_it(app, cast, who, error):
    with pytest.raises(error):
        action_shown(cast.action.id, getattr(cast, who))


class TestPoints:
    def test_in_the_reports_order(self, app, cast):
        ids = [cast.points[3].id, cast.points[0].id]
        found = points_shown(ids, cast.director)
        assert [point.id for point in found] == [cast.points[0].id, cast.points[3].id]
        assert found[1].area is None

    def test_none_asked_none_given(self, app, cast):
        assert points_shown((), cast.director) == ()

    def test_a_missing_one(self, app, cast):
        with pytest.raises(NotFound):
            points_shown((cast.points[0].id, 9999), cast.director)

    def test_not_for_committees(self, app, cast):
        with pytest.raises(Forbidden):
            points_shown((cast.points[0].id,), cast.member)

    def test_no_score_no_missing_points(self, app, cast):
        cast.points[0].area.score = None
        db.session.commit()
        assert points_shown((cast.points[0].id,), cast.director)[0].area.missing is None


class TestPlans:
    def test_with_its_decision(self, app, cast):
        plan = plans_shown(cast.member)[0]
        assert (plan.title, plan.adopted) == ("Handlingsplan 2026", True)
        assert (plan.decision.section, plan.follow_up, plan.closed_on) == (12, None, None)

    def test_the_latest_follow_up_stands_beside_the_adoption(self, app, cast):
        for day, section in ((date(2026, 2, 20), 31), (date(2026, 2, 1), 22)):
            decision = Decision(body="KS", decided_on=day, section=section)
            decision.kind = DecisionKind.FOLLOWED_UP
            cast.plan.decisions.append(decision)
        db.session.commit()
        db.session.expire_all()
        plan = plans_shown(cast.member)[0]
        assert (plan.decision.section, plan.follow_up.section) == (12, 31)

    def test_a_draft_is_not_for_the_committee(self, app, cast):
        cast.plan.state = PlanState.DRAFT
        db.session.commit()
        assert plans_shown(cast.member) == ()
        assert len(plans_shown(cast.owner)) == len(plans_shown(cast.unit_director)) == 1


class TestChoices:
    def test_units_within_the_scope(self, app, cast):
        def names(by, **kept):
            return [name for _id, name in form_choices(by, Deed.ACTION_CREATE, **kept).units]

        both = ["Kommunledningsförvaltningen", "Skolförvaltningen"]
        assert names(cast.director) == both
        assert names(cast.unit_director) == both[:1]
        assert names(cast.unit_director, kept_unit_id=cast.other_unit.id) == both

    def test_owners_are_those_who_report(self, app, cast):
        twin = make_user("Sten Främling", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        twin.email = twin.email_key = "sten2@testkoping.example"
        cast.colleague.deactivated_at = NOW
        db.session.add(twin)
        db.session.commit()
        assert form_choices(cast.director, Deed.ACTION_CREATE).people == (
            "Dag Direktör",
            "Frida Chef",
            "Olle Ägare",
            "sten.framling@testkoping.example",
            "sten2@testkoping.example",
        )
