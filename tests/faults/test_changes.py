"""What a mail is about changes on the way, at each state of the mail: nothing stale goes out, and
whoever now answers hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.smtp import Letter, Recorder
from tests.mail.peers import Mailbox, mail_server
from tests.services.mailing import deliver, message_to, only_colleague, plan
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.mail.failures import Uncertain
from tracker.mail.transports import Courier
from tracker.models import Action, OutboxState, User
from tracker.services.outbox import delivering
from tracker.services.outbox.leases import claim
from tracker.services.outbox.rechecking import recheck

AN_HOUR_LATER = NOW + timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
CHANGES = ("deadline", "owner", "done", "dropped", "deactivated")
# Every change at every state of a mail; on PostgreSQL every change once and every state once.
both = pytest.mark.parametrize(
    ("any_app", "change"),
    [(one, change) for one in ("sqlite", "postgresql") for change in CHANGES],
    indirect=["any_app"],
)
mostly_sqlite = pytest.mark.parametrize(
    ("any_app", "change"),
    [*(("sqlite", change) for change in CHANGES), ("postgresql", "owner")],
    indirect=["any_app"],
)
NOBODY = ""


def make(change: str, cast: Cast) -> Callable[[], None]:
    """The change, as somebody else would make it meanwhile, in a transaction of its own."""
    action_id, colleague_id = cast.colleague_action.id, cast.colleague.id
    owner_id, director_id = cast.owner.id, cast.director.id
    rev = {"deadline_rev": cast.colleague_action.deadline_rev + 1, "deadline_set_at": NOW}
    values: dict[str, dict[str, Any]] = {
        "deadline": {"deadline": date(2026, 9, 30), **rev},
        "owner": {"owner_id": owner_id, "assigned_at": NOW, "assigned_by_id": director_id, **rev},
        "done": {"status": ActionStatus.DONE, "done_on": TODAY, "done_by_id": colleague_id},
        "dropped": {
            "status": ActionStatus.DROPPED,
            "dropped_on": TODAY,
            "dropped_by": "KS § 1",
            "dropped_reason": "Görs av regionen.",
        },
    }

    db.session.rollback()  # what was read above must keep nobody from writing

    def now() -> None:
        with db.engine.begin() as connection:
            if change == "deactivated":
                whom = update(User).where(User.id == colleague_id)
                connection.execute(whom.values(deactivated_at=NOW))
            else:
                what = update(Action).where(Action.id == action_id)
                connection.execute(what.values(**values[change]))

    return now


def new_ear(change: str, cast: Cast) -> str:
    """Who should hear of the action after the change, at the latest tomorrow."""
    return {"owner": cast.owner.email, "deactivated": cast.unit_director.email}.get(change, NOBODY)


def told_of_it(server: Recorder, cast: Cast) -> list[str]:
    """Who got a mail that names the action."""
    db.session.rollback()
    title = cast.colleague_action.title
    return [letter.rcpt[0] for letter in server.messages if title in _text(letter)]


def _text(letter: Letter) -> str:
    plain = letter.message.get_body(("plain",))
    assert plain is not None
    return " ".join(plain.get_content().split())


def tomorrow(server: Recorder, cast: Cast) -> list[str]:
    """Plan and deliver a day later; who heard of the action then."""
    before = len(told_of_it(server, cast))
    db.session.rollback()
    plan(now=TOMORROW)
    deliver(server.url, now=TOMORROW)
    return told_of_it(server, cast)[before:]


def check_withdrawn(change: str, cast: Cast, server: Recorder) -> None:
    """The old mail did not go, and whoever now answers hears of it."""
    assert message_to(cast.colleague.id).state is OutboxState.CANCELLED
    assert told_of_it(server, cast) == []
    ear = new_ear(change, cast)
    assert tomorrow(server, cast) == ([ear] if ear else [])


class TestNothingStaleLeaves:
    @mostly_sqlite
    def test_queued(self, any_app: Flask, cast: Cast, smtp_server: Recorder, change: str) -> None:
        only_colleague(cast)
        make(change, cast)()
        assert deliver(smtp_server.url) == {"cancelled": 1}
        check_withdrawn(change, cast, smtp_server)

    @mostly_sqlite
    def test_put_off_by_the_server(
        self, any_app: Flask, cast: Cast, smtp_server: Recorder, change: str
    ) -> None:
        only_colleague(cast)
        with mail_server(Mailbox(answers={"RCPT": "451 later"})) as port:
            assert deliver(f"smtp://127.0.0.1:{port}") == {"later": 1}
        make(change, cast)()
        assert deliver(smtp_server.url, now=AN_HOUR_LATER) == {"cancelled": 1}
        check_withdrawn(change, cast, smtp_server)

    @both
    def test_claimed(
        self,
        any_app: Flask,
        cast: Cast,
        smtp_server: Recorder,
        monkeypatch: pytest.MonkeyPatch,
        change: str,
    ) -> None:
        only_colleague(cast)
        changed = make(change, cast)

        def just_before(*args: Any, **options: Any) -> Any:
            changed()
            return recheck(*args, **options)

        monkeypatch.setattr(delivering, "recheck", just_before)
        assert deliver(smtp_server.url) == {"cancelled": 1}
        monkeypatch.undo()
        check_withdrawn(change, cast, smtp_server)


@mostly_sqlite
def test_rechecked_and_leaving(
    any_app: Flask,
    cast: Cast,
    smtp_server: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """What changes in the moment of leaving comes too late for the mail; it leaves once."""
    only_colleague(cast)
    changed, hand_over = make(change, cast), Courier.deliver

    def just_before(self: Courier, *args: Any, **options: Any) -> None:
        changed()
        hand_over(self, *args, **options)

    monkeypatch.setattr(Courier, "deliver", just_before)
    assert deliver(smtp_server.url) == {"sent": 1}
    monkeypatch.undo()
    assert told_of_it(smtp_server, cast) == [cast.colleague.email]
    ear = new_ear(change, cast)
    assert tomorrow(smtp_server, cast) == ([ear] if ear else [])


@mostly_sqlite
def test_uncertain(
    any_app: Flask,
    cast: Cast,
    smtp_server: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """What may have arrived is frozen: the same bytes once more, but not to whoever has left."""
    mime = only_colleague(cast).mime

    def cut(self: Courier, envelope: object, **callbacks: Any) -> None:
        callbacks["before_data"]()
        raise Uncertain("cut")

    monkeypatch.setattr(Courier, "deliver", cut)
    assert deliver(smtp_server.url) == {"uncertain": 1}
    monkeypatch.undo()
    make(change, cast)()
    ended = deliver(smtp_server.url, now=AN_HOUR_LATER)
    if change == "deactivated":
        assert (ended, smtp_server.messages) == ({"cancelled": 1}, [])
    else:
        assert ended == {"resent": 1}
        assert [letter.raw for letter in smtp_server.messages] == [mime]
    ear = new_ear(change, cast)
    assert tomorrow(smtp_server, cast) == ([ear] if ear else [])


@mostly_sqlite
def test_killed_with_a_claim_in_hand(
    any_app: Flask, cast: Cast, smtp_server: Recorder, change: str
) -> None:
    """What a dead worker held is checked again before it leaves."""
    only_colleague(cast)
    held = claim(now=NOW)
    assert len(held) == 1
    make(change, cast)()
    assert deliver(smtp_server.url) == {}
    assert deliver(smtp_server.url, now=AN_HOUR_LATER) == {"cancelled": 1}
    check_withdrawn(change, cast, smtp_server)
