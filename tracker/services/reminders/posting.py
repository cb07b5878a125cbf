"""One batch of people: their mails of today, read for, written, and put in the outbox.

All is read and rendered before anything is written, so that nobody waits for the database while
mails are being worded; the unique keys of outbox and ledger decide between two planners.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tracker.domain.ladder import Reason
from tracker.domain.reminders import Decision, is_nudge
from tracker.extensions import db, only_read
from tracker.models import OutboxMessage, User
from tracker.services.digests import Letter, Line, Recipient, about, compose
from tracker.services.posts import Post
from tracker.services.reminders.keeping import Mail, Overtaken, keep
from tracker.services.reminders.leftovers import NONE, Leftover, leftovers

DIGEST = "digest"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """One mail that was (or, in a dry run, would be) put in the outbox."""

    name: str
    address: str
    kind: str
    subject: str
    actions: int


@dataclass(frozen=True)
class Errand:
    """What a planning pass knows of itself; without `keep` it writes nothing."""

    post: Post
    day: date
    now: datetime
    keep: bool


@dataclass(frozen=True)
class Posted:
    """What became of a batch; `failures` are sentences, each with the address it is about."""

    mails: tuple[Planned, ...] = ()
    failures: tuple[str, ...] = ()


def post_batch(batch: Mapping[int, list[Decision]], errand: Errand) -> Posted:
    """Put the mails of these people (id → what is due) in the outbox, with their ledger rows.

    Whoever lost a race against another planner is tried alone, so that one does not take the rest
    along; alone, the loser leaves no trace: the other has planned the mail.
    """
    mails, failures = _worded(batch, errand)
    if not errand.keep:
        return Posted(tuple(_planned(mail) for mail in mails), failures)
    try:
        keep(mails, day=errand.day, now=errand.now, zone=errand.post.zone)
    except (IntegrityError, Overtaken):
        db.session.rollback()
        if len(batch) == 1:
            return Posted((), failures)
        alone = [post_batch({person: due}, errand) for person, due in batch.items()]
        return Posted(
            tuple(mail for one in alone for mail in one.mails),
            tuple(failure for one in alone for failure in one.failures),
        )
    return Posted(tuple(_planned(mail) for mail in mails), failures)


def _planned(mail: Mail) -> Planned:
    to = mail.recipient
    return Planned(to.name, to.email, mail.kind, mail.letter.subject, mail.actions)


@dataclass(frozen=True)
class _Draft:
    """A mail before it has words."""

    recipient: Recipient
    kind: str
    due: list[Decision]
    left: Leftover

    @property
    def lines(self) -> list[Line]:
        """What the mail is about: what is due, and what earlier mail left to say."""
        due = [Line(d.action_id, d.send.reason, is_nudge(d.send.key)) for d in self.due]
        left = [Line(r.action_id, r.reason, is_nudge(r.step)) for r in self.left.carried]
        return due + left


def _worded(
    batch: Mapping[int, list[Decision]], errand: Errand
) -> tuple[list[Mail], tuple[str, ...]]:
    """The mails of these people, read for in a few queries however many they are."""
    only_read()
    drafts = _drafts(batch, errand)
    known = about(
        {line.action_id for draft in drafts for line in draft.lines}, errand.day, errand.post.zone
    )
    db.session.rollback()
    mails, failures = [], []
    for draft in drafts:
        try:
            letter: Letter = compose(
                draft.recipient,
                draft.lines,
                known,
                kind=draft.kind,
                day=errand.day,
                post=errand.post,
                now=errand.now,
            )
        except SQLAlchemyError:
            raise
        except Exception as error:  # whatever ails one person's mail, the others get theirs
            log.warning("no mail could be written to %s", draft.recipient.email, exc_info=True)
            failures.append(f"{draft.recipient.email}: {error}")
        else:
            mails.append(Mail(draft.recipient, draft.kind, draft.due, draft.left, letter))
    return mails, tuple(failures)


def _drafts(batch: Mapping[int, list[Decision]], errand: Errand) -> list[_Draft]:
    people = select(User.id, User.name, User.email, User.locale).where(
        User.id.in_(batch), User.deactivated_at.is_(None)
    )
    recipients = [Recipient(*row) for row in db.session.execute(people.order_by(User.id))]
    kinds = _kinds_of_today(batch, errand.day)
    first = [person for person in batch if DIGEST not in kinds.get(person, ())]
    left = leftovers(first, errand.day, errand.post.zone)
    drafts = []
    for recipient in recipients:
        due = batch[recipient.id]
        if recipient.id in first:
            told = {decision.action_id for decision in due}
            rest = left.get(recipient.id, NONE)
            drafts.append(_Draft(recipient, DIGEST, due, replace(rest).without(told)))
        else:
            # One digest a day; what was assigned after it left goes at once, the rest waits a day.
            due = [d for d in due if d.send.reason is Reason.ASSIGNED]
            drafts.append(_Draft(recipient, f"assigned-{len(kinds[recipient.id])}", due, NONE))
    return [draft for draft in drafts if draft.due]


def _kinds_of_today(batch: Mapping[int, list[Decision]], day: date) -> dict[int, list[str]]:
    rows = db.session.execute(
        select(OutboxMessage.recipient_id, OutboxMessage.kind).where(
            OutboxMessage.recipient_id.in_(batch), OutboxMessage.local_date == day
        )
    )
    kinds: dict[int, list[str]] = {}
    for person, kind in rows:
        kinds.setdefault(person, []).append(kind)
    return kinds
