"""Choosing a password: with the key in a letter, or knowing the present one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.passwords import check_password
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.models import AccountToken, ExternalIdentity, TokenPurpose, User
from tracker.services import journal
from tracker.services.accounts import letters, second_steps, sessions, throttle, tokens
from tracker.services.accounts.logging_in import Origin, check_login
from tracker.services.accounts.passwords import hash_password, locked_as_proved
from tracker.services.people import known_of, locked_person
from tracker.services.posts import Post


def ask_reset(email: str, *, post: Post, now: datetime) -> None:
    """Write to the person with this address, with a key to choose a new password; to nobody where
    there is no such account, it is closed, its person logs in elsewhere, or has had enough
    letters for an hour. Whoever asks is told nothing of that."""
    user = db.session.scalar(select(User).where(User.email_key == fold(email.strip())))
    if user is None or not _may_reset(user, now):
        db.session.rollback()
        return
    letters.send_key(user, TokenPurpose.RESET, post=post, now=now)
    journal.record("user.ask_reset", "user", user.id, {}, by=None, now=now)
    db.session.commit()


def _may_reset(user: User, now: datetime) -> bool:
    """A password of ours must not become a way around another house's log-in: who has none here
    gets one only where somebody has invited them."""
    if not user.is_active:
        return False
    if not user.password_hash:
        invited = select(AccountToken.id).where(
            AccountToken.user_id == user.id, AccountToken.purpose == TokenPurpose.INVITATION
        )
        elsewhere = select(ExternalIdentity.id).where(ExternalIdentity.user_id == user.id)
        if db.session.scalar(elsewhere.limit(1)) or not db.session.scalar(invited.limit(1)):
            return False
    return letters.may_have_another(user, TokenPurpose.RESET, now=now)


def holder(key: str, purpose: TokenPurpose, *, now: datetime) -> AccountToken:
    """The key's row, to show whom it is for. Raises NotFound where it opens nothing."""
    return tokens.peek(key, purpose, now=now)


def choose_password(
    key: str,
    purpose: TokenPurpose,
    password: str,
    *,
    locale: str | None = None,
    post: Post,
    now: datetime,
) -> User:
    """Let the holder of the key (INVITATION or RESET) have this password, and the language `locale`
    from now on where they chose one; every session and every other key of theirs ends. The key is
    spent only by a password that will do.

    Raises:
        NotFound: the key opens nothing.
        RuleBroken: at `password`; it will not do.
    """
    user = tokens.peek(key, purpose, now=now).user
    check_password(password, about=known_of(user.name, user.email))
    # Hashing takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    hashed = hash_password(password)
    row = tokens.redeem(key, purpose, now=now)
    user = locked_person(row.user_id)
    if not user.is_active:
        raise NotFound
    _keep(user, hashed, now=now)
    user.locale = locale or user.locale
    sessions.end_sessions(user.id, now=now)
    if purpose is TokenPurpose.INVITATION:
        journal.record("user.accept", "user", user.id, {}, by=user, now=now)
    else:
        journal.record("user.reset_password", "user", user.id, {}, by=user, now=now)
        letters.send_notice(user, mail.PASSWORD_CHANGED, post=post, now=now)
    db.session.commit()
    return user


def change_password(
    present: str, password: str, *, token: str, origin: Origin, post: Post, by: User, now: datetime
) -> None:
    """Let the person have another password; every session but that of `token` ends.

    Raises:
        RuleBroken: at `present`, it is wrong, or by now, or there have been too many guesses; or at
            `password`, it will not do.
    """
    check_password(password, about=known_of(by.name, by.email))
    user = confirmed(by, present, origin=origin, now=now)
    if password == present:
        raise RuleBroken("Det är samma lösenord som förut. Välj ett annat.", field="password")
    db.session.rollback()
    hashed = hash_password(password)
    user = locked_as_proved(user, "present")
    _keep(user, hashed, now=now)
    sessions.end_others(user.id, token, now=now)
    journal.record("user.change_password", "user", user.id, {}, by=user, now=now)
    letters.send_notice(user, mail.PASSWORD_CHANGED, post=post, now=now)
    db.session.commit()


def give_password(user_id: int, password: str, *, post: Post, now: datetime) -> None:
    """Let a person have this password, by the hand of whoever runs the service; every session of
    theirs ends, and they are told.

    Raises:
        NotFound.
        RuleBroken: the password will not do, or the account is closed.
    """
    user = locked_person(user_id)
    if not user.is_active:
        raise RuleBroken("Kontot är avaktiverat. Aktivera det först.")
    check_password(password, about=known_of(user.name, user.email))
    db.session.rollback()
    hashed = hash_password(password)
    user = locked_person(user_id)
    _keep(user, hashed, now=now)
    sessions.end_sessions(user.id, now=now)
    journal.record("user.reset_password", "user", user.id, {}, by=None, now=now)
    letters.send_notice(user, mail.PASSWORD_CHANGED, post=post, now=now)
    db.session.commit()


def confirmed(by: User, password: str, *, origin: Origin, now: datetime) -> User:
    """The person, who has shown once more that they know their password; guesses count as at the
    log-in.

    Raises:
        RuleBroken: at `present`.
    """
    email = by.email
    try:
        return check_login(email, password, origin=origin, now=now)
    except throttle.Stopped as error:
        error.field = "present"
        raise
    except RuleBroken as error:
        raise RuleBroken("Det är inte ditt nuvarande lösenord.", field="present") from error


def _keep(user: User, hashed: str, *, now: datetime) -> None:
    user.password_hash = hashed
    letters.withdraw(user)
    tokens.void_all(user, now=now)
    throttle.forget_account(user.email_key)
    second_steps.forgive(user.id)
