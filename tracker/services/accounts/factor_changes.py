"""Getting a second factor, new recovery codes, and being without it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.one_time import digits_in, matching_steps
from tracker.extensions import db
from tracker.mail import accounts as mail
from tracker.models import SecondFactor, User
from tracker.services import journal
from tracker.services.accounts import factors, letters, recovery_codes, second_steps
from tracker.services.accounts.passwords import locked_as_proved
from tracker.services.accounts.second_steps import Proof
from tracker.services.accounts.sessions import end_others, end_sessions
from tracker.services.people import managed_person
from tracker.services.posts import Post

NOT_THERE = N_("Koden stämmer inte med den nya nyckeln. Kontrollera att appens klocka går rätt.")
ALREADY = N_("Du har redan tvåstegsinloggning. Logga in med en kod.")
HAS_NONE = N_("%(name)s har ingen tvåstegsinloggning.")
REQUIRED = N_("Din kommun kräver tvåstegsinloggning. Du kan byta telefon, men inte stänga av den.")


def turn_on(
    nonce: str, code: str, proof: Proof | None, *, by: User, post: Post, now: datetime
) -> tuple[str, ...]:
    """Keep the secret that was offered with `nonce`, now that the app shows its `code`; an earlier
    one no longer counts, and the person's other sessions end. Gives the recovery codes: they can
    never be read again.

    `proof` is None only where the right password was given on this very way in, by somebody who
    has no second factor.

    Raises:
        throttle.Stopped, RuleBroken: password or codes are wrong; fields password, code, new.
    """
    if proof is None:
        user = locked_as_proved(by)
    else:
        user = second_steps.prove(by, proof.password, origin=proof.origin, post=post, now=now)
    secret, step = _confirmed(user, nonce, code, now)
    changed = factors.factor_id_of(user.id) is not None
    if changed and proof is None:
        raise RuleBroken(ALREADY)
    if changed and proof is not None:
        second_steps.consume(user, proof.code, origin=proof.origin, post=post, now=now)
    second_steps.forgive(user.id)
    _drop(user.id)
    hidden = factors.encrypted(secret)
    db.session.add(SecondFactor(user_id=user.id, secret=hidden, created_at=now, last_step=step))
    codes = recovery_codes.fresh(user.id)
    end_others(user.id, by.session_token, now=now)
    journal.record("user.factor_on", "user", user.id, {"changed": changed}, by=by, now=now)
    letters.send_notice(user, mail.FACTOR_ON, post=post, now=now)
    db.session.commit()
    return codes


def renew_codes(proof: Proof, *, by: User, post: Post, now: datetime) -> tuple[str, ...]:
    """New recovery codes; the old ones open nothing from now on.

    Raises:
        throttle.Stopped, RuleBroken: password or code is wrong.
    """
    user = second_steps.prove(by, proof.password, origin=proof.origin, post=post, now=now)
    second_steps.consume(user, proof.code, origin=proof.origin, post=post, now=now)
    codes = recovery_codes.fresh(by.id)
    journal.record("user.factor_codes", "user", by.id, {}, by=by, now=now)
    db.session.commit()
    return codes


def turn_off(proof: Proof, *, rule: str, by: User, post: Post, now: datetime) -> None:
    """Be without a second factor again; the person's other sessions end.

    Raises:
        throttle.Stopped, RuleBroken: password or code is wrong, or the installation's `rule`
            (factors.is_required) wants the person to have one.
    """
    if factors.is_required(by, rule):
        raise RuleBroken(REQUIRED)
    user = second_steps.prove(by, proof.password, origin=proof.origin, post=post, now=now)
    second_steps.consume(user, proof.code, origin=proof.origin, post=post, now=now)
    _drop(user.id)
    end_others(user.id, by.session_token, now=now)
    journal.record("user.factor_off", "user", user.id, {}, by=by, now=now)
    letters.send_notice(user, mail.FACTOR_OFF, post=post, now=now)
    db.session.commit()


def remove(user_id: int, *, by: User | None, post: Post, now: datetime) -> User:
    """Take somebody else's second factor away, who has lost telephone and codes; they are logged
    out everywhere. `by` None means the command line.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is one's own, or there is none.
    """
    user = managed_person(user_id, by)
    if by is not None and by.id == user.id:
        raise RuleBroken("Din egen tvåstegsinloggning stänger du av på Mitt konto.")
    if factors.factor_id_of(user.id) is None:
        raise RuleBroken(HAS_NONE, name=user.name)
    _drop(user.id)
    second_steps.forgive(user.id)
    end_sessions(user.id, now=now)
    journal.record("user.factor_remove", "user", user.id, {}, by=by, now=now)
    letters.send_notice(user, mail.FACTOR_REMOVED, post=post, now=now)
    db.session.commit()
    return user


def _confirmed(user: User, nonce: str, typed: str, now: datetime) -> tuple[str, int]:
    """The offered secret, and the step whose code was typed."""
    secret, code = factors.offered_secret(user.id, nonce), digits_in(typed)
    steps = list(matching_steps(secret, code, now=now)) if code else []
    if not steps:
        raise RuleBroken(NOT_THERE, field="new")
    return secret, steps[-1]


def _drop(user_id: int) -> None:
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    recovery_codes.drop(user_id)
