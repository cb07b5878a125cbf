"""Lines under a heading of strengths or improvement points, put together to items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tracker.domain.text import fold, words
from tracker.importers.lines import Line

_STRONG = re.compile(r"[^-–—*+o]")
DONE = (".", "!", "?", "…", ":")
_CONJUNCTIONS = frozenset({"och", "eller", "samt", "respektive", "resp", "till", "som", "men", "&"})
_LETTERS = re.compile(r"[^\W\d_]+")
_INSIDE_NAME = re.compile(r"(?<=[a-zåäö,] )([A-ZÅÄÖ][^\W\d_]+)")
_COUNTED = re.compile(r"^\(?(\d{1,2}|[a-z](?=\)))[.)]\s+(\S.*)$")
_INLINE = re.compile(r"\s+[•●▪■◦]\s+")
_DASHES = frozenset("-–—")
_INDENT = 0.012  # of the page's width
_HYPHENATES = 3  # lines that begin with a piece of a word
_SHORT = 0.8  # of the section's longest line


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
    tell names from the first words of sentences.

    A report whose lines often end within a word, so that the next begins with a piece that is no
    word, is hyphenated throughout: there a hyphen before a whole word divides as well.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known: set[str] = set()
        self._names: set[str] = set()
        pieces: list[str] = []
        ends: str | None = None
        for line in lines:
            found = words(line.text)
            if ends is not None:
                if ends == "-" and line.text[:1].islower():
                    pieces += found[:1]
                found = found[1:]
            ends = line.text[-1] if line.text.endswith(("-", "\u00ad")) else None
            self._known.update(found[:-1] if ends else found)
            self._names.update(_INSIDE_NAME.findall(line.text))
        told = [x for x in pieces if x not in _CONJUNCTIONS and x not in self._known]
        self._hyphenates = len(told) >= _HYPHENATES

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
        if fold(head + right[0]) in self._known:
            return True
        if right[0] in _CONJUNCTIONS:
            return False
        return self._hyphenates or right[0] not in self._known


def read_items(lines: Sequence[Line], joiner: Joiner) -> Section:
    """The items among `lines` (the body of one section, without its heading).

    Bullets decide where they lead; else blank lines; else the wording and the line lengths,
    which is a judgement (`certain` False).
    """
    lines = _number_bullets(_one_bullet_each(lines))
    if not lines:
        return Section()
    if _is_list(lines):
        return _doubt_outside(_bulleted(lines))
    if any(line.blank_before for line in lines[1:]):
        return _doubt_outside(Section(_blocks(lines)))
    return Section(_running(lines, joiner))


def _doubt_outside(section: Section) -> Section:
    """Text below a table of points may be one more point, or what the report goes on with."""
    lines = [line for item in section.items for line in item.lines]
    if any(line.cell for line in lines):
        for item in section.items:
            item.certain = item.certain and all(line.cell for line in item.lines)
    return section


def _one_bullet_each(lines: Sequence[Line]) -> list[Line]:
    """The lines, those with bullets in their middle divided there."""
    made: list[Line] = []
    for line in lines:
        first, *rest = _INLINE.split(line.text)
        if not rest:
            made.append(line)
            continue
        made.append(replace(line, text=first))
        made += [replace(line, text=x, bullet="•", blank_before=False) for x in rest]
    return made


def _number_bullets(lines: Sequence[Line]) -> list[Line]:
    """ "1. …", "2. …" (or "a) …", "b) …") that count upwards are bullets."""
    counted, made = 0, []
    for line in lines:
        found = _COUNTED.match(line.text)
        if found and not line.bullet and _count(found[1]) == counted + 1:
            counted += 1
            made.append(replace(line, text=found[2], bullet=f"{found[1]}."))
        else:
            made.append(line)
    leads = bool(lines) and not lines[0].bullet and bool(made[0].bullet)
    return made if counted > 1 or leads else list(lines)


def _count(sign: str) -> int:
    return int(sign) if sign.isdecimal() else ord(sign) - ord("a") + 1


def _is_list(lines: Sequence[Line]) -> bool:
    """Whether bullets start the items; a dash in the middle of an item is no bullet."""
    bullets = [line for line in lines if line.bullet]
    heads = [line for line in lines if line.blank_before]
    led = sum(1 for line in heads if line.bullet)
    if any(_STRONG.match(line.bullet) for line in bullets):
        return True
    mostly = 2 * len(bullets) > len(lines)
    return bool(bullets) and (bool(lines[0].bullet) or mostly or 2 * led > len(heads) > 1)


def _bulleted(lines: Sequence[Line]) -> Section:
    last = max(i for i, line in enumerate(lines) if line.bullet)
    nested = _nested(lines)
    section = Section()
    for i, line in enumerate(lines):
        before = section.items[-1] if section.items else None
        if before and i in nested:
            before.lines.append(line)
            before.certain = False
        elif line.bullet:
            section.items.append(Item([line]))
        elif section.left_over and i > last and not line.bullet:
            section.left_over.append(line)
        elif before and (not line.blank_before or _goes_on(before, line)):
            before.lines.append(line)
            before.certain = before.certain and not line.blank_before
        elif (before is None and line.text.endswith(":")) or i > last or _labels(lines, i):
            section.left_over.append(line)
        else:
            section.items.append(Item([line], certain=False))
    if any(line.number < section.items[0].lines[0].number for line in section.left_over):
        section.left_over.sort(key=lambda line: line.number)
    return section


def _labels(lines: Sequence[Line], at: int) -> bool:
    """Whether a line heads the bullets that follow it without a gap (a sub-area's name, say)."""
    line, after = lines[at], lines[at + 1]
    heads = (at == 0 or line.blank_before) and bool(after.bullet) and not after.blank_before
    return heads and not line.text.endswith((".", "!", "?"))


def _nested(lines: Sequence[Line]) -> set[int]:
    """The indexes of bullets below another bullet: they stand further in on the page; or have
    another sign, and the first sign comes back after them or the line before ends with a colon."""
    found: set[int] = set()
    main: Line | None = None
    last = {_sign(line): i for i, line in enumerate(lines) if line.bullet}
    for i, line in enumerate(lines):
        if not line.bullet:
            continue
        if main and (_indented(main, line) or _other_sign(lines, i, main, last)):
            found.add(i)
        elif main is None or line.page != main.page or not _indented(line, main):
            main = line
    return found


def _indented(main: Line, line: Line) -> bool:
    if main.box is None or line.box is None or main.page != line.page:
        return False
    return _INDENT < line.box.left - main.box.left < 10 * _INDENT


def _other_sign(lines: Sequence[Line], at: int, main: Line, last: Mapping[str, int]) -> bool:
    """Whether the bullet at `at` is of a lower kind than `main`'s, told by the signs alone."""
    if _sign(lines[at]) == _sign(main) or (main.box and lines[at].box):
        return False
    return lines[at - 1].text.endswith(":") or last[_sign(main)] > at


def _sign(line: Line) -> str:
    """Bullets of one kind: counted ones are alike, dashes are alike."""
    if _STRONG.match(line.bullet) and line.bullet[:1].isalnum():
        return "1."
    return "-" if line.bullet in _DASHES else line.bullet


def _goes_on(item: Item, line: Line) -> bool:
    """Whether `line`, after a gap (a page break), is the rest of the item before it."""
    return line.text[:1].islower() and not item.lines[-1].text.endswith(DONE)


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
    small = lines[0].text[:1].islower()
    for before, line in pairwise(lines):
        if before.text.endswith(";") or (small and _breaks_early(before, line, width)):
            items.append(Item([line], certain=False))
            continue
        ended = before.text.endswith((".", "!", "?"))
        free = ended or _had_room(before, line, width) or not joiner.is_name(line.text)
        if line.text[:1].isupper() and not line.bullet and free:
            items.append(Item([line], certain=False))
        else:
            items[-1].lines.append(line)
    return items


def _breaks_early(before: Line, line: Line, width: int) -> bool:
    """Whether a line ends well before the longest one, in a list whose items start small."""
    return len(before.text) + 1 + len(line.text.split()[0]) < _SHORT * width


def whole_text(item: Item, joiner: Joiner) -> str:
    """The item's text, word for word; a dash that led a line in its middle is put back, and
    stands for any other bullet in the middle of an item."""
    first, *rest = item.lines
    return joiner.join([first.text, *(f"{_dash(x)}{x.text}" for x in rest)])


def _dash(line: Line) -> str:
    if not line.bullet:
        return ""
    return f"{line.bullet} " if line.bullet in _DASHES else "– "
