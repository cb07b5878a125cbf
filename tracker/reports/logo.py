"""A municipality's logo as a file can hold it: a sound PNG of modest size, or none at all."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

MOST_BYTES = 2_000_000
LONGEST_SIDE = 4_000  # pixels; a larger picture is no logo
_KEPT_SIDE = 900  # pixels: sharp on paper at the size that it is drawn
LONGEST_BY_SHORTEST = 20
_WIDEST, _HIGHEST = 4.2, 1.5  # cm
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError)


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG without metadata, and its sides in pixels."""

    png: bytes
    width: int
    height: int

    @property
    def drawn(self) -> tuple[float, float]:
        """How wide and how high it stands on paper, in cm."""
        width = min(_WIDEST, _HIGHEST * self.width / self.height)
        return width, width * self.height / self.width


@lru_cache(maxsize=4)
def sound_logo(data: bytes) -> Logo | None:
    """The picture in `data`, drawn anew; None where that is no PNG, is broken, moves, or is too
    large or too thin to be a logo."""
    size = _size(data)
    if size is None or len(data) > MOST_BYTES:
        return None
    if max(size) > LONGEST_SIDE or max(size) > LONGEST_BY_SHORTEST * min(size):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _redrawn(data)
    except _BROKEN:
        return None


def _size(data: bytes) -> tuple[int, int] | None:
    """The sides that a PNG says it has, before anything of it is unpacked."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return (width, height) if width and height else None


def _redrawn(data: bytes) -> Logo | None:
    with Image.open(io.BytesIO(data), formats=["PNG"]) as found:
        if getattr(found, "is_animated", False):
            return None
        found.load()
        drawn = found.convert("RGBA")
    drawn.thumbnail((_KEPT_SIDE, _KEPT_SIDE))
    if drawn.getchannel("A").getextrema() == (255, 255):
        drawn = drawn.convert("RGB")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return Logo(out.getvalue(), *drawn.size)
