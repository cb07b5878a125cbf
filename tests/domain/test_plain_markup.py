"""Plain text with headings, lists and links: what becomes what, and what never becomes anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.plain_markup import (
    Heading,
    Items,
    Paragraph,
    Span,
    blanks_of,
    blocks_of,
    filled,
    half_filled,
    is_safe,
    spans_of,
)


def words(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def link(url: str, text: str = "") -> Span:
    return Span(text or url, url)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("\n \n", []),
        ("Ett.", [Paragraph(words("Ett."))]),
        ("Ett\ntvå\n\ntre", [Paragraph(words("Ett två")), Paragraph(words("tre"))]),
        ("# Rubrik", [Heading(1, words("Rubrik"))]),
        ("##  Under  ", [Heading(2, words("Under"))]),
        ("### Tre", [Paragraph(words("### Tre"))]),
        ("#hashtagg", [Paragraph(words("#hashtagg"))]),
        ("Text\n# Rubrik\nmer", [*blocks_of("Text"), *blocks_of("# Rubrik"), *blocks_of("mer")]),
        ("- ett\n* två\n• tre", [Items((words("ett"), words("två"), words("tre")))]),
        ("- ett\n  fortsatt\n- två", [Items((words("ett fortsatt"), words("två")))]),
        (
            "Så här:\n- ett\n\nSen.",
            [*blocks_of("Så här:"), *blocks_of("- ett"), *blocks_of("Sen.")],
        ),
        ("-5 grader", [Paragraph(words("-5 grader"))]),
        ("<b>fet</b>", [Paragraph(words("<b>fet</b>"))]),
        ("a\r\nb", [Paragraph(words("a b"))]),
    ],
)
def test_blocks(text: str, blocks: list[object]) -> None:
    assert blocks_of(text) == blocks


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        ("Se https://example.se.", (Span("Se "), link("https://example.se"), Span("."))),
        ("(http://a.se/b?c=1&d)", (Span("("), link("http://a.se/b?c=1&d"), Span(")"))),
        ("https://a.se/x_y-z/", (link("https://a.se/x_y-z/"),)),
        ("[ord](https://a.se)!", (link("https://a.se", "ord"), Span("!"))),
        ("[skriv](mailto:x@a.se)", (link("mailto:x@a.se", "skriv"),)),
        ("x.y+z@sub.a.se.", (Span("x.y+z@sub.a.se", "mailto:x.y+z@sub.a.se"), Span("."))),
        ("Ring [[numret]] nu", (Span("Ring "), Span("numret", blank=True), Span(" nu"))),
        # What looks like a link and is none stays what was typed.
        ("[x](javascript:alert(1))", (Span("[x](javascript:alert(1))"),)),
        ("[x](data:text/html,y)", (Span("[x](data:text/html,y)"),)),
        ("[x](/login)", (Span("[x](/login)"),)),
        ("[x](//evil.example)", (Span("[x](//evil.example)"),)),
        ("[x](https:evil)", (Span("[x](https:evil)"),)),
        ("[x](JAVASCRIPT:1)", (Span("[x](JAVASCRIPT:1)"),)),
        ("https://", (Span("https://"),)),
        ("https://[bad", (Span("https://[bad"),)),
        ("https://a.se:99999/", (Span("https://a.se:99999/"),)),
        ("a@b", (Span("a@b"),)),
        ("[[]] [x] []()", (Span("[[]] [x] []()"),)),
        ('https://a.se/"onx=1', (link("https://a.se/"), Span('"onx=1'))),
    ],
)
def test_spans(line: str, spans: tuple[Span, ...]) -> None:
    assert spans_of(line) == spans


MARKS = st.text(st.sampled_from(" #-[]()\n\thttps://a.@:<>\"'åjvscript"), max_size=120)


@given(MARKS)
def test_no_text_becomes_another_link(text: str) -> None:
    """Whatever is typed: links only lead to the web or to a person, and no word is lost."""
    said = ""
    for block in blocks_of(text):
        for line in block.items if isinstance(block, Items) else (block.spans,):
            for span in line:
                assert not span.url or is_safe(span.url)
                assert span.text
                said += span.text
    assert set(said) <= set(text) | {" "}


@given(MARKS)
def test_a_line_without_links_is_itself(text: str) -> None:
    line = text.replace("\n", " ")
    if not any(span.url or span.blank for span in spans_of(line)):
        assert "".join(span.text for span in spans_of(line)) == line


def test_a_long_line_takes_no_long_time() -> None:
    """Marks that begin and never end."""
    for piece in ("[", "[[", "[a](", "a@", "https://", "a.", "# ", "- "):
        spans_of(piece * (30_000 // len(piece)))


def test_places_to_fill_in() -> None:
    text = "# Kontakt\n- Skriv till [[adress]]\n- Ring\n\n[[dag]]\n"
    assert blanks_of(blocks_of(text)) == ["adress", "dag"]
    assert filled(blocks_of(text)) == [Heading(1, words("Kontakt")), Items((words("Ring"),))]


@pytest.mark.parametrize(
    "place",
    ["[[a[b]c]]", "[[" + "x" * 201 + "]]", "[[a\n\nb", "[[[a]]", "[[ [a](https://b.example) ]]"],
)
def test_what_only_begins_like_a_place_to_fill_in_is_told_and_kept_back(place: str) -> None:
    for text in (f"Kvar\n\nRing {place}", f"Kvar\n- {place}", f"Kvar\n\n## {place}"):
        blocks = blocks_of(text)
        assert len(blanks_of(blocks)) == 1
        assert "[[" not in str(filled(blocks))
        assert filled(blocks)[0] == blocks_of("Kvar")[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# A\n[[x]]\n# B\nb", "# B\nb"),
        ("# A\n## B\n[[x]]\n# C\nc", "# C\nc"),
        ("# A\n## B\n[[x]]\n## C\nc", "# A\n## C\nc"),
        ("# A\n[[x]]", ""),
        ("# [[x]]\na", "a"),
        ("# A\n\n- [[x]]\n- [[y]]\n\na", "# A\na"),
    ],
)
def test_a_heading_does_not_stand_alone(text: str, left: str) -> None:
    assert filled(blocks_of(text)) == blocks_of(left)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Vi svarar inom [[antal]] dagar.\n[ord](https://a.example) [1]", None),
        ("Ett.\nVi svarar inom 30]] dagar.", 2),
        ("Vi svarar inom [30 dagar.", 1),
        ("Ett.\n\n- 30] dagar, [[dag]]", 3),
        ("[[det som ännu inte är klart", None),  # still a place, and told as one
    ],
)
def test_a_bracket_that_was_left(text: str, line: int | None) -> None:
    assert half_filled(text) == line
