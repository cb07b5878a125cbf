"""From decided reminders to one finished mail: what it says, as frozen bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tracker.domain.calendar import local_date
from tracker.domain.ladder import Reason
from tracker.domain.reminders import ActionFacts, current_round, spoken_to
from tracker.domain.staff import Staff
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.mail.digest import Digest, DigestItem, render_digest
from tracker.mail.message import build_message, message_id_for, split_sender
from tracker.models import Action, FollowUpRound, Unit, User
from tracker.services.answers import link_to_answer
from tracker.services.posts import Post
from tracker.services.reminder_facts import CHUNK, facts_of, staff_on


class Addressee(Protocol):
    """Whoever is written to."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def locale(self) -> str: ...


@dataclass(frozen=True)
class Recipient:
    """A person as a mail needs them."""

    id: int
    name: str
    email: str
    locale: str


@dataclass(frozen=True)
class Letter:
    """A mail ready for the outbox."""

    message_id: str
    subject: str
    mime: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a mail is about."""

    action_id: int
    reason: Reason
    nudged: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """What an action is called, and who belongs to it."""

    title: str
    unit: str
    owner_name: str | None


@dataclass(frozen=True)
class About:
    """All that the mails of one batch may say of their actions, as it stands on `day`."""

    day: date
    facts: Mapping[int, ActionFacts]
    words: Mapping[int, _Words]
    staff: Staff
    people: Mapping[int, str] = field(default_factory=dict)
    rounds: Mapping[int, str] = field(default_factory=dict)


def about(action_ids: Collection[int], day: date, zone: ZoneInfo) -> About:
    """Read what mails on `day` may say of these actions: a few queries per thousand."""
    ids, staff = sorted(action_ids), staff_on(day)
    away = {person for person in staff.absences if staff.away(person, day)}
    people = select(User.id, User.name).where(User.id.in_(away))
    return About(
        day=day,
        facts=facts_of(ids, zone),
        words=_words(ids),
        staff=staff,
        people=dict(db.session.execute(people).all()) if away else {},
        rounds=dict(db.session.execute(select(FollowUpRound.id, FollowUpRound.name)).all()),
    )


def _words(ids: Sequence[int]) -> dict[int, _Words]:
    found = {}
    for start in range(0, len(ids), CHUNK):
        rows = db.session.execute(
            select(Action.id, Action.title, Unit.name, User.name)
            .outerjoin(Unit, Unit.id == Action.unit_id)
            .outerjoin(User, User.id == Action.owner_id)
            .where(Action.id.in_(ids[start : start + CHUNK]))
        )
        found.update({key: _Words(title, unit or "", owner) for key, title, unit, owner in rows})
    return found


def write_digest(
    recipient: Addressee,
    lines: Sequence[tuple[int, str]],
    *,
    kind: str,
    day: date,
    post: Post,
    now: datetime,
) -> Letter:
    """Write the mail about `lines` (action id, reason) to one person in their language.

    `kind` and `day` name the mail; what it says of days counts from `now`.

    Raises:
        RuleBroken: the sender's or the recipient's address cannot be written to.
    """
    known = about({action_id for action_id, _ in lines}, local_date(now, post.zone), post.zone)
    worded = [Line(action_id, Reason(reason)) for action_id, reason in lines]
    return compose(recipient, worded, known, kind=kind, day=day, post=post, now=now)


def compose(
    recipient: Addressee,
    lines: Sequence[Line],
    known: About,
    *,
    kind: str,
    day: date,
    post: Post,
    now: datetime,
) -> Letter:
    """The same from what has been read before (`about`), without a query."""
    items = tuple(item_about(recipient, line, known, post, now) for line in lines)
    asks = any(item.answer_url for item in items)
    digest = Digest(
        recipient_name=recipient.name,
        local_date=known.day,
        items=items,
        start_url=f"{post.base_url}/my-actions" if asks else f"{post.base_url}/",
        municipality=post.municipality,
    )
    rendered = render_digest(digest, catalogue(recipient.locale), recipient.locale)
    domain = split_sender(post.sender)[1].rpartition("@")[2]
    message_id = message_id_for(kind, recipient.id, day, domain)
    mime = build_message(
        sender=post.sender,
        recipient_name=recipient.name,
        recipient_address=recipient.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
        sent_at=now,
    )
    return Letter(message_id, rendered.subject, mime)


def item_about(
    recipient: Addressee, line: Line, known: About, post: Post, now: datetime
) -> DigestItem:
    """What `recipient` is told of one action, in a mail or in the bell."""
    facts, words = known.facts[line.action_id], known.words[line.action_id]
    person = spoken_to(line.reason, recipient.id, facts, known.day, known.staff)
    waiting = current_round(facts, known.day)
    asked = line.reason is not Reason.ESCALATED and person == facts.owner_id
    link = {
        "person_id": recipient.id,
        "action_id": line.action_id,
        "deadline_rev": facts.deadline_rev,
    }
    page = f"{post.base_url}/actions/{line.action_id}"
    # Whoever stands in for somebody answers and decides nothing.
    appoints = facts.owner_id is None and person == recipient.id
    return DigestItem(
        title=words.title,
        reason=line.reason,
        nudged=line.nudged,
        deadline=facts.deadline,
        days=(facts.deadline - known.day).days,
        unit=words.unit,
        owner_name=words.owner_name if facts.owner_id else None,  # an account may be closed
        last_update=facts.reported_on,
        url=page,
        answer_url=link_to_answer(post, **link, now=now) if asked and person else None,
        appoint_url=f"{page}/edit" if appoints else None,
        for_name=known.people.get(person) if person not in (None, recipient.id) else None,
        round_name=known.rounds.get(waiting.id) if waiting else None,
        round_due=waiting.due_on if waiting else None,
    )
