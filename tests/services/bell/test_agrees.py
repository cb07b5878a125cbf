"""The bell's SQL says what the rules of the ladder say: drawn worlds, asked of both."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.helpers.cast import NOW, TODAY, make_action, make_user
from tests.helpers.ringing import letter
from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Absence,
    FollowUpRound,
    Reminder,
    ReminderState,
    RoleAssignment,
    User,
)
from tracker.services import reminder_facts
from tracker.services.bell.holding import asking, holding, ringing

HOME = ZoneInfo("Europe/Stockholm")
DECIDED = NOW - timedelta(days=2)
ACTIONS, ROUNDS_DRAWN = 25, 4


class World:
    """People, absences, rounds, actions and reminders, drawn with one die."""

    def __init__(self, cast, seed):
        self.cast, self.die = cast, Random(seed)
        self.people = [cast.director, cast.unit_director, cast.owner, cast.colleague]
        self.people += [make_user(f"Person {n}") for n in range(3)]
        db.session.add_all(self.people)
        db.session.flush()
        self.mails = {person: letter(person) for person in self.people}
        db.session.add_all(self.mails.values())
        for person in self.people:
            if self.chance(0.4) and not person.roles:
                unit = self.die.choice([cast.unit, cast.other_unit, None])
                db.session.add(RoleAssignment(user=person, role=Role.DIRECTOR, unit=unit))
                db.session.flush()
            if self.chance(0.15):
                person.deactivated_at = NOW
            if self.chance(0.4):
                self.absence(person)
        self.rounds = [self.round() for _ in range(ROUNDS_DRAWN)]
        db.session.flush()
        for n in range(ACTIONS):
            self.action(n)
        db.session.commit()

    def chance(self, share):
        return self.die.random() < share

    def day(self, first, last):
        return TODAY + timedelta(days=self.die.randint(first, last))

    def absence(self, person):
        others = [one for one in self.people if one is not person]
        starts, ends = sorted([self.day(-5, 2), self.day(-1, 5)])
        delegate = self.die.choice(others)
        db.session.add(
            Absence(user_id=person.id, delegate_id=delegate.id, starts_on=starts, ends_on=ends)
        )

    def round(self):
        opens = self.day(-9, -3)
        made = FollowUpRound(
            name="R",
            plan=self.die.choice([None, self.cast.plan]),
            opens_on=opens,
            due_on=opens + timedelta(days=self.die.randint(1, 12)),
            closed_on=self.day(-1, 2) if self.chance(0.3) else None,
            created_at=NOW,
            created_by_id=self.cast.director.id,
        )
        db.session.add(made)
        return made

    def action(self, n):
        owner = self.die.choice([*self.people, None])
        made = make_action(
            self.cast.plan,
            f"Åtgärd {n}",
            owner=owner,
            unit=self.die.choice([self.cast.unit, self.cast.other_unit, None]),
            deadline=self.day(-40, 40),
        )
        by = self.die.choice([self.cast.director, owner])
        made.assigned_by_id = by.id if by else None
        if self.chance(0.3):
            made.reported_at = NOW - timedelta(days=30)
        db.session.add(made)
        db.session.flush()
        for recipient in self.people:
            for reason in self.die.sample(list(Reason), 4):
                self.reminder(made, recipient, reason)
        self.change(made)

    def reminder(self, action, recipient, reason):
        key = f"{reason.value}-{self.die.randint(1, 10**9)}{self.stamp(action, reason)}"
        made = Reminder(
            action_id=action.id,
            step=key,
            deadline_rev=0 if "@" in key else action.deadline_rev,
            recipient_id=recipient.id,
            reason=reason,
            state=ReminderState.IN_MAIL,
            decided_at=DECIDED,
            seen_at=NOW if self.chance(0.5) else None,
        )
        self.mails[recipient].reminders.append(made)

    def stamp(self, action, reason):
        heard = max(filter(None, [action.created_at, action.assigned_at, action.reported_at]))
        one = self.die.choice(self.rounds)
        if reason in ROUNDS:
            return f"@{one.id}" if reason is Reason.ROUND_OPEN else f"@{one.id}:{one.due_on}"
        stamps = {
            Reason.SILENT: heard.astimezone(HOME).date(),
            Reason.ASSIGNED: action.assigned_at.astimezone(HOME).date(),
            Reason.ESCALATED: action.deadline,
        }
        return f"@{stamps[reason]}" if reason in stamps else ""

    def change(self, action):
        """What may happen between the mail and today."""
        if self.chance(0.2):
            action.deadline, action.deadline_rev = self.day(-40, 60), action.deadline_rev + 1
        if self.chance(0.2):
            action.owner = self.die.choice([*self.people, None])
            action.assigned_at = NOW - timedelta(hours=1)
        if self.chance(0.2):
            action.reported_at = NOW - timedelta(hours=1)
        if self.chance(0.1):
            action.status, action.dropped_on = "dropped", date(2026, 3, 1)
            action.dropped_by, action.dropped_reason = "KS", "Nej"


@pytest.mark.parametrize(
    ("any_app", "seed"),
    [(("sqlite", "postgresql")[seed % 2], seed) for seed in range(4)],
    indirect=["any_app"],
)
def test_the_query_and_the_rules_agree(any_app, cast, seed):
    """As to what each person is asked for, and as to the number that counts what the list shows."""
    World(cast, seed)
    all_of_them = list(db.session.scalars(select(Reminder)))
    unanswered = [
        one
        for one in all_of_them
        if one.action.reported_at is None or one.action.reported_at < one.decided_at
    ]
    expected = {one.id for one in reminder_facts.holding(unanswered, TODAY, HOME)}
    found, counted = set(), []
    for person in db.session.scalars(select(User)):
        asked = asking(person.id, TODAY, HOME)
        found |= set(db.session.scalars(holding(Reminder.id), asked))
        counted.append(the_number(person, asked))
    wrong = [one for one in all_of_them if one.id in expected ^ found]
    assert not wrong, [(one.step, one.recipient_id, one.id in found) for one in wrong]
    assert 0 < len(expected) < len(unanswered)
    assert max(counted) > 2


def the_number(person, asked):
    """What the bell counts, which must be what its list shows."""
    shown = holding(Reminder.action_id).where(Reminder.seen_at.is_(None)).distinct()
    found = db.session.scalars(ringing(), asked).all()
    assert sorted(found) == sorted(db.session.scalars(shown, asked)), person.name
    assert len(db.session.scalars(ringing().limit(2), asked).all()) == min(2, len(found))
    return len(found)
