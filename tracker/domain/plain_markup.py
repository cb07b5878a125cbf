"""Plain text with headings, lists and links, as the municipality writes texts of its own.

A line that begins with # is a heading (## one below it), one that begins with - an item of a list;
an empty line ends a paragraph. Addresses (https://…, http://…, name@place) become links, and
[words](address) a link with words of its own. [[what to write]] is a place to fill in. Nothing
else means anything: no text can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_FOUND = re.compile(
    r"\[\[(?P<blank>[^\[\]\n]{1,200})\]\]"
    r"|\[(?P<words>[^\[\]\n]{1,200})\]\((?P<target>[^\s()<>\"]{1,1000})\)"
    r"|(?P<address>https?://[^\s<>\"\[\]]{1,1000})"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
)
_HEADING = re.compile(r"(#{1,2})\s+(.*\S)")
_ITEM = re.compile(r"[-*•]\s+(.*\S)")
_OPENS = "[["
_AFTER = ".,;:!?)'”’"  # what follows an address more often than it ends one


@dataclass(frozen=True)
class Span:
    """A piece of a line: words, a link where there is a `url`, or a place to fill in."""

    text: str
    url: str = ""
    blank: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 1 is just below the page's own."""

    level: int
    spans: Spans


@dataclass(frozen=True)
class Paragraph:
    """Words that belong together."""

    spans: Spans


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Spans, ...]


Block = Heading | Paragraph | Items


def blocks_of(text: str) -> list[Block]:
    """What a text consists of, in its order."""
    found: list[Block] = []
    lines: list[str] = []
    items: list[str] = []

    def end() -> None:
        if lines:
            found.append(Paragraph(spans_of(" ".join(lines))))
        if items:
            found.append(Items(tuple(spans_of(item) for item in items)))
        lines.clear()
        items.clear()

    for line in map(str.strip, text.splitlines()):
        if heading := _HEADING.fullmatch(line):
            end()
            found.append(Heading(len(heading[1]), spans_of(heading[2])))
        elif item := _ITEM.fullmatch(line):
            if lines:
                end()
            items.append(item[1])
        elif not line:
            end()
        elif items:
            items[-1] += f" {line}"
        else:
            lines.append(line)
    end()
    return found


def spans_of(line: str) -> Spans:
    """One line, cut where a link or a place to fill in begins and ends."""
    return tuple(_spans(line))


def _spans(line: str) -> Iterator[Span]:
    done = 0
    for found in _FOUND.finditer(line):
        span, length = _span(found)
        if span is None:
            continue
        if found.start() > done:
            yield Span(line[done : found.start()])
        yield span
        done = found.start() + length
    if done < len(line):
        yield Span(line[done:])


def _span(found: re.Match[str]) -> tuple[Span | None, int]:
    """What was found, and how many characters of it count."""
    if found["blank"]:
        return Span(found["blank"].strip(), blank=True), len(found[0])
    if found["mail"]:
        return Span(found[0], f"mailto:{found[0]}"), len(found[0])
    if found["target"]:
        safe = is_safe(found["target"])
        return (Span(found["words"].strip(), found["target"]) if safe else None), len(found[0])
    address = found["address"].rstrip(_AFTER)
    return (Span(address, address) if is_safe(address) else None), len(address)


def is_safe(url: str) -> bool:
    """Whether an address may be a link: a page on the web, or somebody to write to."""
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in ("http", "https") and whole


def blanks_of(blocks: Sequence[Block]) -> list[str]:
    """The places that nobody has filled in, in their order; what only begins like one (it is too
    long, or has brackets in it) is told too."""
    lines = (line for block in blocks for line in _lines(block))
    return [span.text for line in lines for span in line if _is_open(span)]


def half_filled(text: str) -> int | None:
    """The number, from 1, of the first line on which a bracket lacks its other half, as when a
    place was filled in but not all of its brackets taken away. None: there is none. What begins
    like a place is one that is still open; see blanks_of.
    """
    for number, line in enumerate(text.split("\n"), 1):
        words = "".join(one.text for one in spans_of(line) if not one.blank and not one.url)
        if _OPENS not in words and words.count("[") != words.count("]"):
            return number
    return None


def _lines(block: Block) -> tuple[Spans, ...]:
    return block.items if isinstance(block, Items) else (block.spans,)


def filled(blocks: Sequence[Block]) -> list[Block]:
    """What may be shown to everybody: without a paragraph or an item in which a place is still to
    be filled in, and without a heading that nothing is left under."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Items):
            items = tuple(item for item in block.items if not _has_blank(item))
            if items:
                kept.append(Items(items))
        elif not _has_blank(block.spans):
            kept.append(block)
    return [block for at, block in enumerate(kept) if not _is_bare(kept, at)]


def _has_blank(spans: Spans) -> bool:
    return any(_is_open(span) for span in spans)


def _is_open(span: Span) -> bool:
    return span.blank or _OPENS in span.text


def _is_bare(blocks: Sequence[Block], at: int) -> bool:
    """Whether a heading has nothing under it before the next one that is not below it."""
    block = blocks[at]
    if not isinstance(block, Heading):
        return False
    for below in blocks[at + 1 :]:
        if not isinstance(below, Heading):
            return False
        if below.level <= block.level:
            return True
    return True
