"""Files that people attach as evidence: what they may be, told by name and by content alike.

They are kept and handed out again, never read; so it is enough that each is what its name says.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers import package

MAX_BYTES = 20_000_000
LONGEST_NAME = 200
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
_OFFICE = {".docx": package.DOCX, ".xlsx": package.XLSX, ".pptx": package.PPTX}
_STARTS = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_HEAD = 1024
_TEXT = (".txt", ".csv")
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
_NEVER_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\A(?:%PDF-|PK\x03\x04)")


def plain_name(name: str) -> str:
    """A file's own name as it is kept: no folders, nothing invisible, at most LONGEST_NAME
    characters, its ending always left whole."""
    last = normalise_space(name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")
    ending = PurePath(last).suffix[:10]
    stem = last[: len(last) - len(ending)] if ending else last
    return stem[: LONGEST_NAME - len(ending)].rstrip() + ending


def content_type(name: str) -> str:
    """What a kept file with that name is sent as."""
    return CONTENT_TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")


def check_attachment(name: str, data: bytes) -> None:
    """Let pass a file of a known kind that is what its name says.

    Raises:
        RuleBroken: it is empty, too large, of another kind, or not what its name says; the
            sentence says what to do.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in CONTENT_TYPES:
        raise RuleBroken(
            N_(
                "Den filtypen tas inte emot. Spara underlaget som PDF, DOCX, XLSX, PPTX, PNG, "
                "JPG, TXT eller CSV och försök igen."
            )
        )
    if not data:
        raise RuleBroken(N_("Filen är tom. Kontrollera att den är sparad och välj den igen."))
    if len(data) > MAX_BYTES:
        raise RuleBroken(
            N_("Filen är större än 20 MB. Gör den mindre, eller lägg den i ert arkiv och länka.")
        )
    if not _is_what_it_says(data, ending):
        raise RuleBroken(
            "Filen heter %(ending)s men innehåller något annat. Öppna den i sitt program, spara "
            "den på nytt och försök igen.",
            ending=ending,
        )


def _is_what_it_says(data: bytes, ending: str) -> bool:
    if ending in _OFFICE:
        if data.startswith(b"PK\x03\x04"):
            package.check(data, _OFFICE[ending])
            return True
        return False
    if ending == ".pdf":
        return b"%PDF-" in data[:_HEAD]
    if ending in _TEXT:
        return data.startswith(_WIDE_TEXT) or not _NEVER_TEXT.search(data)
    return data.startswith(_STARTS[ending])
