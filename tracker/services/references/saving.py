"""Bringing other municipalities' scores in: preview, save, and taking back what was saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db, in_turn
from tracker.importers.references import ReferenceFile, ReferenceRow, read_references
from tracker.models import JournalEntry, Municipality, ReferenceScore, User
from tracker.services import journal, scope
from tracker.services.spelling import spelled_as_known

SUBJECT = "reference"
IMPORT, UNDO, REMOVE = "reference.import", "reference.undo", "reference.remove"
_WHOLE_LIST = 0  # the subject of a deed on many rows

Key = tuple[str, date, bool, str]
State = dict[str, Any]


class Fate(StrEnum):
    """What saving a row does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]


_LABELS = {
    Fate.NEW: N_("Ny"),
    Fate.CHANGED: N_("Ändras"),
    Fate.SAME: N_("Finns redan"),
}


@dataclass(frozen=True)
class Preview:
    """What a file would do: each row that holds with its fate, and what is wrong with the rest."""

    file: ReferenceFile
    fates: tuple[tuple[ReferenceRow, Fate], ...]

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many rows of each fate."""
        return Counter(fate for _row, fate in self.fates)

    @property
    def to_save(self) -> int:
        """How many rows saving would add or change."""
        return self.counts[Fate.NEW] + self.counts[Fate.CHANGED]


@dataclass(frozen=True)
class Saved:
    """What was done; `import_id` is what takes it back, None where nothing changed."""

    import_id: int | None
    added: int
    changed: int


@dataclass(frozen=True)
class Undone:
    """How many rows are as they were, and how many somebody has changed since (left alone)."""

    restored: int
    left: int


def preview(data: bytes, *, by: User | None, today: date) -> Preview:
    """Read a file and say what saving it would do; nothing is written.

    Raises:
        RuleBroken: the file cannot be read at all.
        Forbidden: the person may not manage comparisons.
    """
    _authorise(by)
    names = _known_names()
    file = read_references(data, today=today, spelled=lambda name: spelled_as_known(name, names))
    kept = _kept(row.key for row in file.rows)
    return Preview(file, tuple((row, _fate(row, kept.get(row.key))) for row in file.rows))


def save(data: bytes, name: str, *, by: User | None, now: datetime, today: date) -> Saved:
    """Add or replace the rows of a file that hold; those that do not are left out.

    `name` is the file's, for the journal.

    Raises:
        RuleBroken: the file cannot be read, or no row of it holds.
        Forbidden: the person may not manage comparisons.
    """
    saved = write(data, name, by=by, now=now, today=today)
    db.session.commit()
    return saved


def write(data: bytes, name: str, *, by: User | None, now: datetime, today: date) -> Saved:
    """As save, in the caller's transaction."""
    in_turn(SUBJECT)
    shown = preview(data, by=by, today=today)
    if not shown.fates:
        raise RuleBroken("Ingen rad i filen går att läsa in. Rätta raderna och försök igen.")
    kept = _kept(row.key for row, _fate in shown.fates)
    changes = [
        _written(row, kept.get(row.key), by=by, now=now)
        for row, fate in shown.fates
        if fate is not Fate.SAME
    ]
    import_id = _record_import(name, changes, by=by, now=now) if changes else None
    return Saved(import_id, shown.counts[Fate.NEW], shown.counts[Fate.CHANGED])


def remove_import(import_id: int, *, by: User, now: datetime) -> Undone:
    """Take back what an import did: its rows become as they were before, or go.

    A row that has been changed or removed since stays as it is.

    Raises:
        NotFound: there was no such import.
        RuleBroken: nothing of it is left to take back.
        Forbidden: the person may not manage comparisons.
    """
    _authorise(by)
    in_turn(SUBJECT)
    entry = db.session.get(JournalEntry, import_id)
    if entry is None or entry.deed != IMPORT:
        raise NotFound
    changes = [(_key_of(one["row"]), one) for one in entry.data["rows"]]
    kept = _kept(key for key, _one in changes)
    restored = sum(_take_back(kept.get(key), one) for key, one in changes)
    if not restored:
        raise RuleBroken("Inläsningen är redan borttagen eller ändrad av någon annan.")
    data = {"import": import_id, "restored": restored}
    journal.record(UNDO, SUBJECT, _WHOLE_LIST, data, by=by, now=now)
    db.session.commit()
    return Undone(restored, len(changes) - restored)


def remove(reference_id: int, *, by: User, now: datetime) -> str:
    """Remove one row; gives the municipality's name.

    Raises:
        NotFound: there is no such row.
        Forbidden: the person may not manage comparisons.
    """
    _authorise(by)
    in_turn(SUBJECT)
    row = db.session.get(ReferenceScore, reference_id)
    if row is None:
        raise NotFound
    name = row.municipality
    data = {"row": _key_to_json(_key(row)), "state": [_state(row), None]}
    db.session.delete(row)
    journal.record(REMOVE, SUBJECT, reference_id, data, by=by, now=now)
    db.session.commit()
    return name


def _authorise(by: User | None) -> None:
    if by is not None:
        scope.require(by, Deed.COMPARISON_MANAGE)


def _known_names() -> list[str]:
    names = db.session.scalars(select(Municipality.name).order_by(Municipality.id)).all()
    listed = db.session.scalars(
        select(ReferenceScore.municipality).distinct().order_by(ReferenceScore.municipality)
    ).all()
    return [*names, *listed]


def _kept(keys: Iterable[Key]) -> dict[Key, ReferenceScore]:
    """The rows that are there already; one query, since a municipality has but few."""
    wanted = set(keys)
    places = {place for place, *_rest in wanted}
    rows = db.session.scalars(select(ReferenceScore).where(ReferenceScore.place_key.in_(places)))
    return {key: row for row in rows if (key := _key(row)) in wanted}


def _key(row: ReferenceScore) -> Key:
    return row.place_key, row.month, row.whole_year, row.edition


def _key_to_json(key: Key) -> list[Any]:
    place, month, whole_year, edition = key
    return [place, month.isoformat(), whole_year, edition]


def _key_of(kept: Sequence[Any]) -> Key:
    place, month, whole_year, edition = kept
    return place, date.fromisoformat(month), whole_year, edition


def _fate(row: ReferenceRow, kept: ReferenceScore | None) -> Fate:
    if kept is None:
        return Fate.NEW
    return Fate.SAME if _state(kept) == _wanted(row) else Fate.CHANGED


def _state(kept: ReferenceScore) -> State:
    """What a row says beside its key, as the journal keeps it."""
    return {
        "municipality": kept.municipality,
        "areas": list(kept.areas),
        "total": kept.total,
        "source": kept.source,
    }


def _wanted(row: ReferenceRow) -> State:
    return {
        "municipality": row.municipality,
        "areas": list(row.areas),
        "total": row.total,
        "source": row.source,
    }


def _written(
    row: ReferenceRow, kept: ReferenceScore | None, *, by: User | None, now: datetime
) -> State:
    """Write a row, and give what changed as the journal keeps it."""
    before = None if kept is None else _state(kept)
    after = _wanted(row)
    if kept is None:
        place, month, whole_year, edition = row.key
        kept = ReferenceScore(place_key=place, month=month, whole_year=whole_year, edition=edition)
        db.session.add(kept)
    _become(kept, after)
    kept.added_at, kept.added_by_id = now, by.id if by else None
    return {"row": _key_to_json(row.key), "state": [before, after]}


def _become(kept: ReferenceScore, state: State) -> None:
    kept.municipality, kept.source = state["municipality"], state["source"]
    kept.areas, kept.total = state["areas"], state["total"]


def _record_import(name: str, changes: Sequence[State], *, by: User | None, now: datetime) -> int:
    db.session.flush()
    data = {"file": name[:255], "rows": list(changes)}
    journal.record(IMPORT, SUBJECT, _WHOLE_LIST, data, by=by, now=now)
    latest = select(JournalEntry.id).where(JournalEntry.deed == IMPORT)
    return db.session.scalars(latest.order_by(JournalEntry.id.desc()).limit(1)).one()


def _take_back(kept: ReferenceScore | None, change: State) -> bool:
    """Whether a row was as the import left it, and is now as it was before."""
    before, after = change["state"]
    if kept is None or _state(kept) != after:
        return False
    if before is None:
        db.session.delete(kept)
    else:
        _become(kept, before)
    return True
