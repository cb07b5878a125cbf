"""Inviting people: they get a letter, and choose their password themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.models import AccountToken, ExternalIdentity, TokenPurpose, User
from tracker.services import journal
from tracker.services.accounts import letters
from tracker.services.people import NewPerson, locked_person, open_account, require_manager
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
    _write_to(user, local=local, post=post, now=now)
    db.session.commit()
    return user


def invite_again(user_id: int, *, local: bool, post: Post, by: User | None, now: datetime) -> User:
    """Write once more to somebody who has not come in yet; the key before is void.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the person has come in, has no account any longer, or has had enough letters
            for an hour.
    """
    require_manager(by)
    user = locked_person(user_id)
    if not user.is_active:
        raise RuleBroken("Kontot är avaktiverat. Aktivera det först.")
    if not has_yet_to_come(user):
        raise RuleBroken("%(name)s har redan tagit emot inbjudan.", name=user.name)
    letters.check_may_have_another(user, TokenPurpose.INVITATION, now=now)
    _write_to(user, local=local, post=post, now=now)
    journal.record("user.invite_again", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def _write_to(user: User, *, local: bool, post: Post, now: datetime) -> None:
    if local:
        letters.send_key(user, TokenPurpose.INVITATION, post=post, now=now)
    else:
        letters.send_notice(user, mail.WELCOME, post=post, now=now, url=f"{post.base_url}/login")


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
