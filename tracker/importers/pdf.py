"""PDF: bytes to lines. Where text stands on its page decides what belongs together."""

from __future__ import annotations

from typing import Any

from tracker.domain.errors import N_, RuleBroken
from tracker.importers.lines import (
    MAX_CHARACTERS,
    MAX_LINES,
    Line,
    Progress,
    TooMuch,
    bounded,
    untold,
)
from tracker.importers.pdf_lines import lines_of
from tracker.importers.pdf_runs import Page, page_of

MAX_PAGES = 1000
_RUNS_PER_LINE = 10


def read_lines(data: bytes, progress: Progress = untold) -> list[Line]:
    """The lines of a PDF in reading order, those of tables and columns with their cell.

    Raises RuleBroken where the file is locked, damaged, without text or over `MAX_PAGES` pages,
    or holds far more text than a report has.
    """
    pages = _pages(data, progress)
    if not any(page.runs or page.sideways for page in pages):
        raise RuleBroken(
            N_(
                "Filen innehåller ingen text, bara bilder. Kör den genom textigenkänning (OCR) "
                "och försök igen, eller fyll i rapporten i vår mall (XLSX)."
            )
        )
    return bounded(lines_of(pages))


def _pages(data: bytes, progress: Progress) -> list[Page]:
    """The runs of every page; each page is closed before the next is opened."""
    import pypdfium2  # slow to load, and the web process seldom needs it

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unopened(error) from None
    try:
        count = len(document)
        if count > MAX_PAGES:
            raise RuleBroken(
                "Filen har fler än %(pages)d sidor. Dela upp den så att bara rapporten är kvar, "
                "och försök igen.",
                pages=MAX_PAGES,
            )
        return _walk(document, count, progress)
    except pypdfium2.PdfiumError:
        raise _damaged() from None
    finally:
        document.close()


def _walk(document: Any, count: int, progress: Progress) -> list[Page]:
    pages: list[Page] = []
    runs = characters = 0
    for index in range(count):
        page = document[index]
        try:
            found = page_of(page)
        finally:
            page.close()
        pages.append(found)
        runs += len(found.runs) + len(found.sideways)
        characters += sum(len(run.text) for run in found.runs)
        if runs > _RUNS_PER_LINE * MAX_LINES or characters > MAX_CHARACTERS:
            raise TooMuch
        progress(index + 1, count)
    return pages


def _unopened(error: Exception) -> RuleBroken:
    from pypdfium2 import raw

    locked = {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
    if getattr(error, "err_code", None) in locked or "password" in str(error).lower():
        return RuleBroken(
            N_(
                "PDF-filen är låst med lösenord. Öppna den, spara den utan lösenord och försök "
                "igen."
            )
        )
    return _damaged()


def _damaged() -> RuleBroken:
    return RuleBroken(
        N_(
            "Filen går inte att läsa som PDF: den är skadad eller ofullständig. Hämta den på nytt, "
            "eller öppna den och spara den som PDF igen, och försök igen."
        )
    )
