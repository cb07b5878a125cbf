"""How much reading a report costs beyond getting the text out of its file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import docx

from bench import reading_pdf
from bench.timing import seconds
from tracker.importers import read_report
from tracker.services.demo.loading import report_text


def measure() -> Iterator[str]:
    """Read the demo's second report as text and as Word, and the tests' report as PDF."""
    text = report_text(2, date(2026, 9, 1))
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    data = buffer.getvalue()
    bare = seconds(lambda: [p.text for p in docx.Document(io.BytesIO(data)).paragraphs])
    word = seconds(lambda: read_report(data, "report.docx"))
    plain = seconds(lambda: read_report(text.encode(), "report.txt"))
    yield f"reading a report: Word {word / bare:.1f} ×, text {plain / bare:.1f} × bare Word text"
    yield from reading_pdf.measure()
