"""The letters about accounts that wait in the outbox, and the keys in them."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import cast

from sqlalchemy import select

from tests.helpers.cast import NOW
from tests.services.mailing import post
from tracker.domain.errors import NotFound
from tracker.extensions import db
from tracker.models import OutboxMessage, TokenPurpose
from tracker.services.accounts import own, tokens

INVITATION, RESET, NEW_ADDRESS = TokenPurpose
BETTER = "fyra nya ord härnere"
SUNDAY = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waiting(part: str = "") -> list[OutboxMessage]:
    """Letters about accounts, oldest first; those whose kind has `part` in it."""
    db.session.rollback()
    db.session.expire_all()
    kinds = OutboxMessage.kind.startswith("account-") & OutboxMessage.kind.contains(part)
    return list(db.session.scalars(select(OutboxMessage).where(kinds).order_by(OutboxMessage.id)))


def read(message: OutboxMessage) -> EmailMessage:
    """The letter as the mail program reads it."""
    return cast(EmailMessage, email.message_from_bytes(message.mime, policy=default))


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """What it says, as text or as HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def key_in_letter(path: str) -> str:
    """Where the newest letter of a kind leads: /invitation/…, /reset/… or /new-address/…."""
    (*_, message) = waiting(f"key-{path}")
    found = re.search(rf"http://localhost(/{path}/\S+)", text_of(read(message)))
    assert found, text_of(read(message))
    assert found[1] in text_of(read(message), "html")
    return found[1]


def key(path: str) -> str:
    """The bare key of the newest link to such a page."""
    return key_in_letter(path).rpartition("/")[2]


def ask_reset(email: str, now: datetime = NOW) -> None:
    """Somebody has forgotten the password."""
    own.ask_reset(email, post=post(), now=now)


def opens(key: str, purpose: TokenPurpose, now: datetime) -> bool:
    """Whether the key still opens what it is for."""
    try:
        tokens.peek(key, purpose, now=now)
    except NotFound:
        return False
    return True
