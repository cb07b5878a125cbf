"""A logo is drawn where it is a picture, and left out where it is anything else."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn
from PIL import Image

from tests.helpers.documents import AT, document
from tests.helpers.logos import chunk, logo, no_logos, saved
from tests.reports.test_pdf import complaints, pages
from tracker.reports.content import Document
from tracker.reports.docx import render_docx
from tracker.reports.logo import sound_logo
from tracker.reports.pdf import render_pdf


def with_logo(data: bytes, alt: str = "") -> Document:
    return replace(document(), logo=data, logo_alt=alt)


@pytest.fixture(scope="module")
def without() -> tuple[bytes, bytes]:
    """The files where there is no logo."""
    return render_pdf(document(), at=AT), render_docx(document(), at=AT)


@pytest.mark.parametrize("name", no_logos())
def test_what_is_no_logo_is_left_out(name: str) -> None:
    assert sound_logo(no_logos()[name]) is None


def test_a_report_without_a_sound_logo_is_a_report_without_a_logo(
    without: tuple[bytes, bytes],
) -> None:
    made = with_logo(no_logos()["garbled"], "Vapen")
    assert (render_pdf(made, at=AT), render_docx(made, at=AT)) == without


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_every_sort_of_png_is_drawn(mode: str) -> None:
    data = saved(Image.new("I;16", (30, 20), 40_000)) if mode == "I;16" else logo(mode=mode)
    assert complaints(render_pdf(with_logo(data), at=AT)) == []


def test_it_is_drawn_anew_small_and_without_what_it_carried() -> None:
    found = sound_logo(logo(3000, 1500))
    assert found is not None
    assert (found.width, found.height) == (900, 450)
    carrying = logo()
    place = 8 + 25
    carrying = carrying[:place] + chunk(b"tEXt", b"Author\0Hemlig") + carrying[place:]
    drawn = sound_logo(carrying)
    assert drawn is not None
    assert b"Hemlig" not in drawn.png
    assert drawn == sound_logo(logo())


@pytest.mark.parametrize("size", [(700, 250), (250, 700), (1900, 100), (1, 1)])
def test_it_keeps_its_shape_within_the_head(size: tuple[int, int]) -> None:
    found = sound_logo(logo(*size))
    assert found is not None
    width, height = found.drawn
    assert width <= 4.201
    assert height <= 1.501
    assert width / height == pytest.approx(found.width / found.height)


def test_the_pdf_names_it_or_passes_it_over() -> None:
    for alt in ("Björkhagas vapen", ""):
        made = render_pdf(with_logo(logo(), alt), at=AT)
        assert complaints(made) == []
        with pikepdf.open(io.BytesIO(made)) as book:
            kept = [one for one in book.objects if isinstance(one, pikepdf.Dictionary)]
            words = {str(one["/Alt"]) for one in kept if "/Alt" in one}
            pictures = [one for one in kept_pictures(book) if one.get("/Subtype") == "/Image"]
        assert ("Björkhagas vapen" in words) is bool(alt)
        assert pictures
        assert "Granviks kommun" in pages(made)[0]


def kept_pictures(book: pikepdf.Pdf) -> list[Any]:
    """The streams of the file."""
    return [one for one in book.objects if isinstance(one, pikepdf.Stream)]


def test_the_word_file_names_it_or_passes_it_over() -> None:
    for alt in ("Björkhagas vapen", ""):
        book = docx.Document(io.BytesIO(render_docx(with_logo(logo(), alt), at=AT)))
        picture = book.paragraphs[0]._p.find(f".//{qn('wp:docPr')}")
        assert picture.get("descr", "") == alt
        decorative = [one for one in picture.iter() if one.tag.endswith("}decorative")]
        assert len(decorative) == (0 if alt else 1)
        assert book.paragraphs[0].text.strip().startswith("Granviks kommun\tTjänsteskrivelse")


def test_the_same_logo_gives_the_same_bytes() -> None:
    made = with_logo(logo(), "Vapen")
    for render in (render_pdf, render_docx):
        first = render(made, at=AT)
        sound_logo.cache_clear()
        assert render(made, at=AT) == first
