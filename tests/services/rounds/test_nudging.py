"""Asking once more those who have not answered: who hears of it, when, and what really leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.services.mailing import at_once, deliver, ledger, plan, post
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Absence, FollowUpRound, OutboxMessage, RoundNudge, User
from tracker.services.actions.mine import HOME
from tracker.services.actions.reports import Report, report_status
from tracker.services.bell import listing
from tracker.services.rounds.editing import close_round
from tracker.services.rounds.nudging import Nudged, nudge, nudge_shown

DAY = timedelta(days=1)
SUNDAY, FRIDAY = datetime(2026, 3, 8, 9, tzinfo=UTC), datetime(2026, 3, 6, 9, tzinfo=UTC)


@pytest.fixture
def spring(cast: Cast) -> FollowUpRound:
    """A round that goes on; nothing else is due."""
    for action in (cast.action, cast.colleague_action, cast.other_action):
        action.deadline, action.assigned_by_id = date(2028, 6, 1), action.owner_id
    return pieces.follow_up_round(cast)


def shown(cast: Cast, one: FollowUpRound, now: datetime = NOW) -> list[tuple[str, date, int]]:
    """(who, when, of how many)."""
    found = nudge_shown(one.id, by=cast.director, now=now, zone=HOME)
    return [(heard.name, heard.on, heard.actions) for heard in found.heard]


def do(cast: Cast, one: FollowUpRound, now: datetime = NOW) -> Any:
    return nudge(one.id, by=cast.director, now=now, zone=HOME)


def nudges() -> set[tuple[int, str]]:
    """(recipient, state) of the ledger's nudges."""
    return {(who, state) for step, _, who, state in ledger() if step.startswith("round-nudge")}


def test_who_has_not_had_the_digest_hears_today(cast: Cast, spring: FollowUpRound) -> None:
    names = ["Karin Kollega", "Olle Ägare", "Sten Främling"]
    assert shown(cast, spring) == [(name, TODAY, 1) for name in names]
    assert [one.name for one in do(cast, spring)] == names
    plan()
    deliver()
    assert nudges() == {(one.id, "in_mail") for one in (cast.colleague, cast.owner, cast.stranger)}
    assert db.session.query(OutboxMessage).count() == 3
    said = db.session.query(OutboxMessage).first()
    assert said is not None and "extra p" in said.mime.decode()


def test_after_the_digest_it_goes_the_next_morning(cast: Cast, spring: FollowUpRound) -> None:
    plan()
    deliver()
    assert {day for _, day, _ in shown(cast, spring)} == {TODAY + DAY}
    do(cast, spring)
    plan(now=NOW + timedelta(hours=3))
    assert nudges() == set()
    plan(now=NOW + DAY)
    deliver(now=NOW + DAY)
    assert len(nudges()) == 3
    plan(now=NOW + 2 * DAY)
    assert db.session.query(OutboxMessage).count() == 6


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (NOW, TODAY),
        (FRIDAY, FRIDAY.date()),
        (SUNDAY - DAY, date(2026, 3, 9)),
        (SUNDAY, date(2026, 3, 9)),
    ],
)
def test_mail_leaves_on_working_days(
    cast: Cast, spring: FollowUpRound, now: datetime, day: date
) -> None:
    assert {heard.on for heard in do(cast, spring, now)} == {day}
    plan(now=datetime.combine(day, NOW.timetz()))
    assert len(nudges()) == 3


def test_the_hour_is_told_before_it_has_struck(cast: Cast, spring: FollowUpRound) -> None:
    early = NOW.replace(hour=4)
    assert nudge_shown(spring.id, by=cast.director, now=early, zone=HOME).at is not None
    assert nudge_shown(spring.id, by=cast.director, now=NOW, zone=HOME).at is None


def test_whoever_stands_in_hears_of_it(cast: Cast, spring: FollowUpRound) -> None:
    away = Absence(user=cast.owner, delegate=cast.stranger, starts_on=TODAY, ends_on=TODAY + DAY)
    db.session.add(away)
    db.session.commit()
    (_, last) = do(cast, spring)
    assert (last.name, last.actions, last.instead_of) == ("Sten Främling", 2, ("Olle Ägare",))
    plan()
    assert {who for who, _ in nudges()} == {cast.colleague.id, cast.stranger.id}


def test_a_closed_account_falls_to_the_director(cast: Cast, spring: FollowUpRound) -> None:
    cast.owner.deactivated_at = NOW
    cast.stranger.deactivated_at = NOW
    db.session.commit()
    assert [name for name, _, _ in shown(cast, spring)] == [
        "Dag Direktör",
        "Frida Chef",
        "Karin Kollega",
    ]


def _reports(cast: Cast, one: FollowUpRound) -> None:
    for action, by in (
        (cast.action, cast.owner),
        (cast.colleague_action, cast.colleague),
        (cast.other_action, cast.stranger),
    ):
        report_status(
            action.id, Report(Health.ON_TRACK, "Klart snart."), by=by, now=NOW, today=TODAY
        )


def _closes(cast: Cast, one: FollowUpRound) -> None:
    close_round(one.id, by=cast.director, now=NOW, today=TODAY)


def _is_deactivated(cast: Cast, one: FollowUpRound) -> None:
    for user in db.session.query(User).filter(User.id != cast.director.id):
        user.deactivated_at = NOW
    db.session.commit()


@pytest.mark.parametrize("happens", [_reports, _closes, _is_deactivated])
def test_nothing_stale_leaves(cast: Cast, spring: FollowUpRound, happens: Any) -> None:
    do(cast, spring)
    plan()
    happens(cast, spring)
    assert "sent" not in deliver(now=NOW)
    assert {state for _, state in nudges()} <= {"withdrawn", "in_mail"}
    assert not db.session.query(OutboxMessage).filter(OutboxMessage.sent_at.is_not(None)).count()


def test_once_a_day(cast: Cast, spring: FollowUpRound) -> None:
    do(cast, spring)
    with pytest.raises(RuleBroken, match="påmindes i dag av Dag Direktör"):
        do(cast, spring)
    db.session.rollback()
    assert nudge_shown(spring.id, by=cast.director, now=NOW, zone=HOME).done_today
    do(cast, spring, NOW + DAY)
    assert [row.on for row in db.session.query(RoundNudge)] == [TODAY, TODAY + DAY]


def test_two_press_at_once(cast: Cast, spring: FollowUpRound, any_app: Flask) -> None:
    director, key = cast.director.id, spring.id

    def press() -> object:
        by = db.session.get(User, director)
        assert by is not None
        return nudge(key, by=by, now=NOW, zone=HOME)

    found = at_once(any_app, [press, press])
    assert sorted(isinstance(one, RuleBroken) for one in found) == [False, True]
    assert db.session.query(RoundNudge).count() == 1


def test_when_there_is_nobody_to_ask(cast: Cast, spring: FollowUpRound) -> None:
    _reports(cast, spring)
    with pytest.raises(RuleBroken, match="har svarat"):
        do(cast, spring)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"opens_on": TODAY + DAY}, "inte öppnat"),
        ({"closed_on": TODAY}, "avslutad"),
    ],
)
def test_only_a_round_that_asks(cast: Cast, values: dict[str, date], sentence: str) -> None:
    one = pieces.follow_up_round(cast, **values)
    with pytest.raises(RuleBroken, match=sentence):
        do(cast, one)


def test_a_round_that_another_took_over(cast: Cast, spring: FollowUpRound) -> None:
    pieces.follow_up_round(cast, name="Nästa", opens_on=TODAY)
    with pytest.raises(RuleBroken, match="tagit över"):
        do(cast, spring)


@pytest.mark.parametrize("who", ["owner", "unit_director", "admin", "member"])
def test_who_may_not(cast: Cast, spring: FollowUpRound, who: str) -> None:
    with pytest.raises(Forbidden):
        nudge(spring.id, by=getattr(cast, who), now=NOW, zone=HOME)


def test_none_with_that_number(cast: Cast) -> None:
    with pytest.raises(NotFound):
        nudge(999, by=cast.director, now=NOW, zone=HOME)


def test_it_costs_a_constant_number_of_queries(
    cast: Cast, spring: FollowUpRound, count_queries: Any
) -> None:
    def cost() -> int:
        with count_queries() as counted:
            shown(cast, spring)
        return int(counted.number)

    before = cost()
    for number in range(30):
        db.session.add(make_action(cast.plan, f"N {number}", owner=cast.owner, unit=cast.unit))
    db.session.commit()
    assert cost() == before


def test_the_bell_agrees(cast: Cast, spring: FollowUpRound, any_app: Flask) -> None:
    def rings() -> tuple[str, ...]:
        db.session.commit()
        found = listing.listed(cast.owner, now=NOW, post=post()).rows
        assert listing.number_waiting(cast.owner, TODAY, HOME) == len(found)
        return tuple(sentence for item in found for sentence in item.sentences)

    do(cast, spring)
    plan()
    assert "En extra påminnelse, eftersom svaret saknas." in rings()
    spring.due_on += DAY  # a new last day makes it no other reminder
    assert "En extra påminnelse, eftersom svaret saknas." in rings()
    spring.closed_on = TODAY
    assert rings() == ()


def test_what_is_asked_on_a_sunday_is_mailed_on_monday() -> None:
    assert Nudged(date(2026, 11, 22), "Dag").mailed_on == date(2026, 11, 23)
