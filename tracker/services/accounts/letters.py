"""Letters about accounts, put in the outbox in the caller's transaction.

They leave at any hour of any day, are never written anew, and of those that hold a key the
outbox keeps the content no longer than until it has left.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_datetime
from sqlalchemy import func, select, update

from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleBroken
from tracker.domain.languages import day_pattern, time_pattern
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.mail.catalogue import catalogue
from tracker.mail.message import build_message, message_id_for, split_sender
from tracker.models import AccountToken, OutboxMessage, OutboxState, TokenPurpose, User
from tracker.services.accounts import tokens
from tracker.services.outbox.kinds import KEYS, NOTICES
from tracker.services.posts import Post

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 3  # letters with a key of one kind to one person
_KINDS = {
    TokenPurpose.INVITATION: (mail.INVITATION, "/invitation/"),
    TokenPurpose.RESET: (mail.RESET, "/reset/"),
    TokenPurpose.NEW_ADDRESS: (mail.NEW_ADDRESS, "/new-address/"),
}


def may_have_another(user: User, purpose: TokenPurpose, *, now: datetime) -> bool:
    """Whether the person has got fewer than MOST_AN_HOUR letters of the kind in the last hour."""
    recent = select(func.count(AccountToken.id)).where(
        AccountToken.user_id == user.id,
        AccountToken.purpose == purpose,
        AccountToken.created_at > now - HOUR,
    )
    return (db.session.scalar(recent) or 0) < MOST_AN_HOUR


def check_may_have_another(user: User, purpose: TokenPurpose, *, now: datetime) -> None:
    """Raise RuleBroken where the person has had enough letters of the kind for an hour."""
    if not may_have_another(user, purpose, now=now):
        raise RuleBroken(
            "Det har redan gått %(count)s mejl den senaste timmen. Titta i skräpposten, och "
            "försök igen om en timme om inget har kommit.",
            count=MOST_AN_HOUR,
        )


def send_key(
    user: User,
    purpose: TokenPurpose,
    *,
    post: Post,
    now: datetime,
    email: str | None = None,
    **told: str,
) -> str:
    """Write a letter with a new key to the person, by default to their own address, and withdraw
    those of the kind that have not left; gives the key. `told`: facts beyond those of every such
    letter."""
    key = tokens.issue(user, purpose, now=now, email=email)
    kind, path = _KINDS[purpose]
    withdraw(user, purpose)
    life = tokens.LIFE[purpose]
    facts = {
        "email": user.email,
        "old": user.email,
        "days": life.days,
        "hours": int(life / HOUR),
        **told,
    }
    url = f"{post.base_url}{path}{key}"
    _put(
        user,
        KEYS + kind,
        mail.AccountLetter(kind, user.name, post.municipality, url, facts),
        address=email or user.email,
        post=post,
        now=now,
    )
    return key


def withdraw(user: User, purpose: TokenPurpose | None = None) -> None:
    """Let no letter with a key (of this kind, or any) leave that has not yet."""
    kind = KEYS + (_KINDS[purpose][0] if purpose else "")
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.recipient_id == user.id,
            OutboxMessage.kind.startswith(kind),
            OutboxMessage.state == OutboxState.QUEUED,
            OutboxMessage.data_started_at.is_(None),
        )
        .values(state=OutboxState.CANCELLED, mime=b"")
        .execution_options(synchronize_session=False)
    )


def send_notice(
    user: User,
    kind: str,
    *,
    post: Post,
    now: datetime,
    address: str | None = None,
    url: str = "",
    **facts: Any,
) -> None:
    """Write a letter that tells the person what happened to their account; `kind` is a key of
    mail.accounts.WORDINGS, and %(when)s in it is the present moment in words."""
    pattern = f"{day_pattern(user.locale)} {time_pattern(user.locale)}"
    when = format_datetime(now.astimezone(post.zone), pattern, locale=user.locale)
    letter = mail.AccountLetter(kind, user.name, post.municipality, url, {"when": when, **facts})
    _put(user, NOTICES + kind, letter, address=address or user.email, post=post, now=now)


def _put(
    user: User, kind: str, letter: mail.AccountLetter, *, address: str, post: Post, now: datetime
) -> None:
    rendered = mail.render_account_letter(letter, catalogue(user.locale), user.locale)
    day = local_date(now, post.zone)
    # Several of a kind may go on one day.
    kind = f"{kind}-{secrets.token_hex(6)}"
    domain = split_sender(post.sender)[1].rpartition("@")[2]
    message_id = message_id_for(kind, user.id, day, domain)
    mime = build_message(
        sender=post.sender,
        recipient_name=user.name,
        recipient_address=address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
        sent_at=now,
    )
    db.session.add(
        OutboxMessage(
            kind=kind,
            recipient_id=user.id,
            local_date=day,
            message_id=message_id,
            address=address,
            subject=rendered.subject,
            mime=mime,
            state=OutboxState.QUEUED,
            created_at=now,
            next_at=now,
        )
    )
