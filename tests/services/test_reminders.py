"""Planning: who is written to, once, whatever happens in between."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tests.services.mailing import at_once, deliver, ledger, message_to, messages, plan, post
from tracker.domain.ladder import Reason, standard_ladder
from tracker.domain.permissions import Role
from tracker.domain.reminders import OWN_CLOCK
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    Action,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    RoleAssignment,
)
from tracker.services import reminders
from tracker.services.actions.reports import Report, report_status
from tracker.services.reminder_facts import candidates, directors, facts_of
from tracker.services.reminders import planning

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def day(number: int, hour: int = 8) -> datetime:
    """That many days after NOW."""
    return (NOW + timedelta(days=number)).replace(hour=hour)


def body(message: OutboxMessage) -> str:
    """The plain text of a mail."""
    parsed = email.message_from_bytes(message.mime, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class TestPlan:
    def test_one_mail_per_person_who_is_due(self, any_app: Flask, cast: Cast) -> None:
        result = plan()
        assert {mail.name for mail in result.mails} == {
            cast.owner.name,
            cast.colleague.name,
            cast.stranger.name,
        }
        assert [m.state for m in messages()] == [OutboxState.QUEUED] * 3
        assert ledger() == {
            ("assigned@2026-01-21", cast.action.id, cast.owner.id, "in_mail"),
            ("after-1", cast.colleague_action.id, cast.colleague.id, "in_mail"),
            ("assigned@2026-01-21", cast.colleague_action.id, cast.colleague.id, "superseded"),
            ("before-30", cast.colleague_action.id, cast.colleague.id, "superseded"),
            ("before-7", cast.colleague_action.id, cast.colleague.id, "superseded"),
            ("before-1", cast.colleague_action.id, cast.colleague.id, "superseded"),
            ("on", cast.colleague_action.id, cast.colleague.id, "superseded"),
            ("assigned@2026-01-21", cast.other_action.id, cast.stranger.id, "in_mail"),
        }
        # What carries its own date hangs on no revision of the deadline.
        assert set(db.session.scalars(select(Reminder.deadline_rev))) == {OWN_CLOCK, 1}

    def test_twice_is_once(self, app: Flask, cast: Cast) -> None:
        plan()
        before = [(m.id, m.mime) for m in messages()]
        assert plan().mails == ()
        assert plan(now=day(0, hour=15)).mails == ()
        assert [(m.id, m.mime) for m in messages()] == before

    def test_ten_days_later_one_each(self, app: Flask, cast: Cast) -> None:
        plan()
        deliver()
        later = plan(now=day(10))
        names = [mail.name for mail in later.mails]
        assert len(names) == len(set(names))
        assert cast.colleague.name in names

    def test_a_dry_run_writes_nothing(self, app: Flask, cast: Cast) -> None:
        assert len(plan(dry_run=True).mails) == 3
        assert messages() == []
        assert ledger() == set()

    def test_only_to_one(self, app: Flask, cast: Cast) -> None:
        result = plan(only_to=cast.colleague.email.upper())
        assert [mail.name for mail in result.mails] == [cast.colleague.name]
        assert {m.recipient_id for m in messages()} == {cast.colleague.id}
        assert {entry[2] for entry in ledger()} == {cast.colleague.id}
        assert plan(only_to="nobody@testkoping.example").mails == ()

    def test_asked_to_stop_it_leaves_the_rest(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(planning, "BATCH", 1)
        answers = iter([False, True])
        assert len(plan(stopping=lambda: next(answers)).mails) == 1
        assert len(plan().mails) == 2

    @pytest.mark.parametrize(
        ("now", "rest"),
        [
            (datetime(2026, 3, 7, 8, tzinfo=UTC), ""),
            (datetime(2026, 4, 3, 8, tzinfo=UTC), "Långfredagen"),
            (datetime(2026, 6, 19, 8, tzinfo=UTC), "Midsommarafton"),
            # Saturday in UTC is still Friday, and Friday already Saturday, by the local calendar.
            (datetime(2026, 3, 6, 23, 30, tzinfo=UTC), ""),
        ],
    )
    def test_rest_on_days_that_nobody_works(
        self, app: Flask, cast: Cast, now: datetime, rest: str
    ) -> None:
        result = plan(now=now)
        assert (result.rest, result.mails) == (rest, ())
        assert messages() == []

    def test_the_day_is_the_local_one(self, app: Flask, cast: Cast) -> None:
        assert plan(now=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)).day == TODAY

    def test_two_planners_at_once(self, any_app: Flask, cast: Cast) -> None:
        results = at_once(any_app, [plan, plan, plan])
        assert all(isinstance(result, reminders.Plan) for result in results), results
        planned = [mail.name for result in results for mail in result.mails]  # type: ignore[attr-defined]
        assert sorted(planned) == sorted({*planned})
        assert len(messages()) == 3


class TestOnePersonsTrouble:
    def test_a_broken_address_stops_nobody_else(self, any_app: Flask, cast: Cast) -> None:
        cast.owner.email = "olle ägare"
        db.session.commit()
        result = reminders.plan(ladder=standard_ladder(), post=post(), now=NOW)
        assert [mail.name for mail in result.mails] == [cast.colleague.name, cast.stranger.name]
        assert len(result.failures) == 1
        assert result.failures[0].startswith("olle ägare: ")
        assert cast.owner.id not in {entry[2] for entry in ledger()}

    def test_once_mended_it_is_not_lost(self, app: Flask, cast: Cast) -> None:
        proper, cast.owner.email = cast.owner.email, "olle ägare"
        db.session.commit()
        reminders.plan(ladder=standard_ladder(), post=post(), now=NOW)
        cast.owner.email = proper
        db.session.commit()
        assert [mail.name for mail in plan().mails] == [cast.owner.name]

    def test_any_other_fault_neither(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cast.owner.locale = "xx"
        db.session.commit()
        result = reminders.plan(ladder=standard_ladder(), post=post(), now=NOW)
        assert len(result.mails) == 2
        assert len(result.failures) == 1


class TestAfterTheDigestLeft:
    def assign(self, cast: Cast, title: str, **values: object) -> Action:
        action = make_action(
            cast.plan,
            title,
            owner_id=cast.owner.id,
            unit_id=cast.unit.id,
            assigned_at=NOW,
            deadline_set_at=NOW,
            created_at=NOW,
            **{"assigned_by_id": cast.director.id, **values},
        )
        db.session.add(action)
        db.session.commit()
        return action

    def test_what_is_newly_assigned_goes_at_once(self, app: Flask, cast: Cast) -> None:
        plan()
        self.assign(cast, "Ny uppgift")
        assert [(m.kind, m.actions) for m in plan().mails] == [("assigned-1", 1)]
        self.assign(cast, "Ännu en")
        self.assign(cast, "Och en till")
        assert [(m.kind, m.actions) for m in plan().mails] == [("assigned-2", 2)]
        assert plan().mails == ()
        mine = [m for m in messages() if m.recipient_id == cast.owner.id]
        assert [m.kind for m in mine] == ["digest", "assigned-1", "assigned-2"]
        assert len({m.message_id for m in mine}) == 3

    def test_the_rest_waits_for_tomorrow(self, app: Flask, cast: Cast) -> None:
        plan()
        late = self.assign(
            cast, "Redan sen", deadline=date(2026, 2, 26), assigned_by_id=cast.owner.id
        )
        assert plan().mails == ()
        deliver()
        assert [mail.name for mail in plan(now=day(1)).mails if mail.name == cast.owner.name]
        assert late.id in {entry[1] for entry in ledger()}

    def test_who_takes_it_upon_themselves_needs_no_letter(self, app: Flask, cast: Cast) -> None:
        plan()
        self.assign(cast, "Min egen idé", assigned_by_id=cast.owner.id)
        assert plan().mails == ()


class TestAfterAStandstill:
    """Mail that was planned but never tried does not pile up."""

    def test_todays_mail_takes_over_what_waits(self, any_app: Flask, cast: Cast) -> None:
        cast.action.deadline = date(2026, 4, 10)
        cast.action.assigned_by_id = cast.owner.id
        second = make_action(
            cast.plan, "En annan", owner=cast.owner, unit=cast.unit, deadline=date(2026, 12, 1)
        )
        db.session.add(second)
        db.session.commit()
        plan()
        assert message_to(cast.owner.id).state is OutboxState.QUEUED
        result = plan(now=day(10))  # 2026-03-12: the first action is due in 29 days
        assert [(m.name, m.actions) for m in result.mails if m.name == cast.owner.name] == [
            (cast.owner.name, 2)
        ]
        old, new = [m for m in messages() if m.recipient_id == cast.owner.id]
        assert (old.state, new.state) == (OutboxState.CANCELLED, OutboxState.QUEUED)
        assert new.created_at == NOW, "taking over makes no wait shorter"
        assert "En annan" in body(new) and cast.action.title in body(new)
        assert deliver(now=day(10)) == {
            "sent": len([m for m in messages() if m.state != old.state])
        }
        assert {m.recipient_id for m in messages() if m.sent_at} == {
            cast.owner.id,
            cast.colleague.id,
            cast.stranger.id,
        }

    def test_an_action_stands_in_it_once(self, app: Flask, cast: Cast) -> None:
        plan()
        plan(now=day(10))
        rows = db.session.scalars(
            select(Reminder).where(
                Reminder.recipient_id == cast.colleague.id,
                Reminder.state == ReminderState.IN_MAIL,
            )
        ).all()
        assert [row.step for row in rows] == ["after-7"]
        assert ("after-1", cast.colleague_action.id, cast.colleague.id, "superseded") in ledger()

    def test_nothing_new_leaves_the_old_mail_alone(self, app: Flask, cast: Cast) -> None:
        plan()
        assert plan(now=day(1)).mails == ()
        assert {m.state for m in messages()} == {OutboxState.QUEUED}

    def test_what_may_have_left_is_not_touched(self, app: Flask, cast: Cast) -> None:
        plan()
        first = message_to(cast.colleague.id)
        first.data_started_at, first.state = NOW, OutboxState.UNCERTAIN
        db.session.commit()
        plan(now=day(10))
        old = db.session.get_one(OutboxMessage, first.id)
        assert (old.state, old.data_started_at) == (OutboxState.UNCERTAIN, NOW)


class TestNothingIsLost:
    def test_withdrawn_and_true_again(self, app: Flask, cast: Cast) -> None:
        """Deactivated when the mail was to leave, active again the day after."""
        plan()
        cast.owner.deactivated_at = NOW
        db.session.commit()
        assert deliver()["cancelled"] == 1
        cast.owner.deactivated_at = None
        db.session.commit()
        assert cast.owner.name in [mail.name for mail in plan(now=day(1)).mails]
        assert deliver(now=day(1)) == {"sent": 1}
        assert ("assigned@2026-01-21", cast.action.id, cast.owner.id, "in_mail") in ledger()

    def test_a_deactivated_owners_action_goes_to_the_director(self, app: Flask, cast: Cast) -> None:
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        names = {mail.name for mail in plan().mails}
        assert cast.unit_director.name in names
        assert cast.colleague.name not in names
        assert cast.colleague_action.title in body(message_to(cast.unit_director.id))

    def test_without_any_director_nobody_can_be_told(self, app: Flask, cast: Cast) -> None:
        for person in (cast.colleague, cast.unit_director, cast.director):
            person.deactivated_at = NOW
        db.session.commit()
        plan()
        assert cast.colleague_action.id not in {entry[1] for entry in ledger()}


class TestFacts:
    def test_the_one_who_held_the_role_first_answers(self, app: Flask, cast: Cast) -> None:
        second = make_user("Nils Ny", RoleAssignment(role=Role.DIRECTOR, unit=cast.unit))
        db.session.add(second)
        db.session.commit()
        assert directors().of_unit[cast.unit.id] == cast.unit_director.id
        assert directors().of_municipality == cast.director.id
        cast.unit_director.deactivated_at = NOW
        db.session.commit()
        assert directors().of_unit[cast.unit.id] == second.id

    def test_days_are_local_days(self, any_app: Flask, cast: Cast) -> None:
        cast.action.assigned_at = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
        db.session.commit()
        facts = facts_of([cast.action.id], STOCKHOLM)[cast.action.id]
        assert facts.assigned_on == date(2026, 3, 1)
        assert facts.last_heard_on == date(2026, 3, 1)

    def test_an_update_is_the_last_word(self, app: Flask, cast: Cast) -> None:
        report_status(cast.action.id, Report(Health.ON_TRACK), by=cast.owner, now=NOW, today=TODAY)
        facts = facts_of([cast.action.id], STOCKHOLM)[cast.action.id]
        assert facts.last_heard_on == TODAY

    @pytest.mark.parametrize("status", [ActionStatus.DONE, ActionStatus.DROPPED])
    def test_what_is_over_is_no_candidate(
        self, app: Flask, cast: Cast, status: ActionStatus
    ) -> None:
        found = {f.action_id for f in candidates(standard_ladder(), TODAY, STOCKHOLM)}
        assert found == {cast.action.id, cast.colleague_action.id, cast.other_action.id}

    def test_what_concerns_nobody_today_is_no_candidate(self, any_app: Flask, cast: Cast) -> None:
        plan()
        found = {f.action_id for f in candidates(standard_ladder(), TODAY, STOCKHOLM)}
        assert found == {cast.colleague_action.id}

    def test_silence_makes_a_candidate_in_time(self, any_app: Flask, cast: Cast) -> None:
        plan()
        cast.action.deadline = date(2027, 6, 1)
        db.session.commit()
        ninetieth = date(2026, 1, 21) + timedelta(days=90)

        def found(day: date) -> bool:
            seen = candidates(standard_ladder(), day, STOCKHOLM)
            return cast.action.id in {facts.action_id for facts in seen}

        assert not found(ninetieth - timedelta(days=2))
        assert found(ninetieth)

    def test_a_ladder_without_silence_asks_for_nobody_who_is_silent(
        self, app: Flask, cast: Cast
    ) -> None:
        plan()
        steps = standard_ladder().steps
        loud = tuple(step for step in steps if step.reason is not Reason.SILENT)
        found = candidates(replace(standard_ladder(), steps=loud), TODAY, STOCKHOLM)
        assert {facts.action_id for facts in found} == {cast.colleague_action.id}


def test_a_mail_costs_a_constant_number_of_queries(app: Flask, cast: Cast, count_queries) -> None:  # type: ignore[no-untyped-def]
    with count_queries() as few:
        plan(dry_run=True)
    for number in range(30):
        db.session.add(
            make_action(
                cast.plan,
                f"Nummer {number}",
                owner=cast.owner,
                unit=cast.unit,
                deadline=date(2026, 3, 9),
            )
        )
    db.session.commit()
    with count_queries() as many:
        assert max(mail.actions for mail in plan(dry_run=True).mails) == 31
    assert many.number == few.number
    for number in range(30):
        person = make_user(f"Person {number}")
        db.session.add(
            make_action(
                cast.plan, "En till", owner=person, unit=cast.unit, deadline=date(2026, 3, 9)
            )
        )
    db.session.commit()
    with count_queries() as people:
        assert len(plan(dry_run=True).mails) == 33
    assert people.number == few.number
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
