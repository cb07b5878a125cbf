"""Which lines are headings, told by their words (and by a style, where the format states one)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from tracker.domain.editions import AreaDef, Edition, match_area, match_subarea
from tracker.domain.text import likeness, words
from tracker.importers.lines import Line


class Kind(Enum):
    """What a heading opens."""

    AREA = auto()
    BOX = auto()
    INTRO = auto()
    STRENGTHS = auto()
    IMPROVEMENTS = auto()
    BOTH = auto()
    SCORES = auto()
    CHAPTER = auto()


_LONGEST = 130
POINTS = frozenset({Kind.STRENGTHS, Kind.IMPROVEMENTS, Kind.BOTH})


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


_ADJECTIVES = (
    r"(?:(?:sammanfattande|övergripande|generella|gemensamma|identifierade|viktiga|viktigaste|"
    r"prioriterade|kommunens|områdets|våra|de) )*"
)
_TAIL = r"(?: (?:i|inom|för) (?:området|område \d|kommunen|sin helhet)| forts| fortsättning)?"
_S = r"(?:styrkor(?:na)?|styrka|starka sidor|framgångsfaktorer)"
_I = (
    r"(?:(?:förbättrings|utvecklings) ?(?:möjlighet(?:er(?:na)?)?|områden?|områdena|punkter(?:na)?|"
    r"punkt|potential(?:er)?|behov)|möjligheter till förbättring|möjligheter till utveckling)"
)
_STRENGTHS = re.compile(rf"{_ADJECTIVES}{_S}{_TAIL}$")
_IMPROVEMENTS = re.compile(rf"{_ADJECTIVES}{_I}{_TAIL}$")
_BOTH = re.compile(rf"{_ADJECTIVES}{_S}{_TAIL} (?:och |samt )?{_ADJECTIVES}{_I}{_TAIL}$")
_GENERAL = re.compile(r"^(?:sammanfattande|övergripande|generella|gemensamma) ")
_BOX = re.compile(r"^(?:rubrik(?:er)?|delområden?|delområdena)(?: (?:och )?poäng)?$")
_INTRO = re.compile(r"^(?:allmänt|allmänt om området|inledning|generellt)$")
_SCORES = re.compile(
    r"^(?:\d+ )?(?:översikt (?:av|över) poäng|poängöversikt|poängfördelning|poängsammanställning)"
)
_CHAPTER = re.compile(
    r"^(?:översikt|bilagor|bilaga(?: \d+)?|källor|avslutning|"
    r"avslutande (?:ord|kommentarer|reflektioner)|"
    r"slutord|slutsatser|sammanfattning|sammanfattande (?:kommentarer|slutsatser)|metod|"
    r"nästa steg)$"
    r"|^\d+ (?:översikt|bilaga|källor|avslut\w*|slutord|slutsats\w*|sammanfatt\w*|"
    r"detaljerad genomgång|jämförelser?|metod|resultat|nästa steg)\b"
)
_AREA = re.compile(r"^(?:huvud)?område\s*(\d{1,2})\b\s*[.:–—-]?\s*(.*)$", re.I)
_NUMBERED = re.compile(r"^(\d{1,2})\s*[.):]?\s+(\S.*)$")
_SCORE_TAIL = re.compile(
    r"(?:\s*[(–—:-]?\s*(?:uppnått|uppnådd|max(?:imalt)?|poäng)\b\s*)+$"
    r"|\s*[(–—:,-]?\s*\d{1,3}(?:\s*(?:/|av)\s*100)?\s*(?:poäng|p)\s*\)?$",
    re.I,
)


def points_kind(text: str) -> Kind | None:
    """Whether `text` is a heading of strengths, of improvement points, or of both in one."""
    if len(text) > 90:
        return None
    key = " ".join(words(text))
    if _STRENGTHS.match(key):
        return Kind.STRENGTHS
    if _IMPROVEMENTS.match(key):
        return Kind.IMPROVEMENTS
    return Kind.BOTH if _BOTH.match(key) else None


def find_marks(lines: Sequence[Line], edition: Edition | None) -> list[Mark]:
    """Every heading in order; a heading may be wrapped over up to three lines."""
    marks: list[Mark] = []
    at = 0
    while at < len(lines):
        found = _at(lines, at, edition)
        marks.extend(found)
        at = found[-1].end if found else at + 1
    return _merged_columns(_without_lists(marks), lines)


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


def _merged_columns(marks: Sequence[Mark], lines: Sequence[Line]) -> list[Mark]:
    """A heading of strengths with nothing under it but the heading of improvement points is the
    header of two columns whose text follows: both in one."""
    made: list[Mark] = []
    for mark in marks:
        last = made[-1] if made else None
        if (
            last
            and (last.kind, mark.kind) == (Kind.STRENGTHS, Kind.IMPROVEMENTS)
            and last.end == mark.start
            and lines[mark.start].cell is None
        ):
            made[-1] = replace(last, kind=Kind.BOTH, end=mark.end)
        else:
            made.append(mark)
    return made


def _at(lines: Sequence[Line], at: int, edition: Edition | None) -> list[Mark]:
    """The heading that starts at `at`: the fewest lines that make one, but as many as bring an
    area's name nearest to the edition's."""
    best: list[Mark] = []
    nearest = 0.0
    for end in range(at + 1, min(at + 3, len(lines)) + 1):
        span = _Span(lines, at, end)
        if len(span.text) > _LONGEST or (span.wrapped and _stands_alone(lines[end - 1])):
            break
        found = _read(span, edition)
        near = _nearness(found, edition)
        if found and (not best or near > nearest):
            best, nearest = found, near
        if best and best[0].kind is not Kind.AREA:
            break
    return best


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
    area = _area(span, edition)
    if area:
        return area
    text = span.text
    kind = points_kind(text.replace("- ", "") if span.wrapped else text)
    if kind:
        general = _GENERAL.match(" ".join(words(text))) is not None
        return [Mark(kind, span.start, span.end, general=general)]
    other = _other_kind(span)
    return [Mark(other, span.start, span.end, name=text)] if other else []


def _other_kind(span: _Span) -> Kind | None:
    key = " ".join(words(span.text))
    if _BOX.match(key):
        return Kind.BOX
    if span.wrapped:
        return None
    if not span.first.bullet and _INTRO.match(key):
        return Kind.INTRO
    if not span.first.bullet and _SCORES.match(key) and not span.text.endswith("."):
        return Kind.SCORES
    return Kind.CHAPTER if _is_chapter(span.first, key) else None


def _is_chapter(line: Line, key: str) -> bool:
    if line.heading is not None:
        return True
    numbered = _NUMBERED.match(line.text)
    short = len(line.text) <= 70 and not line.text.endswith((".", ",", ";"))
    known = _CHAPTER.match(key) is not None and (numbered is not None or len(key) <= 30)
    return bool(known and short and not line.bullet and line.text[:1] == line.text[:1].upper())


def _area(span: _Span, edition: Edition | None) -> list[Mark]:
    if span.first.bullet:
        return []
    name, tail = _split_tail(span.text)
    number, title, sure = _number(_SCORE_TAIL.sub("", name).strip())
    sure = sure and not span.wrapped
    if edition is None:
        plain = title.endswith((".", ",")) or title[:1].islower()
        found, title = (number, title or f"Område {number}") if sure and not plain else (None, "")
    else:
        found, title = _recognise(number, title, sure, edition)
    if not found or (number is None and not _bare_name_opens(span)):
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
        matched = match_area(title, edition.areas)
        if matched is None or _nearer_subarea(title, matched):
            return None, ""
        return matched.number, title
    defined = edition.area(number)
    if defined is None:
        return None, ""
    if match_area(title, [defined]):
        return number, title
    headingish = not title or (title[:1].isupper() and not title.endswith((".", ",")))
    return (number, title or defined.name) if sure and headingish else (None, "")


def _nearer_subarea(title: str, area: AreaDef) -> bool:
    sub = match_subarea(title, area.subareas)
    return sub is not None and likeness(title, sub.name) > likeness(title, area.name)


def _bare_name_opens(span: _Span) -> bool:
    """Whether an area's name that stands alone is a heading, not a row of a list of areas."""
    if span.first.heading is not None:
        return True
    following = [line.text for line in span.lines[span.end : span.end + 2]]
    if not following:
        return False
    key = " ".join(words(following[0]))
    return bool(_BOX.match(key) or _INTRO.match(key) or points_kind(following[0]))


def _split_tail(text: str) -> tuple[str, Kind | None]:
    """ "2. Samhällsutveckling – Styrkor" as the area's part and the kind of the rest."""
    for found in reversed(list(re.finditer(r"\s*[–—:-]\s+|:\s*", text))):
        kind = points_kind(text[found.end() :])
        if kind and found.start() > 0:
            return text[: found.start()], kind
    return text, None
