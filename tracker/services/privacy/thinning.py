"""What has had its time: rules that propose, and what a person then lets go.

Nothing is thinned by itself. What is proposed is counted against a day, and what is confirmed is
what was before that very day, however long the page stood open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, delete, func, select
from sqlalchemy.orm import lazyload

from tracker.domain.calendar import local_date
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.retention import MOST_MONTHS, months_before
from tracker.extensions import db, in_turn
from tracker.models import (
    AccountToken,
    Base,
    Evaluation,
    ImportDraft,
    KnownDevice,
    LoginSession,
    OutboxMessage,
    RetentionKind,
    RetentionRule,
    SheetDraft,
    TokenPurpose,
    User,
)
from tracker.services import journal, scope
from tracker.services.page_images import forget_images
from tracker.services.privacy import letters
from tracker.services.sources import Sources

# What is proposed until the municipality says otherwise.
USUAL = {
    RetentionKind.SESSIONS: 3,
    RetentionKind.LETTERS: 24,
    RetentionKind.DRAFTS: 12,
    RetentionKind.FORMER_PEOPLE: 24,
}


@dataclass(frozen=True)
class Proposal:
    """One kind: after how many months, and how much of it was before that (`before` itself not
    included)."""

    kind: RetentionKind
    months: int
    before: date
    number: int


class Overtaken(RuleBroken):
    """The rule was changed while the page was open, so that less has had its time."""

    def __init__(self) -> None:
        super().__init__(
            "Regeln har ändrats medan sidan var öppen. Se över antalet och bekräfta igen."
        )


def proposals(*, by: User, now: datetime, zone: ZoneInfo) -> list[Proposal]:
    """What each rule proposes now.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    months = months_of_rules()
    return [_proposed(kind, months[kind], now, zone) for kind in RetentionKind]


def proposal(kind: RetentionKind, *, by: User, now: datetime, zone: ZoneInfo) -> Proposal:
    """What the rule of one kind proposes now.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    return _proposed(kind, months_of_rules()[kind], now, zone)


def months_of_rules() -> dict[RetentionKind, int]:
    """After how many months each kind has had its time."""
    return {
        **USUAL,
        **{rule.kind: rule.months for rule in db.session.scalars(select(RetentionRule))},
    }


def former_people(
    found: Proposal, *, by: User, zone: ZoneInfo, number: int = 1, size: int = 30
) -> list[User]:
    """One page of those whose accounts have been closed for so long that they are proposed to be
    pseudonymised, longest ago first. A page beyond the last gives the last.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    number = min(number, max(1, -(-found.number // size)))
    query = select(User).where(_gone_before(_instant(found.before, zone)))
    query = query.options(lazyload(User.roles)).order_by(User.deactivated_at, User.id)
    return list(db.session.scalars(query.offset((number - 1) * size).limit(size)))


def set_months(kind: RetentionKind, months: int, *, by: User, now: datetime) -> None:
    """Let a kind have had its time after so many months.

    Raises:
        Forbidden.
        RuleBroken: no such number of months; `months` is at fault.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    if not 1 <= months <= MOST_MONTHS:
        raise RuleBroken("Skriv ett tal från 1 till %(most)s.", field="months", most=MOST_MONTHS)
    in_turn("retention")
    rule = db.session.scalar(select(RetentionRule).where(RetentionRule.kind == kind))
    before = rule.months if rule else USUAL[kind]
    if rule is None:
        rule = RetentionRule(kind=kind)
        db.session.add(rule)
    rule.months, rule.updated_at, rule.updated_by_id = months, now, by.id
    db.session.flush()
    if before != months:
        facts = {"kind": kind.value, "months": [before, months]}
        journal.record("retention.change", "retention", rule.id, facts, by=by, now=now)
    db.session.commit()


def thin(
    kind: RetentionKind,
    before: date,
    *,
    files: Sources,
    pictures: Path,
    by: User,
    now: datetime,
    zone: ZoneInfo,
) -> int:
    """Let go of what was before that day: how many there were. `pictures` is where those of a
    report's pages are kept.

    Raises:
        Forbidden.
        NotFound: people are not thinned, they are pseudonymised one by one.
        Overtaken: the rule no longer proposes as much.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    if kind is RetentionKind.FORMER_PEOPLE:
        raise NotFound
    if before > months_before(local_date(now, zone), months_of_rules()[kind]):
        raise Overtaken
    moment = _instant(before, zone)
    if kind is RetentionKind.LETTERS:
        number = letters.empty(_old_letters(moment))
    elif kind is RetentionKind.SESSIONS:
        number = sum(_delete(condition, table) for table, condition in _old_sessions(moment))
    else:
        number = _drop_drafts(moment, files, pictures)
    facts = {"kind": kind.value, "before": before.isoformat(), "number": number}
    journal.record("retention.thin", "retention", 0, facts, by=by, now=now)
    db.session.commit()
    return number


def _proposed(kind: RetentionKind, months: int, now: datetime, zone: ZoneInfo) -> Proposal:
    before = months_before(local_date(now, zone), months)
    return Proposal(kind, months, before, _number(kind, _instant(before, zone)))


def _instant(day: date, zone: ZoneInfo) -> datetime:
    """The day's first moment in the municipality."""
    return datetime.combine(day, time(), zone)


def _number(kind: RetentionKind, moment: datetime) -> int:
    if kind is RetentionKind.LETTERS:
        return letters.number_of(_old_letters(moment))
    found: dict[RetentionKind, list[tuple[type[Base], ColumnElement[bool]]]] = {
        RetentionKind.SESSIONS: _old_sessions(moment),
        RetentionKind.DRAFTS: _old_drafts(moment),
        RetentionKind.FORMER_PEOPLE: [(User, _gone_before(moment))],
    }
    counts = [
        select(func.count()).select_from(table).where(condition).scalar_subquery()
        for table, condition in found[kind]
    ]
    return sum(db.session.execute(select(*counts)).one())


def _gone_before(moment: datetime) -> ColumnElement[bool]:
    return (User.deactivated_at < moment) & User.pseudonymised_at.is_(None)


def _old_letters(moment: datetime) -> ColumnElement[bool]:
    return letters.ENDED & (OutboxMessage.created_at < moment)


def _old_sessions(moment: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Sessions and keys that were over before that moment, and browsers not seen since. The last
    invitation stays until it has been answered: by it the person is known to be invited."""
    session_over = func.coalesce(LoginSession.ended_at, LoginSession.expires_at)
    key_over = func.coalesce(AccountToken.spent_at, AccountToken.expires_at)
    is_invitation = AccountToken.purpose == TokenPurpose.INVITATION
    is_unanswered = is_invitation & AccountToken.spent_at.is_(None)
    return [
        (LoginSession, session_over < moment),
        (AccountToken, (key_over < moment) & ~is_unanswered),
        (KnownDevice, KnownDevice.seen_at < moment),
    ]


def _old_drafts(moment: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Reports that were read and discarded, and spreadsheets that were uploaded."""
    return [(ImportDraft, ImportDraft.discarded_at < moment), (SheetDraft, SheetDraft.at < moment)]


def _delete(condition: ColumnElement[bool], table: type[Base]) -> int:
    query = delete(table).where(condition).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(query)).rowcount


def _drop_drafts(moment: datetime, files: Sources, pictures: Path) -> int:
    """Drop the drafts, and the files and pictures of those that nothing else was made of."""
    discarded = ImportDraft.discarded_at < moment
    digests = set(db.session.scalars(select(ImportDraft.file_sha256).where(discarded)))
    for digest in sorted(digests):
        in_turn(f"draft {digest}")  # nobody makes a new draft of it meanwhile
    number = sum(_delete(condition, table) for table, condition in _old_drafts(moment))
    for column in (ImportDraft.file_sha256, Evaluation.source_sha256):
        digests -= set(db.session.scalars(select(column).where(column.in_(digests))))
    for digest in digests:
        files.forget(digest)
        forget_images(digest, pictures)
    return number
