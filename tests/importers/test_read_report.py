"""Every file gives a draft or a sentence, never a traceback."""

from __future__ import annotations

import io
import random
import re
import zipfile

import docx
import openpyxl
import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.granvik import POINTS, STRENGTHS, Style, granvik
from tracker.domain.errors import RuleBroken
from tracker.importers import MAX_BYTES, read_report
from tracker.importers.draft import ReportDraft

NAMES = ["a.txt", "a.md", "a.docx", "a.pptx", "a.xlsx"]


def document() -> bytes:
    made, out = docx.Document(), io.BytesIO()
    for row in granvik(Style(order=(1,), tables=False)).split("\n"):
        made.add_paragraph(row)
    made.save(out)
    return out.getvalue()


def presentation() -> bytes:
    made, out = pptx.Presentation(), io.BytesIO()
    for name, texts in (("Styrkor", STRENGTHS), ("Förbättringsmöjligheter", POINTS)):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = "1. Samspel mellan förtroendevalda och medborgare"
        slide.placeholders[1].text = "\n".join([name, *texts[1]])
    made.save(out)
    return out.getvalue()


def workbook() -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in granvik(Style(order=(1,))).split("\n"):
        made.active.append([row])
    made.save(out)
    return out.getvalue()


SEEDS = {
    "a.txt": granvik(Style(order=(1, 2), width=40)).encode(),
    "a.docx": document(),
    "a.pptx": presentation(),
    "a.xlsx": workbook(),
}


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"hej", "rapport.xyz", "PDF, DOCX, PPTX, XLSX, TXT eller MD"),
        (b"hej", "rapport", "saknar ändelse"),
        (b"\x89PNG\r\n\x1a\n\x00", "rapport.txt", "är en bild"),
        (bytes(range(32)) * 9, "rapport.txt", "inte text"),
        (b"", "rapport.txt", "tom"),
        (b" \n\t\r\n", "rapport.txt", "ingen text"),
        (b"\xef\xbb\xbf", "rapport.md", "ingen text"),
        (b"a" * (MAX_BYTES + 1), "rapport.txt", "25 MB"),
        (b"hej", "rapport.docx", "är en TXT-fil"),
        (b"\x01\x02", "rapport.docx", "inte att läsa som DOCX"),
        (b"Styrkor\nett\n" * 10_001, "rapport.txt", "mer text än"),
    ],
)
def test_a_wrong_file_gets_a_sentence(data: bytes, name: str, says: str) -> None:
    with pytest.raises(RuleBroken, match=says):
        read_report(data, name)


def attempt(data: bytes, name: str) -> None:
    try:
        draft = read_report(data, name)
    except RuleBroken as refused:
        assert str(refused)
    else:
        assert ReportDraft.from_json(draft.to_json()) == draft


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(NAMES))
def test_any_bytes(data: bytes, name: str) -> None:
    attempt(data, name)


def mutated(data: bytes, dice: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(dice.randint(1, 40)):
        made[dice.randrange(len(made))] = dice.randrange(256)
    return bytes(made[: dice.randrange(len(made))] if dice.random() < 0.3 else made)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(sorted(SEEDS)))
def test_mutated_reports(seed: int, name: str) -> None:
    attempt(mutated(SEEDS[name], random.Random(seed)), name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(["a.docx", "a.pptx", "a.xlsx"]))
def test_packages_with_mutated_parts(seed: int, name: str) -> None:
    """Whole packages whose XML is another: a number, a name or a piece of it changed places."""
    dice, out = random.Random(seed), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SEEDS[name])) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        chosen = {dice.choice(names), *(n for n in names if re.search(r"(?:ment|e1|t1)\.xml$", n))}
        for part in names:
            text = old.read(part)
            new.writestr(part, shuffled(text, dice) if part in chosen else text)
    attempt(out.getvalue(), name)


def shuffled(xml: bytes, dice: random.Random) -> bytes:
    pieces = re.split(rb"(?<=>)|(?<==\")|(?=\")", xml)
    for _ in range(dice.randint(1, 4)):
        one, other = dice.randrange(len(pieces)), dice.randrange(len(pieces))
        pieces[one] = dice.choice([pieces[other], b"", b"-1", b"999999999999", pieces[one] * 2])
    return b"".join(pieces)


ROWS = st.sampled_from(
    ["Styrkor", "Förbättringsmöjligheter", "Styrkor Förbättringsmöjligheter", "Allmänt", "",
     "Område 2 Samhällsutveckling", "Delområden Poäng", "1. Arbetsliv", "54", "• Mer", "3.1 A 5",
     "2.1 Mål 10 20", "–", "- och", "Sida 3", "3. Arbetsliv Uppnått Max", "30 100", "1. Mer",
     "| Styrkor | Förbättringsområden |", "| a | b |", "# Bilaga", "arbets-", "Arbetsmiljö"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=25))
def test_any_order_of_headings(rows: list[str]) -> None:
    attempt("\n".join(rows).encode(), "a.md")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abcåÖ .,-–•*:?1", min_size=1, max_size=30), min_size=1, max_size=12))
def test_no_line_under_a_heading_is_lost(rows: list[str]) -> None:
    """Every letter under the heading is in an item or in a problem."""
    text = "Område 1 Test\n\nFörbättringsmöjligheter\n\n" + "\n".join(rows)
    draft = read_report(text.encode(), "a.txt")
    told = [p.text for a in draft.areas for p in a.improvements]
    told += [p.message for p in draft.problems]
    for row in rows:
        for word in row.replace("*", " ").replace("-", " ").split():
            letters = word.strip(".,–•:?1 ")
            assert not letters or any(letters in each.replace("-", " ") for each in told)
