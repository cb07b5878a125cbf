"""A PDF beside its draft: pictures of its pages with the items marked on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.drafts import make_draft
from tests.helpers.hostile import whole
from tests.helpers.visitor import Visits
from tracker.importers.draft import ReportDraft
from tracker.importers.lines import Box, lines_from_json, lines_to_json
from tracker.models import ImportDraft
from tracker.services.sources import Sources


def paged(cast: Cast, app: Flask) -> ImportDraft:
    """A draft whose report stands on pages of ten lines, as a PDF's would."""
    draft = make_draft(cast, name="rapport.pdf")
    sources = Sources(app.extensions["settings"].instance_dir / "sources")
    draft.file_sha256 = sources.keep(whole(".pdf"))
    lines = [
        replace(line, page=1 + n // 10, box=Box(0.1, n % 10 / 10, 0.9, n % 10 / 10 + 0.02))
        for n, line in enumerate(lines_from_json(draft.source_lines or []))
    ]
    pages = {line.number: line.page for line in lines}
    read = ReportDraft.from_json(draft.content)
    areas = tuple(
        replace(
            area,
            strengths=tuple(replace(s, page=pages[s.lines[0]]) for s in area.strengths),
            improvements=tuple(replace(p, page=pages[p.lines[0]]) for p in area.improvements),
        )
        for area in read.areas
    )
    draft.content = replace(read, areas=areas).to_json()
    draft.source_lines = lines_to_json(lines)
    return draft


def test_the_page_of_the_area_with_its_items(app: Flask, cast: Cast, visit: Visits) -> None:
    paged(cast, app)
    page = visit(cast.director).get("/drafts/1/areas/2")
    [image] = page.all("img")
    at = (image.get("src") or "").rpartition("/")[2].removesuffix(".png")
    assert image.get("alt") == f"Sida {at} i rapporten"
    assert "picture__mark--strength" in page.html
    assert "picture__mark--point" in page.html
    assert "picture__mark--chosen" not in page.html
    assert page.all("mark"), "the page's text stands below its picture"


def test_another_page_and_the_item_on_it(app: Flask, cast: Cast, visit: Visits) -> None:
    paged(cast, app)
    visitor = visit(cast.director)
    links = visitor.get("/drafts/1/areas/2").links
    link = next(url for words, url in links.items() if words.startswith("sida "))
    page = visitor.get(link.partition("#")[0])
    assert link.endswith("#report")
    assert page.html.count("picture__mark--chosen") == 1
    page = visitor.get("/drafts/1/areas/2?page=1")
    assert page.all("img")[0].get("src") == "/drafts/1/pages/1.png"
    assert any("Sida 2" in words for words in page.links)


@pytest.mark.waits
def test_the_picture_itself(app: Flask, cast: Cast, visit: Visits) -> None:
    paged(cast, app)
    page = visit(cast.director).get("/drafts/1/pages/1.png")
    headers = page.response.headers
    assert page.response.data.startswith(b"\x89PNG")
    assert headers["Content-Type"] == "image/png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"].startswith("private, max-age=")
    visit(cast.member).get("/drafts/1/pages/1.png", status=403)


def test_a_report_without_pictures(cast: Cast, visit: Visits) -> None:
    make_draft(cast)
    visit(cast.director).get("/drafts/1/pages/1.png", status=404)
    assert not visit(cast.director).get("/drafts/1/areas/2").all("img")
