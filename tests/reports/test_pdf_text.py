"""Which characters reach the page: all that the typefaces have, and a mark for the rest."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.documents import document
from tests.reports.test_pdf import complaints, rendered
from tracker.reports.content import Paragraph, Span
from tracker.reports.fonts import FAMILY, FOLDER, covered, drawable, lettered, simple, typefaces
from tracker.reports.glyphs import legible, one_line, short

ANY = st.text(st.characters())


def test_every_character_that_we_say_is_drawn_is_drawn() -> None:
    # A letter each, for a mark that stands on another needs one to stand on.
    text = " ".join(f"a{ch}" for ch in sorted(covered()) if ch != "\n")
    spans = (Span(text), Span(text, strong=True), Span(text, emphasis=True))
    assert complaints(rendered(document(Paragraph(spans)))) == []


def test_swedish_and_its_neighbours_are_covered() -> None:
    text = "ÅÄÖåäöÉéÜüÆæØøÐðÞþŁłŠšČčŐőĂăŢţŊŋŦŧ ΑΩαω АЯая §½€£–—−…“”‘’«»•·°×÷±≤≥≈→←↑↓✓✗□☐☑"
    assert drawable(text) == text


def test_the_bundled_typeface_is_there_with_its_licence() -> None:
    faces = [face for face in typefaces().fonts() if face.family == FAMILY]
    assert {(face.style, face.weight) for face in faces} == {
        ("normal", 400),
        ("italic", 400),
        ("normal", 600),
        ("italic", 600),
    }
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Å", "Å"),
        ("bra 👍🏽!", "bra □!"),
        ("👨‍👩‍👧", "□"),
        ("漢字", "□"),
        ("❤️", "□"),
        ("1️⃣", "1"),
        ("a\u2011b", "a-b"),
        ("10\u202f000", "10\u00a0000"),
        ("ＡＢＣ", "ABC"),
        ("5 ㎏", "5 kg"),
        ("ǟ", "a"),
        ("\u202eabc\u202c", "abc"),
        ("a\x00b\x07", "ab"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ud83d", "□"),
        ("\ue000", "□"),
        ("□□", "□□"),
    ],
)
def test_what_cannot_be_drawn_leaves_a_mark_or_its_like(text: str, shown: str) -> None:
    assert drawable(text) == shown


@given(ANY)
def test_only_covered_characters_are_left(text: str) -> None:
    assert set(drawable(text)) <= covered()


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert drawable(drawable(text)) == drawable(text)
    assert legible(legible(text)) == legible(text)


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"])))
def test_western_text_stays_as_it_is(text: str) -> None:
    assert drawable(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Åtgärd 3: ½ ≥ “så”", "Åtgärd 3: ½ ≥ “så”"),
        ("Ỗ", "O"),
        ("✗Ỗ", "✗O"),
        ("אבג", "□"),
        ("ﬁn", "□n"),
        ("a\u00adb\u200b", "ab"),
        ("q\u0303", "q"),
        ("漢字 Ж Ω", "□ Ж Ω"),
    ],
)
def test_text_in_a_drawing_is_simpler(text: str, shown: str) -> None:
    assert simple(text) == shown


@given(ANY)
def test_a_drawing_s_text_goes_by_turns_between_two_faces(text: str) -> None:
    turns = lettered(text)
    assert len(turns) % 2 == 1
    assert "".join(turns) == simple(text)
    assert set(simple(text)) <= covered()


@given(ANY, st.integers(1, 20))
def test_short_text_is_short(text: str, most: int) -> None:
    cut = short(text, most)
    assert len(cut) <= most
    assert cut == one_line(text) or cut.endswith("…")
