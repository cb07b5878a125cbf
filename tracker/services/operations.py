"""Whether the machinery lives: worker, outbox, database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import defer, joinedload

from tracker.domain.errors import RuleBroken
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
    OutboxState,
    Unit,
    User,
    WorkerHeartbeat,
)
from tracker.services import scope
from tracker.services.journal_words import DEEDS, SUBJECTS

HEARTBEAT_OLD = timedelta(minutes=5)
MAIL_STUCK = timedelta(hours=2)


@dataclass(frozen=True)
class Health:
    """The state of the machinery; `problems` are sentences for the administrator."""

    heartbeat_at: datetime | None
    waiting: int
    dead: int
    problems: tuple[RuleBroken, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing calls for the administrator."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """For /healthz and doctor."""
        return {
            "healthy": self.healthy,
            "heartbeat_at": self.heartbeat_at.isoformat() if self.heartbeat_at else None,
            "waiting": self.waiting,
            "dead": self.dead,
            "problems": [str(problem) for problem in self.problems],
        }


def health_report(*, now: datetime) -> tuple[dict[str, Any], bool]:
    """What a monitor is told, and whether the database answered at all."""
    try:
        return health(now=now).to_json(), True
    except SQLAlchemyError:
        db.session.rollback()
        return {"healthy": False, "problems": ["Databasen svarar inte."]}, False


def health(*, now: datetime) -> Health:
    """Read the state of worker and outbox."""
    heartbeat = db.session.scalar(select(func.max(WorkerHeartbeat.at)))
    counts = _counts()
    oldest = db.session.scalar(
        select(func.min(OutboxMessage.created_at)).where(OutboxMessage.state.in_(_ON_THE_WAY))
    )
    dead = counts.get(OutboxState.DEAD, 0)
    problems = [
        problem
        for holds, problem in (
            (heartbeat is None, RuleBroken("Bakgrundsarbetaren har aldrig startat.")),
            (
                heartbeat is not None and heartbeat < now - HEARTBEAT_OLD,
                RuleBroken("Bakgrundsarbetaren har inte hörts av på över fem minuter."),
            ),
            (
                oldest is not None and oldest < now - MAIL_STUCK,
                RuleBroken("Det finns brev som har väntat i över två timmar."),
            ),
            (dead > 0, RuleBroken("%(count)s brev gick inte att leverera.", count=dead)),
        )
        if holds
    ]
    waiting = sum(counts.get(state, 0) for state in _ON_THE_WAY)
    return Health(heartbeat, waiting, dead, tuple(problems))


_ON_THE_WAY = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN)


def _counts() -> dict[OutboxState, int]:
    rows = db.session.execute(
        select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    )
    return dict(rows.all())


def outbox_page(*, number: int, size: int = 30) -> tuple[list[OutboxMessage], int]:
    """One page of the outbox, newest first, and how many messages there are in all. A page
    beyond the last gives the last."""
    total = db.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
    number = min(number, max(1, -(-total // size)))
    query = (
        select(OutboxMessage)
        .options(joinedload(OutboxMessage.recipient), defer(OutboxMessage.mime))
        .order_by(OutboxMessage.id.desc())
        .offset((number - 1) * size)
        .limit(size)
    )
    return list(db.session.scalars(query)), total


def beat(worker: str, *, now: datetime) -> None:
    """Note that a worker lives; the notes of workers that are long gone are dropped."""
    db.session.execute(
        delete(WorkerHeartbeat).where(
            or_(WorkerHeartbeat.worker == worker, WorkerHeartbeat.at < now - timedelta(days=1))
        )
    )
    db.session.add(WorkerHeartbeat(worker=worker, at=now))
    db.session.commit()


@dataclass(frozen=True)
class JournalLine:
    """An entry in words: `sentence` is what comes after the actor's name, to be translated."""

    id: int
    at: datetime
    actor: str
    sentence: str
    subject: str


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


def _in_words(entries: Sequence[JournalEntry]) -> list[JournalLine]:
    names = _names(entries)
    return [
        JournalLine(
            entry.id,
            entry.at,
            entry.actor,
            # A deed that is not in the table is shown by its code rather than not at all.
            DEEDS.get(entry.deed, entry.deed.replace("%", "%%")),
            names.get((entry.subject, entry.subject_id), str(entry.subject_id)),
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
    """What an administrator must know: people, worker and outbox, the latest deeds."""

    active: int
    deactivated: int
    machinery: Health
    entries: tuple[JournalLine, ...]


def admin_overview(*, by: User, now: datetime) -> AdminOverview:
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
        machinery=health(now=now),
        entries=tuple(_in_words(_latest_deeds(8))),
    )


def _latest_deeds(limit: int) -> Sequence[JournalEntry]:
    """The newest entries, but logging in and out, which would crowd out the rest."""
    query = select(JournalEntry).where(JournalEntry.deed.not_in(["session.open", "session.close"]))
    return db.session.scalars(query.order_by(JournalEntry.id.desc()).limit(limit)).all()
