"""Another address to log in with and to be written to: given by an administrator, or asked for by
the person and confirmed by whoever reads the mail there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.models import OutboxMessage, OutboxState, TokenPurpose, User
from tracker.services import journal
from tracker.services.accounts import letters, tokens
from tracker.services.accounts.invitations import has_yet_to_come, send_invitation
from tracker.services.accounts.logging_in import Origin
from tracker.services.accounts.own import confirmed
from tracker.services.accounts.passwords import locked_as_proved
from tracker.services.people import (
    AT_ONCE,
    check_email,
    check_unused,
    locked_person,
    managed_person,
)
from tracker.services.posts import Post


class Overtaken(RuleBroken):
    """Somebody else changed the address while the form was open; `address` is it now."""

    def __init__(self, address: str) -> None:
        super().__init__(
            N_(
                "Någon annan har ändrat adressen till %(address)s medan sidan var öppen. "
                "Kontrollera vilken som stämmer, och spara igen om det är din."
            ),
            field="email",
            address=address,
        )
        self.address = address


def change_address(
    user_id: int, email: str, *, shown: str, post: Post, by: User | None, now: datetime
) -> User:
    """Give a person another address, to log in with and to be written to; whoever is logged in
    stays so. `shown` is the address that the writer had before them. Keys in letters to the old
    address are void; who was invited there is invited anew.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is no address, or somebody else's.
        Overtaken: somebody else has changed the address since.
    """
    user, email = managed_person(user_id, by), email.strip()
    check_email(email)
    before = user.email
    if email == before:
        db.session.rollback()
        return user
    if shown != before:
        raise Overtaken(before)
    check_unused(fold(email), user.id)
    _give(user, email, by=by, now=now)
    if user.is_active and has_yet_to_come(user):
        send_invitation(user, post=post, by=by, now=now)
    elif user.is_active and not _nobody_is_there(before):
        facts = {"address": before, "new": email}
        letters.send_notice(user, mail.ADDRESS_CHANGED, post=post, now=now, **facts)
    db.session.commit()
    return user


def ask_new_address(
    email: str, password: str, *, origin: Origin, post: Post, by: User, now: datetime
) -> None:
    """Write to the new address with a key that confirms it, and tell the old one. Nothing is said
    of whether somebody else has the address already: then only the old one is written to.

    Raises:
        RuleBroken: the password is wrong, it is no address or the same, or there have been enough
            letters for an hour.
    """
    email = email.strip()
    check_email(email)
    if fold(email) == by.email_key:
        raise RuleBroken("Det är den adress du har. Skriv en annan.", field="email")
    user = locked_as_proved(confirmed(by, password, origin=origin, now=now), "present")
    letters.check_may_have_another(user, TokenPurpose.NEW_ADDRESS, now=now)
    taken = db.session.scalar(select(User.id).where(User.email_key == fold(email)))
    if taken is None:
        letters.send_key(user, TokenPurpose.NEW_ADDRESS, post=post, now=now, email=email)
    else:
        # The row that counts the letters, without one: trying addresses out ends as soon.
        tokens.issue(user, TokenPurpose.NEW_ADDRESS, now=now, email=email)
    letters.send_notice(user, mail.ADDRESS_ASKED, post=post, now=now, new=email)
    journal.record("user.ask_address", "user", user.id, {}, by=user, now=now)
    db.session.commit()


def confirm_address(key: str, *, post: Post, now: datetime) -> User:
    """Give the person the address that the key confirms, and tell the old one.

    Raises:
        NotFound: the key opens nothing.
        RuleBroken: somebody else has got the address meanwhile.
    """
    row = tokens.redeem(key, TokenPurpose.NEW_ADDRESS, now=now)
    user, before, email = locked_person(row.user_id), row.user.email, row.email or ""
    taken = select(User.id).where(User.email_key == fold(email), User.id != user.id)
    if db.session.scalar(taken) is not None:
        raise RuleBroken(AT_ONCE)
    _give(user, email, by=user, now=now)
    facts = {"address": before, "new": email}
    letters.send_notice(user, mail.ADDRESS_CHANGED, post=post, now=now, **facts)
    db.session.commit()
    return user


def _give(user: User, email: str, *, by: User | None, now: datetime) -> None:
    before = user.email
    tokens.void_all(user, now=now)
    letters.withdraw(user)
    user.email, user.email_key = email, fold(email)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise RuleBroken(AT_ONCE, field="email") from error
    facts = {"email": [before, email]}
    journal.record("user.change_address", "user", user.id, facts, by=by, now=now)


def _nobody_is_there(address: str) -> bool:
    """Whether a letter to the address has come back: that is why it is changed."""
    dead = select(OutboxMessage.id).where(
        OutboxMessage.address == address, OutboxMessage.state == OutboxState.DEAD
    )
    return db.session.scalar(dead.limit(1)) is not None
