"""Who did what, and the administrator's first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, true

from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Comment,
    Committee,
    Evaluation,
    ImportDraft,
    ImprovementPoint,
    JournalEntry,
    OutboxMessage,
    Unit,
    User,
)
from tracker.services import journal, scope
from tracker.services.journal_words import DEEDS, FROM_TO, SUBJECTS


@dataclass(frozen=True)
class JournalLine:
    """An entry in words: `sentence` is what comes after the actor's name, to be translated and
    filled with `subject`, `before` and `after`; the latter two are empty for most deeds."""

    id: int
    at: datetime
    actor: str
    sentence: str
    subject: str
    before: str = ""
    after: str = ""


def journal_page(
    *, by: User, subject: str = "", number: int = 1, size: int = 30
) -> tuple[list[JournalLine], int]:
    """One page of the journal, newest first, and how many entries there are of this `subject`
    (one of SUBJECTS; anything else means all). A page beyond the last gives the last.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    wanted = JournalEntry.subject == subject if subject in SUBJECTS else true()
    total = db.session.scalar(select(func.count()).select_from(JournalEntry).where(wanted)) or 0
    number = min(number, max(1, -(-total // size)))
    query = (
        select(JournalEntry)
        .where(wanted)
        .order_by(JournalEntry.id.desc())
        .offset((number - 1) * size)
        .limit(size)
    )
    return _in_words(db.session.scalars(query).all()), total


# Where the data of an entry names the thing that it is about.
NAMED_IN = ("round", "report", "value")


def history_of(subject: str, subject_id: int) -> list[JournalLine]:
    """Everything that was done to one thing, newest first. The caller has authorised."""
    return _in_words(journal.history(subject, subject_id))


def _in_words(entries: Sequence[JournalEntry]) -> list[JournalLine]:
    names = _names(entries)
    return [
        JournalLine(
            entry.id,
            entry.at,
            entry.actor,
            # A deed that is not in the table is shown by its code rather than not at all.
            DEEDS.get(entry.deed, entry.deed.replace("%", "%%")),
            # What was removed has no row to be named by.
            names.get((entry.subject, entry.subject_id), "")
            or str(next(filter(None, map(entry.data.get, NAMED_IN)), entry.subject_id)),
            *entry.data.get(FROM_TO.get(entry.deed, ""), ()),
        )
        for entry in entries
    ]


def _names(entries: Sequence[JournalEntry]) -> dict[tuple[str, int], str]:
    """What the things are called now, one query for each kind of thing."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        ids.setdefault(entry.subject, set()).add(entry.subject_id)
    found = {}
    for kind, column in _NAMED_BY.items():
        if kind in ids:
            table = column.class_
            rows = db.session.execute(select(table.id, column).where(table.id.in_(ids[kind])))
            found.update({(kind, row_id): name for row_id, name in rows})
    if "evaluation" in ids:
        query = select(Evaluation).where(Evaluation.id.in_(ids["evaluation"]))
        for one in db.session.scalars(query):
            found["evaluation", one.id] = f"{one.municipality.name} {one.month:%Y-%m}"
    if "comment" in ids:
        titles = select(Comment.id, Action.title).join(Action, Action.id == Comment.action_id)
        rows = db.session.execute(titles.where(Comment.id.in_(ids["comment"])))
        found.update({("comment", row_id): title for row_id, title in rows})
    return found


_NAMED_BY = {
    "action": Action.title,
    "plan": ActionPlan.title,
    "improvement_point": ImprovementPoint.text,
    "import_draft": ImportDraft.file_name,
    "user": User.name,
    "unit": Unit.name,
    "committee": Committee.name,
    "outbox": OutboxMessage.subject,
}


@dataclass(frozen=True)
class AdminOverview:
    """What an administrator must know: people, and the latest deeds."""

    active: int
    deactivated: int
    entries: tuple[JournalLine, ...]


def admin_overview(*, by: User) -> AdminOverview:
    """The administrator's first page.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    active, every = db.session.execute(
        select(func.count(User.id).filter(User.deactivated_at.is_(None)), func.count(User.id))
    ).one()
    return AdminOverview(
        active=active,
        deactivated=every - active,
        entries=tuple(_in_words(_latest_deeds(8))),
    )


def _latest_deeds(limit: int) -> Sequence[JournalEntry]:
    """The newest entries, but logging in and out, which would crowd out the rest."""
    query = select(JournalEntry).where(JournalEntry.deed.not_in(["session.open", "session.close"]))
    return db.session.scalars(query.order_by(JournalEntry.id.desc()).limit(limit)).all()
