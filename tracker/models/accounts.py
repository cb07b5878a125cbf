"""How people prove who they are: letters with a key, second factors, other houses' log-ins."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.permissions import Role
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.people import User
from tracker.models.places import Committee, Unit


class TokenPurpose(StrEnum):
    """What the key in a letter opens."""

    INVITATION = "invitation"
    RESET = "reset"
    NEW_ADDRESS = "new_address"


class AccountToken(WithId, Base):
    """A key that a person got by mail; the letter holds the key, we hold only its hash.

    `email` is the new address that the key confirms. A key is spent once, by use or by a newer one.
    """

    __tablename__ = "account_token"
    __table_args__ = (
        CheckConstraint(
            "(purpose = 'new_address') = (email IS NOT NULL)", name="address_is_what_is_confirmed"
        ),
    )

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    purpose: Mapped[TokenPurpose] = enum_column(TokenPurpose, "purpose")
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class SecondFactor(WithId, Base):
    """The TOTP secret of a person, encrypted; kept once it has been confirmed with a code.

    `last_step` is the 30-second step of the newest code that was used: a code opens only once.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    secret: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_step: Mapped[int]


class RecoveryCode(WithId, Base):
    """A code for whoever lost the telephone: each opens once, and only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginFailure(WithId, Base):
    """A log-in that failed; both keys are keyed hashes, for what was typed may be a password."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_account_key_at", "account_key", "at"),
        Index("ix_login_failure_origin_key_at", "origin_key", "at"),
        Index("ix_login_failure_at", "at"),
    )

    account_key: Mapped[str] = mapped_column(String(64))
    origin_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class KnownDevice(WithId, Base):
    """A browser in which a person has logged in; guesses from elsewhere do not shut it out."""

    __tablename__ = "known_device"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    device_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExternalIdentity(WithId, Base):
    """Who somebody is at an OpenID provider: its issuer and the subject, which never change.

    One without a subject is prepared: whoever next signs on there by the person's very address
    becomes that subject.
    """

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class ClosedIdentity(WithId, Base):
    """A keyed hash of the issuer and subject that a pseudonymised account had, so that the same
    log-in makes no new account. Whose it was is not told."""

    __tablename__ = "closed_identity"

    identity_hash: Mapped[str] = mapped_column(String(64), unique=True)


class ClaimRule(WithId, Base):
    """The role that a value of the provider's claim gives, for a unit, a committee or all of it."""

    __tablename__ = "claim_rule"
    __table_args__ = (
        CheckConstraint("unit_id IS NULL OR committee_id IS NULL", name="one_place"),
        # NULLs are distinct in a plain unique key; the zero stands for "all of it".
        Index(
            "uq_claim_rule_place",
            "value",
            "role",
            text("coalesce(unit_id, 0)"),
            text("coalesce(committee_id, 0)"),
            unique=True,
        ),
    )

    value: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = enum_column(Role, "role")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"))

    unit: Mapped[Unit | None] = relationship(lazy="joined")
    committee: Mapped[Committee | None] = relationship(lazy="joined")
