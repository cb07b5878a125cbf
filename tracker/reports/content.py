"""What a document says, before it is a file: one content, several renderers (decision 17).

Every text is already in the reader's language and is plain text: no renderer reads markup in it.
`pdf.render_pdf` and `docx.render_docx` turn a `Document` into bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from tracker.domain.languages import LANGUAGES

LONGEST_TITLE = 300  # characters; what is longer is cut, for these stand on every page
LONGEST_RUNNING = 120  # sender, kind, header, footer, a column's heading
LONGEST_WHOLE_ROW = 900  # characters: a longer row of a table may go on on the next page
_ADDRESS = re.compile(r"(https?://|mailto:)[!-~]{1,1990}")
LOWEST_HEADING = 3  # levels 1, 2 and 3


class Align(StrEnum):
    """How a column of a table stands."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of running text. `link`: an http, https or mailto address; no other is linked."""

    text: str
    strong: bool = False
    emphasis: bool = False
    link: str = ""


Inline: TypeAlias = str | tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3; the document's title stands above them all."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `\\n` in it breaks the line. An empty one is left out."""

    text: Inline


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list with bullets, or with numbers where the order counts (a proposal for decision)."""

    items: tuple[Inline, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of term and text, such as *Ansvarig: Socialförvaltningen*."""

    pairs: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its side, and its share of the width beside the others' shares."""

    title: str
    align: Align = Align.LEFT
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header row is repeated on every page; each row has a cell for each column.

    Raises ValueError where a row has too few or too many cells, or there is no column.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table needs a column")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.caption!r} does not fit its columns")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of `charts` (an empty string draws nothing), what it says in words, its caption.

    `table` holds the same figures and follows the drawing. `width` is the drawing's share of the
    text's width, 0.1 to 1. `for_paper` is the same drawing for a sheet of paper, where a file has
    more room than a telephone.
    """

    svg: str
    alt: str
    caption: str = ""
    table: Table | None = None
    width: float = 0.55
    for_paper: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must not be missed, in a frame; `title` is its first, strong line."""

    text: Inline
    title: str = ""


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block: TypeAlias = Heading | Paragraph | Bullets | Facts | Table | Figure | Notice | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. Raises ValueError for a language that no renderer has words for.

    sender: the municipality, above the title and as author; kind: what sort of document it is
    ("Tjänsteskrivelse"); meta: pairs beside the title (diarienummer, to whom); header: what stands
    on top of the second page and on (the title where it is empty); footer: beside the page number.
    logo: a PNG, drawn beside the sender on page one (left out where it is no picture); logo_alt:
    what it says, empty where it says no more than the sender's name beside it.
    """

    title: str
    language: str
    date: date
    blocks: tuple[Block, ...]
    sender: str = ""
    subtitle: str = ""
    kind: str = ""
    meta: tuple[tuple[str, str], ...] = field(default=())
    header: str = ""
    footer: str = ""
    logo: bytes = b""
    logo_alt: str = ""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"no words for the language {self.language!r}")


def spans(text: Inline) -> tuple[Span, ...]:
    """`text` as spans, whichever way it was written."""
    return (Span(text),) if isinstance(text, str) else text


def address(span: Span) -> str:
    """Where the span leads, or "" where that is no address that a file may carry."""
    return span.link if _ADDRESS.fullmatch(span.link) and span.text.strip() else ""


def plain(text: Inline) -> str:
    """`text` without emphasis and links."""
    return "".join(span.text for span in spans(text))


def levelled(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with headings that never skip a level (a reader by ear would miss one)."""
    out: list[Block] = []
    above: list[int] = []  # the levels asked for, of the headings that the next one may stand under
    for block in blocks:
        if isinstance(block, Heading):
            while above and above[-1] >= block.level:
                above.pop()
            above.append(block.level)
            out.append(Heading(min(len(above), LOWEST_HEADING), block.text))
        else:
            out.append(block)
    return out
