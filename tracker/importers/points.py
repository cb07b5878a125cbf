"""Lines under a heading of strengths or improvement points, put together to items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tracker.domain.text import fold, words
from tracker.importers.lines import Line

_STRONG = re.compile(r"[^-–—*+o]")
_DONE = (".", "!", "?", "…", ":")
_CONJUNCTIONS = frozenset({"och", "eller", "samt", "respektive", "resp", "till", "som", "men", "&"})
_LETTERS = re.compile(r"[^\W\d_]+")
_INSIDE_NAME = re.compile(r"(?<=[a-zåäö,] )([A-ZÅÄÖ][^\W\d_]+)")
_NUMBERED = re.compile(r"^(\d{1,2})[.)]\s+(\S.*)$")


@dataclass
class Item:
    """One item in the making: the first line's place, and every line that it was put from."""

    lines: list[Line]
    certain: bool = True


@dataclass
class Section:
    """Items, and the lines that are none (each of these must end in a problem)."""

    items: list[Item] = field(default_factory=list)
    left_over: list[Line] = field(default_factory=list)


class Joiner:
    """Puts wrapped lines together; knows the words of the whole report, to mend hyphens and to
    tell names from the first words of sentences."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known: set[str] = set()
        self._names: set[str] = set()
        divided = False
        for line in lines:
            found = words(line.text)[1 if divided else 0 :]
            divided = line.text.endswith(("-", "\u00ad"))
            self._known.update(found[:-1] if divided else found)
            self._names.update(_INSIDE_NAME.findall(line.text))

    def is_name(self, text: str) -> bool:
        """Whether `text` starts with a word that the report writes with a capital anyway."""
        first = _LETTERS.match(text)
        return first is not None and (first[0] in self._names or first[0][1:2].isupper())

    def join(self, parts: Sequence[str]) -> str:
        """The parts as one text; a word that was divided at a line end is whole again where
        that is safe, else its hyphen and the space stay as they are printed."""
        text = ""
        for part in parts:
            text = self._add(text, part) if text else part
        return text.rstrip("\u00ad")

    def _add(self, text: str, part: str) -> str:
        if text.endswith("\u00ad"):
            return text[:-1] + part
        if text.endswith("-") and self._is_divided(text, part):
            return text[:-1] + part
        return f"{text} {part}"

    def _is_divided(self, text: str, part: str) -> bool:
        left = text[:-1].split()[-1:] or [""]
        right = words(part.split(maxsplit=1)[0])[:1] or [""]
        head = left[0].strip("(\"”'/")
        if len(head) < 2 or not head.isalpha() or head.isupper() or not part[:1].islower():
            return False
        if right[0] in _CONJUNCTIONS:
            return False
        return fold(head + right[0]) in self._known or right[0] not in self._known


def read_items(lines: Sequence[Line], joiner: Joiner) -> Section:
    """The items among `lines` (the body of one section, without its heading).

    Bullets decide where they lead; else blank lines; else the wording and the line lengths,
    which is a judgement (`certain` False).
    """
    lines = _number_bullets(lines)
    if not lines:
        return Section()
    if _is_list(lines):
        return _bulleted(lines)
    if any(line.blank_before for line in lines[1:]):
        return Section(_blocks(lines))
    return Section(_running(lines, joiner))


def _number_bullets(lines: Sequence[Line]) -> list[Line]:
    """ "1. …", "2. …" that count upwards are bullets."""
    counted, made = 0, []
    for line in lines:
        found = _NUMBERED.match(line.text)
        if found and not line.bullet and int(found[1]) == counted + 1:
            counted += 1
            made.append(replace(line, text=found[2], bullet=f"{found[1]}."))
        else:
            made.append(line)
    return made if counted > 1 else list(lines)


def _is_list(lines: Sequence[Line]) -> bool:
    """Whether bullets start the items; a dash in the middle of an item is no bullet."""
    bullets = [line for line in lines if line.bullet]
    heads = [line for line in lines if line.blank_before]
    led = sum(1 for line in heads if line.bullet)
    if any(_STRONG.match(line.bullet) for line in bullets):
        return True
    return bool(bullets) and (bool(lines[0].bullet) or 2 * led > len(heads) > 1)


def _bulleted(lines: Sequence[Line]) -> Section:
    last = max(i for i, line in enumerate(lines) if line.bullet)
    section = Section()
    for i, line in enumerate(lines):
        before = section.items[-1] if section.items else None
        if line.bullet:
            section.items.append(Item([line]))
        elif section.left_over and i > last:
            section.left_over.append(line)
        elif before and (not line.blank_before or _goes_on(before, line)):
            before.lines.append(line)
            before.certain = before.certain and not line.blank_before
        elif (before is None and line.text.endswith(":")) or i > last:
            section.left_over.append(line)
        else:
            section.items.append(Item([line], certain=False))
    if any(line.number < section.items[0].lines[0].number for line in section.left_over):
        section.left_over.sort(key=lambda line: line.number)
    return section


def _goes_on(item: Item, line: Line) -> bool:
    """Whether `line`, after a gap (a page break), is the rest of the item before it."""
    return line.text[:1].islower() and not item.lines[-1].text.endswith(_DONE)


def _blocks(lines: Sequence[Line]) -> list[Item]:
    starts = [line for line in lines if line.blank_before] or [lines[0]]
    lower = sum(1 for line in starts if line.text[:1].islower())
    proper = 2 * lower <= len(starts)
    width = max(len(line.text) for line in lines)
    items: list[Item] = []
    for line in lines:
        if items and line.blank_before and proper and _goes_on(items[-1], line):
            items[-1].lines.append(line)
            items[-1].certain = False
        elif not items or line.blank_before:
            items.append(Item([line]))
        elif _new_sentence_line(items[-1].lines[-1], line, width):
            items[-1].certain = False
            items.append(Item([line], certain=False))
        else:
            items[-1].lines.append(line)
    return items


def _new_sentence_line(before: Line, line: Line, width: int) -> bool:
    """Whether a line that follows without a gap starts an item of its own: the line before
    ends a sentence and broke although the next word had room."""
    starts = line.text[:1].isupper() and not line.bullet
    return starts and before.text.endswith((".", "!", "?")) and _had_room(before, line, width)


def _had_room(before: Line, line: Line, width: int) -> bool:
    return len(before.text) + 1 + len(line.text.split()[0]) < width - 2


def _running(lines: Sequence[Line], joiner: Joiner) -> list[Item]:
    """No bullets and no gaps: a line with a capital starts an item, unless it is a name that
    had no room on the line before in a sentence that goes on."""
    width = max(len(line.text) for line in lines)
    items = [Item([lines[0]], certain=len(lines) == 1)]
    for before, line in pairwise(lines):
        ended = before.text.endswith((".", "!", "?"))
        free = ended or _had_room(before, line, width) or not joiner.is_name(line.text)
        if line.text[:1].isupper() and not line.bullet and free:
            items.append(Item([line], certain=False))
        else:
            items[-1].lines.append(line)
    return items


def whole_text(item: Item, joiner: Joiner) -> str:
    """The item's text, word for word; a dash that led a line in its middle is put back."""
    first, *rest = item.lines
    parts = [first.text, *(f"{x.bullet} {x.text}" if x.bullet else x.text for x in rest)]
    return joiner.join(parts)
