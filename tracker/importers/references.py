"""Other municipalities' scores as a CSV file: bytes to rows, and problems named by line.

A row that does not hold is told and left out; all others are read. Programs write such files in
many ways, so encoding, separator, order of columns and the language of their names are found out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from tracker.domain.errors import RuleBroken
from tracker.domain.text import fold, normalise_space
from tracker.importers import reference_cells as cells_of
from tracker.importers.decoding import decoded

MAX_BYTES = 500_000
MAX_ROWS = 2_000
AREAS = tuple(f"area{number}" for number in range(1, 9))
COLUMNS = ("municipality", "month", "edition", *AREAS, "total", "source")
_SWEDISH = {
    "municipality": "kommun",
    "month": "månad",
    "edition": "version",
    **{name: f"område {number}" for number, name in enumerate(AREAS, start=1)},
    "total": "summa",
    "source": "källa",
}
_NEEDED = ("municipality", "month", "edition")
_NAMES = {
    **dict.fromkeys(("municipality", "kommun", "kommunnamn", "kommunens namn"), "municipality"),
    **dict.fromkeys(("month", "månad", "år", "år och månad", "datum", "date", "year"), "month"),
    **dict.fromkeys(("edition", "version", "upplaga"), "edition"),
    **dict.fromkeys(("total", "totalt", "summa", "sum", "totalpoäng"), "total"),
    **dict.fromkeys(("source", "källa", "källor"), "source"),
}
_AREA = re.compile(r"(?:area|huvudområde|område|omr)?[ ._-]*([1-8])")
_SIGNS = ";,\t"
_HEADER_WITHIN = 10
_MOST_UNCLOSED = 20


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One evaluation of one municipality; `line` is where it begins in the file, from 1.

    `month` is the first of the month, or of the year where only that is known (`whole_year`).
    `areas` holds eight scores of 0–100 in the edition's order; None where one is not known.
    """

    line: int
    municipality: str
    month: date
    whole_year: bool
    edition: str
    areas: tuple[float | None, ...]
    total: int | None
    source: str

    @property
    def key(self) -> tuple[str, date, bool, str]:
        """What may be there once only."""
        return (fold(self.municipality), self.month, self.whole_year, self.edition)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with the lines `line` to `last`; only a `warning` lets the row in."""

    line: int
    last: int
    error: RuleBroken
    warning: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """What was read; both in the file's order. `ignored` are headings that mean nothing to us."""

    rows: tuple[ReferenceRow, ...]
    problems: tuple[RowProblem, ...]
    ignored: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[RowProblem, ...]:
        """The problems that kept a row out."""
        return tuple(one for one in self.problems if not one.warning)


@dataclass(frozen=True, slots=True)
class _Record:
    """Cells as text, and the lines that they stand on; `closed` is False where a quote is not."""

    line: int
    last: int
    cells: list[str]
    closed: bool = True


def read_references(
    data: bytes, *, today: date, spelled: Callable[[str], str] = normalise_space
) -> ReferenceFile:
    """The rows of a CSV file that hold, and what is wrong with the others.

    `spelled` gives a municipality's name as we write it.

    Raises:
        RuleBroken: the file is no CSV, too large, or lacks the columns that every row needs.
    """
    text = _text(data)
    records, header = _best_separated(text)
    columns, ignored = _columns(header)
    found: dict[tuple[str, date, bool, str], ReferenceRow] = {}
    problems: list[RowProblem] = []
    for record in records:
        if record.line <= header.last:
            continue
        try:
            row = _row(record, columns, len(header.cells), today, spelled)
            if (known := found.get(row.key)) is not None:
                raise RuleBroken(
                    "Samma kommun, månad och version står redan på rad %(line)s.", line=known.line
                )
        except RuleBroken as error:
            problems.append(RowProblem(record.line, record.last, error))
            continue
        found[row.key] = row
        if (warning := _mismatch(row)) is not None:
            problems.append(RowProblem(record.line, record.last, warning, warning=True))
    return ReferenceFile(tuple(found.values()), tuple(problems), ignored)


def csv_of(rows: Sequence[ReferenceRow]) -> str:
    """The rows as a CSV file that a Swedish spreadsheet program opens; without rows a template."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_SWEDISH[name] for name in COLUMNS])
    for row in rows:
        month = f"{row.month:%Y}" if row.whole_year else f"{row.month:%Y-%m}"
        scores = [_written(score) for score in (*row.areas, row.total)]
        writer.writerow([row.municipality, month, row.edition, *scores, row.source])
    return out.getvalue()


def _written(score: float | None) -> str:
    return "" if score is None else f"{score:.10g}".replace(".", ",")


def _text(data: bytes) -> str:
    if not data.strip():
        raise RuleBroken("Filen är tom. Välj en fil med rader i.")
    if len(data) > MAX_BYTES:
        raise RuleBroken("Filen är större än 500 kB. Dela upp den i flera.")
    text = decoded(data)
    if text is None or data.startswith(b"PK\x03\x04") or text.lstrip()[:1] == "<":
        raise RuleBroken(
            "Filen går inte att läsa som CSV. Öppna den i Excel, spara den som CSV (UTF-8) och "
            "försök igen."
        )
    return text


def _best_separated(text: str) -> tuple[list[_Record], _Record]:
    """The records as the separator gives them that finds the most columns, and the header."""
    best: tuple[int, list[_Record], _Record] | None = None
    for sign in _SIGNS:
        records = _records(text, sign)
        for record in records[:_HEADER_WITHIN]:
            count = len({column for column in map(_column, record.cells) if column})
            if count and (best is None or count > best[0]):
                best = (count, records, record)
    if best is None:
        raise _lacking(_NEEDED)
    if len(best[1]) > MAX_ROWS + 1:
        raise RuleBroken("Filen har fler än 2 000 rader. Dela upp den i flera.")
    return best[1], best[2]


def _records(text: str, sign: str) -> list[_Record]:
    """All records that hold anything. A quote that nobody closes costs its own line, not all
    the lines below it."""
    lines = list(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""))
    found: list[_Record] = []
    start = 0
    for _attempt in range(_MOST_UNCLOSED):
        for record in _records_from(lines, start, sign):
            if len(found) > MAX_ROWS + _HEADER_WITHIN:
                return found
            found.append(record)
        if not found or found[-1].closed:
            break
        broken = found.pop()
        found.append(_Record(broken.line, broken.line, [], closed=False))
        start = broken.line
    return found


def _records_from(lines: list[str], start: int, sign: str) -> Iterator[_Record]:
    reader = csv.reader(islice(lines, start, None), delimiter=sign, strict=False)
    before = 0
    while True:
        first = start + before + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _Record(first, start + reader.line_num, [], closed=False)
            return
        last, before = start + reader.line_num, reader.line_num
        closed = last < len(lines) or last == first or _is_closed(lines[first - 1 : last], sign)
        if any(cell.strip() for cell in cells):
            yield _Record(first, last, [normalise_space(cell) for cell in cells], closed)


def _is_closed(lines: Sequence[str], sign: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=sign, strict=True))
    except csv.Error:
        return False
    return True


def _column(heading: str) -> str | None:
    """Which of COLUMNS a heading names, if any."""
    key = fold(heading)
    if key in _NAMES:
        return _NAMES[key]
    found = _AREA.fullmatch(key)
    return f"area{found[1]}" if found else None


def _columns(header: _Record) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the headings of others."""
    places: dict[str, int] = {}
    ignored = []
    for place, heading in enumerate(header.cells):
        name = _column(heading)
        if name is None:
            ignored += [heading[: cells_of.NAME_MAX]] if heading else []
        elif name in places:
            raise RuleBroken(
                "Kolumnen ”%(name)s” står två gånger i filen. Ta bort den ena.",
                name=_SWEDISH[name],
            )
        else:
            places[name] = place
    if missing := [name for name in _NEEDED if name not in places]:
        raise _lacking(missing)
    if not {"total", *AREAS} & places.keys():
        raise _lacking(("total",))
    return places, tuple(ignored)


def _lacking(names: Sequence[str]) -> RuleBroken:
    return RuleBroken(
        "Filen saknar kolumner: %(names)s. Första raden ska ha kolumnernas namn; hämta mallen och "
        "jämför.",
        names=", ".join(_SWEDISH[name] for name in names),
    )


def _row(
    record: _Record,
    columns: dict[str, int],
    width: int,
    today: date,
    spelled: Callable[[str], str],
) -> ReferenceRow:
    """The record as a row. Raises RuleBroken for the first thing that is wrong with it."""
    if not record.closed:
        raise RuleBroken("Raden har ett citattecken som inte avslutas. Ta bort det.")
    if any(record.cells[width:]):
        raise RuleBroken(
            "Raden har fler celler än rubrikraden. Sätt text och tal med skiljetecken i inom "
            "citattecken."
        )
    cells = {
        name: record.cells[place] if place < len(record.cells) else ""
        for name, place in columns.items()
    }
    if any(map(cells_of.is_formula, cells.values())):
        raise RuleBroken("Raden har en formel. Skriv värdet i stället.")
    month, whole_year = cells_of.month(cells["month"], today)
    areas = tuple(
        cells_of.area(number, cells.get(name, "")) for number, name in enumerate(AREAS, 1)
    )
    total = cells_of.total(cells.get("total", ""))
    if total is None and not any(score is not None for score in areas):
        raise RuleBroken("Raden har varken poäng för något område eller summa.")
    return ReferenceRow(
        line=record.line,
        municipality=cells_of.municipality(cells["municipality"], spelled),
        month=month,
        whole_year=whole_year,
        edition=cells_of.edition(cells["edition"]),
        areas=areas,
        total=total,
        source=cells_of.source(cells.get("source", "")),
    )


def _mismatch(row: ReferenceRow) -> RuleBroken | None:
    known = [score for score in row.areas if score is not None]
    if row.total is None or len(known) < len(AREAS) or abs(sum(known) - row.total) < 1:
        return None
    return RuleBroken(
        "Områdena ger tillsammans %(summed)s poäng, men summan säger %(total)s. Summan gäller.",
        summed=_written(sum(known)),
        total=row.total,
    )
