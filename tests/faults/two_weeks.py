"""Two weeks of the demo municipality, day by day, with real planning and delivery.

`python -m tests.faults.two_weeks` prints who got what on which day, and ends with 1 if anybody was
nagged or forgotten.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tests.faults.post_office import PostOffice, post_office
from tests.helpers.apps import make_app, migrate_to, settings
from tracker import scheduler
from tracker.domain.calendar import is_working_day
from tracker.domain.ladder import Reason
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, OutboxMessage, Reminder, ReminderState
from tracker.services import places
from tracker.services.demo import load_demo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST = date(2026, 3, 2)  # a Monday
DAYS = [FIRST + timedelta(days=number) for number in range(14)]
PASSES = (time(6), time(7, 1), time(13), time(22))
WORDS = {
    Reason.ASSIGNED: "new",
    Reason.BEFORE: "before",
    Reason.ON: "today",
    Reason.AFTER: "late",
    Reason.ESCALATED: "escalated",
    Reason.SILENT: "silent",
    Reason.ROUND_OPEN: "round opens",
    Reason.ROUND_DUE: "round due",
    Reason.ROUND_LATE: "round late",
}


@dataclass(frozen=True)
class Got:
    """One mail that arrived: what it was about, by reason."""

    person: str
    kind: str
    left_on: date
    reasons: dict[str, int]

    def words(self) -> str:
        """As it stands in the table."""
        said = ", ".join(f"{number} {word}" for word, number in self.reasons.items())
        return said if self.kind == "digest" else f"at once: {said}"


@dataclass(frozen=True)
class Story:
    """What the two weeks brought, and who should have heard of something and has not."""

    mails: tuple[Got, ...]
    forgotten: tuple[str, ...]

    def nagged(self) -> list[str]:
        """Who got more than one digest on a day, or anything on a day of rest."""
        a_day = Counter((one.person, one.left_on) for one in self.mails if one.kind == "digest")
        often = [f"{who} on {day}: {n} digests" for (who, day), n in a_day.items() if n > 1]
        rest = [f"{m.person} on {m.left_on}" for m in self.mails if not is_working_day(m.left_on)]
        return often + rest

    def table(self) -> Iterator[str]:
        """Markdown: a line for each person, a column for each day that brought mail."""
        cells: dict[tuple[str, date], list[str]] = defaultdict(list)
        for mail in self.mails:
            cells[mail.person, mail.left_on].append(mail.words())
        yield "| | " + " | ".join(f"{day:%a} {day.day}/{day.month}" for day in DAYS) + " | mails |"
        yield "|---|" + "---|" * (len(DAYS) + 1)
        for person in sorted({mail.person for mail in self.mails}):
            days = ["; ".join(cells[person, day]) for day in DAYS]
            number = sum(mail.person == person for mail in self.mails)
            yield f"| {person} | " + " | ".join(days) + f" | {number} |"


def live(app: Flask, office: PostOffice) -> Story:
    """Load the demo on the evening before, and let two weeks pass."""
    known = replace(app.extensions["settings"], mail_url=office.url)
    evening = datetime.combine(FIRST - timedelta(days=1), time(20), STOCKHOLM)
    load_demo(post=places.post_of(known), now=evening)
    for day in DAYS:
        for hour in PASSES:
            with time_machine.travel(datetime.combine(day, hour, STOCKHOLM), tick=True):
                scheduler.one_pass(known, now=datetime.now(STOCKHOLM))
    return told(office)


def told(office: PostOffice) -> Story:
    """Read from the mail server's log and the ledger what happened."""
    arrived = {one.message_id for one in office.accepted()}
    db.session.rollback()
    messages = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.message_id.in_(arrived))
        .options(joinedload(OutboxMessage.recipient), joinedload(OutboxMessage.reminders))
        .order_by(OutboxMessage.id)
    ).unique()
    return Story(tuple(_got(message) for message in messages), tuple(_forgotten()))


def _got(message: OutboxMessage) -> Got:
    assert message.sent_at is not None
    reasons = Counter(
        reminder.reason for reminder in message.reminders if reminder.state is ReminderState.IN_MAIL
    )
    return Got(
        message.recipient.name,
        message.kind,
        message.sent_at.astimezone(STOCKHOLM).date(),
        {WORDS[reason]: reasons[reason] for reason in WORDS if reasons[reason]},
    )


def _forgotten() -> Iterator[str]:
    """Open actions past their deadline of which nobody has ever been told in a mail."""
    heard = select(Reminder.action_id).where(Reminder.state == ReminderState.IN_MAIL)
    late = select(Action).where(
        Action.status.in_(OPEN), Action.deadline < DAYS[-3], Action.id.not_in(heard)
    )
    for action in db.session.scalars(late):
        yield f"{action.title} (due {action.deadline})"


@contextmanager
def demo() -> Iterator[tuple[Flask, PostOffice]]:
    """An installation without people yet, and a mail server."""
    with tempfile.TemporaryDirectory() as name, post_office(Path(name)) as office:
        app = make_app(settings(Path(name)))
        migrate_to(app)
        with app.app_context():
            yield app, office
            db.session.remove()
            db.engine.dispose()


def main() -> int:
    """Print the table and what is wrong with it."""
    with demo() as (app, office):
        story = live(app, office)
    print("\n".join(story.table()))
    for one in story.nagged():
        print(f"NAGGED: {one}")
    for one in story.forgotten:
        print(f"FORGOTTEN: {one}")
    return int(bool(story.nagged() or story.forgotten))


if __name__ == "__main__":
    sys.exit(main())
