"""Pictures of a report's pages, drawn once and kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tracker.domain.errors import NotFound
from tracker.extensions import db
from tracker.importers.isolated import render_page
from tracker.models import User
from tracker.services.drafts import load_draft
from tracker.services.sources import Sources

WIDTH = 1000  # pixels: sharp on the widest pane that shows it


def has_pictures(file_name: str) -> bool:
    """Whether the pages of a file can be drawn: those of a PDF can."""
    return file_name.lower().endswith(".pdf")


def page_image(draft_id: int, page: int, *, by: User, sources: Sources, cache: Path) -> bytes:
    """Page number `page` (from 1) of the report behind a draft, as PNG; drawn in a child process
    the first time and kept under `cache` after that.

    Raises:
        NotFound: there is no such draft, its file has no pages to draw, or not so many.
        RuleBroken: the file is gone, or the page cannot be drawn.
        Forbidden: the person may not see drafts.
    """
    row = load_draft(draft_id, by).row
    if not has_pictures(row.file_name):
        raise NotFound
    digest = row.file_sha256
    # Drawing takes long; hold no connection meanwhile.
    db.session.rollback()
    kept = cache / digest[:2] / f"{digest}-{page}.png"
    if kept.is_file():
        return kept.read_bytes()
    image = render_page(sources.read(digest), page, WIDTH)
    _keep(kept, image)
    return image


def _keep(path: Path, image: bytes) -> None:
    """Written whole before it has its name, so that nobody meets half a picture."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(image)
    Path(file.name).replace(path)
