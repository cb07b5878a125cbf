"""Pictures of a report's pages: drawn once, for PDFs alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.drafts import make_draft
from tests.helpers.hostile import whole
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ImportDraft
from tracker.services.page_images import page_image
from tracker.services.sources import Sources

PNG = b"\x89PNG\r\n\x1a\n"


def pdf_draft(app: Flask, cast: Cast) -> tuple[ImportDraft, Sources, Path]:
    """A draft of a real PDF, the kept files, and where pictures are kept."""
    folder = app.extensions["settings"].instance_dir
    sources = Sources(folder / "sources")
    draft = make_draft(cast, name="Rapport.PDF")
    draft.file_sha256 = sources.keep(whole(".pdf"))
    db.session.commit()
    return draft, sources, folder / "page-images"


@pytest.mark.waits
def test_a_page_is_drawn_once(app: Flask, cast: Cast) -> None:
    draft, sources, cache = pdf_draft(app, cast)
    number, director = draft.id, cast.director
    image = page_image(number, 1, by=director, sources=sources, cache=cache)
    assert image.startswith(PNG)
    [kept] = [path for path in cache.rglob("*") if path.is_file()]
    kept.write_bytes(PNG + b"kept")
    assert page_image(number, 1, by=director, sources=sources, cache=cache) == PNG + b"kept"


@pytest.mark.waits
@pytest.mark.parametrize("harm", ["emptied", "no room"])
def test_a_picture_that_cannot_be_kept_is_drawn_all_the_same(
    app: Flask, cast: Cast, harm: str
) -> None:
    draft, sources, cache = pdf_draft(app, cast)
    number, director = draft.id, cast.director
    if harm == "no room":
        cache.write_text("a file where a folder should be")
    else:
        page_image(number, 1, by=director, sources=sources, cache=cache)
        [kept] = [path for path in cache.rglob("*") if path.is_file()]
        kept.write_bytes(b"")
    image = page_image(number, 1, by=director, sources=sources, cache=cache)
    assert image.startswith(PNG)


@pytest.mark.waits
def test_a_page_that_the_report_has_not(app: Flask, cast: Cast) -> None:
    draft, sources, cache = pdf_draft(app, cast)
    with pytest.raises((RuleBroken, NotFound)) as refused:
        page_image(draft.id, 99, by=cast.director, sources=sources, cache=cache)
    assert "finns inte kvar" not in str(refused.value)
    assert not cache.exists()


def test_a_file_that_is_gone(app: Flask, cast: Cast) -> None:
    draft, _sources, cache = pdf_draft(app, cast)
    with pytest.raises(RuleBroken, match="finns inte kvar"):
        page_image(draft.id, 1, by=cast.director, sources=Sources(cache), cache=cache)


def test_only_a_pdf_has_pictures(app: Flask, cast: Cast) -> None:
    _draft, sources, cache = pdf_draft(app, cast)
    text = make_draft(cast)
    with pytest.raises(NotFound):
        page_image(text.id, 1, by=cast.director, sources=sources, cache=cache)
    with pytest.raises(NotFound):
        page_image(4711, 1, by=cast.director, sources=sources, cache=cache)


def test_not_for_everybody(app: Flask, cast: Cast) -> None:
    draft, sources, cache = pdf_draft(app, cast)
    with pytest.raises(Forbidden):
        page_image(draft.id, 1, by=cast.member, sources=sources, cache=cache)
