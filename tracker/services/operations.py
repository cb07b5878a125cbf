"""Whether the machinery lives: worker, outbox, database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.errors import RuleBroken
from tracker.domain.hours import Hours
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, WorkerHeartbeat
from tracker.services import ladders
from tracker.services.accounts import devices, throttle

HEARTBEAT_OLD = timedelta(minutes=5)
CLOCK_AHEAD = timedelta(minutes=5)  # a note further ahead comes from a clock that is wrong
MAIL_STUCK = timedelta(hours=2)
TICK = timedelta(seconds=60)  # between two passes of the worker
CRON = "cron@"  # how the note of a pass without a worker begins
KEPT, KEPT_OF_CRON = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Beat:
    """When a worker last showed that it lives, by its own clock; `ahead` if that cannot be.

    `error` broke off its last pass, `unwritten` says whose mail it could not write, and why.
    """

    worker: str
    at: datetime
    ahead: bool = False
    error: str = ""
    unwritten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """The state of the machinery; `problems` are sentences for the administrator.

    `waiting` counts what is to be sent, `uncertain` what may have arrived (among the waiting),
    `dead` what nobody has set aside yet. `heartbeat_at` is the newest note that can be
    true; `alive` whether it is new enough.
    """

    heartbeat_at: datetime | None
    waiting: int
    dead: int
    problems: tuple[RuleBroken, ...]
    hours: Hours
    alive: bool
    uncertain: int = 0
    beats: tuple[Beat, ...] = field(default=())

    @property
    def unwritten(self) -> tuple[str, ...]:
        """Whose mail could not be written in the last pass, and why; each once."""
        return tuple(dict.fromkeys(line for beat in self.beats for line in beat.unwritten))

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
            "uncertain": self.uncertain,
            "dead": self.dead,
            "problems": [str(problem) for problem in self.problems],
        }


def health_report(*, now: datetime, zone: ZoneInfo) -> tuple[dict[str, Any], bool]:
    """What a monitor is told, and whether the database answered at all."""
    try:
        return health(now=now, zone=zone).to_json(), True
    except SQLAlchemyError:
        db.session.rollback()
        return {"healthy": False, "problems": ["Databasen svarar inte."]}, False


def health(*, now: datetime, zone: ZoneInfo) -> Health:
    """Read the state of worker and outbox, in three queries."""
    hours = Hours(ladders.morning(), zone)
    notes = select(
        WorkerHeartbeat.worker,
        WorkerHeartbeat.at,
        WorkerHeartbeat.error,
        WorkerHeartbeat.unwritten,
    )
    beats = tuple(
        Beat(row.worker, row.at, row.at > now + CLOCK_AHEAD, row.error, _lines(row.unwritten))
        for row in db.session.execute(notes.order_by(WorkerHeartbeat.at.desc()))
    )
    mail = _mail_in_need()
    counts = {state: count for state, count, _since in mail}
    problems = (*_worker_problems(beats, hours, now), *_mail_problems(mail, hours, now))
    heard = next((beat.at for beat in beats if not beat.ahead), None)
    on_the_way = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN)
    return Health(
        heartbeat_at=heard,
        waiting=sum(counts.get(state, 0) for state in on_the_way),
        dead=counts.get(OutboxState.DEAD, 0),
        problems=problems,
        hours=hours,
        alive=any(_lives(beat, hours, now) for beat in beats),
        uncertain=counts.get(OutboxState.UNCERTAIN, 0),
        beats=beats,
    )


def _lines(kept: str) -> tuple[str, ...]:
    return tuple(kept.splitlines())


_Needs = Sequence[tuple[OutboxState, int, datetime | None]]


def _mail_in_need() -> _Needs:
    """(state, how many, the oldest one's time) of what is neither sent nor settled."""
    unsettled = OutboxMessage.state.in_(
        [OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN]
    )
    forgotten = and_(OutboxMessage.state == OutboxState.DEAD, OutboxMessage.set_aside_at.is_(None))
    since = func.coalesce(OutboxMessage.data_started_at, OutboxMessage.created_at)
    rows = db.session.execute(
        select(OutboxMessage.state, func.count(), func.min(since))
        .where(or_(unsettled, forgotten))
        .group_by(OutboxMessage.state)
    )
    return [(state, count, oldest) for state, count, oldest in rows]


def _lives(beat: Beat, hours: Hours, now: datetime) -> bool:
    """Whether a worker has shown life in time; cron, once since the working day before the last
    one began."""
    if beat.ahead:
        return False
    if not beat.worker.startswith(CRON):
        return beat.at >= now - HEARTBEAT_OLD
    opened = hours.latest_span(now)[0]
    return beat.at >= hours.latest_span(opened - timedelta(seconds=1))[0]


def _worker_problems(beats: Sequence[Beat], hours: Hours, now: datetime) -> Iterator[RuleBroken]:
    true_notes = [beat for beat in beats if not beat.ahead]
    alive = [beat for beat in true_notes if _lives(beat, hours, now)]
    if not beats:
        yield RuleBroken("Bakgrundsarbetaren har aldrig startat.")
    elif not true_notes:
        yield RuleBroken(
            "Bakgrundsarbetarens klocka går före: den har bara hörts av i framtiden. "
            "Ställ serverns klocka rätt."
        )
    elif not alive and true_notes[0].worker.startswith(CRON):
        yield RuleBroken(
            "Påminnelserna har inte körts sedan förra arbetsdagen. Se om cron kör ”reminders run”."
        )
    elif not alive:
        yield RuleBroken("Bakgrundsarbetaren har inte hörts av på över fem minuter.")
    yield from _pass_problems(alive)


def _pass_problems(beats: Sequence[Beat]) -> Iterator[RuleBroken]:
    """What living workers met in their last pass; without addresses, since a monitor reads it."""
    if any(beat.error for beat in beats):
        yield RuleBroken(
            "Bakgrundsarbetarens senaste omgång avbröts av ett fel. Se vad arbetaren har loggat."
        )
    unwritten = len({line for beat in beats for line in beat.unwritten})
    if unwritten:
        yield RuleBroken(
            "%(count)s brev gick inte att skriva. Under Drift står vems.", count=unwritten
        )


def _mail_problems(mail: _Needs, hours: Hours, now: datetime) -> Iterator[RuleBroken]:
    opened, until = hours.latest_span(now)

    def too_long(*states: OutboxState) -> bool:
        """Only time in which the worker might send counts, and only the latest of it: otherwise
        every Monday morning would begin with an alarm about Friday's last letter."""
        oldest = [since for state, _count, since in mail if state in states and since]
        return any(until - max(since, opened) > MAIL_STUCK for since in oldest)

    if too_long(OutboxState.QUEUED, OutboxState.CLAIMED):
        yield RuleBroken("Det finns brev som har väntat i över två timmar.")
    if too_long(OutboxState.UNCERTAIN):
        yield RuleBroken(
            "Det finns brev som det i över två timmar har varit osäkert om de kom fram."
        )
    for state, count, _since in mail:
        if state is OutboxState.DEAD:
            yield RuleBroken("%(count)s brev gick inte att leverera.", count=count)


def beat(worker: str, *, now: datetime) -> None:
    """Note that a worker lives, or that cron has run (a name that begins with CRON).

    The notes of workers that are long gone, and those that a clock running ahead has left, are
    dropped, and so are the guesses at log-ins and the browsers that no longer count.
    """
    at = WorkerHeartbeat.at
    db.session.execute(
        delete(WorkerHeartbeat).where(
            WorkerHeartbeat.worker != worker,
            or_(
                at < now - KEPT_OF_CRON,
                and_(at < now - KEPT, ~WorkerHeartbeat.worker.startswith(CRON)),
                at > now + CLOCK_AHEAD,
            ),
        )
    )
    throttle.forget_old(now)
    devices.forget_old(now)
    db.session.merge(WorkerHeartbeat(worker=worker, at=now))
    db.session.commit()


def note_pass(worker: str, *, error: str = "", unwritten: Sequence[str] = ()) -> None:
    """Note what was wrong with a worker's pass that is over, or that nothing was."""
    note = db.session.get(WorkerHeartbeat, worker)
    if note is not None:
        note.error, note.unwritten = error, "\n".join(unwritten)
    db.session.commit()
