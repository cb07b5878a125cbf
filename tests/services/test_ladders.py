"""The ladder as the administrator saves it: nothing old is told, nothing saved is lost."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.services.mailing import at_once, deliver, post
from tracker.domain.errors import Conflict, Forbidden
from tracker.domain.ladder import Reason, To, standard_ladder
from tracker.domain.rungs import Meaning, is_standard, meaning
from tracker.extensions import db
from tracker.models import JournalEntry, LadderStep, Reminder, User
from tracker.services import journal, ladders, reminders
from tracker.services.actions.rules import Refused
from tracker.services.ladders import Wanted

STANDARD = tuple(meaning(step) for step in standard_ladder().steps)
SEVEN = time(7)
AFTER: Meaning = (Reason.AFTER, 21, To.OWNER, 14)


def save(wanted: Wanted, version: int, by: User, days: int = 0) -> bool:
    """Save `days` after NOW."""
    later = timedelta(days=days)
    return ladders.save(wanted, version, by=by, now=NOW + later, today=TODAY + later)


def without(*gone: Reason, silent_above: bool = False) -> Wanted:
    rungs = tuple(one for one in STANDARD if one[0] not in gone)
    return Wanted(rungs, SEVEN, silent_above)


def run(days: int) -> int:
    """Plan and send as the worker would, that many days after NOW; how many mails."""
    now = NOW + timedelta(days=days)
    plan = reminders.plan(ladder=ladders.current(), post=post(), now=now)
    deliver(now=now)
    return len(plan.mails)


def told(reason: Reason) -> int:
    query = select(func.count()).select_from(Reminder).where(Reminder.reason == reason)
    return db.session.scalar(query) or 0


def test_until_somebody_saves_the_standard_counts(app: Flask, cast: Cast) -> None:
    assert ladders.standing() == (standard_ladder(), 0)
    assert ladders.morning() == time(7)
    assert not save(Wanted(STANDARD, SEVEN), 0, cast.admin), "nothing changed"
    assert ladders.standing() == (standard_ladder(), 0)


def test_what_is_saved_is_what_counts(any_app: Flask, cast: Cast) -> None:
    rungs = (*STANDARD[:3], (Reason.ESCALATED, 20, To.UNIT_DIRECTOR, 30))
    assert save(Wanted(rungs, time(8, 30)), 0, cast.admin)
    ladder, version = ladders.standing()
    assert version == 1
    assert (ladder.morning, ladders.morning()) == (time(8, 30), time(8, 30))
    assert [(s.key, s.since) for s in ladder.steps] == [
        *(("before-30", None), ("before-7", None), ("before-1", None)),
        ("escalated+20/30-u", TODAY),
    ]
    entry = journal.latest(1)[0]
    assert (entry.deed, entry.actor) == ("ladder.change", cast.admin.name)
    gone, new = entry.data["rungs"]
    assert "På slutdatumet – till den ansvariga" in gone
    assert new == [
        "20 dagar efter slutdatum, som eskalering – till förvaltningens direktör, "
        "och sedan med 30 dagars mellanrum"
    ]
    assert entry.data["morning"] == ["07:00", "08:30"]
    assert journal.verify()


def test_only_an_administrator(cast: Cast) -> None:
    for who in (cast.director, cast.owner):
        with pytest.raises(Forbidden):
            save(without(Reason.SILENT), 0, who)


def test_everything_wrong_is_said_at_once(cast: Cast) -> None:
    wanted = Wanted(((Reason.BEFORE, 0, To.OWNER, None),), time(4))
    with pytest.raises(Refused) as refused:
        save(wanted, 0, cast.admin)
    assert [p.field for p in refused.value.problems] == ["days", "morning", "silent_above"]
    assert ladders.standing()[1] == 0


def test_no_escalation_only_on_purpose(cast: Cast) -> None:
    with pytest.raises(Refused, match="Ingen eskalering"):
        save(without(Reason.ESCALATED), 0, cast.admin)
    assert save(without(Reason.ESCALATED, silent_above=True), 0, cast.admin)


def test_the_second_of_two_is_told(app: Flask, cast: Cast) -> None:
    save(without(Reason.SILENT), 0, cast.admin)
    for version in (0, 7):
        with pytest.raises(Conflict) as conflict:
            save(without(Reason.ON), version, cast.admin)
        theirs = conflict.value.current
        assert theirs["version"] == 1
        assert Reason.SILENT not in {step.reason for step in theirs["ladder"].steps}
    assert save(without(Reason.ON), 1, cast.admin)
    assert ladders.standing()[1] == 2


def test_two_at_once(any_app: Flask, cast: Cast) -> None:
    """Of two who save from the same page one wins, whole; the other loses nothing but the race."""
    admin = cast.admin.id
    for version, pair in ((0, (Reason.SILENT, Reason.ON)), (1, (Reason.AFTER, Reason.BEFORE))):

        def saving(reason: Reason, version: int = version) -> bool:
            return save(without(reason), version, db.session.get_one(User, admin))

        works = [lambda reason=reason: saving(reason) for reason in pair]
        results = at_once(any_app, works)
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "bool"]
        db.session.expire_all()
        ladder, now_at = ladders.standing()
        assert now_at == version + 1
        assert sum(r in {s.reason for s in ladder.steps} for r in pair) == 1
        assert db.session.scalar(select(func.count(LadderStep.id))) == len(ladder.steps)
    entries = select(func.count()).where(JournalEntry.deed == "ladder.change")
    assert db.session.scalar(entries) == 2


def test_a_new_rung_catches_nothing_up(app: Flask, cast: Cast) -> None:
    """An action that is 60 days late hears nothing of a new rung at 10 days."""
    late = make_action(
        cast.plan,
        "Sen åtgärd",
        owner=cast.owner,
        unit=cast.unit,
        deadline=TODAY - timedelta(days=60),
        deadline_set_at=NOW - timedelta(days=100),
    )
    db.session.add(late)
    db.session.commit()
    run(0)
    before = db.session.scalar(select(func.count(Reminder.id)))
    rungs = (*STANDARD, (Reason.AFTER, 10, To.OWNER, None), (Reason.AFTER, 11, To.OWNER, 20))
    save(Wanted(rungs, SEVEN), 0, cast.admin)
    assert run(0) == 0
    assert db.session.scalar(select(func.count(Reminder.id))) == before
    # A repeating one begins with the next of its days: the 71st is eleven days from now.
    run(11)
    told_of_it = select(Reminder.step).where(Reminder.action_id == late.id)
    new = {step for step in db.session.scalars(told_of_it) if "+" in step}
    assert new == {"after+11/20-71"}


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    """Thirty actions that are from 22 to 51 days late and have been told of it."""
    for number in range(30):
        db.session.add(
            make_action(
                cast.plan,
                f"Sen {number}",
                owner=cast.owner,
                unit=cast.unit,
                deadline=TODAY - timedelta(days=22 + number),
                deadline_set_at=NOW - timedelta(days=200),
            )
        )
    db.session.commit()
    return cast


def test_back_to_standard_is_no_storm(app: Flask, crowd: Cast) -> None:
    """The rungs that had been taken away and come back tell of nothing that passed meanwhile."""
    save(without(Reason.AFTER, Reason.ESCALATED, silent_above=True), 0, crowd.admin)
    run(0)
    assert told(Reason.AFTER) == told(Reason.ESCALATED) == 0
    save(Wanted(STANDARD, SEVEN), 1, crowd.admin, days=1)
    ladder, version = ladders.standing()
    assert version == 2
    assert is_standard(ladder)
    back = {step.key: step.since for step in ladder.steps if step.since}
    assert set(back) == {"after-1", "after-7", "after", "escalate-unit", "escalate-municipality"}
    assert set(back.values()) == {TODAY + timedelta(days=1)}
    run(1)
    # On that very day only those speak whose own day it is, three weeks and a fortnight after.
    deadlines = {
        reminder.action.deadline
        for reminder in db.session.scalars(select(Reminder).where(Reminder.reason == Reason.AFTER))
    }
    due = {TODAY + timedelta(days=1 - 21 - 14 * number) for number in range(3)}
    assert deadlines <= due
    assert told(Reason.AFTER) < 5


def test_the_same_rung_taken_away_and_put_back_tells_nobody_twice(app: Flask, crowd: Cast) -> None:
    run(0)
    before = told(Reason.AFTER)
    assert before > 0
    gone = tuple(one for one in STANDARD if one != AFTER)
    save(Wanted(gone, SEVEN), 0, crowd.admin)
    save(Wanted(STANDARD, SEVEN), 1, crowd.admin)
    assert run(0) == 0
    assert told(Reason.AFTER) == before
