"""What stands in the bell, and what leaves it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tests.helpers.ringing import YESTERDAY, appoint, escalate, letter, remind
from tests.services.mailing import at_once, post
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.ladder import Reason
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    Absence,
    FollowUpRound,
    OutboxState,
    Reminder,
    ReminderState,
    StatusUpdate,
)
from tracker.services.bell import listing, putting_away

HOME = ZoneInfo("Europe/Stockholm")


def waiting(by, today=TODAY, now=NOW):
    """The titles that wait; number and list agree always."""
    db.session.commit()
    db.session.expire_all()
    items = listing.listed(by, now=now, post=post())
    assert listing.number_waiting(by, today, HOME) == items.total == len(items.rows)
    return [item.title for item in items.rows]


def kept(by):
    return [item.title for item in listing.listed(by, now=NOW, post=post(), put_away=True).rows]


def report(action, at=NOW):
    update = StatusUpdate(
        action_id=action.id, author_id=action.owner_id, at=at, health=Health.ON_TRACK
    )
    db.session.add(update)
    action.reported_at = at
    db.session.commit()


def end(action, status, how, who):
    action.status = status
    setattr(action, f"{how}_by", who)
    setattr(action, f"{how}_on", TODAY)
    action.dropped_reason = "Pengarna räcker inte" if how == "dropped" else ""


def begin(action):
    action.status, action.done_on, action.done_by_id = ActionStatus.ONGOING, None, None


def away(person, delegate, first=TODAY, last=TODAY):
    db.session.add(
        Absence(user_id=person.id, delegate_id=delegate.id, starts_on=first, ends_on=last)
    )
    db.session.commit()


class TestWhatHolds:
    def test_nothing_at_first(self, app, cast):
        assert waiting(cast.owner) == []

    def test_a_reminder_rings_for_its_reader_alone(self, app, cast):
        remind(cast.action, cast.owner)
        assert waiting(cast.owner) == [cast.action.title]
        assert waiting(cast.colleague) == waiting(cast.director) == []

    @pytest.mark.parametrize(
        "state", [OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN, OutboxState.DEAD]
    )
    def test_it_rings_whatever_becomes_of_the_mail(self, app, cast, state):
        remind(cast.action, cast.owner, mail=state)
        assert waiting(cast.owner) == [cast.action.title]

    def test_what_was_passed_over_or_withdrawn_never_rings(self, app, cast):
        remind(cast.action, cast.owner, mail=None)
        taken = remind(cast.action, cast.owner, "before-1")
        taken.state = ReminderState.WITHDRAWN
        assert waiting(cast.owner) == []

    def test_several_reminders_of_an_action_are_one_item_the_latest(self, app, cast):
        remind(cast.action, cast.owner, "before-30")
        latest = remind(cast.action, cast.owner, "before-7")
        assert waiting(cast.owner) == [cast.action.title]
        (item,) = listing.listed(cast.owner, now=NOW, post=post()).rows
        assert item.reminder_id == latest.id
        assert item.sentences == (
            "Ska vara klar torsdag 30 april, om 59 dagar.",
            "Ingen lägesrapport har lämnats än.",
        )
        assert item.asks

    @pytest.mark.parametrize(
        "change",
        [
            lambda cast: report(cast.action),
            lambda cast: setattr(cast.action, "deadline_rev", 2),
            lambda cast: setattr(cast.action, "owner_id", cast.colleague.id),
            lambda cast: setattr(cast.action, "owner_id", None),
            lambda cast: setattr(cast.owner, "deactivated_at", NOW),
            lambda cast: end(cast.action, ActionStatus.DONE, "done", cast.owner),
            lambda cast: end(cast.action, ActionStatus.DROPPED, "dropped", "Kommunstyrelsen"),
        ],
        ids=["answered", "moved", "handed over", "nobody's", "closed account", "done", "dropped"],
    )
    def test_it_stops_when_it_is_no_longer_true(self, any_app, cast, change):
        remind(cast.action, cast.owner)
        assert waiting(cast.owner) == [cast.action.title]
        change(cast)
        db.session.commit()
        assert listing.number_waiting(cast.owner, TODAY, HOME) == 0

    def test_an_older_answer_does_not_stop_it(self, app, cast):
        remind(cast.action, cast.owner)
        report(cast.action, YESTERDAY - timedelta(seconds=1))
        assert waiting(cast.owner) == [cast.action.title]

    def test_a_clock_that_ran_far_ahead_does_not_count(self, app, cast):
        remind(cast.action, cast.owner, at=NOW + timedelta(days=3650))
        assert waiting(cast.owner) == []


class TestReasons:
    def test_silence_ends_with_an_appointment(self, app, cast):
        remind(cast.action, cast.owner, "silent-90@2026-01-21", Reason.SILENT)
        assert waiting(cast.owner) == [cast.action.title]
        cast.action.assigned_at = NOW
        assert waiting(cast.owner) == []

    def test_an_assignment_holds_until_the_next(self, any_app, cast):
        cast.action.assigned_by_id = cast.director.id
        day = cast.action.assigned_at.date()
        remind(cast.action, cast.owner, f"assigned@{day}", Reason.ASSIGNED)
        assert waiting(cast.owner) == [cast.action.title]
        cast.action.assigned_by_id = cast.owner.id
        assert waiting(cast.owner) == []

    def test_an_escalation_ends_with_a_report(self, app, cast):
        escalate(cast, cast.unit_director)
        escalate(cast, cast.director)
        title = cast.colleague_action.title
        assert waiting(cast.unit_director) == waiting(cast.director) == [title]
        (item,) = listing.listed(cast.director, now=NOW, post=post()).rows
        assert not item.asks
        assert item.sentences[0] == "Du får veta det som chef, eftersom åtgärden dröjer."
        report(cast.colleague_action)
        assert waiting(cast.unit_director) == waiting(cast.director) == []

    def test_an_escalation_ends_with_another_deadline(self, app, cast):
        escalate(cast, cast.director)
        cast.colleague_action.deadline = date(2026, 5, 1)
        assert waiting(cast.director) == []

    def test_who_answers_for_it_is_not_told_as_a_superior(self, app, cast):
        escalate(cast, cast.unit_director)
        cast.colleague_action.owner_id = cast.unit_director.id
        assert waiting(cast.unit_director) == []

    def test_without_an_owner_it_is_the_director_who_is_reminded(self, app, cast):
        cast.action.owner_id = None
        remind(cast.action, cast.unit_director)
        assert waiting(cast.unit_director) == [cast.action.title]
        (item,) = listing.listed(cast.unit_director, now=NOW, post=post()).rows
        assert not item.asks

    def test_a_round_rings_while_it_waits(self, any_app, cast):
        tertial = FollowUpRound(
            name="Tertial 1",
            opens_on=TODAY - timedelta(days=3),
            due_on=TODAY + timedelta(days=4),
            created_at=NOW,
            created_by_id=cast.director.id,
        )
        db.session.add(tertial)
        db.session.flush()
        remind(cast.action, cast.owner, f"round-open@{tertial.id}", Reason.ROUND_OPEN)
        due = f"round-7@{tertial.id}:{tertial.due_on}"
        remind(cast.done_action, cast.owner, due, Reason.ROUND_DUE)
        begin(cast.done_action)
        assert len(waiting(cast.owner)) == 2
        tertial.due_on += timedelta(days=1)
        assert waiting(cast.owner) == [cast.action.title]
        tertial.closed_on = TODAY
        assert waiting(cast.owner) == []
        tertial.closed_on = None
        later = {"plan_id": cast.plan.id, "opens_on": TODAY, "due_on": TODAY + timedelta(days=9)}
        db.session.add(
            FollowUpRound(name="Nästa", created_at=NOW, created_by_id=cast.director.id, **later)
        )
        assert waiting(cast.owner) == [], "only the round that opened last counts"


class TestDelegates:
    def test_the_delegate_hears_of_it_while_the_person_is_away(self, any_app, cast):
        remind(cast.action, cast.owner)
        remind(cast.action, cast.colleague)
        assert waiting(cast.colleague) == []
        away(cast.owner, cast.colleague)
        assert waiting(cast.colleague) == [cast.action.title]
        assert waiting(cast.owner) == []
        tomorrow = NOW + timedelta(days=1)
        assert waiting(cast.colleague, TODAY + timedelta(days=1), tomorrow) == []
        assert waiting(cast.owner, TODAY + timedelta(days=1), tomorrow) == [cast.action.title]

    def test_it_says_in_whose_stead(self, app, cast):
        remind(cast.action, cast.colleague)
        away(cast.owner, cast.colleague)
        (item,) = listing.listed(cast.colleague, now=NOW, post=post()).rows
        assert item.sentences[-1] == "Du får det i stället för Olle Ägare, som är borta."
        assert item.asks

    def test_a_chain_ends_with_the_one_who_is_in(self, any_app, cast):
        third = appoint(cast)
        for person in (cast.owner, cast.colleague, third):
            remind(cast.action, person)
        away(cast.owner, cast.colleague)
        away(cast.colleague, third)
        assert [len(waiting(one)) for one in (cast.owner, cast.colleague, third)] == [0, 0, 1]

    def test_where_all_are_away_for_each_other_nobody_is_left_but_the_person(self, app, cast):
        remind(cast.action, cast.owner)
        remind(cast.action, cast.colleague)
        away(cast.owner, cast.colleague)
        away(cast.colleague, cast.owner)
        assert waiting(cast.owner) == [cast.action.title]
        assert waiting(cast.colleague) == []

    def test_a_delegate_whose_account_is_closed_does_not_count(self, app, cast):
        remind(cast.action, cast.owner)
        away(cast.owner, cast.colleague)
        cast.colleague.deactivated_at = NOW
        assert waiting(cast.owner) == [cast.action.title]

    def test_of_two_absences_the_later_names_the_delegate(self, any_app, cast):
        third = appoint(cast)
        for person in (cast.colleague, third):
            remind(cast.action, person)
        away(cast.owner, cast.colleague, TODAY - timedelta(days=9))
        away(cast.owner, third)
        assert waiting(cast.colleague) == []
        assert waiting(third) == [cast.action.title]


class TestPuttingAway:
    def test_one_is_put_away_with_those_before_it_and_back(self, app, cast):
        remind(cast.action, cast.owner, "before-30")
        latest = remind(cast.action, cast.owner, "before-7")
        putting_away.put_away(latest.id, by=cast.owner, now=NOW)
        assert waiting(cast.owner) == []
        assert kept(cast.owner) == [cast.action.title]
        putting_away.put_away(latest.id, by=cast.owner, now=NOW + timedelta(hours=1))
        assert latest.seen_at == NOW, "the second time changes nothing"
        for _ in range(2):
            putting_away.put_back(latest.id, by=cast.owner)
            assert waiting(cast.owner) == [cast.action.title]
        assert kept(cast.owner) == []

    def test_the_next_step_rings_again(self, app, cast):
        first = remind(cast.action, cast.owner, "before-30")
        putting_away.put_away(first.id, by=cast.owner, now=NOW)
        second = remind(cast.action, cast.owner, "before-7")
        assert waiting(cast.owner) == [cast.action.title]
        putting_away.put_away(first.id, by=cast.owner, now=NOW)
        assert waiting(cast.owner) == [cast.action.title], "an old page puts no new one away"
        putting_away.put_away(second.id, by=cast.owner, now=NOW)
        assert kept(cast.owner) == [cast.action.title]

    def test_all_are_put_away_up_to_what_was_read(self, any_app, cast):
        begin(cast.done_action)
        first = remind(cast.action, cast.owner)
        remind(cast.done_action, cast.owner)
        when = {"now": NOW, "today": TODAY, "zone": HOME}
        putting_away.put_all_away(first.id, by=cast.owner, **when)
        assert waiting(cast.owner) == [cast.done_action.title]
        putting_away.put_all_away(2**31 - 1, by=cast.owner, **when)
        assert waiting(cast.owner) == []
        putting_away.put_all_back(NOW, by=cast.owner)
        assert len(waiting(cast.owner)) == 2

    def test_another_persons_is_not_there(self, app, cast):
        theirs = remind(cast.colleague_action, cast.colleague)
        passed = remind(cast.action, cast.owner, mail=None)
        for reminder_id in (theirs.id, passed.id, 999_999):
            with pytest.raises(NotFound):
                putting_away.put_away(reminder_id, by=cast.owner, now=NOW)
            with pytest.raises(NotFound):
                putting_away.put_back(reminder_id, by=cast.owner)
        putting_away.put_all_away(2**31 - 1, by=cast.owner, now=NOW, today=TODAY, zone=HOME)
        putting_away.put_all_back(NOW, by=cast.owner)
        assert waiting(cast.colleague) == [cast.colleague_action.title]

    def test_who_is_never_reminded_has_no_bell(self, app, cast):
        for nobody in (cast.member, cast.admin):
            with pytest.raises(Forbidden):
                listing.listed(nobody, now=NOW, post=post())
            with pytest.raises(Forbidden):
                putting_away.put_all_back(NOW, by=nobody)

    def test_many_at_once(self, any_app, cast):
        ids = [remind(cast.action, cast.owner, f"before-{n}").id for n in range(8)]
        owner = SimpleNamespace(id=cast.owner.id, may=lambda _deed: True)
        when = {"now": NOW, "today": TODAY, "zone": HOME}
        works = [lambda: putting_away.put_all_away(2**31 - 1, by=owner, **when)] * 2
        works += [lambda n=n: putting_away.put_away(n, by=owner, now=NOW) for n in ids[::3]]
        assert at_once(any_app, works) == [None] * len(works)
        db.session.expire_all()
        assert waiting(cast.owner) == []
        assert {r.seen_at for r in db.session.query(Reminder)} == {NOW}


class TestManyAndOrder:
    def test_the_most_urgent_first(self, any_app, cast):
        due = {"overdue": -3, "today": 0, "tomorrow": 1, "soon": 5}
        actions = [cast.action, cast.colleague_action, cast.done_action, cast.other_action]
        for action, (title, days) in zip(actions, reversed(due.items()), strict=True):
            action.title, action.deadline = title, TODAY + timedelta(days=days)
            action.owner_id = cast.owner.id
            begin(action)
            remind(action, cast.owner)
        assert waiting(cast.owner) == list(due)
        pages = [listing.listed(cast.owner, now=NOW, post=post(), page=n, size=3) for n in (1, 9)]
        assert [[item.title for item in page.rows] for page in pages] == [
            ["overdue", "today", "tomorrow"],
            ["soon"],
        ]

    def test_the_same_number_of_queries_for_one_and_for_many(self, app, cast, count_queries):
        numbers = set()
        for more in (1, 40):
            fill(cast, more)
            who = db.session.merge(cast.owner)
            assert who.roles
            with count_queries() as counted:
                listing.number_waiting(who, TODAY, HOME)
            assert counted.number == 1
            with count_queries() as counted:
                listing.listed(who, now=NOW, post=post())
            numbers.add(counted.number)
        assert len(numbers) == 1
        assert numbers.pop() <= 10

    def test_the_count_is_bounded(self, app, cast):
        fill(cast, 120)
        assert listing.number_waiting(cast.owner, TODAY, HOME) == listing.MOST_COUNTED + 1
        assert listing.listed(cast.owner, now=NOW, post=post()).total == 120


def fill(cast, number):
    """So many new actions of the owner, each with a reminder."""
    made = [make_action(cast.plan, f"Åtgärd {n}", owner=cast.owner) for n in range(number)]
    db.session.add_all(made)
    db.session.flush()
    mail = letter(cast.owner)
    mail.reminders = [
        Reminder(
            action_id=action.id,
            step="before-7",
            deadline_rev=action.deadline_rev,
            recipient_id=cast.owner.id,
            reason=Reason.BEFORE,
            state=ReminderState.IN_MAIL,
            decided_at=YESTERDAY,
        )
        for action in made
    ]
    db.session.add(mail)
    db.session.commit()
    db.session.expire_all()


class TestNextMail:
    @pytest.mark.parametrize(
        ("now", "weekday", "expected"),
        [
            (datetime(2026, 3, 2, 5, 59, tzinfo=HOME), None, "2026-03-02 07:00"),
            (datetime(2026, 3, 2, 7, 0, tzinfo=HOME), None, "2026-03-03 07:00"),
            (datetime(2026, 3, 6, 9, 0, tzinfo=HOME), None, "2026-03-09 07:00"),
            (datetime(2026, 6, 18, 9, 0, tzinfo=HOME), None, "2026-06-22 07:00"),
            (datetime(2026, 3, 2, 9, 0, tzinfo=HOME), 2, "2026-03-04 07:00"),
        ],
    )
    def test_the_next_morning_that_is_worked(self, app, cast, now, weekday, expected):
        cast.owner.digest_weekday = weekday
        found = listing.next_mail(cast.owner, now=now, zone=HOME)
        assert f"{found:%Y-%m-%d %H:%M}" == expected
