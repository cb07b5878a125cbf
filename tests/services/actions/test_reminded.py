"""Which reminders of an action its page knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.helpers.cast import NOW, TODAY
from tests.helpers.ringing import YESTERDAY, escalate, remind
from tests.services.mailing import deliver, plan
from tracker.domain.ladder import Reason, standard_ladder
from tracker.extensions import db
from tracker.models import FollowUpRound, OutboxState, ReminderState
from tracker.services.actions.reminded import MOST, named, reminders_of


def test_nothing_at_first(app, cast):
    told = reminders_of(cast.action, cast.owner)
    assert (told.rows, told.total, told.passed_over) == ((), 0, 0)


def test_the_newest_first_and_what_became_of_them(any_app, cast):
    fates = [state for state in OutboxState if state is not OutboxState.SENT]
    for n, fate in enumerate(fates):
        at = YESTERDAY + timedelta(minutes=n)
        remind(cast.action, cast.owner, f"before-{n}", mail=fate, at=at)
    remind(cast.action, cast.colleague, "after-1", Reason.AFTER, at=YESTERDAY + timedelta(hours=1))
    remind(cast.action, cast.owner, "before-30", mail=None)
    remind(cast.other_action, cast.stranger)
    told = reminders_of(cast.action, cast.owner)
    assert told.rows[0].recipient == cast.colleague.name
    assert (told.rows[0].sent_at, told.rows[0].days) == (YESTERDAY, 1)
    assert [row.fate for row in told.rows[1:]] == fates[::-1]
    assert (told.total, told.passed_over) == (len(fates) + 1, 1)


def test_what_the_planner_really_wrote(app, cast):
    plan()
    deliver()
    (row,) = reminders_of(cast.colleague_action, cast.colleague).rows
    assert (row.fate, row.reason, row.days) == (OutboxState.SENT, Reason.AFTER, 1)
    assert row.sent_at == NOW


def test_what_was_withdrawn_is_said(app, cast):
    one = remind(cast.action, cast.owner, mail=OutboxState.CANCELLED)
    one.state = ReminderState.WITHDRAWN
    db.session.commit()
    assert reminders_of(cast.action, cast.owner).rows[0].withdrawn


def test_a_round_has_its_name(app, cast):
    one = FollowUpRound(
        name="Tertial 1",
        opens_on=TODAY,
        due_on=TODAY + timedelta(days=9),
        created_at=NOW,
        created_by_id=cast.director.id,
    )
    db.session.add(one)
    db.session.flush()
    remind(cast.action, cast.owner, f"round-7@{one.id}:{one.due_on}", Reason.ROUND_DUE)
    remind(cast.action, cast.owner, "round-open@999", Reason.ROUND_OPEN)
    names = [row.round_name for row in reminders_of(cast.action, cast.owner).rows]
    assert names == ["", "Tertial 1"]


@pytest.mark.parametrize(
    ("who", "sees"),
    [("director", True), ("unit_director", True), ("owner", True), ("member", False)],
)
def test_committees_are_not_shown_who_was_reminded(app, cast, who, sees):
    remind(cast.action, cast.owner)
    told = reminders_of(cast.action, getattr(cast, who))
    assert (told is not None) == sees


def test_many_cost_as_much_as_few(app, cast, count_queries):
    numbers = []
    for more in (1, 40):
        for n in range(more):
            remind(cast.action, cast.owner, f"after-{more}-{n}", Reason.AFTER)
        escalate(cast, cast.director, cast.action) if more == 1 else None
        who = db.session.merge(cast.director)
        db.session.refresh(cast.action)
        assert who.roles
        with count_queries() as counted:
            told = reminders_of(cast.action, who)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 4
    assert (len(told.rows), told.total) == (MOST, 42)


@pytest.mark.parametrize(
    ("key", "step", "days"),
    [
        ("before-7", "before-7", -7),
        ("on", "on", 0),
        ("after-7", "after-7", 7),
        ("after-35", "after", 35),
        ("silent-180@2026-01-01", "silent", 180),
        ("escalate-unit@2026-01-01", "escalate-unit", 14),
        ("assigned@2026-01-01", None, None),
        ("gone-12", None, None),
        ("", None, None),
    ],
)
def test_the_rung_that_a_name_means(key, step, days):
    found, reached = named(key, standard_ladder())
    assert (found.key if found else None, reached) == (step, days)
