"""The picture on top of our letters: what is taken, what is left out of it, what is refused."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.helpers.cast import NOW, Cast
from tracker.domain.errors import Forbidden, RuleBroken
from tracker.services import journal, letterhead

RED, CLEAR = (200, 20, 30, 255), (0, 0, 0, 0)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 60), **more: Any) -> bytes:
    """A red picture; where the kind knows transparency, its upper half is clear."""
    image = Image.new("RGBA", size, RED)
    image.paste(CLEAR, (0, 0, size[0], size[1] // 2))
    written = io.BytesIO()
    ready = image.convert("RGB") if kind == "JPEG" else image
    ready.save(written, kind, **more)
    return written.getvalue()


def read(png: bytes) -> Image.Image:
    """The picture, unpacked."""
    image = Image.open(io.BytesIO(png), formats=["PNG"])
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_common_kind_becomes_a_png(kind: str) -> None:
    image = read(letterhead.cleaned(picture(kind)))
    assert image.size == (40, 60)
    if kind == "JPEG":
        assert image.mode == "RGB"
        return
    assert image.getpixel((5, 5))[3] == 0  # type: ignore[index]
    red, _green, _blue, cover = image.getpixel((5, 55))  # type: ignore[misc]
    assert red > 150
    assert cover == 255


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F"])
def test_every_depth_of_colour(mode: str) -> None:
    kind = {"CMYK": "JPEG", "F": "TIFF"}.get(mode, "PNG")
    written = io.BytesIO()
    Image.new(mode, (3, 3)).save(written, kind)
    if kind == "TIFF":
        with pytest.raises(RuleBroken, match="går inte att läsa som bild"):
            letterhead.cleaned(written.getvalue())
    else:
        assert read(letterhead.cleaned(written.getvalue())).size == (3, 3)


def test_a_large_picture_is_made_smaller() -> None:
    assert read(letterhead.cleaned(picture(size=(2000, 1000)))).size == (800, 400)
    assert read(letterhead.cleaned(picture("JPEG", (1000, 4000)))).size == (200, 800)
    assert read(letterhead.cleaned(picture(size=(4000, 200)))).size == (800, 40)


def test_what_no_report_can_show_is_refused() -> None:
    for size in ((4000, 1), (1, 40), (800, 39)):
        with pytest.raises(RuleBroken, match="för avlång") as caught:
            letterhead.cleaned(picture(size=size))
        assert caught.value.field == "file"
    noise = Image.frombytes("RGBA", (800, 800), random.Random(1).randbytes(4 * 800 * 800))
    written = io.BytesIO()
    noise.save(written, "PNG", compress_level=0)
    with pytest.raises(RuleBroken, match="för många detaljer"):
        letterhead.cleaned(written.getvalue())


def test_what_a_program_wrote_beside_it_is_left_out() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Rut Hemlig")
    told.add_itxt("Place", "Stigen 4")
    png = letterhead.cleaned(picture(pnginfo=told, dpi=(300, 300), icc_profile=b"profil"))
    assert b"Hemlig" not in png
    assert not read(png).info


def test_a_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "Rut Hemlig"
    png = letterhead.cleaned(picture("JPEG", (40, 60), exif=exif))
    assert read(png).size == (60, 40)
    assert b"Hemlig" not in png


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert letterhead.cleaned(picture()) == letterhead.cleaned(picture())


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8000, 5001), (10_000, 9_500), (60_000, 60_000), (1, 2**31 - 1)])
def test_a_bomb_is_never_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(RuleBroken, match="för många bildpunkter"):
        letterhead.cleaned(bomb(*size))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Filen är tom"),
        (b"x" * (5 * 1024 * 1024 + 1), "högst 5 MB"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "spara den som PNG"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><!-- x --><svg/>', "spara den som PNG"),
        (b"%PDF-1.7", "går inte att läsa som bild"),
        (b"\x00" * 5000, "går inte att läsa som bild"),
        (b"BM" + b"\x00" * 200, "går inte att läsa som bild"),
        (picture()[:90], "går inte att läsa som bild"),
        (picture("JPEG")[:60], "går inte att läsa som bild"),
        (picture("GIF")[:20], "går inte att läsa som bild"),
        (picture("WEBP")[:40], "går inte att läsa som bild"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(RuleBroken, match=f"(?i){words}") as refused:
        letterhead.cleaned(data)
    assert refused.value.field == "file"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_damaged_bytes_are_refused_or_read_never_worse(kind: str) -> None:
    whole = picture(kind)
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            read(letterhead.cleaned(damaged))
        except RuleBroken as refused:
            assert refused.field == "file"


def test_kept_changed_and_removed(cast: Cast) -> None:
    assert (letterhead.logo_png(), letterhead.logo_mark()) == (b"", "")
    first = letterhead.keep_logo(picture(), by=cast.admin, now=NOW)
    assert letterhead.keep_logo(picture(), by=cast.admin, now=NOW) == first
    second = letterhead.keep_logo(picture("JPEG"), by=cast.admin, now=NOW)
    assert letterhead.logo_mark() == second
    assert read(letterhead.logo_png()).mode == "RGB"
    letterhead.remove_logo(by=cast.admin, now=NOW)
    assert letterhead.logo_png() == b""
    told = [(entry.deed, entry.data["sha256"]) for entry in journal.history("letterhead", 1)]
    assert told == [
        ("letterhead.remove", [second, None]),
        ("letterhead.change", [first, second]),
        ("letterhead.change", [None, first]),
    ]
    with pytest.raises(RuleBroken, match="redan borttagen"):
        letterhead.remove_logo(by=cast.admin, now=NOW)


def test_only_the_administrator(cast: Cast) -> None:
    for person in (cast.director, cast.owner, cast.member):
        with pytest.raises(Forbidden):
            letterhead.keep_logo(picture(), by=person, now=NOW)
        with pytest.raises(Forbidden):
            letterhead.remove_logo(by=person, now=NOW)
