"""A report's numbers as a workbook to count in: the actions, the sums, and what has moved.

Dates are dates, numbers are numbers, and everything that people wrote is text: no cell is a
formula or a link. The same facts and instant give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from tracker.domain.errors import N_
from tracker.domain.languages import Say
from tracker.domain.reporting import Change, Move, Promise, ReportFacts, ReportRow, Tally
from tracker.domain.statuses import STATUS_MARKS
from tracker.reports.action_sheet import written
from tracker.reports.report_rows import COLUMNS, Cell, Sort, cells

ACTIONS, SUMMARY, CHANGES = N_("Åtgärder"), N_("Sammanfattning"), N_("Förändringar")
PROMISES = N_("Utlovat till nu")
NO_CHANGES = N_("Det finns ingen tidigare rapport att jämföra med.")
NOTHING_MOVED = N_("Ingenting har ändrats sedan den förra rapporten.")
MOVES = {
    Move.NEW: N_("Ny"),
    Move.DONE: N_("Genomförd"),
    Move.REOPENED: N_("Öppnad igen"),
    Move.DELAYED: N_("Senarelagd"),
    Move.EARLIER: N_("Tidigarelagd"),
    Move.DROPPED: N_("Avbruten"),
    Move.LEFT: N_("Inte längre med"),
}
COUNTS = {
    "total": N_("Åtgärder"),
    "reached": N_("Genomförda"),
    "verified": N_("varav verifierade"),
    "ongoing": N_("Pågår"),
    "planned": N_("Planerade"),
    "paused": N_("Pausade"),
    "overdue": N_("Försenade"),
    "ownerless": N_("Utan ägare"),
    "dropped": N_("Avbrutna, utöver dessa"),
}
_AREA_HEADS = (N_("Nr"), N_("Område"), N_("Poäng"), N_("Max"))
_AREA_COUNTS = ("total", "reached", "verified", "ongoing", "planned", "paused", "overdue")
_CHANGE_HEADS = (
    (N_("Vad"), 18),
    (N_("Nr"), 7),
    (N_("Åtgärd"), 50),
    (N_("Ägare"), 24),
    (N_("Förvaltning"), 28),
    (N_("Status då"), 14),
    (N_("Status nu"), 14),
    (N_("Slutdatum då"), 14),
    (N_("Slutdatum nu"), 14),
)
_BESIDE = N_("Svarar inte på någon utvärderad punkt")
_FIRST_YEAR = 1900  # the first that a sheet has days for
_MOST_LINES, _LINE_HEIGHT = 12, 15  # of a row with long texts; points
_WIDTHS = {Sort.TEXT: 22, Sort.LONG: 45, Sort.NUMBER: 10, Sort.DAY: 13}
_OWN_WIDTHS = {"id": 7, "areas": 10, "status": 13, "days_late": 11, "health": 18, "percent": 10}
_INK, _LINE, _HEAD = "#1F2A37", "#9AA5B1", "#DCE9F2"
_BASE = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "top"}
_HEADING = {
    **_BASE,
    **{"bold": True, "bg_color": _HEAD, "border": 1, "border_color": _LINE, "text_wrap": True},
}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_BASE, "font_size": 16, "bold": True},
    "head": _HEADING,
    "head_number": {**_HEADING, "align": "right"},
    "label": {**_BASE, "bold": True},
    "text": {**_BASE, "text_wrap": True, "num_format": "@"},
    "number": {**_BASE, "num_format": "0", "align": "right"},
    "count": {**_BASE, "num_format": "0", "align": "left"},
    "day": {**_BASE, "num_format": "yyyy-mm-dd", "align": "left"},
}


@dataclass(frozen=True, slots=True)
class SheetHead:
    """What the workbook says of itself: the report's title, who sends it, pairs of term and text,
    and the instant that it carries (aware)."""

    title: str
    author: str
    pairs: Sequence[tuple[str, str]]
    at: datetime


def report_sheet(facts: ReportFacts, head: SheetHead, say: Say) -> bytes:
    """The workbook as XLSX, its headings in the language of `say`."""
    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, settings)
    instant = head.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    told = {"title": written(head.title)[:255], "author": written(head.author)[:255]}
    book.set_properties({**told, "created": instant})
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    made = [_Page(book, say(name), looks, say) for name in (ACTIONS, SUMMARY, CHANGES)]
    _actions(made[0], facts)
    _summary(made[1], facts, head)
    _changes(made[2], facts)
    if facts.changes and facts.changes.promises:
        _promises(_Page(book, say(PROMISES), looks, say), facts.changes.promises)
    book.close()
    return out.getvalue()


class _Page:
    """A sheet, ready for print on A4; rows and columns count from 0."""

    def __init__(self, book: Any, name: str, looks: dict[str, Any], say: Say) -> None:
        self.sheet, self.looks, self.say = book.add_worksheet(name), looks, say
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&A&R&P (&N)")

    def put(self, row: int, column: int, cell: Cell, look: str = "") -> None:
        """Write one cell, of its own kind where no look is named; None is left empty."""
        if cell is None:
            return
        if isinstance(cell, date) and cell.year >= _FIRST_YEAR:
            day = datetime.combine(cell, datetime.min.time())
            self.sheet.write_datetime(row, column, day, self.looks["day"])
        elif isinstance(cell, int):
            self.sheet.write_number(row, column, cell, self.looks[look or "number"])
        else:
            text = cell.isoformat() if isinstance(cell, date) else written(cell)
            self.sheet.write_string(row, column, text, self.looks[look or "text"])

    def heads(self, row: int, headings: Iterable[str], numbers: Iterable[int] = ()) -> None:
        """A row of headings; those of `numbers` stand at the right, as what is below them does."""
        right = frozenset(numbers)
        for column, heading in enumerate(headings):
            look = "head_number" if column in right else "head"
            self.put(row, column, self.say(heading), look)

    def table(
        self, heads: Sequence[tuple[str, float]], rows: Sequence[Sequence[Cell]], fixed: int
    ) -> None:
        """A table that fills the sheet: filtered, its heading and `fixed` columns in sight."""
        self.heads(0, (heading for heading, _width in heads))
        for column, (_heading, width) in enumerate(heads):
            self.sheet.set_column(column, column, width)
        for at, row in enumerate(rows, start=1):
            self.sheet.set_row(at, _height(row, [width for _heading, width in heads]))
            for column, cell in enumerate(row):
                self.put(at, column, cell)
        self.sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)
        self.sheet.freeze_panes(1, fixed)
        self.sheet.repeat_rows(0)


def _height(row: Sequence[Cell], widths: Sequence[float]) -> int:
    """Room for the texts of a row, in points; the longest are cut, or a row would fill a screen."""
    lines = (
        cell[:2000].count("\n") + 1 + int(len(cell) / width)
        for cell, width in zip(row, widths, strict=True)
        if isinstance(cell, str)
    )
    return _LINE_HEIGHT * min(_MOST_LINES, max(lines, default=1))


def _actions(page: _Page, facts: ReportFacts) -> None:
    heads = [(one.heading, _OWN_WIDTHS.get(one.name, _WIDTHS[one.sort])) for one in COLUMNS]
    page.table(heads, [cells(row, facts.as_of, page.say) for row in facts.rows], fixed=2)


def _summary(page: _Page, facts: ReportFacts, head: SheetHead) -> None:
    page.sheet.hide_gridlines(2)
    page.sheet.set_column(0, 0, 24)
    page.sheet.set_column(1, 1, 44)
    page.sheet.set_column(2, 10, 12)
    page.sheet.set_row(0, 24)
    page.put(0, 0, head.title, "title")
    for at, (term, text) in enumerate(head.pairs, start=2):
        page.put(at, 0, term, "label")
        page.put(at, 1, text)
    below = 3 + len(head.pairs)
    _counts(page, facts.tally, below)
    if facts.areas:
        _areas(page, facts, below + len(COUNTS) + 2)


def _counts(page: _Page, tally: Tally, row: int) -> None:
    page.heads(row, (N_("Läget"), N_("Antal")))
    for at, (name, label) in enumerate(COUNTS.items(), start=row + 1):
        page.put(at, 0, page.say(label))
        page.put(at, 1, getattr(tally, name), "count")


def _areas(page: _Page, facts: ReportFacts, row: int) -> None:
    heads = (*_AREA_HEADS, *(COUNTS[name] for name in _AREA_COUNTS))
    page.heads(row, heads, numbers=range(2, len(heads)))
    for at, area in enumerate(facts.areas, start=row + 1):
        named = area.name if area.number is not None else area.name or page.say(_BESIDE)
        counted = (getattr(area.tally, name) for name in _AREA_COUNTS)
        page.put(at, 0, area.number, "count")
        for column, cell in enumerate((named, area.score, area.max, *counted), start=1):
            page.put(at, column, cell)


def _changes(page: _Page, facts: ReportFacts) -> None:
    if facts.changes is None or not facts.changes.changes:
        page.sheet.set_column(0, 0, 60)
        page.put(0, 0, page.say(NOTHING_MOVED if facts.changes else NO_CHANGES))
        return
    page.table(_CHANGE_HEADS, [tuple(_moved(page, one)) for one in facts.changes.changes], fixed=3)


def _moved(page: _Page, change: Change) -> Iterator[Cell]:
    yield page.say(MOVES[change.move])
    yield from _then_and_now(page, change.before, change.now)


def _promises(page: _Page, promises: Sequence[Promise]) -> None:
    heads = ((N_("Utfall"), 18), *_CHANGE_HEADS[1:])
    rows = []
    for one in promises:
        outcome = page.say(N_("Klar") if one.kept else N_("Inte klar"))
        rows.append((outcome, *_then_and_now(page, one.before, one.now)))
    page.table(heads, rows, fixed=3)


def _then_and_now(page: _Page, before: ReportRow | None, now: ReportRow | None) -> Iterator[Cell]:
    row = now or before
    yield row.id if row else None
    for name in ("title", "owner", "unit"):
        yield getattr(row, name, "") or None
    for one in (before, now):
        yield page.say(STATUS_MARKS[one.status].label) if one else None
    for one in (before, now):
        yield one.deadline if one else None
