"""Files that nobody should have to read: whole ones mutated by rule, and named nastier ones.

The mutations are seeded, so that the same number always gives the same file.
"""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import docx
import openpyxl
import pikepdf
import pptx
import typst
from PIL import Image
from pptx.util import Inches

from tests.importers.granvik import Style, granvik

Case = tuple[str, bytes]

ENDINGS = (".pdf", ".docx", ".pptx", ".xlsx", ".txt", ".md")
EACH = 50
TEXT = granvik(Style(bullet="• "))
SHORT = granvik(Style(bullet="• ", order=(1, 2)))  # of every kind of part, but fewer
_BLOCK = 16 * 1024 * 1024
_GIGABYTE = 64 * _BLOCK
_CHECKSUM = 0x5B64C2B0  # of a gigabyte of zeros
_BOMB = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE a [<!ENTITY out SYSTEM "file:///etc/passwd">]>'


@cache
def whole(ending: str, text: str = TEXT) -> bytes:
    """A whole file of that format that says `text`."""
    return _MAKERS[ending](text)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _pdf(text: str) -> bytes:
    body = "\n\n".join(line.replace("•", "").replace("@", "") for line in _lines(text))
    made = typst.compile(f'#set page(paper: "a5")\n#let t = {_quoted(body)}\n#t'.encode())
    assert isinstance(made, bytes)
    return made


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _docx(text: str) -> bytes:
    document = docx.Document()
    for line in _lines(text):
        document.add_paragraph(line)
    table = document.add_table(2, 2)
    for cell, title in zip(
        table.rows[0].cells, ("Styrkor", "Förbättringsmöjligheter"), strict=True
    ):
        cell.text = title
    return _saved(document.save)


def _pptx(text: str) -> bytes:
    deck, lines = pptx.Presentation(), _lines(text)
    for at in range(0, 60, 12):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = lines[at]
        box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(3))
        box.text_frame.text = "\n".join(lines[at + 1 : at + 12])
    return _saved(deck.save)


def _xlsx(text: str) -> bytes:
    book = openpyxl.Workbook()
    for line in _lines(text):
        book.active.append([line, 12, 20])
    return _saved(book.save)


def _saved(save: Callable[[Any], Any]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


_MAKERS: dict[str, Callable[[str], bytes]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".txt": str.encode,
    ".md": lambda text: f"# Rapport\n\n{text}".encode(),
}


def mutated(ending: str) -> Iterator[Case]:
    """`EACH` mutated files of that format; every other one goes below the packing, so that the
    parsers behind it meet the damage."""
    for number in range(EACH):
        rng = random.Random(f"{ending}{number}")
        data = whole(ending, SHORT)
        if number % 2 and ending == ".pdf":
            data = _in_pdf(data, rng)
        elif number % 2 and ending in {".docx", ".pptx", ".xlsx"}:
            data = _in_zip(data, rng)
        else:
            data = _mutate(data, rng)
        yield f"mutated-{number}{ending}", data


def _mutate(data: bytes, rng: random.Random) -> bytes:
    """One to six of: flip bits, cut off, zero a run, repeat a chunk, move a chunk, insert noise."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(max(1, len(made)))
        length = rng.randint(1, max(2, len(made) // 8))
        chunk = made[at : at + length]
        match rng.randrange(6):
            case 0:
                for _ in range(rng.randint(1, 30)):
                    made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
            case 1:
                del made[max(10, at) :]
            case 2:
                made[at : at + length] = bytes(len(chunk))
            case 3:
                made[at:at] = chunk * rng.randint(1, 5)
            case 4:
                del made[at : at + length]
                made[0:0] = chunk
            case _:
                made[at:at] = rng.randbytes(rng.randint(1, 200))
    return bytes(made)


def _in_zip(data: bytes, rng: random.Random) -> bytes:
    """A sound package, some of whose parts are mutated."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename.endswith((".xml", ".rels")) and rng.random() < 0.3:
                part = _mutate(part, rng) if rng.random() < 0.7 else _doubled_tag(part, rng)
            new.writestr(entry.filename, part)
    return made.getvalue()


def _doubled_tag(part: bytes, rng: random.Random) -> bytes:
    """Well-formed as far as that goes: elements repeated, numbers made huge."""
    half = part.replace(b'"1"', b'"99999999999"').replace(b'"0"', b'"-1"')
    return half if rng.random() < 0.5 else part.replace(b"<a:t>", b"<a:t>\xef\xbf\xbe", 3)


def _in_pdf(data: bytes, rng: random.Random) -> bytes:
    """A sound file, whose page streams are mutated after unpacking, or whose pages are changed."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            if rng.random() < 0.5:
                stream = page.Contents.read_bytes()
                page.Contents = pdf.make_stream(_mutate(stream, rng))
            if rng.random() < 0.2:
                page.MediaBox = pikepdf.Array([0, 0, rng.choice([0, -5, 1, 1e9]), 100])
            if rng.random() < 0.2:
                page.Rotate = rng.choice([90, 45, 12345])
        return _saved(pdf.save)


def _locked() -> bytes:
    with pikepdf.open(io.BytesIO(whole(".pdf"))) as pdf:
        locked = pikepdf.Encryption(owner="o", user="u")
        return _saved(lambda buffer: pdf.save(buffer, encryption=locked))


def _scanned() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (200, 280), "white").save(picture, "PDF")
    return picture.getvalue()


def _blank_pages(count: int = 1, change: Callable[[Any], None] = lambda pdf: None) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page()
        change(pdf)
        return _saved(pdf.save)


def _grow(pdf: Any) -> None:
    pdf.pages[0].MediaBox = pikepdf.Array([0, 0, 10_000_000, 10_000_000])


def _inflate(pdf: Any) -> None:
    blocks = 96
    sum_of_zeros = (blocks * _BLOCK % 65521) << 16 | 1
    data = b"\x78\xda" + _deflated_zeros(blocks) + sum_of_zeros.to_bytes(4, "big")
    pdf.pages[0].Contents = pikepdf.Stream(pdf, data, Filter=pikepdf.Name.FlateDecode)


@cache
def _deflated_zeros(blocks: int) -> bytes:
    """So many blocks of zeros. Only the first is packed: after a full flush, what follows knows
    nothing of what was before, and the same bytes unpack to the next block."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    one = packer.compress(bytes(_BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * blocks + packer.flush()


def _loop(pdf: Any) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    pdf.Root.Pages.Count = 2


def _declaring(ending: str, declaration: str) -> bytes:
    part = _PARTS[ending]
    xml = zipfile.ZipFile(io.BytesIO(whole(ending))).read(part).decode()
    head, _, rest = xml.partition("?>")
    return _with(ending, part, f"{head}?>{declaration}{rest}".encode())


def _endless() -> bytes:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        '<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return _with(".xlsx", "xl/worksheets/sheet1.xml", sheet.encode())


_PARTS = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

NAMED: dict[str, Callable[[], bytes]] = {
    "empty.pdf": bytes,
    "empty.docx": bytes,
    "empty.txt": bytes,
    "blank.txt": lambda: b" \n\t\n" * 50,
    **{f"truncated{e}": lambda e=e: whole(e)[: len(whole(e)) // 2] for e in (".pdf", *_PARTS)},
    "a-pdf.docx": lambda: whole(".pdf"),
    "a-word.pdf": lambda: whole(".docx"),
    "a-text.pdf": lambda: whole(".txt"),
    "an-excel.txt": lambda: whole(".xlsx"),
    "macros.docm": lambda: whole(".docx"),
    "no-ending": lambda: whole(".txt"),
    "old.doc": lambda: _OLE,
    "locked.docx": lambda: _OLE,
    "../../etc/passwd.exe": lambda: b"MZ" + bytes(100),
    "a\x00b\nc.exe": lambda: whole(".txt"),
    "x" * 5000: lambda: whole(".txt"),
    "noise.txt": lambda: random.Random(1).randbytes(3_000_000),
    "noise.pdf": lambda: b"%PDF-1.7\n" + random.Random(2).randbytes(3_000_000),
    "huge.txt": lambda: b"Styrkor\n" * 3_300_000,
    "nul.txt": lambda: TEXT.encode().replace(b" ", b"\x00"),
    "encrypted.pdf": _locked,
    "scanned.pdf": _scanned,
    "ten-thousand-pages.pdf": lambda: _blank_pages(10_000),
    "huge-page.pdf": lambda: _blank_pages(1, _grow),
    "stream-bomb.pdf": lambda: _blank_pages(1, _inflate),
    "page-loop.pdf": lambda: _blank_pages(1, _loop),
    **{f"entities{e}": lambda e=e: _declaring(e, _BOMB) for e in _PARTS},
    **{f"outside{e}": lambda e=e: _declaring(e, _OUTSIDE) for e in _PARTS},
    **{f"macros{e}": lambda e=e: _with(e, f"{_PARTS[e][:2]}/vbaProject.bin", b"x") for e in _PARTS},
    **{f"bomb{e}": lambda e=e: _bomb(e) for e in _PARTS},
    "liar.docx": lambda: _liar(_bomb(".docx")),
    "endless.xlsx": _endless,
}
"""The known kinds of bad file, one of each: what a person might send, and what an attacker."""


def _with(ending: str, name: str, part: bytes) -> bytes:
    """The whole package with one part added or put in the place of another."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole(ending))) as old, zipfile.ZipFile(made, "w", 8) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, part)
    return made.getvalue()


def _bomb(ending: str) -> bytes:
    """A package one part of which unpacks to a gigabyte."""
    made = io.BytesIO(_with(ending, "removed", b""))
    packed = _deflated_zeros(_GIGABYTE // _BLOCK)
    with zipfile.ZipFile(made, "a") as package:
        package.writestr(zipfile.ZipInfo("bomb.xml"), packed)
    return made.getvalue().replace(
        _told(zipfile.ZIP_STORED, zlib.crc32(packed), len(packed), len(packed)),
        _told(zipfile.ZIP_DEFLATED, _CHECKSUM, len(packed), _GIGABYTE),
    )


def _told(method: int, checksum: int, packed: int, unpacked: int) -> bytes:
    """What a zip says twice of a part that was packed in 1980."""
    return struct.pack("<HHHLLL", method, 0, 0x21, checksum, packed, unpacked)


def _liar(data: bytes) -> bytes:
    """The same package, declaring a few bytes where it holds a gigabyte."""
    return data.replace(_GIGABYTE.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def serve() -> None:
    """Read all mutated files, those of each format in a process of their own within a child's
    limits; one line each: its name, and what came of it. Ends as the first that ends badly."""
    for ending in ENDINGS:
        sys.stdout.flush()
        reader = os.fork()
        if not reader:
            _read_all(ending)
            sys.exit()
        if status := os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]):
            sys.exit(f"reading {ending} ended with {status}")


def _read_all(ending: str) -> None:
    from tracker.domain.errors import RuleBroken
    from tracker.importers import child, read_file

    cases = list(mutated(ending))
    child.limit_myself()
    for name, data in cases:
        try:
            read_file(data, name)
            print(name, "read", flush=True)
        except RuleBroken as error:
            print(name, "refused:", str(error), flush=True)
        except MemoryError:
            print(name, "memory", flush=True)
