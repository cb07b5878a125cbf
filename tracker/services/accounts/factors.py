"""The second factor: who has one, who must have one, and who has come half-way in."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.one_time import SECRET_BYTES, address_of
from tracker.domain.permissions import Role
from tracker.extensions import db, keys
from tracker.models import SecondFactor, User
from tracker.services.accounts import recovery_codes

PATIENCE = timedelta(minutes=5)  # between the password and the code
TIME_TO_GET_ONE = timedelta(minutes=20)  # where an app has to be installed first


@dataclass(frozen=True)
class Standing:
    """Whether a person has a second factor (`since`, None: no), how many recovery codes are left,
    and whether the installation asks them to have one."""

    since: datetime | None
    codes_left: int
    required: bool

    @property
    def few_codes(self) -> bool:
        """Whether it is time to get new ones."""
        return self.since is not None and self.codes_left <= recovery_codes.FEW


@dataclass(frozen=True)
class Offer:
    """A secret that a person may put in their app: in Base32, and as the address that is drawn."""

    secret: str
    address: str


@dataclass(frozen=True)
class Waiting:
    """Somebody who has given the right password; `has_factor`: and now has to give a code."""

    user: User
    has_factor: bool


def is_required(user: User, rule: str) -> bool:
    """Whether the person must have a second factor; `rule` is "all", "admin" or empty."""
    return rule == "all" or (rule == "admin" and user.has_role(Role.ADMIN))


def is_awaited(user: User, rule: str) -> bool:
    """Whether a password alone does not let the person in."""
    return is_required(user, rule) or factor_id_of(user.id) is not None


def standing(user: User, rule: str) -> Standing:
    """How it is with the person's second factor."""
    since = db.session.scalar(
        select(SecondFactor.created_at).where(SecondFactor.user_id == user.id)
    )
    left = recovery_codes.left(user.id) if since else 0
    return Standing(since, left, is_required(user, rule))


def factor_id_of(user_id: int) -> int | None:
    """The key of the person's second factor; None: they have none."""
    return db.session.scalar(select(SecondFactor.id).where(SecondFactor.user_id == user_id))


def offer(user: User, nonce: str, *, issuer: str) -> Offer:
    """The secret that belongs to `nonce`, for an app that shows `issuer` above the codes.

    It is derived, so that nothing is kept until the person has shown that the app has it.
    """
    secret = offered_secret(user.id, nonce)
    return Offer(secret, address_of(secret, name=user.email, issuer=issuer))


def offered_secret(user_id: int, nonce: str) -> str:
    """160 bits in Base32 that only we can make out of the person, the nonce and the second factor
    that they have: once the offer is taken, a copy of the browser's cookie no longer shows it."""
    held = db.session.scalar(select(SecondFactor.secret).where(SecondFactor.user_id == user_id))
    made_from = f"{user_id} {nonce} {held or ''}"
    raw = hmac.digest(keys.derived("offered-factor")[0], made_from.encode(), "sha256")
    return base64.b32encode(raw[:SECRET_BYTES]).decode()


def encrypted(secret: str) -> str:
    """The secret as the database keeps it."""
    return _locks().encrypt(secret.encode()).decode()


def decrypted(factor: SecondFactor) -> str:
    """The secret; one that an older key of ours hides is hidden anew, in the caller's transaction.

    Raises:
        RuleBroken: no key of ours opens it.
    """
    kept = factor.secret.encode()
    try:
        secret = _locks().decrypt(kept).decode()
    except InvalidToken as error:
        raise RuleBroken(
            N_(
                "Nyckeln till din tvåstegsinloggning går inte att läsa. Be en administratör ta "
                "bort den, så kan du ställa in den på nytt."
            ),
            field="code",
        ) from error
    try:
        Fernet(_fernet_keys()[0]).decrypt(kept)
    except InvalidToken:
        factor.secret = encrypted(secret)
    return secret


def waiting_mark(user: User, at: datetime) -> str:
    """What shows that the person gave the right password (`proved_hash`) at that instant;
    worthless once the password or the second factor is another."""
    return keys.mac("second-step", _state(user.id, user.proved_hash, factor_id_of(user.id), at))


def waiting(user_id: int, at: datetime, mark: str, *, now: datetime) -> Waiting | None:
    """The person who has come half-way in, with the `proved_hash` that the mark speaks of; None
    where that was too long ago, or nothing of it holds any longer."""
    user = db.session.get(User, user_id)
    if user is None or not user.is_active:
        return None
    factor_id, hashed = factor_id_of(user_id), user.password_hash
    patience = PATIENCE if factor_id else TIME_TO_GET_ONE
    holds = any(
        hmac.compare_digest(mark, ours)
        for ours in keys.macs("second-step", _state(user_id, hashed, factor_id, at))
    )
    if not holds or not at <= now <= at + patience:
        return None
    user.proved_hash = hashed
    return Waiting(user, factor_id is not None)


def _state(user_id: int, hashed: str, factor_id: int | None, at: datetime) -> str:
    return f"{user_id} {hashed} {factor_id or 0} {at.isoformat()}"


def _fernet_keys() -> list[bytes]:
    return [base64.urlsafe_b64encode(key) for key in keys.derived("second-factor")]


def _locks() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _fernet_keys()])
