"""What every section has at hand while it is told, and the marks of what people wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tracker.domain.reporting import Deviation, ReportFacts, ReportKind, ReportRow
from tracker.models.reports import TextMode
from tracker.reports.content import Block, Bullets, Inline, Paragraph, Span
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.telling.words import Words, paragraphs

DEVIATION = "deviation:"
_BULLET = re.compile(r"[-•*–]\s+|\d{1,2}[.)]\s+")
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True)
class Own:
    """A block that somebody wrote."""

    block: Block


Piece: TypeAlias = Block | Own


@dataclass(frozen=True)
class Telling:
    """One report as it is told; `opened` is the one for everybody, whose rows name no people, and
    `quiet` that one without what people wrote, whose silence then tells nothing."""

    facts: ReportFacts
    words: Words
    texts: Mapping[str, OwnText] = field(default_factory=dict)
    opened: bool = False
    quiet: bool = False

    @property
    def final(self) -> bool:
        """Whether it is the last about its plan."""
        return self.facts.kind is ReportKind.FINAL

    def own(self, key: str) -> OwnText | None:
        """What somebody wrote under `key`, unless it is blank."""
        found = self.texts.get(key)
        return found if found is not None and found.text.strip() else None

    def replaced(self, key: str) -> bool:
        """Whether somebody's text stands instead of what the data say."""
        found = self.own(key)
        return found is not None and found.mode is TextMode.REPLACE

    def has_own(self, deviation: Deviation) -> bool:
        """Whether somebody wrote about the deviation."""
        return self.own(key_of(deviation.row)) is not None


Teller: TypeAlias = Callable[[Telling], Iterator[Piece]]


def key_of(row: ReportRow) -> str:
    """Under which key somebody writes about an action's deviation."""
    return f"{DEVIATION}{row.id}"


def written(text: str) -> Iterator[Own]:
    """What somebody typed as paragraphs, and as lists where every line begins as one."""
    for part in paragraphs(text):
        lines = part.split("\n")
        if all(_BULLET.match(line) for line in lines):
            items: tuple[Inline, ...] = tuple(_BULLET.sub("", line, count=1) for line in lines)
            yield Own(Bullets(items, ordered=bool(_NUMBER.match(lines[0]))))
        else:
            yield Own(Paragraph(part))


def led(lead: str, text: str) -> tuple[Span, ...]:
    """A strong beginning and what follows it."""
    return Span(f"{lead} ", strong=True), Span(text)
