"""An export is in its reader's language, and comes back whichever language that was."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.helpers.cast import TODAY, Cast
from tests.services.sheets.workbook import brought, previewed, put
from tracker.domain.languages import LANGUAGES
from tracker.domain.sheets import (
    ACTIONS_SHEET,
    ACTIONS_SHEETS,
    FIELDS,
    HEADINGS,
    guess_columns,
    read_day,
    read_status,
)
from tracker.domain.statuses import STATUS_MARKS
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.mail.catalogue import catalogue
from tracker.reports.action_sheet import action_sheet
from tracker.services.actions.filters import HOME, ActionFilter
from tracker.services.sheets import drafts
from tracker.services.sheets.export import sheet_content

STATUS_COLUMN = 2 + list(HEADINGS).index("status")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_what_an_export_says_is_understood(locale: str) -> None:
    say = catalogue(locale).gettext
    assert say(ACTIONS_SHEET) in ACTIONS_SHEETS
    assert {read_status(say(mark.label)) for mark in STATUS_MARKS.values()} == set(STATUS_MARKS)
    assert guess_columns([say(HEADINGS[name]) for name in FIELDS]) == list(FIELDS)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1. desember 2026", "2026-12-01"),
        ("17. mai 2026", "2026-05-17"),
        ("1 December 2026", "2026-12-01"),
        ("3 okt. 2026", "2026-10-03"),
        ("oktober 2026", "2026-10-31"),
        ("Jan 2026", "2026-01-31"),
        ("1 maj 2026", "2026-05-01"),
    ],
)
def test_a_day_is_read_in_every_language(text: str, day: str) -> None:
    assert str(read_day(text, last=True)) == day


@pytest.mark.parametrize("locale", LANGUAGES)
def test_out_and_back(cast: Cast, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An untouched export changes nothing; a status that was chosen changes that alone, and is no
    clash with what nobody else has changed."""
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)
    db.session.commit()
    say = catalogue(locale).gettext
    content = sheet_content(ActionFilter(), by=cast.director, today=TODAY, zone=HOME)
    data = action_sheet(content, say)
    outcome = previewed(brought(data, cast.director), cast.director)
    assert (outcome.changed, outcome.new, outcome.faulty) == ((), (), ())

    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[say(ACTIONS_SHEET)]
    assert sheet.cell(1, STATUS_COLUMN).value == say(HEADINGS["status"])
    put(sheet, 2, STATUS_COLUMN, say("Pausad"))
    put(sheet, 2, 2, "Ny rubrik")
    out = io.BytesIO()
    book.save(out)
    (row,) = previewed(brought(out.getvalue(), cast.director), cast.director).changed
    cells = {cell.name: (cell.after, cell.clash) for cell in row.cells}
    assert cells == {"title": ("Ny rubrik", False), "status": ("Pausad", False)}
