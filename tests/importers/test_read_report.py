"""Every file gives a draft or a sentence, never a traceback."""

from __future__ import annotations

import io
import random

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.granvik import Style, granvik
from tracker.domain.errors import RuleBroken
from tracker.importers import MAX_BYTES, read_report
from tracker.importers.draft import ReportDraft

NAMES = ["a.txt", "a.md", "a.docx"]


def document() -> bytes:
    made, out = docx.Document(), io.BytesIO()
    for row in granvik(Style(order=(1,), tables=False)).split("\n"):
        made.add_paragraph(row)
    made.save(out)
    return out.getvalue()


SEEDS = [granvik(Style(order=(1, 2), width=40)).encode(), document()]


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"%PDF-1.7", "rapport.pdf", "DOCX, TXT eller MD"),
        (b"hej", "rapport", "DOCX, TXT eller MD"),
        (b"\x89PNG\r\n\x1a\n\x00", "rapport.txt", "inte text"),
        (b"", "rapport.txt", "tom"),
        (b" \n\t\r\n", "rapport.txt", "ingen text"),
        (b"\xef\xbb\xbf", "rapport.md", "ingen text"),
        (b"a" * (MAX_BYTES + 1), "rapport.txt", "25 MB"),
        (b"hej", "rapport.docx", "Word-dokument"),
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(NAMES), st.integers(0, 1))
def test_mutated_reports(seed: int, name: str, which: int) -> None:
    dice, data = random.Random(seed), bytearray(SEEDS[which])
    for _ in range(dice.randint(1, 40)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    cut = dice.randrange(len(data))
    attempt(bytes(data[:cut] if dice.random() < 0.3 else data), name)


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
