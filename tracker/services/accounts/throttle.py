"""How often somebody may guess at a log-in, and how long they wait after that.

Failures of the last day are counted in three ways, and each has so many for free: those against an
account from one place, all those from one place, and all those against an account. The next wait
is then a minute from the last failure, and doubles with every one, up to an hour. What is stopped
is not counted, so one place gets about thirty guesses a day at an account, and never uses up what
the account has for free: its owner gets in from anywhere else.

A browser in which the person has logged in before is a place of its own, and only what was guessed
from it counts there: whoever spreads guesses over thousands of places locks nobody out of it.

Those who ask for a new password are counted by their place alone, and apart from the guesses.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from tracker.domain.errors import N_, RuleBroken
from tracker.extensions import db, in_turn, keys
from tracker.models import LoginFailure

KEPT = timedelta(days=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# NIST SP 800-63B allows an account a hundred wrong guesses in a row; behind the one address of a
# town hall many people mistype.
FREE_OF_PAIR, FREE_OF_PLACE, FREE_OF_ACCOUNT = 5, 50, 100
_PURPOSE = "login-failure"
_SITE = 64  # an IPv6 customer has at least as many addresses as these bits leave open
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+", re.ASCII)
log = logging.getLogger("tracker.security")


class Stopped(RuleBroken):
    """Too many guesses; `seconds` until the next one is looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, -int(-wait.total_seconds() // 1))
        minutes = -(-self.seconds // 60)
        one = N_("Det har varit för många försök. Försök igen om en minut.")
        many = N_("Det har varit för många försök. Försök igen om %(minutes)s minuter.")
        super().__init__(many if minutes > 1 else one, minutes=minutes)


@dataclass(frozen=True)
class Guess:
    """One guess: at which account (whatever was typed), from where, and whether that is a
    browser in which the account's own person has been logged in."""

    account: str
    place: str
    is_known: bool = False


def count(guess: Guess, *, now: datetime) -> None:
    """Count a guess before anybody looks at it, so that a thousand at once are not all looked at;
    whoever guesses right is forgiven afterwards.

    Raises:
        Stopped: it is not looked at, nor counted.
    """
    in_turn("log-in")  # two at once must not both be the last that is free
    accounts, places = _keys(guess)
    rows = db.session.execute(
        select(LoginFailure.account_key, LoginFailure.origin_key, LoginFailure.at).where(
            or_(LoginFailure.account_key.in_(accounts), LoginFailure.origin_key.in_(places)),
            LoginFailure.at > now - KEPT,
        )
    ).all()
    pair = [at for account, place, at in rows if account in accounts and place in places]
    waits = [(pair, FREE_OF_PAIR)]
    if not guess.is_known:
        waits += [
            ([at for _account, place, at in rows if place in places], FREE_OF_PLACE),
            ([at for account, _place, at in rows if account in accounts], FREE_OF_ACCOUNT),
        ]
    _note(guess, max(_wait(times, free, now) for times, free in waits), now)
    db.session.commit()


def count_asked(address: str, *, now: datetime) -> None:
    """Count somebody who asks for a new password, whoever it is for.

    Raises:
        Stopped: too many have asked from that place; this one is not counted.
    """
    asked = Guess("reset", f"reset {network(address)}")
    _accounts, places = _keys(asked)
    in_turn("log-in")
    query = select(LoginFailure.at).where(
        LoginFailure.origin_key.in_(places), LoginFailure.at > now - KEPT
    )
    _note(asked, _wait(db.session.scalars(query).all(), FREE_OF_PLACE, now), now)
    db.session.commit()


def forgive(guess: Guess) -> None:
    """Forget the failures of an account's own person from this place: they have got in."""
    forget(guess)
    db.session.commit()


def forget(guess: Guess) -> None:
    """Forget, in the caller's transaction, the failures against this account from this place."""
    accounts, places = _keys(guess)
    db.session.execute(
        delete(LoginFailure).where(
            LoginFailure.account_key.in_(accounts), LoginFailure.origin_key.in_(places)
        )
    )


def forget_account(account: str) -> None:
    """Forget, in the caller's transaction, every guess at an account whose password is new."""
    accounts = keys.macs(_PURPOSE, f"account {account}")
    db.session.execute(delete(LoginFailure).where(LoginFailure.account_key.in_(accounts)))


def forget_old(now: datetime) -> None:
    """Drop, in the caller's transaction, the failures that no longer count."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.at <= now - KEPT))


def tell(event: str, *, user_id: int | None, address: str, now: datetime, **more: str) -> None:
    """Log a guess or a refusal for whoever watches the server: never what was typed, which may be
    a password in the wrong field. `more` are facts of our own."""
    told = {"at": now.isoformat(), "event": event, "user": user_id, "from": network(address)}
    log.warning(json.dumps({**told, **more}))


def network(address: str) -> str:
    """Whose address this is: an IPv4 address, or the /64 network of an IPv6 address; a port after
    it counts for nothing. Empty for what is no address."""
    if found := _WITH_PORT.fullmatch(address):
        address = found["six"] or found["four"]
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _SITE), strict=False))


def _note(guess: Guess, wait: timedelta, now: datetime) -> None:
    """Count the guess, unless there is something left to wait."""
    if wait > timedelta():
        db.session.rollback()
        raise Stopped(wait)
    accounts, places = _keys(guess)
    db.session.add(LoginFailure(account_key=accounts[0], origin_key=places[0], at=now))


def _keys(guess: Guess) -> tuple[list[str], list[str]]:
    """The hashes of account and place, today's key first."""
    return (
        keys.macs(_PURPOSE, f"account {guess.account}"),
        keys.macs(_PURPOSE, f"place {guess.place}"),
    )


def _wait(times: Sequence[datetime], free: int, now: datetime) -> timedelta:
    """How long after these failures nobody is heard; zero or less: no longer."""
    over = len(times) - free
    if over < 0:
        return timedelta()
    wait: timedelta = min(FIRST_WAIT * 2 ** min(over, 20), LONGEST_WAIT)
    return max(times) + wait - now
