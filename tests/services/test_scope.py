"""Load and authorise in one call: the list's condition and the single action agree."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from tests.helpers.cast import NOW
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import PERMISSIONS, Deed, Role
from tracker.extensions import db
from tracker.models import Action, PlanState, RoleAssignment
from tracker.services.scope import actions_within, load_action, may_on, require

WHO = (
    "admin",
    "director",
    "unit_director",
    "owner",
    "colleague",
    "stranger",
    "member",
    "other_member",
)
DEEDS = [deed for deed in PERMISSIONS if deed.value.startswith("action.")]


def reached(user, deed):
    return set(db.session.scalars(select(Action.id).where(actions_within(user, deed))))


@pytest.mark.parametrize("state", PlanState)
def test_one_and_many_agree_for_everybody(any_app, cast, state):
    cast.plan.state = state
    db.session.commit()
    actions = db.session.query(Action).all()
    for who, deed in itertools.product(WHO, DEEDS):
        user = getattr(cast, who)
        within = reached(user, deed)
        assert within == {a.id for a in actions if may_on(user, deed, a)}, (who, deed)
        for action in actions:
            if action.id in within:
                assert load_action(action.id, by=user, deed=deed) is action
            else:
                with pytest.raises(NotFound if user.may(deed) else Forbidden):
                    load_action(action.id, by=user, deed=deed)


def test_who_sees_which(app, cast):
    seen = {
        "admin": (),
        "director": ("action", "colleague_action", "done_action", "other_action"),
        "unit_director": ("action", "colleague_action", "done_action"),
        "owner": ("action", "done_action"),
        "colleague": ("colleague_action",),
        "stranger": ("other_action",),
        "member": ("action", "colleague_action", "done_action"),
        "other_member": ("other_action",),
    }
    for who, names in seen.items():
        wanted = {getattr(cast, name).id for name in names}
        assert reached(getattr(cast, who), Deed.ACTION_VIEW) == wanted, who


def test_a_committee_reads_only_what_was_adopted(app, cast):
    cast.plan.state = PlanState.DRAFT
    db.session.commit()
    assert reached(cast.member, Deed.ACTION_VIEW) == set()


def test_two_roles_reach_further_than_one(app, cast):
    cast.owner.roles.append(
        RoleAssignment(role=Role.COMMITTEE, committee_id=cast.other_committee.id)
    )
    db.session.commit()
    assert reached(cast.owner, Deed.ACTION_VIEW) == {
        cast.action.id,
        cast.done_action.id,
        cast.other_action.id,
    }
    assert reached(cast.owner, Deed.ACTION_REPORT) == {cast.action.id, cast.done_action.id}


def test_a_unit_director_reports_on_an_own_action_elsewhere(app, cast):
    cast.other_action.owner = cast.unit_director
    db.session.commit()
    assert cast.other_action.id in reached(cast.unit_director, Deed.ACTION_REPORT)


def test_a_closed_account_reaches_nothing(app, cast):
    for user in (getattr(cast, who) for who in WHO):
        user.deactivated_at = NOW
        db.session.commit()
        for deed in DEEDS:
            assert reached(user, deed) == set(), (user.name, deed)
            with pytest.raises(Forbidden):
                require(user, deed)


def test_what_is_not_there_is_not_found(any_app, cast):
    for action_id in (0, -1, 9999, 2**31 - 1):
        with pytest.raises(NotFound):
            load_action(action_id, by=cast.director, deed=Deed.ACTION_VIEW)
