"""Racing writes to the status of a few actions: none is silently written over.

`make faults` makes ten thousand of them on each database, `make test` fewer (`--racing-writes`).

Several threads with connections of their own report, correct, edit, complete, verify, drop, open
again and undo, all through the services. Each write is accepted or refused with a sentence; the
journal must then tell the whole story, without a gap, of what the rows have become.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.statuses import OPEN, ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, JournalEntry, StatusUpdate, User
from tracker.services import journal
from tracker.services.actions import reports, steps
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.wording import ActionChanges, edit_action
from tracker.services.journal import Verdict

THREADS, ACTIONS = 4, 8
LATER = date(2026, 4, 30)
# What is tried, and how often; the rest follows from the state that a try meets.
MIX = {
    "report": 40,
    "correct": 10,
    "edit": 10,
    "complete": 13,
    "verify": 9,
    "reopen": 8,
    "drop": 2,
    "undo": 8,
}
DEEDS = {
    "report": "action.report",
    "correct": "action.correct_report",
    "edit": "action.edit",
    "complete": "action.complete",
    "verify": "action.verify",
    "reopen": "action.reopen",
    "drop": "action.drop",
    "undo": "action.take_back",
}


@dataclass
class Told:
    """What one thread was told of its writes: accepted (kind, action, words, version after it)
    and refused (kind, error)."""

    accepted: list[tuple[str, int, str, int]] = field(default_factory=list)
    refused: list[tuple[str, RuleBroken]] = field(default_factory=list)


@dataclass
class Writer:
    """One thread: the people it acts for, the actions, and what it last knew of them."""

    number: int
    people: tuple[User, User]
    actions: list[int]
    unit_id: int
    told: Told = field(default_factory=Told)
    versions: dict[int, int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def write(self, times: int) -> None:
        """Make so many writes, each in a session of its own, as requests do; a writer of the same
        number tries the same every time."""
        chance = random.Random(self.number)
        kinds = chance.choices(list(MIX), list(MIX.values()), k=times)
        for turn, kind in enumerate(kinds):
            action_id = chance.choice(self.actions)
            by = chance.choice(self.people)
            now = NOW + timedelta(seconds=turn)
            session = db.session()
            session.expire_on_commit = False
            words = f"t{self.number} n{turn}"
            try:
                said = reports.Report(chance.choice(list(Health)), words, chance.randint(0, 100))
                action = self._do(kind, action_id, said, {"by": by, "now": now})
            except RuleBroken as error:
                self.told.refused.append((kind, error))
                if isinstance(error, Conflict):
                    self.versions[action_id] = error.current["version"]
            else:
                self.versions[action_id] = action.version
                self.told.accepted.append((kind, action_id, words, action.version))
            finally:
                db.session.remove()

    def _do(self, kind: str, action_id: int, said: reports.Report, day: dict[str, Any]) -> Action:
        words = said.text
        to_do: dict[str, Callable[[], Action]] = {
            "report": lambda: reports.report_status(action_id, said, today=TODAY, **day),
            "correct": lambda: self._correct(action_id, said, day),
            "edit": lambda: self._edit(action_id, said, day),
            "complete": lambda: steps.complete_action(
                action_id, NewEvidence(words), today=TODAY, **day
            ),
            "verify": lambda: steps.verify_action(action_id, today=TODAY, **day),
            "reopen": lambda: steps.reopen_action(action_id, words, **day),
            "drop": lambda: steps.drop_action(action_id, words, words, today=TODAY, **day),
            "undo": lambda: steps.undo_step(action_id, **day),
        }
        return to_do[kind]()

    def _correct(self, action_id: int, said: reports.Report, day: dict[str, Any]) -> Action:
        """Correct what was the latest report a moment ago."""
        latest = latest_report(action_id)
        db.session.rollback()
        return reports.correct_report(action_id, latest or 1, said, today=TODAY, **day)

    def _edit(self, action_id: int, said: reports.Report, day: dict[str, Any]) -> Action:
        changes = ActionChanges(
            title=said.text,
            unit_id=self.unit_id,
            deadline=LATER,
            status=OPEN[(said.percent or 0) % len(OPEN)],
        )
        return edit_action(action_id, changes, self.versions[action_id], today=TODAY, **day)


def latest_report(action_id: int) -> int | None:
    query = select(StatusUpdate.id).where(StatusUpdate.action_id == action_id)
    return db.session.scalar(query.order_by(StatusUpdate.id.desc()).limit(1))


def race(app: Flask, writers: list[Writer], writes: int) -> None:
    """Let the writers loose together, each with a database connection of its own."""
    gate = Barrier(len(writers))

    def run(writer: Writer) -> None:
        with app.app_context():
            gate.wait(10)
            writer.write(writes // len(writers))

    with ThreadPoolExecutor(len(writers)) as pool:
        waiting = [pool.submit(Context().run, partial(run, writer)) for writer in writers]
        for future in waiting:
            future.result(600)
    db.session.expire_all()


def entries_of(action_id: int) -> list[JournalEntry]:
    return list(reversed(journal.history("action", action_id)))


def chain(entries: list[JournalEntry], name: str, start: Any) -> Iterator[Any]:
    """What a field has been, one after the other; an entry that does not go on from the one
    before it fails."""
    now = start
    for entry in entries:
        pair = entry.data.get(name)
        if isinstance(pair, list):
            assert pair[0] == now, f"{entry.deed} {entry.id}: {name} was {now}, not {pair[0]}"
            now = pair[1]
        yield now


@pytest.fixture
def writes(request: pytest.FixtureRequest) -> int:
    """How many writes race."""
    number: int = request.config.getoption("--racing-writes")
    return number


@pytest.fixture
def raced(any_app: Flask, cast: Cast, writes: int) -> tuple[list[int], list[Told]]:
    """The actions, and what each thread was told."""
    made = [
        make_action(
            cast.plan, f"Start {n}", unit=cast.unit, deadline=LATER, status=ActionStatus.PLANNED
        )
        for n in range(ACTIONS)
    ]
    db.session.add_all(made)
    db.session.commit()
    ids, unit_id = [action.id for action in made], cast.unit.id
    names = (cast.director.name, cast.unit_director.name)
    db.session.expunge_all()
    query = select(User).where(User.name.in_(names)).options(selectinload(User.roles))
    one, other = db.session.scalars(query).all()
    db.session.expunge_all()
    db.session.rollback()
    writers = [Writer(number, (one, other), ids, unit_id) for number in range(THREADS)]
    race(any_app, writers, writes)
    return ids, [writer.told for writer in writers]


@pytest.mark.waits
def test_racing_writes(raced: tuple[list[int], list[Told]], any_app: Flask, writes: int) -> None:
    ids, told = raced
    accepted = [write for one in told for write in one.accepted]
    refused = [write for one in told for write in one.refused]
    assert len(accepted) + len(refused) == writes
    kinds = Counter(kind for kind, *_rest in accepted)
    assert set(kinds) == set(MIX), "every kind of write was accepted some time"
    assert any(isinstance(error, Conflict) for _kind, error in refused)

    entries = {action_id: entries_of(action_id) for action_id in ids}
    deeds = Counter(entry.deed for of_one in entries.values() for entry in of_one)
    assert deeds == {DEEDS[kind]: number for kind, number in kinds.items()}
    rows = db.session.query(StatusUpdate).filter(StatusUpdate.action_id.in_(ids))
    assert rows.count() == kinds["report"] + kinds["correct"]
    for action_id in ids:
        nothing_is_lost(action_id, entries[action_id], [w for w in accepted if w[1] == action_id])
    assert journal.verify() == Verdict(sum(deeds.values()), [], True)
    print(
        f"\n{any_app.config['SQLALCHEMY_DATABASE_URI'].partition(':')[0]}: {writes} writes,",
        end=" ",
    )
    print(f"{len(accepted)} accepted, {len(refused)} refused, 0 lost;", dict(kinds))


def nothing_is_lost(
    action_id: int, entries: list[JournalEntry], accepted: list[tuple[str, int, str, int]]
) -> None:
    """Each accepted write stands in the journal once, in a chain that ends at the row."""
    row = db.session.get_one(Action, action_id)
    statuses = list(chain(entries, "status", ActionStatus.PLANNED.value))
    titles = list(chain(entries, "title", None if not entries else first_title(entries)))
    assert statuses[-1] == row.status.value
    assert titles[-1] in (row.title, None)
    told = Counter(
        words for kind, _id, words, _version in accepted if kind not in ("verify", "undo")
    )
    assert told == Counter(words_in(entry) for entry in entries if words_in(entry))

    raised = [entry for entry in entries if "status" in entry.data or "title" in entry.data]
    assert row.version == 1 + len(raised), "each change raised the version by one"
    given = [version for kind, *_x, version in accepted if kind not in ("report", "correct")]
    assert len(set(given)) == len(given), "no two writers were given the same version"
    said = [(one.health, one.percent, one.forecast, one.at) for one in row.updates[:1]]
    if said:
        assert said == [(row.health, row.percent, row.forecast, row.reported_at)]
    else:
        assert row.reported_at is None, "it was dropped before anybody had reported"


def first_title(entries: list[JournalEntry]) -> str | None:
    return next((entry.data["title"][0] for entry in entries if "title" in entry.data), None)


def words_in(entry: JournalEntry) -> str:
    """The words that only one write had."""
    for name in ("text", "title", "evidence", "reason"):
        said = entry.data.get(name)
        if said:
            return str(said[1] if isinstance(said, list) else said)
    return ""
