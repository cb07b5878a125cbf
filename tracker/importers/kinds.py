"""What a file is, told by its name and by its first bytes before any parser sees it.

Both must say the same. A file that says one thing and is another is refused with the way out,
rather than read as what it looks like: the next person opens it by its name, too.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from tracker.domain.errors import N_, RuleBroken
from tracker.importers.package import DOCX, PPTX, XLSX, names, protected

READABLE = (".pdf", ".docx", ".pptx", ".xlsx", ".txt", ".md")
_OFFICE = {".docx": DOCX, ".pptx": PPTX, ".xlsx": XLSX}
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".webp", ".svg")
_SAVE_AS = {
    **dict.fromkeys((".doc", ".dot", ".dotx", ".odt", ".ott", ".rtf", ".pages"), "DOCX"),
    **dict.fromkeys((".wpd", ".wps", ".html", ".htm", ".mht", ".xhtml", ".epub"), "DOCX"),
    **dict.fromkeys((".ppt", ".pps", ".ppsx", ".pot", ".potx", ".odp", ".key"), "PPTX"),
    **dict.fromkeys((".xls", ".xlt", ".xltx", ".xlsb", ".ods", ".csv", ".numbers"), "XLSX"),
}
_MACROS = {
    **dict.fromkeys((".docm", ".dotm"), "DOCX"),
    **dict.fromkeys((".pptm", ".ppsm", ".potm"), "PPTX"),
    **dict.fromkeys((".xlsm", ".xltm"), "XLSX"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a locked package
_OLD = {"WordDocument": "DOCX", "PowerPoint Document": "PPTX", "Workbook": "XLSX"}
_IMAGE_STARTS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
)
_IMAGE_BRANDS = (b"ftypheic", b"ftypmif1", b"WEBP")  # stand a few bytes in
_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.I)
_MARKS = b"\xef\xbb\xbf \t\r\n"
_HEAD = 4096
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def ending_of(filename: str) -> str:
    """The one of `READABLE` that the file's name ends with, in small letters. Raises RuleBroken,
    with a sentence that says what to do, for every other name."""
    ending = PurePath(filename.strip()).suffix.lower()
    if ending not in READABLE:
        raise _not_read(ending)
    return ending


def check_content(data: bytes, ending: str) -> None:
    """Let pass what is, or may be, of the format that `ending` states.

    Content that cannot be told is left to that format. Raises RuleBroken, with a sentence that
    says what to do, where the content is another format's, is never read, or is locked with a
    password.
    """
    found = _content(data, ending)
    if found in {None, ending} or {found, ending} == {".txt", ".md"}:
        return
    raise RuleBroken(
        "Filen heter %(ending)s men är en %(format)s-fil. Byt ändelsen till %(right)s och försök "
        "igen.",
        ending=ending,
        format=str(found)[1:].upper(),
        right=found,
    )


def _not_read(ending: str) -> RuleBroken:
    if not ending:
        return RuleBroken(
            N_(
                "Filens namn saknar ändelse, så det går inte att se vad den är. Ge den en ändelse "
                "(.pdf, .docx, .pptx, .xlsx, .txt eller .md) och försök igen."
            )
        )
    if ending in _IMAGES:
        return _image()
    if ending in _MACROS:
        return RuleBroken(
            "Filer med makron läses inte. Spara rapporten som %(format)s utan makron och försök "
            "igen.",
            format=_MACROS[ending],
        )
    if ending in _SAVE_AS:
        return _save_as(_SAVE_AS[ending])
    return _other()


def _save_as(format_name: str) -> RuleBroken:
    return RuleBroken(
        "Filtypen läses inte. Öppna filen, spara den som %(format)s eller PDF och försök igen.",
        format=format_name,
    )


def _other() -> RuleBroken:
    return RuleBroken(
        N_(
            "Filtypen läses inte. Spara rapporten som PDF, DOCX, PPTX, XLSX, TXT eller MD och "
            "försök igen."
        )
    )


def _image() -> RuleBroken:
    return RuleBroken(
        N_(
            "Filen är en bild, och text i bilder läses inte. Be om rapporten som PDF eller DOCX, "
            "eller fyll i den i vår mall (XLSX)."
        )
    )


def _content(data: bytes, ending: str) -> str | None:
    """What the bytes are; None where they do not tell. Raises RuleBroken for what is never read."""
    head = data[:_HEAD]
    if head.lstrip(_MARKS).startswith(b"%PDF-") or (ending == ".pdf" and b"%PDF-" in head):
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        return _packed(data)
    if head.startswith(_OLE):
        raise _ole(data, ending)
    if head.startswith(_IMAGE_STARTS) or any(brand in head[:16] for brand in _IMAGE_BRANDS):
        raise _image()
    if head.lstrip(_MARKS).startswith(b"{\\rtf") or _HTML.match(head.lstrip(_MARKS)):
        raise _save_as("DOCX")
    return ".txt" if _is_text(head) else None


def _packed(data: bytes) -> str | None:
    """Which Office format a zip is; None for one that is too damaged to tell."""
    entries = names(data)
    if entries is None:
        return None
    for ending, office in _OFFICE.items():
        if any(name.startswith(office.folder) for name in entries):
            return ending
    raise _other()


def _ole(data: bytes, ending: str) -> RuleBroken:
    """The container of Office before 2007, which also wraps a newer file with a password."""
    if _ENCRYPTED in data:
        return protected(_OFFICE.get(ending, DOCX))
    for stream, format_name in _OLD.items():
        if stream.encode("utf-16-le") in data:
            return _save_as(format_name)
    return _save_as("DOCX")


def _is_text(head: bytes) -> bool:
    """Whether the bytes are unmistakably text; a character cut in two at the end is none."""
    if not head or _CONTROL.search(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True
