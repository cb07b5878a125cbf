"""Everything comes out: the same rows, the same files, no secret, the same bytes."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, insert, inspect, select, update

from config import Config
from tests.helpers import pieces, reported
from tests.helpers.cast import NOW, Cast
from tests.helpers.logged_in import log_in
from tracker.domain.errors import Forbidden
from tracker.domain.personal_data import TEXTS, Content
from tracker.extensions import db
from tracker.models import (
    AccountToken,
    Base,
    Comment,
    Committee,
    JournalEntry,
    LoginSession,
    OutboxMessage,
    RecoveryCode,
    SecondFactor,
    TokenPurpose,
    Unit,
)
from tracker.services import journal
from tracker.services.records import schema
from tracker.services.records.exporting import Made, export_records, write_export
from tracker.services.records.verifying import check_export
from tracker.services.reports.reading.files import keep

STORED = {
    **{"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"},
    **{"text": "TEXT", "date": "TEXT", "instant": "TEXT", "json": "TEXT", "file": "BLOB"},
}


@pytest.fixture
def config(the_app: Flask) -> Config:
    found: Config = the_app.extensions["settings"]
    return found


@pytest.fixture
def lived_in(the_app: Flask, cast: Cast) -> Cast:
    """The cast, with a published report, kept files, hostile words, and secrets of every kind."""
    read = reported.published(cast, committee_id=cast.committee.id)
    keep(read.id, "pdf", b"%PDF-1.7 made", now=NOW)
    pieces.logo_mark(cast.admin)
    db.session.add(pieces.evidence(cast.action))
    cast.action.description = '=HYPERLINK("x")\n\u2028;"ö" 😀'
    cast.action.extra = {"Färg": ["röd", None, 1.5], "tal": True}
    pieces.dead_letter(cast.owner)
    db.session.execute(update(OutboxMessage).values(mime=b"SECRET-4"))
    log_in(cast.owner.email, "lösenord-för-test", now=NOW)
    db.session.add(
        SecondFactor(user_id=cast.admin.id, secret="SECRET-1", created_at=NOW, last_step=5)
    )
    db.session.add(RecoveryCode(user_id=cast.admin.id, code_hash="SECRET-2"))
    token = {"token_hash": "SECRET-3", "user_id": cast.owner.id, "purpose": TokenPurpose.RESET}
    db.session.add(AccountToken(**token, created_at=NOW, expires_at=NOW))
    db.session.commit()
    return cast


def exported(config: Config, now: datetime = NOW) -> tuple[ZipFile, Made]:
    """An export in memory."""
    file = io.BytesIO()
    made = write_export(file, config=config, now=now)
    db.session.rollback()
    return ZipFile(file), made


def described(archive: ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("schema.json"))
    return found


def lines_of(archive: ZipFile, table: str) -> list[dict[str, Any]]:
    raw = archive.read(f"tables/{table}.jsonl").decode().split("\n")
    assert raw.pop() == ""
    return [json.loads(line) for line in raw]


def read_back(kind: str, value: Any) -> Any:
    """A value of the other system's table as ours has it."""
    if value is None:
        return None
    if kind == "json":
        return json.loads(value)
    if kind in ("date", "instant"):
        return (date if kind == "date" else datetime).fromisoformat(value)
    return bool(value) if kind == "boolean" else value


def another_system(archive: ZipFile) -> sqlite3.Connection:
    """An empty SQLite that was filled by what the export says of itself alone."""
    other = sqlite3.connect(":memory:")
    for table in described(archive)["tables"]:
        kinds = {one["name"]: one["type"] for one in table["columns"]}
        parts = [f'"{name}" {STORED[kind]}' for name, kind in kinds.items()]
        parts.append(f"PRIMARY KEY ({', '.join(table['primary_key'])})")
        for one in table["columns"]:
            if target := one.get("references"):
                place = f'"{target["table"]}" ("{target["column"]}")'
                parts.append(f'FOREIGN KEY ("{one["name"]}") REFERENCES {place}')
        other.execute(f'CREATE TABLE "{table["name"]}" ({", ".join(parts)})')
        marks = ", ".join("?" * len(kinds))
        for row in lines_of(archive, table["name"]):
            assert list(row) == list(kinds)
            values = [put_in(archive, kinds[name], value) for name, value in row.items()]
            other.execute(f'INSERT INTO "{table["name"]}" VALUES ({marks})', values)
    return other


def put_in(archive: ZipFile, kind: str, value: Any) -> Any:
    """A value of the export as the other system keeps it."""
    if kind == "file":
        return archive.read(value)
    return json.dumps(value) if kind == "json" and value is not None else value


def test_another_system_reads_it(any_app: Flask, config: Config, lived_in: Cast) -> None:
    """It has every row of every table, value by value, and each points to one that is there."""
    archive, made = exported(config)
    tables, other = described(archive)["tables"], another_system(archive)
    assert {one["name"] for one in tables} | {"alembic_version"} == set(
        inspect(db.engine).get_table_names()
    )
    assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in tables:
        kinds = [one["type"] for one in table["columns"]]
        ours = Base.metadata.tables[table["name"]]
        columns = [ours.c[one["name"]] for one in table["columns"]]
        here = db.session.execute(select(*columns).order_by(*ours.primary_key)).all()
        order = ", ".join(table["primary_key"])
        there = [
            tuple(map(read_back, kinds, row))
            for row in other.execute(f'SELECT * FROM "{table["name"]}" ORDER BY {order}')
        ]
        assert there == [tuple(row) for row in here], table["name"]
        assert table["rows"] == len(here)
    assert made.rows == sum(table["rows"] for table in tables) > 80


def test_what_is_in_it_and_what_is_not(app: Flask, config: Config, lived_in: Cast) -> None:
    """Kept files under their sums, bytes of the database as files, and no secret anywhere."""
    hidden = [
        *(SecondFactor.secret, RecoveryCode.code_hash, AccountToken.token_hash),
        *(LoginSession.token_hash, OutboxMessage.mime),
    ]
    secrets = {one for column in hidden for one in db.session.scalars(select(column))}
    secrets.add(lived_in.owner.password_hash)
    archive, made = exported(config)
    names = archive.namelist()
    everything = b"\n".join(archive.read(name) for name in names)
    for secret in secrets:
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in everything
    assert config.secret_key.encode() not in everything
    kept = [name for name in names if name.startswith(("evidence/", "sources/", "files/"))]
    assert len(kept) == made.files == 3
    report = next(name for name in kept if name.endswith(".pdf"))
    assert archive.read(report) == b"%PDF-1.7 made"
    assert names[0] == "README.txt" and names[-1] == "MANIFEST.sha256"
    readme = archive.read("README.txt").decode()
    assert "ALLT SOM FINNS" in readme and "EVERYTHING THAT IS" in readme
    about = described(archive)
    assert about["made_at"] == "2026-03-02T08:00:00Z"
    assert (about["schema_revision"], about["lacking"]) == ("0007", [])
    people = next(one for one in about["tables"] if one["name"] == "user_account")
    assert list(people["left_out"]) == ["password_hash"]
    assert people["columns"][0]["name"] == "id"


def test_every_column_is_told_of_or_left_out() -> None:
    """Whoever adds a table or a column says here, too, what it means; no secret is forgotten."""
    tables = schema.tables()
    assert {table.name for table in tables} == set(Base.metadata.tables)
    known = {str(column) for table in tables for column in table.columns}
    for table in tables:
        assert schema.described(table, 0)["meaning"].keys() == {"sv", "en"}, table.name
        for column in table.columns:
            assert schema.meaning(table.name, column.name).keys() == {"sv", "en"}, str(column)
            if isinstance(column.type, LargeBinary):
                assert str(column) in {*schema.FILES, *schema.left_out()}, str(column)
    assert set(schema.left_out()) <= known
    hidden = {f"{table}.{one}" for table, texts in TEXTS.items() for one in texts[Content.HIDDEN]}
    assert set(schema.left_out()) - hidden == {"outbox.mime"}
    assert hidden <= set(schema.left_out())


def test_a_spreadsheet_runs_nothing(app: Flask, config: Config, lived_in: Cast) -> None:
    """The CSV has the same rows; what would be a formula has an apostrophe before it."""
    archive, _made = exported(config)
    for table in described(archive)["tables"]:
        raw = archive.read(f"tables/{table['name']}.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(raw, newline=""), delimiter=";"))
        assert len(rows) == table["rows"]
        cells = [cell for row in rows for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    raw = archive.read("tables/action.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw, newline=""), delimiter=";"))
    mine = next(row for row in rows if row["id"] == str(lived_in.action.id))
    assert mine["description"] == f"'{lived_in.action.description}"
    assert json.loads(mine["extra"]) == lived_in.action.extra
    assert mine["dropped_on"] == ""


def test_the_same_moment_gives_the_same_bytes(
    any_app: Flask, config: Config, lived_in: Cast
) -> None:
    first, second, later = io.BytesIO(), io.BytesIO(), io.BytesIO()
    made = write_export(first, config=config, now=NOW)
    assert write_export(second, config=config, now=NOW) == made
    write_export(later, config=config, now=NOW + timedelta(days=1))
    assert first.getvalue() == second.getvalue() != later.getvalue()
    assert len(first.getvalue()) == made.size


def test_it_is_of_one_moment(any_app: Flask, config: Config, cast: Cast) -> None:
    """What somebody commits while it is written is in none of its tables."""

    def somebody(step: int, _of: int) -> None:
        if step == 20:
            with db.engine.begin() as another:
                key = another.execute(
                    insert(Committee).values(name="Ny nämnd")
                ).inserted_primary_key
                another.execute(insert(Unit).values(name="Ny enhet", committee_id=key[0]))

    file = io.BytesIO()
    write_export(file, config=config, now=NOW, progress=somebody)
    db.session.rollback()
    archive = ZipFile(file)
    assert db.session.scalar(select(Unit.id).where(Unit.name == "Ny enhet"))
    for table in ("committee", "unit"):
        assert not [row for row in lines_of(archive, table) if row["name"].startswith("Ny ")]


def test_files_that_are_gone_or_damaged_are_named(
    app: Flask, config: Config, lived_in: Cast
) -> None:
    first, second = pieces.evidence(lived_in.action), pieces.evidence(lived_in.action)
    second.sha256 = "ab" * 32
    db.session.add_all([first, second])
    db.session.commit()
    path = next((config.instance_dir / "evidence").glob("??/*"))
    path.write_bytes(b"something else")
    (path.parent / "tmp123").write_bytes(b"half")
    archive, made = exported(config)
    name = f"evidence/{path.parent.name}/{path.name}"
    gone = f"evidence/ab/{'ab' * 32}"
    assert made.lacking == (name, gone)
    assert described(archive)["lacking"] == [
        {"file": name, "state": "damaged"},
        {"file": gone, "state": "missing"},
    ]
    assert archive.read(name) == b"something else"
    assert not [one for one in archive.namelist() if "tmp123" in one]


@pytest.fixture
def traced() -> Iterator[Callable[[], int]]:
    """The most bytes in use since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_it_fits_in_little_memory(
    app: Flask, config: Config, cast: Cast, tmp_path: Path, traced: Callable[[], int]
) -> None:
    """A file of 32 MB and 4 MB of comments pass through, and never stand in memory together."""
    values = {
        "action_id": cast.action.id,
        "author_id": cast.owner.id,
        "at": NOW,
        "text": "x" * 8000,
    }
    db.session.execute(insert(Comment), [values] * 500)
    db.session.commit()
    folder = config.instance_dir / "evidence" / "00"
    folder.mkdir(parents=True)
    with (folder / ("00" * 32)).open("wb") as big:
        big.truncate(32 * 1024 * 1024)
    db.session.remove()
    tracemalloc.reset_peak()
    with (tmp_path / "out").open("w+b") as file:
        write_export(file, config=config, now=NOW)
    assert traced() < 12 * 1024 * 1024


class TestExport:
    def test_it_is_written_whole_and_journalled(
        self, app: Flask, config: Config, cast: Cast, tmp_path: Path
    ) -> None:
        path = tmp_path / "allt.zip"
        path.write_bytes(b"before")
        made = export_records(path, config=config, by=cast.admin, now=NOW)
        assert check_export(path)
        assert check_export(path).sha256 == made.sha256
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_size == made.size
        entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert entry is not None
        assert (entry.deed, entry.actor_id) == ("records.export", cast.admin.id)
        assert entry.data["sha256"] == made.sha256
        assert journal.verify()
        assert [one.name for one in tmp_path.glob(".allt*")] == []

    def test_only_an_administrator(self, app: Flask, config: Config, cast: Cast) -> None:
        path = config.instance_dir / "allt.zip"
        for person in (cast.director, cast.owner, cast.member):
            with pytest.raises(Forbidden):
                export_records(path, config=config, by=person, now=NOW)
        assert not path.exists()

    def test_nothing_is_left_of_one_that_failed(
        self, app: Flask, config: Config, cast: Cast, tmp_path: Path
    ) -> None:
        def full(step: int, _of: int) -> None:
            if step == 10:
                raise OSError(28, "No space left on device")

        path = tmp_path / "out" / "allt.zip"
        path.parent.mkdir()
        with pytest.raises(OSError, match="No space"):
            export_records(path, config=config, by=None, now=NOW, progress=full)
        assert list(path.parent.iterdir()) == []
        with pytest.raises(FileNotFoundError):
            export_records(tmp_path / "none" / "x.zip", config=config, by=None, now=NOW)
        db.session.rollback()
        assert journal.said("records.export", "records", 0) == []
