"""From decided reminders to one finished mail: what it says, as frozen bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.domain.calendar import local_date
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.mail.digest import Digest, DigestItem, is_own, render_digest
from tracker.mail.message import build_message, message_id_for, split_sender
from tracker.models import Action, StatusUpdate, User


@dataclass(frozen=True)
class Post:
    """What a mail needs to know of the installation; `secret` signs the links to answer by."""

    sender: str
    base_url: str
    municipality: str
    zone: ZoneInfo
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A mail ready for the outbox."""

    message_id: str
    subject: str
    mime: bytes


def write_digest(
    recipient: User,
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
    today = local_date(now, post.zone)
    items = _items(lines, today, post)
    asks = any(is_own(item, recipient.name) for item in items)
    digest = Digest(
        recipient_name=recipient.name,
        local_date=today,
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


def _items(lines: Sequence[tuple[int, str]], day: date, post: Post) -> tuple[DigestItem, ...]:
    ids = [action_id for action_id, _reason in lines]
    actions = {
        action.id: action
        for action in db.session.scalars(
            select(Action)
            .where(Action.id.in_(ids))
            .options(joinedload(Action.owner), joinedload(Action.unit))
        )
    }
    newest = (
        select(StatusUpdate.action_id, func.max(StatusUpdate.at))
        .where(StatusUpdate.action_id.in_(ids))
        .group_by(StatusUpdate.action_id)
    )
    heard: dict[int, datetime] = dict(db.session.execute(newest).all())
    return tuple(
        _item(actions[action_id], reason, heard.get(action_id), day, post)
        for action_id, reason in lines
    )


def _item(
    action: Action, reason: str, heard_at: datetime | None, day: date, post: Post
) -> DigestItem:
    return DigestItem(
        title=action.title,
        reason=reason,
        deadline=action.deadline,
        days=(action.deadline - day).days,
        unit=action.unit.name if action.unit else "",
        owner_name=action.owner.name if action.owner else None,
        last_update=local_date(heard_at, post.zone) if heard_at else None,
        url=f"{post.base_url}/actions/{action.id}",
        report_url=f"{post.base_url}/actions/{action.id}/report",
    )
