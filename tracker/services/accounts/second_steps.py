"""The second step of a log-in, and proving once more who one is before something serious.

Whoever guesses here knows the password or has come by an open session. Guesses are counted by
account and place as at the log-in: they shut the owner out of no browser that is known to be theirs
and, while few places guess, of no other place. A recovery code is too long to be guessed and is
always looked at, and a new password ends all waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.one_time import digits_in, matching_steps, paper_code_in
from tracker.extensions import db, in_turn
from tracker.mail import accounts as mail
from tracker.models import JournalEntry, SecondFactor, User
from tracker.services import journal
from tracker.services.accounts import factors, letters, recovery_codes, throttle
from tracker.services.accounts.logging_in import Origin, guess_at
from tracker.services.accounts.passwords import WRONG, is_password, locked_as_proved
from tracker.services.posts import Post

WARNED_EVERY = timedelta(days=1)
GUESSED = "user.factor_guessed"
WRONG_CODE = N_("Koden stämmer inte. Skriv den kod som appen visar just nu.")
USED_CODE = N_("Koden är redan använd. Vänta tills appen visar nästa.")
WRONG_PAPER = N_("Återställningskoden stämmer inte, eller är redan använd.")
NOWHERE = Origin("")
NO_CODE = N_("Skriv de sex siffror som appen visar, eller en av dina återställningskoder.")


@dataclass(frozen=True)
class Proof:
    """What shows that it is oneself: the password, and a code where one has a second factor; and
    where it was typed."""

    password: str
    code: str = ""
    origin: Origin = NOWHERE


def answer(user: User, typed: str, *, origin: Origin, post: Post, now: datetime) -> None:
    """Take the code with which somebody who has given the password comes in. A guess at what the
    app shows is counted and saved first.

    Raises:
        throttle.Stopped: there have been too many guesses; this one was not looked at.
        RuleBroken: the code is wrong, or has been used.
    """
    if paper_code_in(typed) is None:
        count_guess(user, origin=origin, post=post, now=now)
    consume(user, typed, origin=origin, post=post, now=now)
    db.session.commit()


def prove(user: User, password: str, *, origin: Origin, post: Post, now: datetime) -> User:
    """The person, who has typed their own password again, held until the transaction ends. The
    guess is counted and saved first.

    Raises:
        throttle.Stopped: there have been too many guesses; this one was not looked at.
        RuleBroken: the password is wrong, or no longer theirs.
    """
    hashed = user.password_hash
    count_guess(user, origin=origin, post=post, now=now)
    if not is_password(password, hashed):
        raise RuleBroken(WRONG, field="password")
    user.proved_hash = hashed
    return locked_as_proved(user, "password")


def count_guess(user: User, *, origin: Origin, post: Post, now: datetime) -> None:
    """Count and save a guess before it is looked at; raises throttle.Stopped, and then the person
    is told that somebody guesses."""
    try:
        throttle.count(_guess(user, origin, now), now=now)
    except throttle.Stopped:
        warn(user, post=post, now=now)
        raise


def warn(user: User, *, post: Post, now: datetime) -> None:
    """Tell the person, at most once a day, that somebody who may know their password guesses."""
    in_turn("second-step")
    warned = select(JournalEntry.id).where(
        JournalEntry.subject == "user",
        JournalEntry.subject_id == user.id,
        JournalEntry.deed == GUESSED,
        JournalEntry.at > now - WARNED_EVERY,
    )
    if db.session.scalar(warned.limit(1)) is None:
        journal.record(GUESSED, "user", user.id, {}, by=None, now=now)
        letters.send_notice(user, mail.CODE_GUESSED, post=post, now=now)
    db.session.commit()


def forgive(user_id: int) -> None:
    """Forget, in the caller's transaction, all wrong guesses: what they were made with is gone."""
    throttle.forget_account(_account(user_id))


def consume(user: User, typed: str, *, origin: Origin, post: Post, now: datetime) -> None:
    """Use up a code of the app or a recovery code, and forgive what was guessed wrong where it was
    typed, in the caller's transaction.

    Raises:
        RuleBroken: the code is wrong, or has been used; field `code`.
    """
    held = select(SecondFactor).where(SecondFactor.user_id == user.id).with_for_update()
    factor = db.session.scalar(held.execution_options(populate_existing=True))
    if factor is None:
        raise RuleBroken(WRONG_CODE, field="code")
    if code := digits_in(typed):
        _take_shown(factor, code, now)
    elif code := paper_code_in(typed):
        _take_paper(user, code, post, now)
    else:
        raise RuleBroken(NO_CODE, field="code")
    throttle.forget(_guess(user, origin, now))


def _take_shown(factor: SecondFactor, code: str, now: datetime) -> None:
    steps = list(matching_steps(factors.decrypted(factor), code, now=now))
    fresh = [step for step in steps if step > factor.last_step]
    if not fresh:
        raise RuleBroken(USED_CODE if steps else WRONG_CODE, field="code")
    factor.last_step = fresh[0]


def _take_paper(user: User, code: str, post: Post, now: datetime) -> None:
    if not recovery_codes.spend(user.id, code, now=now):
        raise RuleBroken(WRONG_PAPER, field="code")
    left = recovery_codes.left(user.id)
    journal.record("user.factor_spent", "user", user.id, {"left": left}, by=user, now=now)
    letters.send_notice(user, mail.RECOVERY_CODE_USED, post=post, now=now, left=left)


def _guess(user: User, origin: Origin, now: datetime) -> throttle.Guess:
    return guess_at(_account(user.id), user, origin, now=now)


def _account(user_id: int) -> str:
    return f"second-step {user_id}"
