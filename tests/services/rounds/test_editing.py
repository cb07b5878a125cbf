"""Adding, changing, closing, reopening and removing follow-up rounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.services.mailing import at_once
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, FollowUpRound, User
from tracker.services import journal
from tracker.services.actions.mine import HOME
from tracker.services.actions.rules import Refused
from tracker.services.rounds.editing import (
    add_round,
    change_round,
    close_round,
    remove_round,
    reopen_round,
)
from tracker.services.rounds.listing import round_page
from tracker.services.rounds.rules import RoundWording

SPRING = RoundWording("Tertial 1", None, date(2026, 4, 1), date(2026, 4, 30))
AUTUMN = RoundWording("Tertial 2", None, date(2026, 8, 10), date(2026, 8, 31))


def add(cast: Cast, wording: RoundWording = SPRING, today: date = TODAY) -> FollowUpRound:
    return add_round(wording, by=cast.director, now=NOW, today=today)


def change(cast: Cast, one: FollowUpRound, today: date = TODAY, **changes: Any) -> FollowUpRound:
    wording = RoundWording(one.name, one.plan_id, one.opens_on, one.due_on)
    return change_round(
        one.id,
        replace(wording, **changes),
        changes.pop("version", one.version),
        by=cast.director,
        now=NOW,
        today=today,
    )


def refusals(raised: pytest.ExceptionInfo[Refused]) -> list[str | None]:
    """The fields at fault."""
    db.session.rollback()
    return [problem.field for problem in raised.value.problems]


def told(one_id: int) -> list[tuple[str, dict[str, Any]]]:
    """The journal of a round, newest first."""
    return [(entry.deed, entry.data) for entry in journal.history("round", one_id)]


def test_a_round_is_added_and_changed(cast: Cast, any_app: Flask) -> None:
    one = add(cast, replace(SPRING, name="  Tertial\t1 "))
    assert (one.name, one.plan, one.version, one.created_by_id) == (
        "Tertial 1",
        None,
        1,
        cast.director.id,
    )
    change(cast, one, name="Vårens omgång", plan_id=cast.plan.id, due_on=date(2026, 5, 4))
    db.session.expire_all()
    assert (one.name, one.plan_id, one.due_on, one.version) == (
        "Vårens omgång",
        cast.plan.id,
        date(2026, 5, 4),
        2,
    )
    changed, added = told(one.id)
    assert changed == (
        "round.change",
        {
            "name": ["Tertial 1", "Vårens omgång"],
            "plan": [None, "Handlingsplan 2026"],
            "due_on": ["2026-04-30", "2026-05-04"],
            "round": "Vårens omgång",
        },
    )
    assert added[0] == "round.add"
    assert journal.verify()


def test_what_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    one = add(cast)
    change(cast, one)
    assert (one.version, len(told(one.id))) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": " \t\n\x00 "}, ["name"]),
        ({"name": "å" * 101}, ["name"]),
        ({"name": "x" * 10_000}, ["name"]),
        ({"opens_on": None}, ["opens_on"]),
        ({"due_on": None}, ["due_on"]),
        ({"name": "", "opens_on": None, "due_on": None}, ["name", "opens_on", "due_on"]),
        ({"opens_on": date(2026, 4, 30)}, ["due_on"]),
        ({"opens_on": date(2026, 5, 1)}, ["due_on"]),
        ({"due_on": date(2026, 3, 1), "opens_on": date(2026, 2, 1)}, ["due_on"]),
        ({"due_on": date(2028, 3, 3), "opens_on": date(2028, 3, 1)}, ["due_on"]),
        ({"due_on": date(9999, 12, 31)}, ["due_on"]),
        ({"opens_on": date(1, 1, 1)}, ["opens_on"]),
        ({"due_on": date(2026, 7, 31)}, ["opens_on"]),
        ({"plan_id": 2**31 - 1}, ["plan_id"]),
    ],
)
def test_what_is_refused(cast: Cast, changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(Refused) as raised:
        add(cast, replace(SPRING, **changes))
    assert refusals(raised) == fields
    assert db.session.query(FollowUpRound).count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "🦔 <b>%(name)s</b> {{ x }} \u202e =1+1"},
        {"due_on": date(2026, 7, 30)},
        {"opens_on": date(2026, 2, 1), "due_on": TODAY},
        {"opens_on": date(2028, 3, 1), "due_on": date(2028, 3, 2)},
    ],
)
def test_what_is_allowed(cast: Cast, app: Flask, changes: dict[str, Any]) -> None:
    assert add(cast, replace(SPRING, **changes)).id


def test_a_closed_plan_gets_no_round(cast: Cast) -> None:
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()
    with pytest.raises(Refused, match="avslutad") as raised:
        add(cast, replace(SPRING, plan_id=cast.plan.id))
    assert refusals(raised) == ["plan_id"]


@pytest.mark.parametrize(
    ("plan", "opens_on", "due_on", "meets"),
    [
        ("same", date(2026, 4, 30), date(2026, 5, 9), True),
        ("same", date(2026, 3, 2), date(2026, 4, 1), True),
        ("same", date(2026, 4, 10), date(2026, 4, 12), True),
        ("same", date(2026, 3, 10), date(2026, 5, 31), True),
        ("same", date(2026, 5, 1), date(2026, 5, 31), False),
        ("same", date(2026, 3, 2), date(2026, 3, 31), False),
        ("all", date(2026, 4, 10), date(2026, 4, 12), True),
        ("other", date(2026, 4, 10), date(2026, 4, 12), False),
    ],
)
def test_two_rounds_for_the_same_actions_never_meet(
    cast: Cast, plan: str, opens_on: date, due_on: date, meets: bool
) -> None:
    other = ActionPlan(title="En annan", created_at=NOW)
    db.session.add(other)
    db.session.commit()
    add(cast, replace(SPRING, plan_id=cast.plan.id))
    keys = {"same": cast.plan.id, "all": None, "other": other.id}
    wanted = RoundWording("Extra", keys[plan], opens_on, due_on)
    if not meets:
        assert add(cast, wanted).id
        return
    with pytest.raises(Refused, match="krockar med ”Tertial 1”") as raised:
        add(cast, wanted)
    assert refusals(raised) == ["opens_on"]


def test_a_round_for_all_meets_one_for_a_plan(cast: Cast) -> None:
    add(cast)
    with pytest.raises(Refused, match="krockar"):
        add(cast, replace(SPRING, name="Extra", plan_id=cast.plan.id))


def test_a_closed_round_leaves_its_days(cast: Cast) -> None:
    one = pieces.follow_up_round(cast)
    close_round(one.id, by=cast.director, now=NOW, today=TODAY)
    assert add(cast, replace(SPRING, opens_on=TODAY)).id


def test_a_changed_round_must_not_meet_another(cast: Cast) -> None:
    one = add(cast)
    add(cast, AUTUMN)
    with pytest.raises(Refused, match="krockar"):
        change(cast, one, opens_on=date(2026, 5, 1), due_on=date(2026, 8, 10))


class TestOpened:
    """What a round that has opened allows."""

    def test_it_does_not_open_anew_later(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        with pytest.raises(Refused, match="redan öppnat") as raised:
            change(cast, one, opens_on=TODAY + timedelta(days=1))
        assert refusals(raised) == ["opens_on"]
        change(cast, one, opens_on=TODAY)
        assert one.opens_on == TODAY

    def test_the_last_day_moves_forward_not_into_the_past(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        with pytest.raises(Refused, match="redan passerat"):
            change(cast, one, due_on=TODAY - timedelta(days=1))
        db.session.rollback()
        change(cast, one, due_on=TODAY)
        assert one.due_on == TODAY

    def test_a_late_one_can_get_another_name(self, cast: Cast) -> None:
        day = timedelta(days=1)
        one = pieces.follow_up_round(cast, opens_on=TODAY - 9 * day, due_on=TODAY - day)
        change(cast, one, name="Bättre namn")
        assert one.name == "Bättre namn"

    def test_it_is_not_removed(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        with pytest.raises(RuleBroken, match="Avsluta den i stället"):
            remove_round(one.id, by=cast.director, now=NOW, today=TODAY)


def test_a_plan_that_was_closed_since_may_stay(cast: Cast) -> None:
    one = pieces.follow_up_round(cast, plan=cast.plan)
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()
    change(cast, one, name="Annat")
    close_round(one.id, by=cast.director, now=NOW, today=TODAY)
    with pytest.raises(RuleBroken, match="Öppna planen först"):
        reopen_round(one.id, by=cast.director, now=NOW, today=TODAY)


class TestEnding:
    def test_closed_and_opened_again(self, cast: Cast, app: Flask) -> None:
        one = pieces.follow_up_round(cast)
        close_round(one.id, by=cast.director, now=NOW, today=TODAY)
        assert one.closed_on == TODAY
        with pytest.raises(RuleBroken, match="redan avslutad"):
            close_round(one.id, by=cast.director, now=NOW, today=TODAY)
        db.session.rollback()
        with pytest.raises(RuleBroken, match="Öppna den igen"):
            change(cast, one, name="Annat")
        db.session.rollback()
        reopen_round(one.id, by=cast.director, now=NOW, today=TODAY)
        assert one.closed_on is None
        assert [deed for deed, _ in told(one.id)] == ["round.reopen", "round.close"]
        with pytest.raises(RuleBroken, match="inte avslutad"):
            reopen_round(one.id, by=cast.director, now=NOW, today=TODAY)

    def test_what_has_not_opened_is_removed_instead(self, cast: Cast) -> None:
        one = add(cast)
        one_id = one.id
        with pytest.raises(RuleBroken, match="Ta bort den i stället"):
            close_round(one_id, by=cast.director, now=NOW, today=TODAY)
        db.session.rollback()
        assert remove_round(one_id, by=cast.director, now=NOW, today=TODAY) == "Tertial 1"
        assert db.session.query(FollowUpRound).count() == 0
        assert told(one_id)[0][0] == "round.remove"
        with pytest.raises(NotFound):
            remove_round(one_id, by=cast.director, now=NOW, today=TODAY)

    def test_not_opened_again_where_the_next_has_taken_over(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        close_round(one.id, by=cast.director, now=NOW, today=TODAY)
        add(cast, replace(SPRING, name="Ny", opens_on=TODAY))
        with pytest.raises(RuleBroken, match="”Ny” har tagit över"):
            reopen_round(one.id, by=cast.director, now=NOW, today=TODAY)

    def test_the_next_one_far_ahead_does_not_hinder(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        close_round(one.id, by=cast.director, now=NOW, today=TODAY)
        add(cast)
        reopen_round(one.id, by=cast.director, now=NOW, today=TODAY)
        assert one.closed_on is None


@pytest.mark.parametrize("who", ["unit_director", "owner", "member", "admin"])
def test_only_the_municipal_director_decides(cast: Cast, who: str) -> None:
    one = pieces.follow_up_round(cast)
    by: User = getattr(cast, who)
    with pytest.raises(Forbidden):
        add_round(AUTUMN, by=by, now=NOW, today=TODAY)
    for deed in (close_round, reopen_round, remove_round):
        with pytest.raises(Forbidden):
            deed(one.id, by=by, now=NOW, today=TODAY)
    with pytest.raises(Forbidden):
        change_round(one.id, SPRING, 1, by=by, now=NOW, today=TODAY)


def test_the_loser_of_a_race_sees_the_others_version(cast: Cast, any_app: Flask) -> None:
    one = add(cast)
    change(cast, one, name="Först")
    with pytest.raises(Conflict) as raised:
        change_round(one.id, SPRING, 1, by=cast.director, now=NOW, today=TODAY)
    theirs = raised.value.current
    assert (theirs["name"], theirs["version"], theirs["saved_by"]) == (
        "Först",
        2,
        cast.director.name,
    )


def test_two_who_add_at_once_do_not_meet(cast: Cast, any_app: Flask) -> None:
    """The second is measured on what the first has saved."""
    who = cast.director.id

    def add_one() -> int:
        by = db.session.get_one(User, who)
        return add_round(SPRING, by=by, now=NOW, today=TODAY).id

    results = at_once(any_app, [add_one, add_one])
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert db.session.query(FollowUpRound).count() == 1


def test_a_number_used_again_tells_only_its_own_past(cast: Cast) -> None:
    """SQLite gives the number of a removed row to the next one."""
    one_id = add(cast).id
    remove_round(one_id, by=cast.director, now=NOW, today=TODAY)
    again = add(cast, AUTUMN)
    assert again.id == one_id
    page = round_page(again.id, by=cast.director, today=TODAY, zone=HOME)
    assert [(entry.deed, entry.data["round"]) for entry in page.history] == [
        ("round.add", "Tertial 2")
    ]
