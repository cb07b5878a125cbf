"""When somebody leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.cast import NOW, PASSWORD, Cast, make_user
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import RoleAssignment
from tracker.services import accounts, journal
from tracker.services.departures import deactivate_person, handovers, reactivate_person


def test_open_actions_go_to_the_units_director(cast: Cast) -> None:
    before = cast.action.deadline_rev
    (planned,) = handovers(cast.owner.id, by=cast.admin)
    assert (planned.action_id, planned.to_name) == (cast.action.id, "Frida Chef")
    handed = deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert handed == [planned]
    db.session.expire_all()
    action = cast.action
    assert action.owner_id == cast.unit_director.id
    assert (action.deadline_rev, action.deadline_set_at) == (before + 1, NOW)
    assert (action.assigned_at, action.assigned_by_id) == (NOW, cast.admin.id)
    assert cast.done_action.owner_id == cast.owner.id, "what is done stays with who did it"
    assert journal.history("action", action.id)[0].data["owner"] == ["Olle Ägare", "Frida Chef"]


def test_without_another_director_nobody_owns_it(cast: Cast) -> None:
    (handed,) = deactivate_person(cast.stranger.id, by=cast.admin, now=NOW)
    assert handed.to_id is None
    action = cast.other_action
    assert (action.owner_id, action.assigned_at, action.assigned_by_id) == (None, None, None)


def test_directors_who_left_or_leave_take_nothing_over(cast: Cast) -> None:
    cast.action.owner = cast.unit_director
    db.session.commit()
    assert handovers(cast.unit_director.id, by=cast.admin)[0].to_id is None
    cast.action.owner = cast.owner
    cast.unit_director.deactivated_at = NOW
    db.session.commit()
    assert handovers(cast.owner.id, by=cast.admin)[0].to_id is None


def test_the_sessions_end(cast: Cast) -> None:
    _user, token = accounts.log_in(cast.owner.email, PASSWORD, now=NOW)
    deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert accounts.user_of_session(token, now=NOW) is None
    reactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert accounts.user_of_session(token, now=NOW) is None, "a dead session stays dead"
    with pytest.raises(RuleBroken, match="redan aktivt"):
        reactivate_person(cast.owner.id, by=cast.admin, now=NOW)


def test_nobody_closes_their_own_or_the_last_administrators_account(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="eget konto"):
        deactivate_person(cast.admin.id, by=cast.admin, now=NOW)
    with pytest.raises(RuleBroken, match="Minst en"):
        deactivate_person(cast.admin.id, by=None, now=NOW)
    second = make_user("Arne Andre", RoleAssignment(role=Role.ADMIN))
    db.session.add(second)
    db.session.commit()
    deactivate_person(cast.admin.id, by=second, now=NOW)
    with pytest.raises(RuleBroken, match="redan"):
        deactivate_person(cast.admin.id, by=second, now=NOW)


def test_only_administrators(cast: Cast) -> None:
    for use in (handovers, lambda one, by: deactivate_person(one, by=by, now=NOW)):
        with pytest.raises(Forbidden):
            use(cast.owner.id, by=cast.director)
        with pytest.raises(NotFound):
            use(9999, by=cast.admin)


def test_on_both_databases(any_app: Any, cast: Cast) -> None:
    """The locks are spelled differently on PostgreSQL."""
    assert len(deactivate_person(cast.owner.id, by=cast.admin, now=NOW)) == 1
    assert reactivate_person(cast.owner.id, by=cast.admin, now=NOW).is_active


def test_the_command_hands_over_as_well(cast: Cast, flask_command: Any) -> None:
    done = flask_command("user", "deactivate", cast.owner.email)
    assert done.exit_code == 0, done.output
    assert "Frida Chef" in done.output
    assert flask_command("user", "deactivate", cast.owner.email).exit_code == 1
    assert flask_command("user", "deactivate", "ingen@testkoping.example").exit_code == 1
