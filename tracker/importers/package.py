"""What Word, PowerPoint and Excel files share: a zip of XML parts, checked before anyone parses it.

A few kilobytes can unpack to gigabytes. So the sizes that the package declares are added up
first; then every part is unpacked piece by piece, which must give exactly the declared size and
checksum. No ratio is asked for: a report's own XML packs fifty to one, and the limits on sizes
say all that a ratio could.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tracker.domain.errors import N_, RuleBroken

MAX_ENTRIES = 5_000
MAX_UNPACKED = 100_000_000
MAX_XML = 15_000_000  # what is parsed takes twenty times its size in memory; pictures are not
_PIECE = 65_536
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError)
_CENTRAL = b"PK\x01\x02"  # stands before every entry of a zip's list of contents
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the two that Office writes
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARATION = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)"
    rb"|<\x00!\x00(?:D\x00O\x00C\x00T\x00|E\x00N\x00T\x00I\x00)"
    rb"|\x00<\x00!\x00(?:D\x00O\x00C\x00T|E\x00N\x00T\x00I)"
)
_LONGEST_DECLARATION = 20
_MACROS = re.compile(rb"macroEnabled", re.I)
_STRICT = b"http://purl.oclc.org/ooxml/"


@dataclass(frozen=True, slots=True)
class Office:
    """One of the three formats: its name as people know it, its program, its folder in the zip."""

    format: str
    program: str
    folder: str


DOCX = Office("DOCX", "Word", "word/")
PPTX = Office("PPTX", "PowerPoint", "ppt/")
XLSX = Office("XLSX", "Excel", "xl/")


def check(data: bytes, office: Office) -> None:
    """Let pass only a whole package of that format, small enough when unpacked, without macros,
    passwords, document type declarations and entities. Raises RuleBroken otherwise."""
    _check_count(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_list(entries, office)
            _check_parts(package, entries, office)
    except _BROKEN:
        raise damaged(office) from None


@contextmanager
def opened(data: bytes, office: Office) -> Iterator[None]:
    """Where a package that `check` lets pass is parsed: whatever fails in there means damage.

    Raises:
        RuleBroken: as `check` does, or it is damaged after all.
    """
    check(data, office)
    try:
        yield
    except (RuleBroken, MemoryError):
        raise
    except Exception as error:  # a damaged file fails anywhere inside a library
        raise damaged(office) from error


def names(data: bytes) -> list[str] | None:
    """The names of a zip's entries; None where it is too damaged to have a list of contents.
    Raises RuleBroken where the list alone is too large to read."""
    _check_count(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return package.namelist()
    except _BROKEN:
        return None


def damaged(office: Office) -> RuleBroken:
    """The refusal of a file that is broken, or no file of that format at all."""
    return RuleBroken(
        "Filen går inte att läsa som %(format)s. Öppna den i %(program)s, spara den som "
        "%(format)s utan lösenord och försök igen.",
        format=office.format,
        program=office.program,
    )


def protected(office: Office) -> RuleBroken:
    """The refusal of a file that nobody can open without its password."""
    return RuleBroken(
        "Filen är skyddad med lösenord. Öppna den i %(program)s, ta bort lösenordet, spara och "
        "försök igen.",
        program=office.program,
    )


def _check_count(data: bytes) -> None:
    if data.count(_CENTRAL) > MAX_ENTRIES:
        raise too_large()


def too_large() -> RuleBroken:
    """The refusal of a package that unpacks to more than anybody needs."""
    return RuleBroken(
        N_("Dokumentet är för stort när det packas upp. Ta bort bilder ur det och försök igen.")
    )


def _check_list(entries: list[zipfile.ZipInfo], office: Office) -> None:
    """What the package says of itself, before anything is unpacked."""
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise too_large()
    named = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    if sum(entry.file_size for entry in named) > MAX_XML:
        raise too_large()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise protected(office)
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise damaged(office)
    found = {entry.filename for entry in entries}
    if len(found) < len(entries) or not any(name.startswith(office.folder) for name in found):
        raise damaged(office)
    if any(name.lower().endswith("vbaproject.bin") for name in found):
        raise _macros(office)


def _macros(office: Office) -> RuleBroken:
    return RuleBroken(
        "Filen innehåller makron. Öppna den i %(program)s, spara den som %(format)s utan makron "
        "och försök igen.",
        program=office.program,
        format=office.format,
    )


def _check_parts(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo], office: Office) -> None:
    """What the parts really hold; one is XML where it starts so, whatever it is called."""
    xml = 0
    for entry in entries:
        with package.open(entry) as part:
            piece, size, tail = part.read(_PIECE), 0, b""
            parsed = piece.lstrip().startswith(_XML_STARTS)
            while piece:
                size += len(piece)
                xml += len(piece) if parsed else 0
                if size > entry.file_size or xml > MAX_XML:
                    raise too_large()
                if parsed:
                    _check_text(tail + piece, entry.filename, office)
                tail, piece = piece[-_LONGEST_DECLARATION:], part.read(_PIECE)
        if size != entry.file_size:
            raise damaged(office)


def _check_text(text: bytes, name: str, office: Office) -> None:
    """One piece of a part that is XML; pictures in SVG may declare their document type."""
    if _DECLARATION.search(text) and not name.lower().endswith(".svg"):
        raise damaged(office)
    if name == "[Content_Types].xml" and _MACROS.search(text):
        raise _macros(office)
    if name == "_rels/.rels" and _STRICT in text:
        raise RuleBroken(
            "Filen är sparad i formatet Strict Open XML. Öppna den i %(program)s, spara den som "
            "vanlig %(format)s och försök igen.",
            program=office.program,
            format=office.format,
        )
