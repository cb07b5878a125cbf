"""When somebody leaves."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from tests.helpers.cast import NOW, PASSWORD, TODAY, Cast, make_action, make_user
from tests.helpers.logged_in import log_in
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Action, LogInMethod, RoleAssignment, User
from tracker.services import journal
from tracker.services.accounts import sessions
from tracker.services.actions.bulk import apply_bulk
from tracker.services.actions.bulk_step import BulkChange
from tracker.services.departures import (
    Departure,
    Heirs,
    Overtaken,
    Ownerless,
    deactivate_person,
    departure,
    reactivate_person,
)


def test_open_actions_go_to_the_units_director(cast: Cast) -> None:
    before = cast.action.deadline_rev
    (planned,) = departure(cast.owner.id, by=cast.admin).handovers
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


def test_no_action_is_left_without_an_owner(cast: Cast) -> None:
    with pytest.raises(Ownerless, match=cast.other_action.title) as caught:
        deactivate_person(cast.stranger.id, by=cast.admin, now=NOW)
    assert caught.value.field == "everything"
    db.session.rollback()
    assert cast.stranger.is_active
    assert cast.other_action.owner == cast.stranger
    heirs = Heirs(everything=cast.director.email)
    (handed,) = deactivate_person(cast.stranger.id, heirs, by=cast.admin, now=NOW)
    assert handed.to_id == cast.other_action.owner_id == cast.director.id


def test_one_for_all_and_another_for_one(cast: Cast) -> None:
    second = make_action(cast.plan, "Till", owner=cast.owner, unit=cast.unit)
    db.session.add(second)
    db.session.commit()
    heirs = Heirs(everything=" karin  KOLLEGA ", each={second.id: cast.director.name, 10**9: "x"})
    handed = deactivate_person(cast.owner.id, heirs, by=cast.admin, now=NOW)
    assert {one.to_name for one in handed} == {"Karin Kollega", cast.director.name}
    assert (cast.action.owner, second.owner) == (cast.colleague, cast.director)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Ingen Alls", "eller lägg upp personen först"),
        ("Mona Ledamot", "inget konto|ingen roll"),
        ("olle.agare@testkoping.example", "någon annan än den som slutar"),
        ("\x00🦉" * 5000, "inget konto"),
        ("admin", "inget konto"),
    ],
)
def test_who_cannot_take_over(cast: Cast, text: str, sentence: str) -> None:
    for heirs, field in (
        (Heirs(everything=text), "everything"),
        (Heirs(each={cast.action.id: text}), f"heir_{cast.action.id}"),
    ):
        with pytest.raises(RuleBroken, match=sentence) as caught:
            deactivate_person(cast.owner.id, heirs, by=cast.admin, now=NOW)
        assert caught.value.field == field
        db.session.rollback()


def test_neither_who_left_nor_who_may_not_report_takes_over(cast: Cast) -> None:
    for one in (cast.admin, cast.member):
        with pytest.raises(RuleBroken, match="ingen roll"):
            heirs = Heirs(everything=one.email)
            deactivate_person(cast.owner.id, heirs, by=cast.admin, now=NOW)
    cast.colleague.deactivated_at = NOW
    db.session.commit()
    with pytest.raises(RuleBroken, match="inget konto"):
        heirs = Heirs(everything=cast.colleague.email)
        deactivate_person(cast.owner.id, heirs, by=cast.admin, now=NOW)


def test_who_leaves_helps_no_longer_and_that_is_told(cast: Cast) -> None:
    for action in (cast.action, cast.colleague_action, cast.done_action):
        action.contributors = [cast.owner, cast.unit_director]
    db.session.commit()
    assert departure(cast.owner.id, by=cast.admin).helped
    deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    db.session.expire_all()
    assert cast.action.contributors == [], "the director owns it now"
    assert cast.colleague_action.contributors == [cast.unit_director]
    assert cast.owner in cast.done_action.contributors, "what is done stays with who did it"
    data = journal.history("action", cast.colleague_action.id)[0].data
    assert data == {"contributors": [["Frida Chef", "Olle Ägare"], ["Frida Chef"]]}
    assert journal.verify()


def test_what_came_while_the_page_was_open_is_looked_at(cast: Cast) -> None:
    shown = [one.action_id for one in departure(cast.owner.id, by=cast.admin).handovers]
    cast.colleague_action.owner = cast.owner
    db.session.commit()
    with pytest.raises(Overtaken, match=cast.colleague_action.title):
        deactivate_person(cast.owner.id, None, shown, by=cast.admin, now=NOW)
    db.session.rollback()
    shown.append(cast.colleague_action.id)
    assert len(deactivate_person(cast.owner.id, None, shown, by=cast.admin, now=NOW)) == 2


def test_directors_who_left_or_leave_take_nothing_over(cast: Cast) -> None:
    cast.action.owner = cast.unit_director
    db.session.commit()
    assert departure(cast.unit_director.id, by=cast.admin).handovers[0].to_id is None
    cast.action.owner = cast.owner
    cast.unit_director.deactivated_at = NOW
    db.session.commit()
    assert departure(cast.owner.id, by=cast.admin).handovers[0].to_id is None


def test_many_actions_cost_as_much_to_list_as_one(cast: Cast, count_queries: Any) -> None:
    def measured() -> tuple[int, Departure]:
        db.session.expire_all()
        assert cast.admin.may and cast.owner.id
        with count_queries() as counted:
            found = departure(cast.owner.id, by=cast.admin)
        return counted.number, found

    before, _found = measured()
    db.session.add_all(
        make_action(cast.plan, f"Nummer {n}", owner=cast.owner, unit=cast.unit) for n in range(30)
    )
    db.session.commit()
    after, found = measured()
    assert (after, len(found.handovers)) == (before, 31)


def test_who_is_leaving_is_given_nothing_at_the_same_moment(any_app: Any, cast: Cast) -> None:
    """Whoever comes first: no open action ends with somebody whose account is closed."""
    admin, director, leaving = cast.admin.id, cast.director.id, cast.owner.id
    actions = [cast.action, cast.colleague_action]
    seen = {action.id: action.version for action in actions}
    address = cast.owner.email

    def leave() -> Any:
        return deactivate_person(leaving, by=person(admin), now=NOW)

    def give() -> Any:
        change = BulkChange(owner_text=address)
        return apply_bulk(change, seen, by=person(director), now=NOW, today=TODAY)

    together(any_app, leave, give)
    owners = {db.session.get_one(Action, action_id).owner_id for action_id in seen}
    assert leaving not in owners
    assert not person(leaving).is_active
    assert journal.verify()


def test_the_sessions_end(cast: Cast) -> None:
    _user, token = log_in(cast.owner.email, PASSWORD, now=NOW)
    deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert sessions.user_of_session(token, now=NOW) is None
    reactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert sessions.user_of_session(token, now=NOW) is None, "a dead session stays dead"
    with pytest.raises(RuleBroken, match="redan aktivt"):
        reactivate_person(cast.owner.id, by=cast.admin, now=NOW)


def test_a_session_that_was_opened_while_the_account_closed_does_not_come_back(cast: Cast) -> None:
    deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    token = sessions.open_session(cast.owner, method=LogInMethod.OIDC, device="", now=NOW)
    reactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    assert sessions.user_of_session(token, now=NOW) is None


def test_of_two_administrators_who_close_each_other_one_is_too_late(
    any_app: Any, cast: Cast
) -> None:
    others = [make_user(name, RoleAssignment(role=Role.ADMIN)) for name in ("Arne A", "Berit B")]
    db.session.add_all(others)
    db.session.commit()
    one, two = (other.id for other in others)
    results = together(
        any_app,
        lambda: deactivate_person(one, by=person(two), now=NOW),
        lambda: deactivate_person(two, by=person(one), now=NOW),
    )
    assert sorted(isinstance(result, Forbidden) for result in results) == [False, True]


def test_who_was_removed_while_waiting_manages_nobody(cast: Cast) -> None:
    assert cast.admin.is_active
    closing = update(User).where(User.id == cast.admin.id).values(deactivated_at=NOW)
    db.session.execute(closing.execution_options(synchronize_session=False))
    with pytest.raises(Forbidden):
        deactivate_person(cast.owner.id, by=cast.admin, now=NOW)


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
    for use in (departure, lambda one, by: deactivate_person(one, by=by, now=NOW)):
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


def test_the_command_asks_for_an_heir(cast: Cast, flask_command: Any) -> None:
    refused = flask_command("user", "deactivate", cast.stranger.email)
    assert refused.exit_code == 1
    assert cast.other_action.title in refused.stderr
    assert "--to ADRESS" in refused.stderr
    wrong = flask_command("user", "deactivate", cast.stranger.email, "--to", "ingen@x.example")
    assert wrong.exit_code == 1
    done = flask_command("user", "deactivate", cast.stranger.email, "--to", cast.director.email)
    assert done.exit_code == 0, done.output
    assert cast.director.name in done.output
