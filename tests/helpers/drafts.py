"""Drafts that wait for review, read in this very process."""

from __future__ import annotations

from functools import cache

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import report_text
from tracker.extensions import db
from tracker.importers import Reading, read_file
from tracker.importers.lines import lines_to_json
from tracker.models import ImportDraft


@cache
def _read(text: str) -> Reading:
    """What is read follows from the text alone."""
    return read_file(text.encode(), "rapport.txt")


def make_draft(cast: Cast, text: str | None = None, name: str = "rapport.txt") -> ImportDraft:
    """A draft of a report of ours; area 3 of the default one must be judged."""
    reading = _read(text or report_text(joint=3))
    draft = ImportDraft(
        file_name=name,
        file_sha256="0" * 64,
        content=reading.draft.to_json(),
        source_lines=lines_to_json(reading.lines),
        created_at=NOW,
        created_by_id=cast.director.id,
    )
    db.session.add(draft)
    db.session.commit()
    return draft
