"""Delivery: each mail leaves once, whatever the server, the people and the processes do."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast, make_action, make_user
from tests.helpers.smtp import Recorder
from tests.services.mailing import (
    AFTER_THE_LEASE,
    Killed,
    at_once,
    deliver,
    ledger,
    message_to,
    messages,
    only_colleague,
    plan,
    post,
    replaced_delivery,
    told_after,
)
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.mail.failures import PermanentFailure, TemporaryFailure, Uncertain
from tracker.models import JournalEntry, OutboxMessage, OutboxState, RoleAssignment
from tracker.services import outbox
from tracker.services.outbox import delivering

QUEUED, CLAIMED, UNCERTAIN = OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN
SENT, DEAD, CANCELLED = OutboxState.SENT, OutboxState.DEAD, OutboxState.CANCELLED
MUCH_LATER = NOW + timedelta(hours=6)


def crowd(cast: Cast, count: int) -> None:
    """So many people with one new action each."""
    for number in range(count):
        person = make_user(f"Person {number}", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        action = make_action(cast.plan, f"Sak {number}", owner=person, unit=cast.unit)
        db.session.add_all([person, action])
    db.session.commit()


class TestSending:
    def test_over_real_smtp(self, app: Flask, cast: Cast, smtp_server: Recorder) -> None:
        plan()
        waiting = {m.address: (m.message_id, m.mime) for m in messages()}
        assert deliver(smtp_server.url) == {"sent": 3}
        assert deliver(smtp_server.url) == {}
        came = {letter.rcpt[0]: letter for letter in smtp_server.messages}
        assert set(came) == set(waiting)
        for address, (message_id, mime) in waiting.items():
            assert came[address].raw == mime
            assert came[address].message["Message-ID"] == message_id
            assert len(came[address].rcpt) == 1
        assert {(m.state, m.sent_at, m.smtp_code, m.attempts) for m in messages()} == {
            (SENT, NOW, 250, 1)
        }

    def test_four_workers_forty_mails(
        self, any_app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        crowd(cast, 37)
        assert len(plan().mails) == 40
        results = at_once(any_app, [lambda: deliver(smtp_server.url)] * 4)
        assert sum(result.get("sent", 0) for result in results) == 40, results  # type: ignore[attr-defined]
        ids = [letter.message["Message-ID"] for letter in smtp_server.messages]
        assert len(ids) == len(set(ids)) == 40

    def test_only_to_one(self, app: Flask, cast: Cast, smtp_server: Recorder) -> None:
        plan()
        assert outbox.due_count(post=post(), now=NOW) == 3
        assert outbox.due_count(post=post(), now=NOW, only_to=cast.owner.email) == 1
        assert deliver(smtp_server.url, only_to=cast.owner.email) == {"sent": 1}
        assert {m.recipient_id for m in messages() if m.state is SENT} == {cast.owner.id}

    def test_asked_to_stop_it_starts_no_other(self, app: Flask, cast: Cast) -> None:
        plan()
        assert deliver(stopping=told_after(1)) == {"sent": 1}
        assert sorted(m.state for m in messages()) == [QUEUED, QUEUED, SENT]

    def test_no_connection_is_held_meanwhile(
        self, any_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan()
        held = []

        def look() -> None:
            held.append((db.engine.pool.checkedout(), db.session().in_transaction()))  # type: ignore[attr-defined]

        def transport(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            look()
            before_data()
            look()
            after_accept(250)
            look()

        db.session.rollback()
        with replaced_delivery(monkeypatch, transport):
            assert deliver() == {"sent": 3}
        assert set(held) == {(0, False)}
        assert len(held) == 9


class TestRecheck:
    """Nothing stale goes out: what changed between planning and claiming is seen."""

    def test_what_no_longer_holds_is_cancelled(
        self, any_app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        only_colleague(cast)
        cast.colleague_action.deadline = date(2026, 6, 1)
        cast.colleague_action.deadline_rev += 1
        db.session.commit()
        assert deliver(smtp_server.url) == {"cancelled": 1}
        assert smtp_server.messages == []
        message = message_to(cast.colleague.id)
        assert (message.state, message.lease_token, message.data_started_at) == (
            CANCELLED,
            None,
            None,
        )
        assert ("after-1", cast.colleague_action.id, cast.colleague.id, "withdrawn") in ledger()

    @pytest.mark.parametrize("change", ["closed", "new owner", "deactivated"])
    def test_whatever_the_reason(self, app: Flask, cast: Cast, change: str) -> None:
        only_colleague(cast)
        if change == "closed":
            cast.colleague_action.status = ActionStatus.DROPPED
            cast.colleague_action.dropped_on = date(2026, 3, 2)
            cast.colleague_action.dropped_by = "Kommunstyrelsen"
            cast.colleague_action.dropped_reason = "Behövs inte."
        elif change == "new owner":
            cast.colleague_action.owner = cast.owner
            cast.colleague_action.deadline_rev += 1
        else:
            cast.colleague.deactivated_at = NOW
        db.session.commit()
        assert deliver() == {"cancelled": 1}

    def test_the_rest_of_the_mail_is_written_anew(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        other = make_action(
            cast.plan, "Något helt annat", owner=cast.colleague, deadline=date(2026, 3, 6)
        )
        db.session.add(other)
        db.session.commit()
        before = only_colleague(cast)
        old_id, old_bytes = before.message_id, before.mime
        cast.colleague_action.owner = cast.owner
        cast.colleague_action.deadline_rev += 1
        db.session.commit()
        assert deliver(smtp_server.url) == {"sent": 1}
        (letter,) = smtp_server.messages
        text = letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "Något helt annat" in text
        assert cast.colleague_action.title not in text
        after = message_to(cast.colleague.id)
        assert (after.message_id, after.mime == letter.raw) == (old_id, True)
        assert after.mime != old_bytes

    def test_a_late_mail_counts_its_days_from_when_it_leaves(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        before = only_colleague(cast)
        assert "för 3 dagar sedan" in before.mime.decode().replace("=\r\n", "").replace(
            "=C3=B6", "ö"
        )
        deliver(smtp_server.url, now=NOW + timedelta(days=2))
        (letter,) = smtp_server.messages
        text = letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "för 5 dagar sedan" in " ".join(text.split())
        assert letter.message["Message-ID"] == before.message_id

    def test_a_corrected_address_is_used(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        only_colleague(cast)
        cast.colleague.email = cast.colleague.email_key = "ratt@kommun.example"
        db.session.commit()
        assert deliver(smtp_server.url) == {"sent": 1}
        assert smtp_server.messages[0].rcpt == ["ratt@kommun.example"]
        assert "ratt@kommun.example" in smtp_server.messages[0].message["To"]

    def test_what_can_no_longer_be_written_is_dead_and_stops_nobody(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        plan()
        cast.colleague.email = "ingen adress"
        db.session.commit()
        assert deliver(smtp_server.url) == {"dead": 1, "sent": 2}
        message = message_to(cast.colleague.id)
        assert message.state is DEAD
        assert "inte en e-postadress" in message.last_error


class TestLease:
    def test_before_data_nothing_is_lost_and_nothing_doubled(
        self,
        any_app: Flask,
        cast: Cast,
        monkeypatch: pytest.MonkeyPatch,
        smtp_server: Recorder,
    ) -> None:
        only_colleague(cast)

        def killed(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            raise Killed

        with replaced_delivery(monkeypatch, killed), pytest.raises(Killed):
            deliver()
        assert message_to(cast.colleague.id).state is CLAIMED
        assert deliver(smtp_server.url) == {}, "the lease still runs"
        assert deliver(smtp_server.url, now=AFTER_THE_LEASE) == {"sent": 1}
        assert len(smtp_server.messages) == 1
        assert message_to(cast.colleague.id).resent_at is None

    def test_after_data_once_more_unchanged_and_the_log_shows_it(
        self,
        app: Flask,
        cast: Cast,
        monkeypatch: pytest.MonkeyPatch,
        smtp_server: Recorder,
    ) -> None:
        only_colleague(cast)

        def killed(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            raise Killed

        with replaced_delivery(monkeypatch, killed) as handed, pytest.raises(Killed):
            deliver()
        first = message_to(cast.colleague.id)
        assert (first.state, first.data_started_at) == (CLAIMED, NOW)
        outbox.recover(now=AFTER_THE_LEASE)
        assert message_to(cast.colleague.id).state is UNCERTAIN
        # Everything that would change a mail that has not left: it has no say any more.
        cast.colleague_action.title = "Ny rubrik"
        cast.colleague_action.deadline_rev += 1
        cast.colleague.email = "annan@kommun.example"
        db.session.commit()
        assert deliver(smtp_server.url, now=AFTER_THE_LEASE) == {"resent": 1}
        (letter,) = smtp_server.messages
        assert (letter.message["Message-ID"], letter.raw) == handed[0]
        after = message_to(cast.colleague.id)
        assert (after.state, after.data_started_at, after.resent_at) == (
            SENT,
            NOW,
            AFTER_THE_LEASE,
        )
        entry = db.session.scalars(select(JournalEntry)).one()
        assert (entry.deed, entry.subject_id, entry.data) == (
            "mail.resend",
            after.id,
            {"message_id": after.message_id},
        )

    def test_killed_twice_there_is_no_third(
        self,
        app: Flask,
        cast: Cast,
        monkeypatch: pytest.MonkeyPatch,
        smtp_server: Recorder,
    ) -> None:
        only_colleague(cast)

        def killed(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            raise Killed

        now = NOW
        for _ in range(2):
            with replaced_delivery(monkeypatch, killed), pytest.raises(Killed):
                deliver(now=now)
            now += outbox.LEASE
        assert deliver(smtp_server.url, now=now) == {}
        message = message_to(cast.colleague.id)
        assert (message.state, message.last_error) == (DEAD, outbox.UNKNOWN_END)
        assert smtp_server.messages == []

    def test_to_somebody_deactivated_meanwhile_no_second_copy_goes(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        message = only_colleague(cast)
        message.state, message.data_started_at = UNCERTAIN, NOW
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        assert deliver(smtp_server.url) == {"cancelled": 1}
        assert smtp_server.messages == []

    def test_who_lost_the_lease_sends_nothing(
        self, any_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder
    ) -> None:
        """A worker that slept through its lease wakes up before DATA: it must not go on."""
        only_colleague(cast)
        reached = []

        def slept(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            other = threading.Thread(target=take_over)
            other.start()
            other.join(30)
            before_data()
            reached.append("DATA")

        def take_over() -> None:
            with any_app.app_context(), monkeypatch.context() as patch:
                patch.undo()
                patch.setattr(delivering, "Courier", real)
                deliver(smtp_server.url, now=AFTER_THE_LEASE)

        real = delivering.Courier
        with replaced_delivery(monkeypatch, slept):
            assert deliver() == {"lease lost": 1}
        assert reached == []
        assert len(smtp_server.messages) == 1
        assert message_to(cast.colleague.id).state is SENT

    @pytest.mark.parametrize("failure", ["accept", "temporary", "permanent", "uncertain"])
    def test_who_lost_the_lease_marks_nothing(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, failure: str
    ) -> None:
        only_colleague(cast)

        def overtaken(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            message = message_to(cast.colleague.id)
            message.lease_token = "somebody else's"
            db.session.commit()
            if failure == "temporary":
                raise TemporaryFailure(451, "later")
            if failure == "permanent":
                raise PermanentFailure(550, "no")
            if failure == "uncertain":
                raise Uncertain("cut")
            after_accept(250)

        with replaced_delivery(monkeypatch, overtaken):
            assert deliver() == {"lease lost": 1}
        message = message_to(cast.colleague.id)
        assert (message.state, message.lease_token) == (CLAIMED, "somebody else's")


def test_the_most_overdue_goes_first(app: Flask, cast: Cast) -> None:
    plan()
    last, first, middle = messages()
    moments: list[datetime] = [NOW - timedelta(minutes=n) for n in (1, 3, 2)]
    for message, moment in zip((last, first, middle), moments, strict=True):
        message.next_at = moment
    db.session.commit()
    deliver(stopping=told_after(1))
    assert db.session.get_one(OutboxMessage, first.id).state is SENT
