"""Which lines are headings, told by their words (and by a style, where the format states one)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.domain.editions import AreaDef, Edition
from tracker.domain.text import fold, likeness
from tracker.importers.lines import Line
from tracker.importers.wording import (
    Kind,
    hints_at_other,
    is_box,
    is_chapter,
    is_general,
    is_intro,
    is_scores,
    is_weak,
    points_and_rest,
    points_kind,
)

_LONGEST = 130
_ENDS = (".", ",", ";", "?", "!")
_AREA = re.compile(r"^(?:huvud)?område\s*(\d{1,2})\b\s*[.:–—-]?\s*(.*)$", re.I)
_NUMBERED = re.compile(r"^(\d{1,2})\s*[.):]?\s+(\S.*)$")
_SECTION = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,2}\.?\s+(?=[^\W\d])")
_SCORE_TAIL = re.compile(
    r"(?:\s*[(–—:-]?\s*(?:uppnått|uppnådd|max(?:imalt)?|poäng)\b\s*)+$"
    r"|\s*[(–—:,-]?\s*\d{1,3}(?:\s*(?:/|av)\s*100)?\s*(?:poäng|p)\s*\)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Span:
    """The lines `start` up to, not including, `end`, read as one text."""

    lines: Sequence[Line]
    start: int
    end: int

    @property
    def first(self) -> Line:
        return self.lines[self.start]

    @property
    def wrapped(self) -> bool:
        return self.end - self.start > 1

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines[self.start : self.end])


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading that covers the lines `start` up to, not including, `end`."""

    kind: Kind
    start: int
    end: int
    area: int | None = None
    name: str = ""
    general: bool = False


def find_marks(lines: Sequence[Line], edition: Edition | None) -> list[Mark]:
    """Every heading in order; a heading may be wrapped over up to three lines."""
    marks: list[Mark] = []
    at = 0
    while at < len(lines):
        found = _at(lines, at, edition)
        marks.extend(found)
        at = found[-1].end if found else at + 1
    kept = _without_lists(_paired(marks, lines))
    kept = [mark for mark in kept if not _heads_list(mark, lines, edition)]
    return _merged_columns(kept, lines)


def _paired(marks: Sequence[Mark], lines: Sequence[Line]) -> list[Mark]:
    """Without those weak headings of points that have no heading of strengths next to them."""
    kept: list[Mark] = []
    for at, mark in enumerate(marks):
        before = [other.kind for other in marks[max(at - 1, 0) : at]]
        after = [other.kind for other in marks[at + 1 : at + 3]]
        paired = Kind.STRENGTHS in before or (
            after[:1] == [Kind.STRENGTHS] and Kind.IMPROVEMENTS not in after
        )
        weak = mark.kind is Kind.IMPROVEMENTS and is_weak(lines[mark.start].text)
        if paired or not weak:
            kept.append(mark)
    return kept


def _without_lists(marks: Sequence[Mark]) -> list[Mark]:
    """Without the rows of a list of areas: three or more area headings with nothing between."""
    kept: list[Mark] = []
    run: list[Mark] = []
    for mark in marks:
        if run and (mark.kind is not Kind.AREA or mark.start != run[-1].end):
            kept.extend(run if len(run) < 3 else [])
            run = []
        if mark.kind is Kind.AREA:
            run.append(mark)
        else:
            kept.append(mark)
    return kept + (run if len(run) < 3 else [])


def _heads_list(mark: Mark, lines: Sequence[Line], edition: Edition | None) -> bool:
    """Whether an area's name stands above two others or more: an agenda, whose first row was
    set as its title."""
    if mark.kind is not Kind.AREA or edition is None:
        return False
    follows = [_numbered_area(line.text, edition) for line in lines[mark.end : mark.end + 2]]
    return len({mark.area, *follows} - {None}) == 3


def _numbered_area(text: str, edition: Edition) -> int | None:
    """The area whose number and name make up `text`, or whose name does alone."""
    number, title, _ = _number(text)
    found = edition.match_area(title)
    return found.number if found and number in {None, found.number} else None


def _merged_columns(marks: Sequence[Mark], lines: Sequence[Line]) -> list[Mark]:
    """A heading of strengths with nothing under it but the heading of improvement points is the
    header of two columns whose text follows: both in one."""
    made: list[Mark] = []
    for mark in marks:
        last = made[-1] if made else None
        if (
            last
            and {last.kind, mark.kind} == {Kind.STRENGTHS, Kind.IMPROVEMENTS}
            and last.end == mark.start
            and lines[mark.start].cell is None
        ):
            both = Kind.BOTH if last.kind is Kind.STRENGTHS else Kind.SWAPPED
            made[-1] = replace(last, kind=both, end=mark.end)
        else:
            made.append(mark)
    return made


def _at(lines: Sequence[Line], at: int, edition: Edition | None) -> list[Mark]:
    """The heading that starts at `at`: the fewest lines that make one, but as many as bring an
    area's name nearest to the edition's."""
    if _goes_on(lines[at]):
        return []
    best: list[Mark] = []
    nearest = 0.0
    for end in range(at + 1, min(at + 3, len(lines)) + 1):
        span = _Span(lines, at, end)
        if len(span.text) > _LONGEST or (span.wrapped and _stands_alone(lines[end - 1])):
            break
        if span.wrapped and span.first.text.endswith(_ENDS):
            break
        if end - at == 3 and not _opens_area(span.first, edition):
            break
        found = _read(span, edition)
        near = _nearness(found, edition)
        if found and (not best or near > nearest):
            best, nearest = found, near
        if best and best[0].kind is not Kind.AREA:
            break
    return best


def _goes_on(line: Line) -> bool:
    """Whether a line starts with a small letter, so that it goes on with the one before it."""
    return line.heading is None and line.text[:1].islower()


def _opens_area(line: Line, edition: Edition | None) -> bool:
    """Whether a line can start the heading of an area: by a number, or by its first word."""
    text = line.text
    if line.bullet:
        return False
    if text[0].isdigit() or text[:6].casefold() in {"område", "huvudo"}:
        return True
    return edition is not None and edition.opens_area(text)


def _stands_alone(line: Line) -> bool:
    """Whether a line can only start something, never go on with a heading before it."""
    return bool(line.bullet or line.heading or points_kind(line.text) or len(line.text) > 90)


def _nearness(marks: Sequence[Mark], edition: Edition | None) -> float:
    if not marks or marks[0].area is None or edition is None:
        return 0.0
    area = edition.area(marks[0].area)
    names = (area.name, *area.aliases) if area else ()
    return max((likeness(marks[0].name, name) for name in names), default=0.0)


def _read(span: _Span, edition: Edition | None) -> list[Mark]:
    text = span.text.replace("- ", "") if span.wrapped else span.text
    may = _may_head(span)
    both = _points_of_area(text, span, edition) if may and not span.first.bullet else []
    if both:
        return both
    if _opens_area(span.first, edition) and (area := _area(span, edition)):
        return area
    if not may:
        return []
    kind = points_kind(text)
    if kind:
        return [Mark(kind, span.start, span.end, general=is_general(text))]
    other = _other_kind(span)
    return [Mark(other, span.start, span.end, name=text)] if other else []


def _may_head(span: _Span) -> bool:
    """Whether a line may be a heading of points: one bullet among its equals is an item, unless
    it is the first in a frame of several (on a slide, where the heading of a list is set as the
    list)."""
    first = span.first
    if first.heading is not None or not first.bullet:
        return True
    after = span.lines[span.end] if span.end < len(span.lines) else None
    before = span.lines[span.start - 1] if span.start else None
    if first.box and after and after.box == first.box and (not before or before.box != first.box):
        return True
    return all(first.bullet != x.bullet for x in (before, after) if x) or _heads_half(span)


def _heads_half(span: _Span) -> bool:
    """Whether a bullet is one of the two headings of a list that holds them both, as on slides
    where headings and items are set alike."""
    pair = {Kind.STRENGTHS, Kind.IMPROVEMENTS}
    kind = points_kind(span.first.text)
    if kind not in pair:
        return False
    (other,) = pair - {kind}
    for step in (1, -1):
        at = span.start + step
        while 0 <= at < len(span.lines) and span.lines[at].bullet == span.first.bullet:
            text = span.lines[at].text
            if points_kind(text) is other and not is_weak(text) and not is_weak(span.first.text):
                return True
            at += step
    return False


def _points_of_area(text: str, span: _Span, edition: Edition | None) -> list[Mark]:
    """ "Styrkor – Samhällsutveckling" or "Styrkor inom område 2" as the area and its points."""
    parts = points_and_rest(text) if edition else None
    if edition is None or parts is None:
        return []
    kind, rest = parts
    number, title, _ = _number(rest)
    defined = edition.match_area(title) or (edition.area(number) if number else None)
    if defined is None:
        return []
    area = Mark(Kind.AREA, span.start, span.end, area=defined.number, name=defined.name)
    return [area, Mark(kind, span.start, span.end)]


def _other_kind(span: _Span) -> Kind | None:
    if span.first.heading is None and not hints_at_other(span.first.text):
        return None
    if is_box(span.text):
        return Kind.BOX
    if span.wrapped:
        return None
    if not span.first.bullet and is_intro(span.text):
        return Kind.INTRO
    if not span.first.bullet and is_scores(span.text) and not span.text.endswith("."):
        return Kind.SCORES
    return Kind.CHAPTER if _is_chapter(span.first) else None


def _is_chapter(line: Line) -> bool:
    if line.heading is not None:
        return True
    short = len(line.text) <= 70 and not line.text.endswith((".", ",", ";"))
    plain = short and not line.bullet and line.text[:1] == line.text[:1].upper()
    return plain and is_chapter(line.text, numbered=_NUMBERED.match(line.text) is not None)


def _area(span: _Span, edition: Edition | None) -> list[Mark]:
    name, tail = _split_tail(span.text)
    number, title, sure = _number(_SCORE_TAIL.sub("", _SECTION.sub("", name)).strip())
    sure = sure and not span.wrapped
    if edition is None:
        plain = title.endswith((".", ",")) or title[:1].islower()
        found, title = (number, title or f"Område {number}") if sure and not plain else (None, "")
    else:
        found, title = _recognise(number, title, sure, edition)
    if not found or (number is None and not tail and not _bare_name_opens(span, found, edition)):
        return []
    mark = Mark(Kind.AREA, span.start, span.end, area=found, name=title)
    return [mark, Mark(tail, span.start, span.end)] if tail else [mark]


def _number(text: str) -> tuple[int | None, str, bool]:
    """(number, name, whether the word Område stands before it)."""
    area = _AREA.match(text)
    if area and text[:1].isupper():
        return int(area[1]), area[2].strip(" .:"), True
    numbered = _NUMBERED.match(text)
    if numbered:
        return int(numbered[1]), numbered[2], False
    return None, text, False


def _recognise(
    number: int | None, title: str, sure: bool, edition: Edition
) -> tuple[int | None, str]:
    if number is None:
        matched = edition.match_area(title)
        if matched is None or _nearer_subarea(title, matched):
            return None, ""
        return matched.number, title
    defined = edition.area(number)
    if defined is None:
        return None, ""
    if defined.is_named(title):
        return number, title
    headingish = not title or (title[:1].isupper() and not title.endswith((".", ",")))
    return (number, title or defined.name) if sure and headingish else (None, "")


def _nearer_subarea(title: str, area: AreaDef) -> bool:
    sub = area.match_subarea(title)
    return sub is not None and likeness(title, sub.name) > likeness(title, area.name)


def _bare_name_opens(span: _Span, number: int, edition: Edition | None) -> bool:
    """Whether an area's name that stands alone is a heading, not a row of a list of areas."""
    if span.first.heading is not None:
        return True
    if span.end == len(span.lines):
        return False
    follows = span.lines[span.end]
    if is_box(follows.text) or is_intro(follows.text) or points_kind(follows.text):
        return True
    area = edition.area(number) if edition else None
    if area is None or not span.first.blank_before:
        return False
    exact = fold(span.text) in {fold(name) for name in (area.name, *area.aliases)}
    prose = len(follows.text) >= 60 and not follows.bullet
    return exact and (prose or area.match_subarea(follows.text) is not None)


def _split_tail(text: str) -> tuple[str, Kind | None]:
    """ "2. Samhällsutveckling – Styrkor" as the area's part and the kind of the rest."""
    for found in reversed(list(re.finditer(r"\s*[–—:-]\s+|:\s*", text))):
        kind = points_kind(text[found.end() :])
        if kind and found.start() > 0:
            return text[: found.start()], kind
    return text, None
