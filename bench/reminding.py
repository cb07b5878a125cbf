"""What a planning pass costs per open action, the first and one in which nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import event, func, select, text, update

from bench.installation import NOW, filled
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.extensions import db
from tracker.models import Action
from tracker.services import ladders, places, reminders

SMALL, LARGE = 1_000, 100_000
PEOPLE = 1_000


@dataclass(frozen=True)
class Pass:
    """One planning pass: time in seconds and statements, both per thousand open actions."""

    open: int
    seconds: float
    statements: float


def measure() -> Iterator[str]:
    """Time and statements per open action, large against small."""
    small, large = (_passes(count) for count in (SMALL, LARGE))
    for name, few, many in zip(("first", "idle"), small, large, strict=True):
        yield (
            f"planning reminders, {name} pass, per open action: "
            f"{many.seconds / few.seconds:.2f} × with {many.open:,} against {few.open:,}; "
            f"statements per thousand {many.statements:.1f} against {few.statements:.1f}"
        )
    every = large[0].seconds * large[0].open / 1000
    yield f"planning {large[0].open:,} open actions for the first time takes {every:.0f} s here"


def _passes(actions: int) -> tuple[Pass, Pass]:
    """A pass on an empty ledger, and the one after it."""
    with filled(actions, people=min(PEOPLE, actions // 10)) as app, app.app_context():
        _open_all()
        return _pass(app), _pass(app)


def _open_all() -> None:
    """As if nothing were finished yet and nobody had been told."""
    db.session.execute(
        update(Action).values(
            status=ActionStatus.ONGOING,
            done_on=None,
            done_by_id=None,
            verified_on=None,
            verified_by_id=None,
            dropped_on=None,
            dropped_by="",
            dropped_reason="",
        )
    )
    for table in ("reminder", "outbox"):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()


def _pass(app: object) -> Pass:
    post = places.post_of(app.extensions["settings"])  # type: ignore[attr-defined]
    count = db.session.scalar(
        select(func.count()).select_from(Action).where(Action.status.in_(OPEN))
    )
    db.session.rollback()
    statements = 0

    def counted(*_details: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(db.engine, "before_cursor_execute", counted)
    begun = perf_counter()
    reminders.plan(ladder=ladders.current(), post=post, now=NOW)
    seconds = perf_counter() - begun
    event.remove(db.engine, "before_cursor_execute", counted)
    thousands = (count or 0) / 1000
    return Pass(count or 0, seconds / thousands, statements / thousands)
