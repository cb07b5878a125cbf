"""Reading evaluation reports: one module per format (bytes to lines), one reader for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.domain.errors import RuleBroken
from tracker.importers import docx, pdf, pptx, text, xlsx
from tracker.importers.draft import ReportDraft
from tracker.importers.kinds import check_content, ending_of
from tracker.importers.lines import Line, Progress, untold
from tracker.importers.reader import read

MAX_BYTES = 25_000_000

_FORMATS: dict[str, Callable[[bytes, Progress], list[Line]]] = {
    ".docx": docx.read_lines,
    ".md": text.read_lines,
    ".pdf": pdf.read_lines,
    ".pptx": pptx.read_lines,
    ".txt": text.read_lines,
    ".xlsx": xlsx.read_lines,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file was read as, and the lines that it was read from."""

    draft: ReportDraft
    lines: tuple[Line, ...]


def read_file(data: bytes, filename: str, progress: Progress = untold) -> Reading:
    """The report in `data` with its lines; the name's ending tells the format, and the content
    must agree.

    Raises RuleBroken, with a sentence that says what to do, where the file is of another type,
    empty, without text, damaged, locked, over `MAX_BYTES`, or with far more text than a report
    has. A report that lacks scores or points is read, and its problems say so.
    """
    ending = ending_of(filename)
    if not data:
        raise RuleBroken("Filen är tom. Välj en fil som innehåller rapporten.")
    if len(data) > MAX_BYTES:
        raise RuleBroken(
            "Filen är större än 25 MB. Ta bort bilder ur rapporten, eller spara den som TXT, "
            "och försök igen."
        )
    check_content(data, ending)
    lines = _FORMATS[ending](data, progress)
    if not lines:
        raise RuleBroken(
            "Filen innehåller ingen text. Är den inskannad som bilder: be om rapporten som PDF "
            "eller DOCX med text, eller fyll i den i vår mall (XLSX)."
        )
    return Reading(read(lines), tuple(lines))


def read_report(data: bytes, filename: str) -> ReportDraft:
    """The draft of the report in `data`, read in this very process: for files we made ourselves,
    and for the child process that reads all others. Raises RuleBroken like `read_file`."""
    return read_file(data, filename).draft
