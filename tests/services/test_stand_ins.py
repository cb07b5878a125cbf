"""Reach in the stead of those who are away: exactly theirs, for answering only, while they are."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.helpers.cast import NOW, PASSWORD, TODAY, Cast, make_action, make_user
from tests.helpers.logged_in import log_in
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import PERMISSIONS, STAND_IN, Assignment, Deed, Role, scope_of
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Absence, Action, PlanState, RoleAssignment, User
from tracker.services import stand_ins
from tracker.services.accounts import sessions
from tracker.services.actions.mine import Part, my_actions
from tracker.services.actions.reports import Report, report_status
from tracker.services.plans.rules import plans_within
from tracker.services.scope import actions_within, load_action, may_on

DAY = timedelta(days=1)
DEEDS = [deed for deed in PERMISSIONS if deed.value.startswith("action.")]


def away(person: User, delegate: User, first=TODAY, last=TODAY + 4 * DAY) -> Absence:
    absence = Absence(user=person, delegate=delegate, starts_on=first, ends_on=last)
    db.session.add(absence)
    db.session.commit()
    return absence


def reached(user: User, deed: Deed) -> set[int]:
    return set(db.session.scalars(select(Action.id).where(actions_within(user, deed))))


def acts_for(user: User, day=TODAY) -> list[str]:
    return [person.name for person in stand_ins.with_stand_ins(user, day).stands_for]


def test_own_and_part_go_together_in_what_a_stand_in_does() -> None:
    """One set of people serves for owners and for contributors alike."""
    for deed in STAND_IN:
        for role in PERMISSIONS[deed]:
            scope = scope_of([Assignment(role, unit_id=1)], deed)
            assert scope.own == scope.part


class TestWhom:
    def test_while_they_are_away_both_days_included(self, any_app, cast: Cast) -> None:
        away(cast.owner, cast.colleague)
        days = [acts_for(cast.colleague, TODAY + n * DAY) for n in (-1, 0, 4, 5)]
        assert days == [[], ["Olle Ägare"], ["Olle Ägare"], []]
        assert acts_for(cast.owner) == []

    def test_a_chain_ends_with_whoever_is_there(self, app, cast: Cast) -> None:
        away(cast.owner, cast.colleague, last=TODAY + 9 * DAY)
        away(cast.colleague, cast.stranger, last=TODAY + 2 * DAY)
        stand_ins.with_stand_ins(cast.stranger, TODAY)
        assert [(one.name, one.until) for one in cast.stranger.stands_for] == [
            ("Karin Kollega", TODAY + 2 * DAY),
            ("Olle Ägare", TODAY + 2 * DAY),
        ]
        assert acts_for(cast.colleague) == []
        assert acts_for(cast.colleague, TODAY + 3 * DAY) == ["Olle Ägare"]

    def test_a_delegate_who_left_acts_for_nobody(self, app, cast: Cast) -> None:
        away(cast.owner, cast.colleague)
        away(cast.colleague, cast.stranger)
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        assert acts_for(cast.stranger) == []

    def test_nobody_acts_for_one_who_left(self, app, cast: Cast) -> None:
        away(cast.owner, cast.colleague)
        cast.owner.deactivated_at = NOW
        db.session.commit()
        assert acts_for(cast.colleague) == []

    def test_it_costs_one_question(self, app, cast: Cast, count_queries) -> None:
        for person in (cast.owner, cast.stranger, cast.unit_director):
            away(person, cast.colleague)
        assert cast.colleague.id
        with count_queries() as counted:
            stand_ins.with_stand_ins(cast.colleague, TODAY)
        assert counted.number == 1
        assert len(cast.colleague.stands_for) == 3


class TestReach:
    def test_what_the_delegate_may(self, app, cast: Cast) -> None:
        away(cast.owner, cast.colleague)
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        ours = {cast.colleague_action.id}
        theirs = {cast.action.id, cast.done_action.id}
        for deed in DEEDS:
            expected = ours | theirs if deed in STAND_IN else ours
            if deed in (Deed.ACTION_VIEW, *STAND_IN, Deed.ACTION_COMPLETE):
                assert reached(cast.colleague, deed) == expected, deed
            else:
                assert reached(cast.colleague, deed) == set(), deed

    def test_what_the_absent_one_contributes_to(self, app, cast: Cast) -> None:
        cast.other_action.contributors = [cast.owner]
        away(cast.owner, cast.colleague)
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        assert cast.other_action.id in reached(cast.colleague, Deed.ACTION_REPORT)

    def test_a_directors_unit(self, app, cast: Cast) -> None:
        away(cast.unit_director, cast.stranger)
        stand_ins.with_stand_ins(cast.stranger, TODAY)
        assert len(reached(cast.stranger, Deed.ACTION_REPORT)) == 4
        assert reached(cast.stranger, Deed.ACTION_EDIT) == set()
        assert not cast.stranger.may(Deed.ACTION_CREATE)

    def test_the_plan_that_it_is_in(self, app, cast: Cast) -> None:
        cast.other_action.owner = cast.owner
        db.session.commit()
        seen = select(db.func.count()).where(plans_within(cast.stranger))
        assert not db.session.scalar(seen)
        away(cast.owner, cast.stranger)
        stand_ins.with_stand_ins(cast.stranger, TODAY)
        assert db.session.scalar(select(db.func.count()).where(plans_within(cast.stranger)))

    def test_a_report_in_their_stead_bears_the_delegates_name(self, app, cast: Cast) -> None:
        told = {"by": cast.colleague, "now": NOW, "today": TODAY}
        with pytest.raises(NotFound):
            report_status(cast.action.id, Report(Health.ON_TRACK), **told)
        away(cast.owner, cast.colleague)
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        report_status(cast.action.id, Report(Health.ON_TRACK), **told)
        assert cast.action.updates[-1].author_id == cast.colleague.id


@pytest.mark.parametrize(
    ("any_app", "seed"),
    [(("sqlite", "postgresql")[seed % 2], seed) for seed in range(4)],
    indirect=["any_app"],
)
def test_one_and_many_agree_and_nothing_is_added(any_app, cast: Cast, seed: int) -> None:
    """With absences at random: SQL and may_on agree; whoever acts reaches what they and those
    whom they act for reach by themselves, and only for what a stand-in does."""
    chance = random.Random(seed)
    people = [getattr(cast, who) for who in ("director", "unit_director", "owner", "colleague")]
    people += [cast.stranger, cast.member]
    cast.plan.state = chance.choice(list(PlanState))
    cast.stranger.roles.append(RoleAssignment(role=Role.COMMITTEE, committee_id=cast.committee.id))
    for action in db.session.query(Action).all():
        action.contributors = chance.sample(people[:5], chance.randint(0, 2))
        action.owner = chance.choice([*people[:5], None])
    for person in chance.sample(people[:5], 3):
        other = chance.choice([one for one in people[:5] if one is not person])
        away(person, other, TODAY - chance.randint(0, 2) * DAY, TODAY + chance.randint(0, 2) * DAY)
    actions = db.session.query(Action).all()
    alone = {(one.id, deed): reached(one, deed) for one in people for deed in DEEDS}
    for user in people:
        stand_ins.with_stand_ins(user, TODAY)
        for deed in DEEDS:
            within = reached(user, deed)
            assert within == {a.id for a in actions if may_on(user, deed, a)}, (user.name, deed)
            absent = [one.person_id for one in user.stands_for] if deed in STAND_IN else []
            expected = alone[user.id, deed].union(*(alone[key, deed] for key in absent))
            assert within == expected, (user.name, deed)
            for action in actions:
                if action.id not in within:
                    with pytest.raises((NotFound, Forbidden)):
                        load_action(action.id, by=user, deed=deed)


class TestSessions:
    def who(self, today, count_queries) -> tuple[tuple[str, ...], int]:
        db.session.expunge_all()
        with count_queries() as counted:
            user = sessions.user_of_session(self.token, now=NOW, today=today)
        assert user is not None
        return tuple(one.name for one in user.stands_for), counted.number

    def test_the_loaded_person_reaches_it(self, app, cast: Cast, count_queries) -> None:
        _, self.token = log_in(cast.colleague.email, PASSWORD, now=NOW)
        ids = (cast.owner.id, cast.colleague.id)
        nobody = self.who(TODAY, count_queries)
        away(*(db.session.get_one(User, key) for key in ids))
        acting = self.who(TODAY, count_queries)
        over = self.who(TODAY + 5 * DAY, count_queries)
        assert nobody[0] == over[0] == ()
        assert acting[0] == ("Olle Ägare",)
        assert acting[1] == nobody[1] + 1, "one question more, and only for who is asked to act"
        assert over[1] == nobody[1]

    def test_it_is_the_municipalitys_day_that_ends_it(self, cast: Cast, visit, clock) -> None:
        """Half past eleven at night in Stockholm is the day before in the time of the servers."""
        away(cast.owner, cast.colleague, last=TODAY)
        visitor = visit(cast.colleague)
        clock.move_to(datetime(2026, 3, 2, 21, 30, tzinfo=UTC))
        visitor.log_in(cast.colleague.email)
        clock.move_to(datetime(2026, 3, 2, 22, 59, tzinfo=UTC))
        visitor.get(f"/actions/{cast.action.id}")
        clock.move_to(datetime(2026, 3, 2, 23, 1, tzinfo=UTC))
        visitor.get(f"/actions/{cast.action.id}", 404)


def many(cast: Cast, number: int, owner: User) -> None:
    made = [
        make_action(cast.plan, f"Åtgärd {n:03}", unit=cast.unit, owner=owner) for n in range(number)
    ]
    db.session.add_all(made)
    db.session.commit()


class TestMine:
    def test_it_stands_apart_and_says_for_whom(self, app, cast: Cast) -> None:
        assert my_actions(cast.colleague, TODAY).standing.total == 0
        away(cast.owner, cast.colleague)
        cast.action.contributors = [cast.colleague]
        db.session.commit()
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        own = my_actions(cast.colleague, TODAY)
        (row,) = own.standing.rows
        assert (row.id, row.owner, row.until) == (cast.action.id, "Olle Ägare", TODAY + 4 * DAY)
        assert own.helping.rows == (), "it is shown once"
        assert [one.until for one in own.open.rows] == [None]

    def test_in_pages(self, app, cast: Cast) -> None:
        many(cast, 34, cast.owner)
        away(cast.owner, cast.colleague)
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        first = my_actions(cast.colleague, TODAY)
        second = my_actions(cast.colleague, TODAY, part=Part.STANDING, page=2)
        assert (len(first.standing.rows), first.standing.more) == (30, 5)
        assert len(second.standing.rows) == 5

    def test_a_constant_number_of_questions(self, app, cast: Cast, count_queries) -> None:
        helper = make_user("Vera Vikarie", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        db.session.add(helper)
        away(cast.owner, cast.colleague)
        away(cast.stranger, cast.colleague)
        numbers = []
        for more in (1, 30):
            many(cast, more, cast.stranger)
            stand_ins.with_stand_ins(cast.colleague, TODAY)
            assert cast.colleague.id
            with count_queries() as counted:
                my_actions(cast.colleague, TODAY)
            numbers.append(counted.number)
        assert numbers[0] == numbers[1], counted.statements
