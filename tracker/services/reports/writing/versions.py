"""A published report is made anew, and one version beside the one that it replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.reporting import ReportFacts, ReportRow, Tally
from tracker.extensions import db
from tracker.models import Report, ReportState, ReportText, User
from tracker.reports.content import (
    Block,
    Bullets,
    Facts,
    Figure,
    Heading,
    Notice,
    Paragraph,
    Table,
    plain,
)
from tracker.services import journal
from tracker.services.reports.snapshots import Snapshot, Told
from tracker.services.reports.writing import rules
from tracker.services.reports.writing.rules import Exists

_ALIKE = 0.5  # the share of words in common from which one line is another that was changed
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_NOUGHT = ("", "–", "0")


def renew(report_id: int, *, by: User, now: datetime) -> Report:
    """Begin a new version of a published report, with what people wrote in it.

    Raises:
        NotFound, Forbidden.
        Exists: there is a later version already.
        RuleBroken: it is not published.
    """
    old = rules.locked_report(report_id, by=by)
    if old.state is not ReportState.PUBLISHED:
        raise RuleBroken("Rapporten är inte publicerad än. Ändra i den som den är.")
    later = db.session.scalar(select(Report).where(Report.replaces_id == old.id))
    if later is not None:
        raise Exists(
            N_("Det finns redan en nyare version: %(report)s."),
            later.id,
            report=rules.name_of(later),
        )
    same = ("plan_id", "kind", "committee_id", "unit_id", "round_id", "as_of", "title")
    new = Report(
        **{name: getattr(old, name) for name in same},
        record_number=old.record_number,
        replaces_id=old.id,
        ordinal=old.ordinal + 1,
        created_at=now,
        created_by_id=by.id,
    )
    new.texts = [_copy(one) for one in old.texts]
    db.session.add(new)
    db.session.flush()
    data = {"report": rules.name_of(new), "replaces": old.id, "ordinal": new.ordinal}
    journal.record("report.renew", "report", new.id, data, by=by, now=now)
    db.session.commit()
    return new


def _copy(one: ReportText) -> ReportText:
    same = ("section", "text", "mode", "basis", "at", "by_id")
    return ReportText(**{name: getattr(one, name) for name in same})


@dataclass(frozen=True)
class Moved:
    """A value before and after, named by its field."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowMoved:
    """An action in both versions, and what of it differs."""

    row: ReportRow
    fields: tuple[Moved, ...]


class Fate(StrEnum):
    """What became of a piece of a line."""

    KEPT = "kept"
    GONE = "gone"
    CAME = "came"


Piece = tuple[Fate, str]


@dataclass(frozen=True)
class WordsMoved:
    """A section whose words differ: the lines with what is gone and what came, in their order,
    each in pieces."""

    key: str
    lines: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Difference:
    """One version of a report beside the one that it replaces."""

    head: tuple[Moved, ...]
    numbers: tuple[Moved, ...]
    added: tuple[ReportRow, ...]
    removed: tuple[ReportRow, ...]
    changed: tuple[RowMoved, ...]
    words: tuple[WordsMoved, ...]

    def __bool__(self) -> bool:
        return any((self.head, self.numbers, self.added, self.removed, self.changed, self.words))


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """What differs between two versions, told from their snapshots alone."""
    before = {row.id: row for row in old.facts.rows}
    after = {row.id: row for row in new.facts.rows}
    both = [(before[key], row) for key, row in after.items() if key in before]
    return Difference(
        head=tuple(_head_moved(old, new)),
        numbers=tuple(_numbers_moved(old.facts, new.facts)),
        added=tuple(row for key, row in after.items() if key not in before),
        removed=tuple(row for key, row in before.items() if key not in after),
        changed=tuple(RowMoved(now, moved) for then, now in both if (moved := _moved(then, now))),
        words=tuple(_words_moved(old.sections, new.sections)),
    )


def _head_moved(old: Snapshot, new: Snapshot) -> Iterator[Moved]:
    pairs = (
        ("title", old.head.title, new.head.title),
        ("as_of", old.facts.as_of, new.facts.as_of),
        ("record_number", old.facts.record_number, new.facts.record_number),
    )
    return (Moved(*pair) for pair in pairs if pair[1] != pair[2])


def _numbers_moved(old: ReportFacts, new: ReportFacts) -> Iterator[Moved]:
    for field in fields(Tally):
        before, after = getattr(old.tally, field.name), getattr(new.tally, field.name)
        if before != after:
            yield Moved(field.name, before, after)
    if len(old.deviations) != len(new.deviations):
        yield Moved("deviations", len(old.deviations), len(new.deviations))


def _moved(before: ReportRow, after: ReportRow) -> tuple[Moved, ...]:
    pairs = ((f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(ReportRow))
    return tuple(Moved(*pair) for pair in pairs if pair[1] != pair[2])


def _words_moved(old: Iterable[Told], new: Iterable[Told]) -> Iterator[WordsMoved]:
    before = {told.key: lines_of(told.blocks) for told in old}
    after = {told.key: lines_of(told.blocks) for told in new}
    for key in dict.fromkeys((*after, *before)):
        then, now = before.get(key, []), after.get(key, [])
        if then != now:
            yield WordsMoved(key, tuple(_lines_moved(then, now)))


def _lines_moved(then: list[str], now: list[str]) -> Iterator[tuple[Piece, ...]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _replaced(then[i1:i2], now[j1:j2])


def _replaced(gone: list[str], came: list[str]) -> Iterator[tuple[Piece, ...]]:
    """Each line that came beside the one that it resembles, where there is one; the others whole,
    those that are gone first."""
    left = list(gone)
    told: list[tuple[Piece, ...]] = []
    for line in came:
        pieces = next((p for old in left if (p := _pieces(old, line)) is not None), None)
        if pieces is None:
            told.append(((Fate.CAME, line),))
            continue
        left.remove("".join(text for fate, text in pieces if fate is not Fate.CAME))
        told.append(pieces)
    yield from (((Fate.GONE, line),) for line in left)
    yield from told


def _pieces(old: str, new: str) -> tuple[Piece, ...] | None:
    """The changed words within a line; None where it is another line."""
    then, now = _WORDS.findall(old), _WORDS.findall(new)
    found = SequenceMatcher(None, then, now, autojunk=False)
    if found.real_quick_ratio() < _ALIKE or found.ratio() < _ALIKE:
        return None
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in found.get_opcodes():
        if tag == "equal":
            pieces.append((Fate.KEPT, "".join(now[j1:j2])))
            continue
        pieces.append((Fate.GONE, "".join(then[i1:i2])))
        pieces.append((Fate.CAME, "".join(now[j1:j2])))
    return tuple(piece for piece in pieces if piece[1])


def lines_of(blocks: Iterable[Block]) -> list[str]:
    """What blocks say, a line for each paragraph, item or row; drawings by their words. Spaces at
    which no line breaks are spaces."""
    lines = (line.replace("\xa0", " ") for block in blocks for line in _lines(block))
    return [line for line in lines if line.strip()]


def _lines(block: Block) -> list[str]:
    lines: list[str] = []
    match block:
        case Heading(text=text):
            lines = [text]
        case Paragraph(text=text):
            lines = plain(text).split("\n")
        case Bullets(items=items):
            lines = [plain(item) for item in items]
        case Facts(pairs=pairs):
            lines = [f"{term}: {plain(value)}" for term, value in pairs]
        case Notice(text=text, title=title):
            lines = [title, plain(text)]
        case Table():
            lines = _rows(block)
        case Figure(alt=alt, caption=caption, table=table):
            lines = [caption, alt, *(_rows(table) if table else [])]
    return lines


def _rows(table: Table) -> list[str]:
    rows = [[plain(cell) for cell in row] for row in table.rows]
    return [table.caption, *(" · ".join(row) for row in rows if _says(row))]


def _says(row: list[str]) -> bool:
    """Whether a row of a table holds more than its name: all else may be nothing and nought."""
    return any(cell.strip() not in _NOUGHT for cell in row[1:]) or len(row) == 1
