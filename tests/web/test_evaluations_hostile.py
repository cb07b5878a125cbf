"""Files that cannot be read: each gets a sentence, and leaves everything as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import Cast
from tests.helpers.hostile import NAMED
from tests.helpers.visitor import Visits
from tests.web.test_evaluations_upload import put_away
from tracker.extensions import db
from tracker.models import Base

# One of each kind; all of them are read in tests/importers/test_hostile.py.
REFUSED = (
    *("empty.pdf", "nul.txt", "noise.pdf", "truncated.pdf", "truncated.xlsx", "huge.txt"),
    *("a-pdf.docx", "no-ending", "encrypted.pdf", "scanned.pdf", "ten-thousand-pages.pdf"),
    *("page-loop.pdf", "entities.docx", "macros.docx", "bomb.docx", "liar.docx"),
    *("../../etc/passwd.exe", "a\x00b\nc.exe"),
)


def everything(app: Flask) -> tuple[dict[str, list[str]], list[str]]:
    """All rows of all tables, and all files that are kept or were laid down to be read."""
    rows = {
        table.name: sorted(map(repr, db.session.execute(select(table))))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    instance = app.extensions["settings"].instance_dir
    kept = [*(instance / "sources").rglob("*"), *(instance / "readings").glob("*/*")]
    return rows, sorted(map(str, kept))


def test_a_bad_file_leaves_all_as_it_was(
    app: Flask, cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    visitor.get("/evaluations/import")
    for name in REFUSED:
        with subtests.test(name=name):
            before = everything(app)
            sent: dict[str, Any] = {"file": (io.BytesIO(NAMED[name]()), name)}
            page = visitor.post("/evaluations/import", sent, status=422)
            put_away(page)
            sentence = " ".join(page.by_id("file-error").itertext())
            assert sentence.strip().endswith("."), sentence
            assert "Något gick fel hos oss" not in sentence
            assert everything(app) == before
