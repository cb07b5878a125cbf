"""Everything there is, as one moment showed it, written to one file."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import JSON, Column, LargeBinary, Table, select, text, union

from config import Config
from tracker.domain.permissions import Deed
from tracker.extensions import db, only_read
from tracker.models import Evaluation, Evidence, ImportDraft, User
from tracker.services import journal, places, scope
from tracker.services.records import schema
from tracker.services.records.archive import Archive, pieces_of
from tracker.services.records.rows import Row, csv_lines, json_lines
from tracker.services.reports.reading.keeping import keep_all

FORMAT = "atgarda-export/1"
FOLDERS = ("sources", "evidence")
_AT_ONCE, _HEAVY_AT_ONCE = 500, 20  # rows in memory; fewer where one may hold a whole report
_DIGEST = re.compile(r"[0-9a-f]{64}")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """An export that was made. `sha256` and `size` (bytes) are the whole file's; `lacking` names
    kept files that are gone, or no longer what they were, and those of reports that could not be
    made."""

    sha256: str
    size: int
    tables: int
    rows: int
    files: int
    lacking: tuple[str, ...]


def export_records(
    path: Path,
    *,
    config: Config,
    by: User | None,
    now: datetime,
    progress: Progress = lambda _step, _of: None,
) -> Made:
    """Write the export to `path`, which only we may read; what stood there is replaced once the
    new file is whole and the journal tells of it. `by` None: at the command line. The files of
    published reports that nobody has asked for yet are made and kept first.

    Raises:
        Forbidden.
        OSError: the disk takes no more, or is not ours to write; nothing is left of it.
    """
    if by is not None:
        scope.require(by, Deed.RECORDS_EXPORT)
    not_made = keep_all(config=config, now=now)
    unnamed = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            made = write_export(file, config=config, now=now, progress=progress)
            os.fsync(file.fileno())
        db.session.rollback()  # what was read is read; from here on we write
        told = {"sha256": made.sha256, "size": made.size, "rows": made.rows, "files": made.files}
        journal.record("records.export", "records", 0, told, by=by, now=now)
        db.session.commit()
        unnamed.replace(path)
    finally:
        unnamed.unlink(missing_ok=True)
    return replace(made, lacking=made.lacking + not_made)


def write_export(
    file: BinaryIO, *, config: Config, now: datetime, progress: Progress = lambda _step, _of: None
) -> Made:
    """Write the export to an empty file that can be read back.

    The same database and files at the same instant give the same bytes.
    """
    _one_moment()
    with Archive(file, now) as archive:
        readme = resources.files("tracker").joinpath("data", "records-readme.txt")
        archive.add("README.txt", [readme.read_bytes()])
        tables, steps = [], len(schema.tables()) + len(FOLDERS)
        for step, table in enumerate(schema.tables()):
            progress(step, steps)
            tables.append(_add_table(archive, table))
        before, lacking = archive.entries, []
        for step, folder in enumerate(FOLDERS, len(tables)):
            progress(step, steps)
            lacking += _add_folder(archive, config.instance_dir, folder)
        kept = archive.entries - before
        about = json.dumps(_about(config, now, tables, lacking), ensure_ascii=False, indent=1)
        archive.add("schema.json", [f"{about}\n".encode()])
        digest = archive.close()
    return Made(
        sha256=digest,
        size=file.seek(0, 2),
        tables=len(tables),
        rows=sum(table["rows"] for table in tables),
        files=kept + sum(table["files"] for table in tables),
        lacking=tuple(one["file"] for one in lacking),
    )


def _one_moment() -> None:
    """Begin to read the database as it is now, whatever others write meanwhile."""
    only_read()
    if db.session.get_bind().dialect.name == "postgresql":
        # What we began by default sees what others commit; no query has been asked yet.
        db.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))


def _about(
    config: Config, now: datetime, tables: list[dict[str, Any]], lacking: list[dict[str, str]]
) -> dict[str, Any]:
    """What schema.json says: of the export as a whole, then of each table."""
    own = places.own_municipality()
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "municipality": config.municipality or (own.name if own else ""),
        "address": config.base_url,
        "timezone": config.timezone.key,
        "language": config.locale,
        "schema_revision": revision,
        "lacking": lacking,
        "tables": tables,
    }


def _add_table(archive: Archive, table: Table) -> dict[str, Any]:
    """Both forms of a table, and the files that its rows hold; gives what is said of it."""
    names = [column.name for column in schema.exported(table)]
    counted = _Counted()
    archive.add(f"tables/{table.name}.jsonl", json_lines(counted(_rows(table))))
    archive.add(f"tables/{table.name}.csv", csv_lines(names, _rows(table)))
    files = 0
    for column in _of_bytes(table):
        for row in _rows(table):
            archive.add(row[column.name], [_bytes_of(column, row)])
            files += 1
    return {**schema.described(table, counted.number), "files": files}


class _Counted:
    """Counts the rows that pass."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.number += 1
            yield row


def _of_bytes(table: Table) -> list[Column[Any]]:
    return [one for one in schema.exported(table) if isinstance(one.type, LargeBinary)]


def _rows(table: Table) -> Iterator[Row]:
    """Every row by its key; in the place of bytes stands where they are in the export."""
    columns, binary = schema.exported(table), _of_bytes(table)
    query = select(*(one for one in columns if one not in binary)).order_by(*table.primary_key)
    heavy = any(isinstance(one.type, JSON) for one in columns)
    options = {"yield_per": _HEAVY_AT_ONCE if heavy else _AT_ONCE}
    for found in db.session.execute(query, execution_options=options).mappings():
        row = dict(found)
        row.update({one.name: schema.place_of(one, row) for one in binary})
        yield {column.name: row[column.name] for column in columns}


def _bytes_of(column: Column[Any], row: Row) -> bytes:
    key = [one == row[one.name] for one in column.table.primary_key.columns]
    return db.session.scalar(select(column).where(*key)) or b""


def _add_folder(archive: Archive, instance: Path, folder: str) -> list[dict[str, str]]:
    """Every kept file of a folder; gives those that are gone or damaged."""
    lacking, wanted = [], _referred_to(folder)
    for path in _kept(instance / folder):
        name = f"{folder}/{path.parent.name}/{path.name}"
        with path.open("rb") as file:
            digest = archive.add(name, pieces_of(file))
        wanted.discard(path.name)
        if digest != path.name:
            lacking.append({"file": name, "state": "damaged"})
    gone = [{"file": f"{folder}/{one[:2]}/{one}", "state": "missing"} for one in sorted(wanted)]
    return lacking + gone


def _kept(root: Path) -> Iterator[Path]:
    """The files that are whole, in order; one that is being written has no such name yet."""
    if not root.is_dir():
        return
    for folder in sorted(one for one in root.iterdir() if one.is_dir()):
        for path in sorted(folder.iterdir()):
            if _DIGEST.fullmatch(path.name) and path.name.startswith(folder.name):
                yield path


def _referred_to(folder: str) -> set[str]:
    """The names of the files that rows speak of."""
    if folder == "evidence":
        query: Any = select(Evidence.sha256).where(Evidence.sha256.is_not(None))
    else:
        read = select(Evaluation.source_sha256).where(Evaluation.source_sha256.is_not(None))
        query = union(read, select(ImportDraft.file_sha256))
    return {str(digest) for (digest,) in db.session.execute(query)}
