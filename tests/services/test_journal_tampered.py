"""A thousand ways to tamper with the journal, behind the product's back: every one is found."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.services.test_journal import tamper, write
from tracker.extensions import db
from tracker.models import JournalEntry
from tracker.services import journal

MANY = 1000
ENTRIES = 12
COLUMNS = [
    "id",
    "at",
    "actor_id",
    "actor",
    "deed",
    "subject",
    "subject_id",
    "data",
    "previous_hash",
    "hash",
]
Row = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """The whole journal as it stands in the database: its entries, and its seal if it has one."""

    rows: tuple[Row, ...]
    seal: tuple[int, str, str] | None

    def but(self, place: int, **values: Any) -> Book:
        """The same with other values in one entry."""
        rows = list(self.rows)
        rows[place] = {**rows[place], **values}
        return replace(self, rows=tuple(rows))

    def chained(self, first: int) -> Book:
        """The same with the chain made anew from an entry on, as the published formula says."""
        rows = [dict(row) for row in self.rows]
        for place in range(first, len(rows)):
            rows[place]["previous_hash"] = rows[place - 1]["hash"] if place else journal.FIRST
            rows[place]["hash"] = journal.seal(entry_of(rows[place]))
        return replace(self, rows=tuple(rows))

    def without(self, *places: int) -> Book:
        """The same with some entries gone."""
        rows = [row for place, row in enumerate(self.rows) if place not in places]
        return replace(self, rows=tuple(rows))

    def with_row(self, place: int, row: Row) -> Book:
        """The same with one more entry at a place; those after it move on."""
        rows = [dict(one) for one in (*self.rows[:place], row, *self.rows[place:])]
        for number, one in enumerate(rows, 1):
            one["id"] = number
        return replace(self, rows=tuple(rows))


def entry_of(row: Row) -> JournalEntry:
    """The entry that a row of the database is read as."""
    at = datetime.fromisoformat(row["at"] + "+00:00")
    values = {name: row[name] for name in COLUMNS if name not in ("id", "at", "data")}
    return JournalEntry(at=at, data=json.loads(row["data"]), **values)


def other(rng: random.Random, row: Row) -> Row:
    """One field of an entry, with a value that it has not."""
    name = rng.choice([name for name in COLUMNS if name not in ("id", "previous_hash", "hash")])
    at = datetime.fromisoformat(row["at"]) + timedelta(microseconds=rng.randint(1, 10**9))
    values = {
        "at": f"{at:%Y-%m-%d %H:%M:%S.%f}",
        "actor_id": None if row["actor_id"] else 1,
        "actor": rng.choice(["", "Någon annan", row["actor"] + " ", row["actor"].upper()]),
        "deed": rng.choice(["test.undo", row["deed"] + "s"]),
        "subject": rng.choice(["", "user"]),
        "subject_id": row["subject_id"] + rng.choice([-1, 1, 1000]),
        "data": rng.choice(["{}", '{"number": -1}', "[]", '{"number": "1"}']),
    }
    return {name: values[name]}


def changed(book: Book, rng: random.Random) -> Book:
    place = rng.randrange(len(book.rows))
    return book.but(place, **other(rng, book.rows[place]))


def changed_hash(book: Book, rng: random.Random) -> Book:
    place, name = rng.randrange(len(book.rows)), rng.choice(["hash", "previous_hash"])
    return book.but(place, **{name: f"{rng.getrandbits(256):064x}"})


def changed_and_hashed(book: Book, rng: random.Random) -> Book:
    place = rng.randrange(len(book.rows))
    forged = book.but(place, **other(rng, book.rows[place]))
    return forged.but(place, hash=journal.seal(entry_of(forged.rows[place])))


def changed_and_chained(book: Book, rng: random.Random) -> Book:
    place = rng.randrange(len(book.rows))
    return book.but(place, **other(rng, book.rows[place])).chained(place)


def removed(book: Book, rng: random.Random) -> Book:
    return book.without(*rng.sample(range(len(book.rows)), rng.randint(1, len(book.rows) - 1)))


def removed_and_chained(book: Book, rng: random.Random) -> Book:
    return book.without(rng.randrange(len(book.rows))).chained(0)


def beheaded(book: Book, rng: random.Random) -> Book:
    return book.without(*range(rng.randint(1, len(book.rows))))


def cut_off(book: Book, rng: random.Random) -> Book:
    return book.without(*range(rng.randrange(len(book.rows)), len(book.rows)))


def added(book: Book, rng: random.Random) -> Book:
    place = rng.randint(0, len(book.rows))
    row = {**rng.choice(book.rows), "hash": "y", "previous_hash": f"{rng.getrandbits(256):064x}"}
    return book.with_row(place, row)


def added_and_chained(book: Book, rng: random.Random) -> Book:
    place = rng.randint(0, len(book.rows))
    model = rng.choice(book.rows)
    return book.with_row(place, {**model, **other(rng, model)}).chained(place)


def swapped(book: Book, rng: random.Random) -> Book:
    one, two = rng.sample(range(len(book.rows)), 2)
    first, second = book.rows[one], book.rows[two]
    moved = book.but(one, **{**second, "id": first["id"]})
    return moved.but(two, **{**first, "id": second["id"]})


def seal_changed(book: Book, rng: random.Random) -> Book:
    assert book.seal
    entries, last, mac = book.seal
    forged = [(entries + 1, last, mac), (entries, last[::-1], mac), (entries, last, mac[::-1])]
    return replace(book, seal=rng.choice([*forged, None]))


def seal_of_another_key(book: Book, rng: random.Random) -> Book:
    short = cut_off(book, rng)
    last = short.rows[-1]["hash"] if short.rows else journal.FIRST
    return replace(short, seal=(len(short.rows), last, f"{rng.getrandbits(256):064x}"))


def seal_follows_the_chain(book: Book, rng: random.Random) -> Book:
    assert book.seal
    forged = changed_and_chained(book, rng)
    return replace(forged, seal=(book.seal[0], forged.rows[-1]["hash"], book.seal[2]))


WAYS: list[Callable[[Book, random.Random], Book]] = [
    *(changed, changed_hash, changed_and_hashed, changed_and_chained),
    *(removed, removed_and_chained, beheaded, cut_off, added, added_and_chained, swapped),
    *(seal_changed, seal_of_another_key, seal_follows_the_chain),
]


class Table:
    """The tables behind the product, by a connection of whoever owns the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def read(self) -> Book:
        """The journal as it stands."""
        listed = self.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM journal_entry")
        rows = tuple(dict(zip(COLUMNS, row, strict=True)) for row in listed)
        seal = self.connection.execute("SELECT entries, last_hash, mac FROM journal_seal")
        return Book(rows, seal.fetchone())

    def write(self, book: Book) -> None:
        """Put this one in its place."""
        db.session.rollback()
        with self.connection as at_once:
            at_once.execute("DELETE FROM journal_entry")
            at_once.execute("DELETE FROM journal_seal")
            places = ", ".join(f":{name}" for name in COLUMNS)
            names = ", ".join(COLUMNS)
            at_once.executemany(f"INSERT INTO journal_entry ({names}) VALUES ({places})", book.rows)
            if book.seal:
                at_once.execute("INSERT INTO journal_seal VALUES (?, ?, ?, 1)", book.seal)
        db.session.expire_all()


@pytest.fixture
def table(app: Flask, cast: Cast, tmp_path: Path) -> Iterator[Table]:
    """A journal of twelve entries, by people and by the system, and the way to it from behind."""
    write(ENTRIES // 2, by=cast.admin)
    tamper("SELECT 1")
    write_on(ENTRIES // 2)
    with closing(sqlite3.connect(tmp_path / "atgarda.db")) as connection:
        yield Table(connection)


def write_on(count: int) -> None:
    """So many entries more, by the system itself."""
    for number in range(count):
        journal.record("test.do", "thing", number, {"å": [number]}, by=None, now=NOW)
    db.session.commit()


def test_every_tampering_is_found(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    whole, rng, found = table.read(), random.Random(2026), Counter[str]()
    assert len(whole.rows) == ENTRIES and journal.verify()
    for number in range(MANY):
        way = WAYS[number % len(WAYS)]
        forged = way(whole, rng)
        assert forged != whole, way.__name__
        table.write(forged)
        found[way.__name__] += not journal.verify()
    table.write(whole)
    assert journal.verify(), "what was put back holds again"
    assert found.total() == MANY, found
    with capsys.disabled():
        print(f"\n{MANY} tamperings of {len(WAYS)} kinds, {found.total()} found by journal verify")


def test_what_is_written_afterwards_heals_nothing(table: Table) -> None:
    whole = table.read()
    for way in WAYS:
        rng = random.Random(7)
        for _time in range(5):
            table.write(way(whole, rng))
            write_on(3)
            assert not journal.verify(), way.__name__


def test_an_older_seal_does_not_fit(table: Table) -> None:
    """Seals are not signed tickets that could be kept and shown later."""
    before = table.read()
    write_on(1)
    after = table.read()
    table.write(replace(after, seal=before.seal))
    assert not journal.verify()
    write_on(1)
    assert not journal.verify()


def test_a_lost_key_is_answered_by_a_new_seal(table: Table) -> None:
    """The way out for whoever lost SECRET_KEY; a chain that is broken stays broken."""
    whole = table.read()
    table.write(replace(whole, seal=None))
    journal.reseal(now=NOW)
    found = journal.verify()
    assert found and found.entries == ENTRIES + 1
    assert journal.latest(1)[0].deed == "journal.reseal"
    table.write(whole.without(3))
    journal.reseal(now=NOW)
    assert journal.verify().ends_as_sealed and journal.verify().broken == [whole.rows[4]["id"]]
