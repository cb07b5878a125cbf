"""The walk through a report: which lines belong to which area, and under which heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.domain.editions import Edition
from tracker.domain.errors import N_
from tracker.domain.text import likeness
from tracker.importers.draft import Problem, problem
from tracker.importers.headings import Mark
from tracker.importers.lines import Line
from tracker.importers.places import on_pages, place_of
from tracker.importers.rows import read_header
from tracker.importers.wording import POINTS, Kind

_SCORE = re.compile(
    r"^(?:(?:uppnådd\w* |uppnått |områdets |total )?(?:poäng|resultat)(?: för området)?\s*:?\s*)?"
    r"(\d{1,3})(?:\s*(?:/|av)\s*(?:max\s*)?100)?\s*(?:poäng|p)?$",
    re.I,
)
_LIST_NUMBER = re.compile(r"^(?:\d{1,2}\.)?\d{1,2}\s*[.)]?\s+(?=\D)")
_BARE_NUMBER = re.compile(r"^\d{1,3}$")
_AHEAD = 400
_LONGEST_NAME = 110
_LOST_ON_PAGE = N_(
    "Rubriken till område %(area)s saknas i rapporten (sida %(at)s); området kändes igen på sina "
    "delområden eller på ordningen. Kontrollera att punkterna hör dit."
)
_LOST_ON_ROW = N_(
    "Rubriken till område %(area)s saknas i rapporten (rad %(at)s); området kändes igen på sina "
    "delområden eller på ordningen. Kontrollera att punkterna hör dit."
)


@dataclass
class RawSection:
    """The lines under one heading of strengths, of improvement points, or of both."""

    kind: Kind
    area: int | None
    heading: Line
    lines: list[Line] = field(default_factory=list)
    continued: bool = False


@dataclass
class AreaOutline:
    """What the walk found of one area."""

    number: int
    name: str
    level: int | None = None
    times: int = 0
    box: list[Line] = field(default_factory=list)
    box_scores: list[int] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    sections: list[RawSection] = field(default_factory=list)


@dataclass
class Outline:
    """All areas met, the sections that belong to none, running text and what was skipped."""

    areas: dict[int, AreaOutline] = field(default_factory=dict)
    general: list[RawSection] = field(default_factory=list)
    prose: list[tuple[int | None, Line]] = field(default_factory=list)
    page_lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def sections(self) -> list[RawSection]:
        return [*self.general, *(s for area in self.areas.values() for s in area.sections)]


def outline(
    lines: Sequence[Line], marks: Sequence[Mark], rows: set[int], edition: Edition | None
) -> Outline:
    """Walk once through `lines`; `rows` are the indexes of score-table rows."""
    by_start: dict[int, list[Mark]] = {}
    for mark in marks:
        by_start.setdefault(mark.start, []).append(mark)
    walk = _Walk(lines, {start: here[0] for start, here in by_start.items()}, edition)
    at = 0
    while at < len(lines):
        here = by_start.get(at)
        if here and not walk.is_item(here[0]):
            for mark in here:
                walk.heading(mark)
            at = here[0].end
            continue
        if at in rows:
            walk.leave()
        else:
            walk.line(at)
        at += 1
    return walk.result


class _Walk:
    def __init__(
        self, lines: Sequence[Line], marks: dict[int, Mark], edition: Edition | None
    ) -> None:
        self.lines = lines
        self.marks = marks
        self.edition = edition
        self.result = Outline()
        self.area: AreaOutline | None = None
        self.section: RawSection | None = None
        self.in_box = False
        self.in_head = False
        self.listing: RawSection | None = None

    def is_item(self, mark: Mark) -> bool:
        """A numbered row in a numbered list of items, or of an area's sub-areas, only looks like
        a chapter."""
        if mark.kind is Kind.CHAPTER and (self.in_head or self.in_box) and self.area:
            return self.area.number in self._areas_naming(self.lines[mark.start].text)
        if mark.kind is not Kind.CHAPTER or self.section is None:
            return False
        first = self.section.lines[0].text if self.section.lines else ""
        unstyled = self.lines[mark.start].heading is None
        return unstyled and bool(_LIST_NUMBER.match(first) and _LIST_NUMBER.match(mark.name))

    def heading(self, mark: Mark) -> None:
        line = self.lines[mark.start]
        if mark.kind in POINTS:
            self.listing = None
            self._open_section(mark, line)
            return
        done = self.area is not None and bool(self.area.sections)
        waiting = self.section if self.section and not self.section.lines else None
        self.leave()
        if mark.kind is Kind.AREA and mark.area is not None:
            self._enter(mark.area, mark.name, line.heading)
            if (over := waiting or self.listing) and self._lists_items(mark):
                self._turn_over(over)
            return
        self.listing = None
        if mark.kind in {Kind.BOX, Kind.INTRO}:
            if self.area is None or done or (mark.kind is Kind.BOX and self.area.box):
                self._enter_lost(mark)
            self.in_box = mark.kind is Kind.BOX and self.area is not None
        elif mark.kind is Kind.SCORES:
            self.area = None
        else:
            self._chapter(line, done)

    def _lists_items(self, mark: Mark) -> bool:
        """Whether bullets follow an area's name that are not its sub-areas."""
        follows: list[Line] = []
        for index in range(mark.end, len(self.lines)):
            if index in self.marks:
                break
            follows.append(self.lines[index])
        named = sum(1 for x in follows if mark.area in self._areas_naming(x.text))
        return any(x.bullet for x in follows) and 2 * named < len(follows)

    def _turn_over(self, empty: RawSection) -> None:
        """Let the area that was just met have the heading of points that stands above its name
        with nothing under it; the areas that follow in the same list have it, too."""
        self.listing = empty
        for sections in (self.result.general, *(a.sections for a in self.result.areas.values())):
            sections[:] = [section for section in sections if section is not empty]
        assert self.area is not None  # noqa: S101 - it was just entered
        self.section = RawSection(empty.kind, self.area.number, empty.heading)
        self.area.sections.append(self.section)
        self.in_head = False

    def leave(self) -> None:
        """Whatever list or box was open ends here; the area goes on."""
        self.section, self.in_box, self.in_head = None, False, False

    def line(self, at: int) -> None:
        line = self.lines[at]
        if self.section is not None and self._starts_other_area(at):
            self.leave()
        if self.section is not None:
            target = self.result.page_lines if self._is_page_number(line) else self.section.lines
            target.append(line)
        elif self.area is not None and (self.in_box or self.in_head) and self._box_line(line):
            return
        else:
            self._prose(line)

    def _prose(self, line: Line) -> None:
        self.in_head = False
        if self.area is not None:
            self.area.body.append(line)
        self.result.prose.append((self.area.number if self.area else None, line))

    def _box_line(self, line: Line) -> bool:
        """Take a line of the box (a sub-area's name, or the area's score); False for others."""
        assert self.area is not None  # noqa: S101 - the caller has looked
        score = _SCORE.match(line.text)
        if score and not line.bullet:
            self.area.box_scores.append(int(score[1]))
            return True
        if self.in_box and read_header(line.text):
            return True
        if self.in_head and not (self._lists(line) or self._goes_on(line)):
            return False
        if self._names_other_area(line.text):
            return True
        if len(line.text) > _LONGEST_NAME:
            self.in_box = False
            return False
        self.area.box.append(line)
        return True

    def _lists(self, line: Line) -> bool:
        return bool(line.bullet or _LIST_NUMBER.match(line.text))

    def _goes_on(self, line: Line) -> bool:
        """Whether `line` is the rest of the name before it, wrapped."""
        listed = self.area is not None and bool(self.area.box)
        return listed and not line.blank_before and line.text[:1].islower()

    def _names_other_area(self, text: str) -> bool:
        """Whether a row under an area's name is another area: a row of an agenda."""
        if self.edition is None or self.area is None:
            return False
        named = self.edition.match_area(_LIST_NUMBER.sub("", text))
        other = named is not None and named.number != self.area.number
        return other and self.area.number not in self._areas_naming(text)

    def _is_page_number(self, line: Line) -> bool:
        return bool(_BARE_NUMBER.match(line.text)) and line.cell is None and not line.bullet

    def _open_section(self, mark: Mark, line: Line) -> None:
        self.leave()
        if mark.general and self.area and (self.area.sections or not self.area.body):
            self.area = None
        if self.area and self._titled_without_area(self.area, line):
            self.area = None
        if self.area is None:
            self.section = RawSection(mark.kind, None, line)
            self.result.general.append(self.section)
            return
        before = [s for s in self.area.sections if s.kind is not Kind.STRENGTHS]
        self.section = RawSection(mark.kind, self.area.number, line, continued=bool(before))
        self.area.sections.append(self.section)

    def _titled_without_area(self, area: AreaOutline, line: Line) -> bool:
        """Whether `line` is a slide's title that names no area, in a deck that names the area on
        each of its slides, after the area's own points: such a slide is about the whole."""
        title = line.heading is not None and line.heading <= (area.level or 0)
        pointed = any(s.kind is Kind.IMPROVEMENTS for s in area.sections)
        return title and area.times > 1 and pointed

    def _enter(self, number: int, name: str, level: int | None) -> None:
        known = self.result.areas.get(number)
        if known is None:
            known = self.result.areas[number] = AreaOutline(number, name, level)
        known.times += 1
        known.level = level if level is not None else known.level
        self.area, self.in_head = known, True

    def _enter_lost(self, mark: Mark) -> None:
        number = self._guess_area(mark.start, fallback=self.area is not None)
        if number is None:
            return
        self._told_lost(number, self.lines[mark.start])

    def _told_lost(self, number: int, line: Line) -> None:
        defined = self.edition.area(number) if self.edition else None
        self._enter(number, defined.name if defined else f"Område {number}", None)
        self.in_head = False
        template = _LOST_ON_PAGE if on_pages(line) else _LOST_ON_ROW
        told = problem("warning", f"area {number}", template, area=number, at=place_of(line))
        self.result.problems.append(told)

    def _guess_area(self, at: int, *, fallback: bool) -> int | None:
        """The area whose sub-areas the next lines name, else the one that is next in order."""
        votes: Counter[int] = Counter()
        for index in range(at + 1, min(at + _AHEAD, len(self.lines))):
            mark = self.marks.get(index)
            if mark and (mark.kind is Kind.AREA or mark.kind in POINTS):
                break
            votes.update(self._areas_naming(self.lines[index].text))
        done = {n for n, area in self.result.areas.items() if area.sections}
        open_votes = {n: count for n, count in votes.items() if n not in done}
        if open_votes:
            return max(open_votes, key=lambda n: (open_votes[n], -n))
        following = self.area.number + 1 if self.area and fallback else None
        exists = following and (self.edition is None or self.edition.area(following))
        return following if exists and following not in done else None

    def _areas_naming(self, text: str) -> set[int]:
        if self.edition is None or len(text) > _LONGEST_NAME:
            return set()
        name = _LIST_NUMBER.sub("", text)
        return {a.number for a in self.edition.areas if a.match_subarea(name)}

    def _starts_other_area(self, at: int) -> bool:
        """Whether a sub-area of another area, followed by running text, stands at `at`: then
        the heading of that area is lost."""
        line = self.lines[at]
        follows = self.lines[at + 1] if at + 1 < len(self.lines) else None
        if line.bullet or not line.blank_before or follows is None or len(follows.text) < 60:
            return False
        return self._switch(line)

    def _switch(self, line: Line) -> bool:
        if self.edition is None or self.area is None or not self.area.sections:
            return False
        for area in self.edition.areas:
            if area.number in self.result.areas and self.result.areas[area.number].sections:
                continue
            names = [n for s in area.subareas for n in (s.name, *s.aliases)]
            if any(likeness(line.text, name) >= 0.95 for name in names):
                self._told_lost(area.number, line)
                return True
        return False

    def _chapter(self, line: Line, done: bool) -> None:
        """A heading of another kind: one below the area's level stays inside the area."""
        if done and self._switch(line):
            return self._prose(line)
        level = self.area.level if self.area else None
        inside = line.heading is not None and line.heading > (level or 1)
        if not inside:
            self.area = None
        return self._prose(line)
