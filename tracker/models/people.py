"""People, what they may do, and where they are logged in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.permissions import NOBODY, Assignment, Deed, Role, Scope, scope_of, scope_with
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.places import Committee, Unit


class LogInMethod(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"  # noqa: S105 (a way in, not a secret)
    TWO_FACTORS = "two_factors"
    OIDC = "oidc"


class User(WithId, Base):
    """A person with an account; `email_key` is the folded address that log-in compares.

    `calendar_rev` counts the secret addresses of the person's calendar; 0 means that there never
    was one, and below 0 that the last of them is closed. `digest_weekday` is the day on which the
    person wants the digest (0 = Monday … 4 = Friday), None every working day. An empty
    `password_hash` is that of somebody who has no password, and logs in otherwise or not yet.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "digest_weekday IS NULL OR digest_weekday BETWEEN 0 AND 4", name="weekday_is_worked"
        ),
        CheckConstraint(
            "pseudonymised_at IS NULL OR deactivated_at IS NOT NULL AND password_hash = ''",
            name="pseudonym_is_closed",
        ),
    )

    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(5), default="sv")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calendar_rev: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    digest_weekday: Mapped[int | None]
    pseudonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    roles: Mapped[list[RoleAssignment]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin"
    )

    session_token = ""  # not stored: the token of the session that this very request came with
    session_method = LogInMethod.PASSWORD  # not stored: how that session was opened
    proved_hash = ""  # not stored: the password hash that this very request has proved to know
    stands_for = NOBODY  # not stored: whom the person acts for today, once somebody has looked

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, not the person's key."""
        return self.session_token

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (a name that Flask-Login knows)."""
        return self.deactivated_at is None

    @property
    def is_authenticated(self) -> bool:
        """True for every stored person (a name that Flask-Login knows)."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """False for every stored person (a name that Flask-Login knows)."""
        return False

    @property
    def assignments(self) -> list[Assignment]:
        """The roles as plain data for the permission table."""
        return [Assignment(r.role, r.unit_id, r.committee_id) for r in self.roles]

    def may(self, deed: Deed) -> bool:
        """Whether the deed is allowed on anything at all."""
        return bool(self.scope(deed))

    def scope(self, deed: Deed) -> Scope:
        """How far the person's roles reach for the deed, and those of whom they act for."""
        if not self.is_active:
            return Scope()
        return scope_with(scope_of(self.assignments, deed), self.stands_for, deed)

    def has_role(self, role: Role) -> bool:
        """Whether the person holds the role anywhere."""
        return any(r.role is role for r in self.roles)


class RoleAssignment(WithId, Base):
    """One role of one person, for a unit, a committee, or (both empty) all of it.

    One that comes `from_claims` was given by the OpenID provider, which also takes it back.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        CheckConstraint("unit_id IS NULL OR committee_id IS NULL", name="one_place"),
        # NULLs are distinct in a plain unique key; the zero stands for "all of it".
        Index(
            "uq_role_assignment_place",
            "user_id",
            "role",
            text("coalesce(unit_id, 0)"),
            text("coalesce(committee_id, 0)"),
            unique=True,
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role] = enum_column(Role, "role")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    from_claims: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    user: Mapped[User] = relationship(back_populates="roles")
    unit: Mapped[Unit | None] = relationship(lazy="joined")
    committee: Mapped[Committee | None] = relationship(lazy="joined")


class Absence(WithId, Base):
    """The days, both included, on which a delegate gets a person's reminders and answers them."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="runs_forward"),
        CheckConstraint("user_id <> delegate_id", name="not_oneself"),
        Index("ix_absence_ends_on", "ends_on"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id])


class LoginSession(WithId, Base):
    """One log-in on one device; the browser holds the token, we hold only its hash.

    `device` is the browser and system in words that its owner knows again.
    """

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))
    method: Mapped[LogInMethod] = enum_column(
        LogInMethod,
        "method",
        default=LogInMethod.PASSWORD,
        server_default=LogInMethod.PASSWORD.value,
    )

    user: Mapped[User] = relationship()
