"""Pictures of a report's pages, drawn once and kept."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import BoundedSemaphore

from tracker.domain.errors import NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers.isolated import render_page
from tracker.models import User
from tracker.services.drafts import load_row
from tracker.services.sources import Sources
from tracker.services.whole_files import write_whole

WIDTH = 1000  # pixels: sharp on the widest pane that shows it
_PATIENCE = 10  # seconds to wait for one's turn
_TURNS = BoundedSemaphore(2)  # each picture is drawn by a process of its own, and those are dear
_SIGNATURE = b"\x89PNG"
_LOG = logging.getLogger(__name__)


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
    row = load_row(draft_id, by)
    if not has_pictures(row.file_name):
        raise NotFound
    digest = row.file_sha256
    # Drawing takes long; hold no connection meanwhile.
    db.session.rollback()
    kept = cache / digest[:2] / f"{digest}-{page}.png"
    return _kept(kept) or _drawn(kept, sources.read(digest), page)


def forget_images(digest: str, cache: Path) -> None:
    """Let go of the pictures of a file that is no longer kept."""
    for path in (cache / digest[:2]).glob(f"{digest}-*.png"):
        path.unlink(missing_ok=True)


def _drawn(path: Path, data: bytes, page: int) -> bytes:
    """The picture, drawn unless somebody has drawn it while we waited for our turn."""
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise RuleBroken("Sidan går inte att visa som bild just nu. Läs texten i stället.")
    try:
        image = _kept(path)
        if image is None:
            image = render_page(data, page, WIDTH)
            _keep(path, image)
        return image
    finally:
        _TURNS.release()


def _kept(path: Path) -> bytes | None:
    """The picture, if a whole one is kept."""
    try:
        image = path.read_bytes()
    except OSError:
        return None
    return image if image.startswith(_SIGNATURE) else None


def _keep(path: Path, image: bytes) -> None:
    """It is drawn already: a disk that takes no more keeps nobody from seeing it."""
    try:
        write_whole(path, image)
    except OSError:
        _LOG.exception("a page's picture could not be kept")
