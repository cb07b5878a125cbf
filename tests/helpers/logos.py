"""Logos to draw, and what poses as one."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageDraw


def saved(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def logo(width: int = 700, height: int = 250, mode: str = "RGBA") -> bytes:
    """A disc and a bar, as a PNG."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(picture)
    side = min(width, height)
    drawing.ellipse((0, 0, side - 1, side - 1), fill=(24, 90, 76, 255))
    drawing.rectangle((side, height // 4, width, 3 * height // 4), fill=(190, 150, 40, 255))
    return saved(picture.convert(mode))


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and would unpack to that."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = zlib.compress(bytes(5_000_000))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def moving() -> bytes:
    """An animated PNG."""
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    return saved(frames[0], save_all=True, append_images=frames[1:])


@cache
def no_logos() -> dict[str, bytes]:
    """What is left out: name → bytes."""
    good = logo()
    return {
        "text": "inte en bild, men ett löfte".encode(),
        "signature only": good[:8],
        "cut head": good[:30],
        "cut": good[: len(good) // 2],
        "garbled": good[:60] + bytes(200) + good[260:],
        "huge": huge(60_000, 60_000),
        "a side of none": huge(0, 10),
        "more than a head": huge(4_001, 10),
        "smaller than it says": huge(3_000, 2_000),
        "a thread": saved(Image.new("L", (3000, 10))),
        "moving": moving(),
        "cmyk": saved(Image.new("CMYK", (40, 20)), "JPEG"),
        "gif": saved(Image.new("P", (40, 20)), "GIF"),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        "many bytes": good + bytes(3_000_000),
    }
