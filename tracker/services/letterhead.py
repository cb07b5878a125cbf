"""The municipality's coat of arms on our letters: one picture, checked and kept as a plain PNG."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from datetime import datetime

from PIL import Image, ImageOps
from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db, in_turn
from tracker.models import Letterhead, User
from tracker.reports.logo import LONGEST_BY_SHORTEST, sound_logo
from tracker.services import journal, scope

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
WIDEST, HIGHEST = 800, 800  # pixels, as kept
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
ROW = 1

_DRAWING = re.compile(rb"<(svg|\?xml|!DOCTYPE\s+svg)", re.IGNORECASE)
_DEEP = ("I", "F")  # kinds with more than 8 bits a pixel, grey
# What the decoders raise over bytes that are no picture, or only the beginning of one.
_BROKEN = (
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError),
    *(struct.error, zlib.error, IndexError, KeyError, TypeError, AttributeError, ArithmeticError),
)


def logo_png() -> bytes:
    """The kept picture as PNG; empty where there is none."""
    return db.session.scalar(select(Letterhead.logo).where(Letterhead.id == ROW)) or b""


def logo_mark() -> str:
    """The SHA-256 of the kept picture; empty where there is none."""
    return db.session.scalar(select(Letterhead.sha256).where(Letterhead.id == ROW)) or ""


def keep_logo(data: bytes, *, by: User, now: datetime) -> str:
    """Keep a picture for the letterhead, in the place of the one before; gives its SHA-256.

    Raises:
        Forbidden.
        RuleBroken: at `file`; it is no picture that we can read, or too large.
    """
    scope.require(by, Deed.PLACES_MANAGE)
    png = cleaned(data)
    mark = hashlib.sha256(png).hexdigest()
    in_turn("letterhead")
    row = db.session.get(Letterhead, ROW)
    before = row.sha256 if row else None
    if row is None:
        row = Letterhead(id=ROW)
        db.session.add(row)
    if before != mark:
        row.logo, row.sha256 = png, mark
        row.changed_at, row.changed_by_id = now, by.id
        changed = {"sha256": [before, mark], "bytes": len(png)}
        journal.record("letterhead.change", "letterhead", ROW, changed, by=by, now=now)
    db.session.commit()
    return mark


def remove_logo(*, by: User, now: datetime) -> None:
    """Take the picture off the letterhead; reports that were published keep theirs.

    Raises:
        Forbidden.
        RuleBroken: there is none.
    """
    scope.require(by, Deed.PLACES_MANAGE)
    in_turn("letterhead")
    row = db.session.get(Letterhead, ROW)
    if row is None:
        raise RuleBroken("Brevhuvudet har ingen bild. Den är redan borttagen.")
    data = {"sha256": [row.sha256, None]}
    db.session.delete(row)
    journal.record("letterhead.remove", "letterhead", ROW, data, by=by, now=now)
    db.session.commit()


def cleaned(data: bytes) -> bytes:
    """The picture in `data` as a PNG of at most WIDEST × HIGHEST pixels: transparency stays, what
    a camera or a program wrote beside it does not.

    Raises:
        RuleBroken: at `file`.
    """
    if not data:
        raise RuleBroken("Filen är tom. Välj en bild i PNG eller JPEG.", field="file")
    if len(data) > MAX_BYTES:
        raise RuleBroken(
            "Bilden är för stor. Den får vara högst %(most)s MB.",
            field="file",
            most=MAX_BYTES // (1024 * 1024),
        )
    if _DRAWING.search(data[:1024]):
        raise RuleBroken(
            "En SVG-bild kan inte användas. Spara den som PNG, gärna 800 bildpunkter bred, och "
            "välj den filen i stället.",
            field="file",
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_pixels(picture.width * picture.height)
            return _checked(_redrawn(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except _BROKEN as error:
        sentence = N_("Filen går inte att läsa som bild. Välj en bild i PNG, JPEG, GIF eller WebP.")
        raise RuleBroken(sentence, field="file") from error


def _checked(png: bytes) -> bytes:
    """The picture, if a report can show it."""
    if sound_logo(png) is not None:
        return png
    with Image.open(io.BytesIO(png), formats=["PNG"]) as drawn:
        long, short = max(drawn.size), min(drawn.size)
    if long > LONGEST_BY_SHORTEST * short:
        raise RuleBroken(
            "Bilden är för avlång för brevhuvudet. Den långa sidan får vara högst %(most)s gånger "
            "så lång som den korta.",
            field="file",
            most=LONGEST_BY_SHORTEST,
        )
    raise RuleBroken(
        "Bilden har för många detaljer för brevhuvudet. Välj en enklare bild eller en som är "
        "mindre, till exempel 400 bildpunkter bred.",
        field="file",
    )


def _check_pixels(number: int) -> None:
    """Before anything is unpacked: a small file can hold an enormous picture."""
    if number > MAX_PIXELS:
        raise _too_many()


def _too_many() -> RuleBroken:
    return RuleBroken(
        "Bilden har för många bildpunkter. Den får ha högst %(most)s miljoner; gör den mindre.",
        field="file",
        most=MAX_PIXELS // 1_000_000,
    )


def _redrawn(picture: Image.Image) -> bytes:
    picture.draft("RGB", (WIDEST, HIGHEST))  # a JPEG need not be unpacked in full
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    image = picture if picture.mode == wanted else _in_eight_bits(picture).convert(wanted)
    image.thumbnail((WIDEST, HIGHEST))  # before anything that copies it
    upright = ImageOps.exif_transpose(image)
    upright.info.clear()
    written = io.BytesIO()
    upright.save(written, "PNG", optimize=True)
    return written.getvalue()


def _in_eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(_DEEP):
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
