"""Who is there: the list of other municipalities' scores, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true

from tracker.domain.permissions import Deed
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Evaluation, JournalEntry, Municipality, ReferenceScore, User
from tracker.services import scope
from tracker.services.references.saving import IMPORT, SUBJECT

LATEST_IMPORTS = 3
LATEST_EVALUATED = 20


@dataclass(frozen=True)
class Imported:
    """One import that may be taken back: who brought how many rows in, when, from which file."""

    id: int
    at: datetime
    actor: str
    file: str
    rows: int


def references_page(
    *, by: User, text: str = "", number: int = 1, size: int = 30
) -> tuple[Sequence[ReferenceScore], int]:
    """One page of the list by municipality, the latest first in each, and how many there are.

    `text` is the beginning of a name. A page beyond the last gives the last.

    Raises:
        Forbidden: the person may not see comparisons.
    """
    scope.require(by, Deed.COMPARISON_VIEW)
    key = fold(text)
    wanted = ReferenceScore.place_key.startswith(key, autoescape=True) if key else true()
    total = db.session.scalar(select(func.count(ReferenceScore.id)).where(wanted)) or 0
    number = min(number, max(1, -(-total // size)))
    rows = db.session.scalars(
        select(ReferenceScore)
        .where(wanted)
        .order_by(ReferenceScore.place_key, ReferenceScore.month.desc(), ReferenceScore.id)
        .offset((number - 1) * size)
        .limit(size)
    )
    return rows.all(), total


@dataclass(frozen=True)
class Evaluated:
    """Evaluations of other municipalities that were read from their reports: how many, and the
    latest of them as (municipality, month)."""

    count: int
    latest: tuple[tuple[str, date], ...]


def others_evaluated(*, by: User) -> Evaluated:
    """Whose reports are here.

    Raises:
        Forbidden: the person may not see comparisons.
    """
    scope.require(by, Deed.COMPARISON_VIEW)
    query = select(Municipality.name, Evaluation.month, func.count().over()).join(
        Municipality, Municipality.id == Evaluation.municipality_id
    )
    newest = query.where(~Municipality.is_own).order_by(Evaluation.month.desc(), Evaluation.id)
    rows = db.session.execute(newest.limit(LATEST_EVALUATED)).all()
    return Evaluated(rows[0][2] if rows else 0, tuple((name, month) for name, month, _ in rows))


def latest_imports(*, by: User) -> list[Imported]:
    """The latest imports, newest first, for those who may take them back.

    Raises:
        Forbidden: the person may not manage comparisons.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    entries = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == SUBJECT, JournalEntry.deed == IMPORT)
        .order_by(JournalEntry.id.desc())
        .limit(LATEST_IMPORTS)
    )
    return [
        Imported(one.id, one.at, one.actor, one.data["file"], len(one.data["rows"]))
        for one in entries
    ]
