"""The journal: nobody changes it unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.helpers.cast import NOW, Cast
from tests.services.mailing import at_once
from tracker.extensions import db
from tracker.models import JournalEntry, User
from tracker.services import journal
from tracker.services.journal import Verdict


def write(count: int, by: User | None = None) -> None:
    """So many entries, each in a transaction of its own."""
    for number in range(1, count + 1):
        at = NOW + timedelta(minutes=number)
        journal.record("test.do", "thing", number, {"number": number}, by=by, now=at)
        db.session.commit()


def tamper(statement: str) -> None:
    """Change the table behind the product's back, as whoever owns the database can."""
    if db.engine.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER journal_entry_no_{verb}"))
    else:
        db.session.execute(text("DROP TRIGGER journal_entry_append_only ON journal_entry"))
    db.session.execute(text(statement))
    db.session.commit()
    db.session.expire_all()


class TestChain:
    def test_it_holds(self, any_app: Flask, cast: Cast) -> None:
        write(5, by=cast.admin)
        assert journal.verify() == Verdict(5, [], True)

    def test_an_empty_one_too(self, app: Flask) -> None:
        assert journal.verify() == Verdict(0, [], True)

    def test_each_entry_seals_the_one_before(self, app: Flask, cast: Cast) -> None:
        write(3)
        first, second, third = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id))
        assert first.previous_hash == journal.FIRST
        assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)

    @pytest.mark.parametrize(
        ("statement", "broken"),
        [
            ("UPDATE journal_entry SET actor = 'Någon annan' WHERE id = 3", [3]),
            ("UPDATE journal_entry SET actor_id = NULL WHERE id = 3", [3]),
            ("UPDATE journal_entry SET deed = 'test.undo' WHERE id = 3", [3]),
            ("UPDATE journal_entry SET subject = 'person' WHERE id = 3", [3]),
            ("UPDATE journal_entry SET subject_id = 9 WHERE id = 3", [3]),
            ("UPDATE journal_entry SET at = '2026-03-02 00:00:00.000000' WHERE id = 3", [3]),
            ("""UPDATE journal_entry SET data = '{"number": 4}' WHERE id = 3""", [3]),
            ("UPDATE journal_entry SET hash = previous_hash WHERE id = 3", [3, 4]),
            ("DELETE FROM journal_entry WHERE id = 3", [4]),
            ("DELETE FROM journal_entry WHERE id = 1", [2]),
            ("DELETE FROM journal_entry WHERE id <= 4", [5]),
            ("UPDATE journal_entry SET id = id + 10 WHERE id = 3", [4, 13]),
            (
                "INSERT INTO journal_entry (id, at, actor, deed, subject, subject_id, data,"
                " previous_hash, hash) SELECT 6, at, actor, deed, subject, subject_id, data,"
                " 'x', 'y' FROM journal_entry WHERE id = 5",
                [6],
            ),
        ],
    )
    def test_changed_removed_added_and_reordered_rows_are_found(
        self, app: Flask, cast: Cast, statement: str, broken: list[int]
    ) -> None:
        write(5, by=cast.admin)
        tamper(statement)
        assert journal.verify().broken == broken

    def test_a_changed_entry_sealed_anew_breaks_the_next(self, app: Flask, cast: Cast) -> None:
        write(4)
        entry = db.session.get_one(JournalEntry, 2)
        entry.actor = "Någon annan"
        forged = journal.seal(entry)
        db.session.rollback()
        tamper(f"UPDATE journal_entry SET actor = 'Någon annan', hash = '{forged}' WHERE id = 2")
        assert journal.verify() == Verdict(4, [3], True)

    def test_the_database_itself_refuses(self, any_app: Flask) -> None:
        write(1)
        for statement in ("UPDATE journal_entry SET actor = 'x'", "DELETE FROM journal_entry"):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(text(statement))
            db.session.rollback()
            assert journal.verify() == Verdict(1, [], True), statement


class TestRecord:
    def test_what_is_read_back_is_what_was_sealed(self, any_app: Flask) -> None:
        told: list[dict[Any, Any]] = [
            {},
            {"å": "ö", "nested": {"b": [1, 2.5, None, True], "a": ()}},
            {10: "ten", 2: "two"},
            {"deadline": {"before": "2026-03-02", "after": None}},
        ]
        at = NOW + timedelta(microseconds=123457)
        for number, data in enumerate(told, 1):
            journal.record("test.do", "thing", 1, data, by=None, now=at)
            db.session.commit()
            db.session.expire_all()
            assert journal.verify() == Verdict(number, [], True), data

    def test_the_actors_name_stays_as_it_was(self, app: Flask, cast: Cast) -> None:
        write(1, by=cast.owner)
        cast.owner.name = "Olle Nyman"
        db.session.commit()
        assert journal.latest(1)[0].actor == "Olle Ägare"
        assert journal.verify() == Verdict(1, [], True)

    def test_without_a_person_it_was_the_system(self, app: Flask) -> None:
        write(1)
        entry = journal.latest(1)[0]
        assert (entry.actor, entry.actor_id) == ("Åtgärda", None)

    def test_it_is_in_the_callers_transaction(self, any_app: Flask) -> None:
        write(1)
        journal.record("test.do", "thing", 2, {}, by=None, now=NOW)
        db.session.rollback()
        assert journal.verify() == Verdict(1, [], True)

    def test_writers_at_once_make_one_chain(self, any_app: Flask) -> None:
        works: list[Callable[[], object]] = [lambda: write(8)] * 4
        assert at_once(any_app, works) == [None] * 4
        assert journal.verify() == Verdict(32, [], True)


def test_reading(app: Flask, cast: Cast) -> None:
    write(3)
    journal.record("test.again", "thing", 2, {}, by=cast.admin, now=NOW)
    db.session.commit()
    assert [e.subject_id for e in journal.latest(2)] == [2, 3]
    assert [e.deed for e in journal.history("thing", 2)] == ["test.again", "test.do"]
    assert journal.history("other", 2) == []
