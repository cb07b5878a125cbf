"""What a file may be, whatever it is called, and what a package may hold."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest

from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.kinds import READABLE, check_content, ending_of
from tracker.importers.package import (
    DOCX,
    MAX_ENTRIES,
    MAX_UNPACKED,
    MAX_XML,
    PPTX,
    XLSX,
    Office,
    check,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le")
BLANK = {".docx": docx.Document, ".pptx": pptx.Presentation, ".xlsx": openpyxl.Workbook}
OFFICE = {".docx": DOCX, ".pptx": PPTX, ".xlsx": XLSX}
MAIN = {
    ".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"
}  # fmt: skip


def blank(ending: str) -> bytes:
    out = io.BytesIO()
    BLANK[ending]().save(out)
    return out.getvalue()


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def changed(ending: str, **parts: bytes | Callable[[bytes], bytes]) -> bytes:
    """A blank file with parts added or changed; in names, __ stands for a slash."""
    with zipfile.ZipFile(io.BytesIO(blank(ending))) as package:
        made = {name: package.read(name) for name in package.namelist()}
    for key, value in parts.items():
        name = MAIN[ending] if key == "main" else key.replace("__", "/")
        made[name] = value if isinstance(value, bytes) else value(made[name])
    return packed(made)


@pytest.mark.parametrize(
    ("name", "ending"),
    [("Rapport.PDF", ".pdf"), ("a.b.docx", ".docx"), ("a.xlsx ", ".xlsx"), ("é.Md", ".md")],
)
def test_the_ending_of_a_name(name: str, ending: str) -> None:
    assert ending_of(name) == ending


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("rapport", "saknar ändelse"),
        (".docx", "saknar ändelse"),
        ("a.xyz", "PDF, DOCX, PPTX, XLSX, TXT eller MD"),
        ("a.zip", "PDF, DOCX, PPTX, XLSX, TXT eller MD"),
        *((f"a.{end}", "som DOCX eller PDF") for end in ("doc", "odt", "rtf", "pages", "html")),
        *((f"a.{end}", "som PPTX eller PDF") for end in ("ppt", "odp", "key")),
        *((f"a.{end}", "som XLSX eller PDF") for end in ("xls", "ods", "csv")),
        ("a.docm", "som DOCX utan makron"),
        ("a.pptm", "som PPTX utan makron"),
        ("a.xlsm", "som XLSX utan makron"),
        *((f"a.{end}", "är en bild") for end in ("png", "jpg", "tiff", "heic")),
    ],
)
def test_names_of_other_files_are_refused(name: str, says: str) -> None:
    with pytest.raises(RuleBroken, match=says):
        ending_of(name)


@pytest.mark.parametrize("ending", READABLE)
def test_content_that_agrees_or_cannot_be_told_passes(ending: str) -> None:
    contents = {
        ".pdf": b"\r\n%PDF-1.7", ".txt": "hallå".encode(), ".md": b"# hej",
        **{end: blank(end) for end in BLANK},
    }  # fmt: skip
    check_content(contents[ending], ending)
    check_content(b"\x01\x02\x03", ending)


@pytest.mark.parametrize(
    ("data", "ending", "says"),
    [
        (b"%PDF-1.7", ".docx", r"heter .docx men är en PDF-fil. Byt ändelsen till .pdf"),
        (b"\xef\xbb\xbf%PDF-1.7", ".txt", "är en PDF-fil"),
        (blank(".docx"), ".pdf", r"är en DOCX-fil. Byt ändelsen till .docx"),
        (blank(".pptx"), ".docx", "är en PPTX-fil"),
        (blank(".xlsx"), ".txt", "är en XLSX-fil"),
        ("Förbättra".encode(), ".pdf", r"är en TXT-fil. Byt ändelsen till .txt"),
        (LOCKED, ".docx", "Word, ta bort lösenordet"),
        (LOCKED, ".xlsx", "Excel, ta bort lösenordet"),
        (OLE + "WordDocument".encode("utf-16-le"), ".docx", "som DOCX eller PDF"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), ".pptx", "som PPTX eller PDF"),
        (OLE + "Workbook".encode("utf-16-le"), ".xlsx", "som XLSX eller PDF"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), ".docx", "läses inte"),
        (b"\xff\xd8\xff\xe0", ".pdf", "är en bild"),
        (b"\x00\x00\x00\x18ftypheic", ".pdf", "är en bild"),
        (b"{\\rtf1 hej}", ".docx", "som DOCX eller PDF"),
        (b"<!DOCTYPE html><p>", ".txt", "som DOCX eller PDF"),
    ],
)
def test_content_of_another_kind_is_refused(data: bytes, ending: str, says: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_content(data, ending)
    assert says in str(refused.value)


@pytest.mark.parametrize("ending", OFFICE)
def test_a_blank_package_passes(ending: str) -> None:
    check(blank(ending), OFFICE[ending])


DTD = b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d SYSTEM "file:///etc/passwd">]><a/>'


@pytest.mark.parametrize("ending", OFFICE)
@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"parts__vbaProject.bin": b"x"}, "makron"),
        ({"[Content_Types].xml": lambda old: old.replace(b".main+xml", b".macroEnabled.main+xml")},
         "makron"),
        ({"main": DTD}, "inte att läsa"),
        ({"main": DTD.decode().encode("utf-16")}, "inte att läsa"),
        ({"main": DTD.decode().encode("utf-16-be")}, "inte att läsa"),
        ({"main": b"<a>" + b" " * 65_530 + DTD}, "inte att läsa"),
        ({"customXml__item1.xml": DTD}, "inte att läsa"),
        ({"_rels__.rels": b'<a b="http://purl.oclc.org/ooxml/officeDocument"/>'}, "vanlig"),
    ],
    ids=["macros", "macros by type", "dtd", "dtd in utf-16", "dtd in utf-16 without mark",
         "dtd far down", "dtd beside", "strict"],
)  # fmt: skip
def test_a_hostile_package_is_refused(ending: str, parts: dict[str, bytes], says: str) -> None:
    with pytest.raises(RuleBroken, match=says):
        read_report(changed(ending, **parts), f"a{ending}")


@pytest.mark.parametrize(
    "parts",
    [
        {"media__a.bin": bytes(MAX_UNPACKED)},
        {"main": b"<a>" + bytes(MAX_XML)},
        {"hidden.png": b"<a>" + b" " * MAX_XML},
        {f"x{number}": b"" for number in range(MAX_ENTRIES)},
    ],
    ids=["bytes", "xml", "xml as a picture", "entries"],
)
def test_a_bomb_is_refused_before_it_is_parsed(parts: dict[str, bytes]) -> None:
    with pytest.raises(RuleBroken, match="för stort"):
        read_report(changed(".docx", **parts), "a.docx")


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(packed({"word/document.xml": b"<a>" + bytes(50_000)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    with pytest.raises(RuleBroken, match="inte att läsa"):
        check(bytes(data), DOCX)


def test_a_locked_entry_and_a_method_that_unpacks_without_bound_are_refused() -> None:
    data = bytearray(packed({"word/document.xml": b"<a/>"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(RuleBroken, match="lösenord"):
        check(bytes(data), DOCX)
    squeezed = packed({"word/document.xml": b"<a/>"}, zipfile.ZIP_LZMA)
    with pytest.raises(RuleBroken, match="inte att läsa"):
        check(squeezed, DOCX)


@pytest.mark.parametrize("office", [DOCX, PPTX, XLSX])
def test_another_package_is_refused(office: Office) -> None:
    with pytest.raises(RuleBroken, match=office.format):
        check(packed({"annat/fil.xml": b"<a/>"}), office)


def test_a_picture_in_svg_may_declare_its_type() -> None:
    check(changed(".docx", word__media__a_svg=b""), DOCX)
    check(changed(".docx", **{"word__media__a.svg": b"<!DOCTYPE svg><svg/>"}), DOCX)


DIRTY, CLEAN = (
    "Ut\u200bveckla \u202edialogen\u202c\u200f \ufeffmed\u2066 alla",
    "Utveckla dialogen med alla",
)


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx", ".txt", ".md"])
def test_no_invisible_sign_reaches_a_draft(ending: str) -> None:
    rows = ["Område 1 Test", "Förbättringsmöjligheter", DIRTY]
    draft = read_report(written(ending, rows), f"a{ending}")
    assert [p.text for a in draft.areas for p in a.improvements] == [CLEAN]


def written(ending: str, rows: list[str]) -> bytes:
    """A file with these rows; the text formats take a NUL as well."""
    out, made = io.BytesIO(), BLANK[ending]() if ending in BLANK else None
    if ending == ".docx":
        for row in rows:
            made.add_paragraph(row)
    elif ending == ".pptx":
        shapes = made.slides.add_slide(made.slide_layouts[5]).shapes
        shapes.title.text = rows[0]
        shapes.add_textbox(0, 3_000_000, 4_000_000, 900_000).text_frame.text = "\n".join(rows[1:])
    elif ending == ".xlsx":
        for row in rows:
            made.active.append([row])
    else:
        return "\n\n".join(rows).replace("dial", "di\x00al").encode()
    made.save(out)
    return out.getvalue()
