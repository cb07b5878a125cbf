"""Inviting people: they get a letter, and choose their password themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.mail.catalogue import catalogue
from tracker.models import (
    AccountToken,
    ExternalIdentity,
    OutboxMessage,
    OutboxState,
    TokenPurpose,
    User,
)
from tracker.services import journal
from tracker.services.accounts import letters
from tracker.services.outbox.kinds import KEYS, NOTICES
from tracker.services.people import (
    NewPerson,
    managed_person,
    open_account,
    role_in_words,
)
from tracker.services.posts import Post


@dataclass(frozen=True)
class Invited:
    """Somebody who has not come in yet, and until when their newest letter lets them (None: it
    never did)."""

    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether the letter still opens."""
        return self.until is not None and self.until > now


def invite(data: NewPerson, *, local: bool, post: Post, by: User | None, now: datetime) -> User:
    """Open an account and write to the person, who chooses a password. Where people log in
    elsewhere (`local` is false) there is none to choose, and the letter says so.

    Raises:
        Forbidden: the person is no administrator.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    user = open_account(data, by=by, now=now)
    _write_to(user, local=local, post=post, by=by, now=now)
    db.session.commit()
    return user


def invite_again(user_id: int, *, local: bool, post: Post, by: User | None, now: datetime) -> User:
    """Write once more to somebody who has not come in yet; the key before is void.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the person has come in, has no account any longer, or has had enough letters
            for an hour.
    """
    user = managed_person(user_id, by)
    if not user.is_active:
        raise RuleBroken("Kontot är avaktiverat. Aktivera det först.")
    if not has_yet_to_come(user):
        raise RuleBroken("%(name)s har redan tagit emot inbjudan.", name=user.name)
    letters.check_may_have_another(user, TokenPurpose.INVITATION, now=now)
    _write_to(user, local=local, post=post, by=by, now=now)
    journal.record("user.invite_again", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def _write_to(user: User, *, local: bool, post: Post, by: User | None, now: datetime) -> None:
    if local:
        send_invitation(user, post=post, by=by, now=now)
    else:
        facts, url = _told(user, by), f"{post.base_url}/login"
        letters.send_notice(user, mail.WELCOME, post=post, now=now, url=url, **facts)


def send_invitation(user: User, *, post: Post, by: User | None, now: datetime) -> None:
    """Write a letter with a key to choose a password, which says who is behind it (`by` None: the
    command line), in the caller's transaction."""
    facts = _told(user, by)
    letters.send_key(user, TokenPurpose.INVITATION, post=post, now=now, **facts)


def _told(user: User, by: User | None) -> dict[str, str]:
    """What lets somebody who waits for no letter judge whether this one is honest."""
    say = catalogue(user.locale).gettext
    role = "; ".join(role_in_words(one, say) for one in user.roles)
    return {"role": role, **({"by": by.name, "by_email": by.email} if by else {})}


def is_under_way(user: User) -> bool:
    """Whether the newest invitation to the person has yet to leave."""
    kinds = (KEYS + mail.INVITATION, NOTICES + mail.WELCOME)
    newest = (
        select(OutboxMessage.state)
        .where(
            OutboxMessage.recipient_id == user.id,
            or_(*(OutboxMessage.kind.startswith(kind) for kind in kinds)),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return db.session.scalar(newest) in (OutboxState.QUEUED, OutboxState.CLAIMED)


def has_yet_to_come(user: User) -> bool:
    """Whether the person can neither log in here nor is known to log in elsewhere."""
    return user.id in invited([user])


def invited(users: Sequence[User]) -> dict[int, Invited]:
    """Those of the people who have not come in yet, in one query."""
    ids = [user.id for user in users if user.is_active and not user.password_hash]
    if not ids:
        return {}
    known_elsewhere = select(ExternalIdentity.user_id).where(ExternalIdentity.user_id.in_(ids))
    last = (
        select(AccountToken.user_id, func.max(AccountToken.expires_at).label("until"))
        .where(
            AccountToken.user_id.in_(ids),
            AccountToken.purpose == TokenPurpose.INVITATION,
            AccountToken.spent_at.is_(None),
        )
        .group_by(AccountToken.user_id)
        .subquery()
    )
    rows = db.session.execute(
        select(User.id, last.c.until)
        .outerjoin(last, last.c.user_id == User.id)
        .where(User.id.in_(ids), User.id.not_in(known_elsewhere))
    )
    return {user_id: Invited(until) for user_id, until in rows}
