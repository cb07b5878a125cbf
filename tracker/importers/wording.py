"""The words of headings: what opens strengths, improvement points, a box, scores, a chapter."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache

from tracker.domain.text import words


class Kind(Enum):
    """What a heading opens; SWAPPED is both columns in one, the improvement points first."""

    AREA = auto()
    BOX = auto()
    INTRO = auto()
    STRENGTHS = auto()
    IMPROVEMENTS = auto()
    BOTH = auto()
    SWAPPED = auto()
    SCORES = auto()
    CHAPTER = auto()


POINTS = frozenset({Kind.STRENGTHS, Kind.IMPROVEMENTS, Kind.BOTH, Kind.SWAPPED})
_LONGEST = 90

_WHOLE = r"sammanfattande|övergripande|kommunövergripande|generella|gemensamma|samlade|sammantagna"
_ADJECTIVES = (
    r"(?:\d{1,2} ){0,2}"
    rf"(?:(?:{_WHOLE}|sammanfattning(?: av)?|identifierade|viktiga|viktigaste|främsta|största|"
    r"prioriterade|kommunens|områdets|våra(?: intryck)?|de|några|exempel på|iakttagna|noterade|"
    r"möjliga|följande|bedömning av|som) )*"
)
_ELSE = r"(?: (?:i|inom|för|på|av|hos)(?: [^\W\d_]\w*){1,4})"
_TAIL = (
    r"(?: (?:i|inom|för|på) (?:området|område \d|kommunen|kommunen som helhet|kommunnivå|"
    r"sin helhet)| (?:forts\w*|fortsatt)(?: från föregående sida)?| \d{1,2}(?: (?:av )?\d{1,2})?)?"
)
_S = (
    r"(?:styrkor(?:na)?|styrka|styrkeområden(?:a)?|starka sidor|framgångsfaktorer|"
    r"(?:det som|detta|det här|följande) fungerar (?:bra|väl)|det här är bra|positivt)"
)
_WHAT = (
    r"(?:möjlighet(?:er(?:na)?)?|områden?|områdena|punkter(?:na)?|punkt|potential(?:er)?|behov|"
    r"förslag)"
)
_I = (
    rf"(?:(?:förbättrings|utvecklings) ?{_WHAT}|"
    r"(?:möjligheter|områden|förslag|behov|punkter) (?:till|för|av|att) "
    r"(?:förbättring(?:ar)?|utveckling|förbättra|utveckla)|"
    r"att (?:utveckla|förbättra|arbeta vidare med)|(?:detta|det som|som) kan (?:utvecklas|"
    r"förbättras)|kan (?:utvecklas|förbättras)|det här kan bli bättre|förbättringar|förbättra|"
    r"(?:följande )?bör (?:kommunen )?arbeta vidare med|svaga sidor|svaghet(?:er)?|"
    r"utmaningar(?:na)?|"
    r"rekommendationer)"
)
_WEAK = re.compile(
    r"^(?:utmaningar(?:na)?|rekommendationer|svaghet(?:er)?|svaga sidor|förbättra|förbättringar)$"
)
_NOTED = r"(?: (?:som )?(?:noteras|noterats|framkommit|identifierats))?"
_AND = r"(?:och |samt |respektive |resp )?"
_STRENGTHS = re.compile(rf"{_ADJECTIVES}{_S}{_NOTED}{_TAIL}$")
_IMPROVEMENTS = re.compile(rf"{_ADJECTIVES}{_I}{_NOTED}{_TAIL}$")
# A heading that says where: only after the very words, since items begin like it, too.
_STRENGTHS_OF = re.compile(rf"{_ADJECTIVES}(?:styrkor(?:na)?|starka sidor){_ELSE}$")
_IMPROVEMENTS_OF = re.compile(rf"{_ADJECTIVES}(?:förbättrings|utvecklings) ?{_WHAT}{_ELSE}$")
_BOTH = re.compile(rf"{_ADJECTIVES}{_S}{_TAIL} {_AND}{_ADJECTIVES}{_I}{_TAIL}$")
_SWAPPED = re.compile(rf"{_ADJECTIVES}{_I}{_TAIL} {_AND}{_ADJECTIVES}{_S}{_TAIL}$")
_HINT = re.compile(
    r"styrk|stark|framgång|fungerar|är bra|positivt|förbättr|bättre|utveckl|arbeta vidare|svag|"
    r"utmaning|rekommend",
    re.I,
)
_GENERAL = re.compile(
    rf"^(?:(?:de|sammanfattning av) )?(?:{_WHOLE}|sammanfattning av) |\b(?:kommunen "
    r"som helhet|kommunnivå|sin helhet)$"
)
_DIVIDER = re.compile(r"\s*[–—:-]\s+|:\s*|\s+(?:inom|för|i)\s+")
_BOX = re.compile(r"^(?:rubrik(?:er)?|delområden?|delområdena)(?: (?:och )?poäng)?$")
_INTRO = re.compile(r"^(?:allmänt|allmänt om området|inledning|generellt|om området)$")
_SCORES = re.compile(
    r"^(?:\d+ )?(?:översikt (?:av|över) poäng|poängöversikt|poängfördelning|poängsammanställning|"
    r"poängtabell|resultat i poäng|sammanställning av poäng|poäng per (?:del)?område)"
)
_CHAPTER = re.compile(
    r"^(?:översikt|bilagor|bilaga(?: \d+)?|källor|avslutning|"
    r"avslutande (?:ord|kommentarer|reflektioner)|"
    r"slutord|slutsatser|sammanfattning|sammanfattande (?:kommentarer|slutsatser)|metod|"
    r"nästa steg)$"
    r"|^\d+ (?:översikt|bilaga|källor|avslut\w*|slutord|slutsats\w*|sammanfatt\w*|"
    r"detaljerad genomgång|jämförelser?|metod|resultat|nästa steg)\b"
)
_OTHER_HINT = re.compile(
    r"\W*(?:\d|rubrik|delområd|allmänt|inledning|generellt|om området|översikt|poäng|resultat|"
    r"sammanst|bilag|käll|avslut|slut|sammanf|metod|nästa)",
    re.I,
)


def key_of(text: str) -> str:
    """The words of `text`, folded, with single blanks between."""
    return " ".join(words(text))


def points_kind(text: str) -> Kind | None:
    """Whether `text` is a heading of strengths, of improvement points, or of both in one."""
    if len(text) > _LONGEST or not _HINT.search(text):
        return None
    kind = _points_kind(key_of(text))
    return kind if kind or text.endswith((".", ",", ";")) else _kind_of_somewhere(key_of(text))


def _kind_of_somewhere(key: str) -> Kind | None:
    """The kind of a heading such as "Styrkor i Lindvalla kommun"."""
    if _STRENGTHS_OF.match(key):
        return Kind.STRENGTHS
    return Kind.IMPROVEMENTS if _IMPROVEMENTS_OF.match(key) else None


@lru_cache(maxsize=1024)
def _points_kind(key: str) -> Kind | None:
    if _STRENGTHS.match(key):
        return Kind.STRENGTHS
    if _IMPROVEMENTS.match(key):
        return Kind.IMPROVEMENTS
    if _BOTH.match(key):
        return Kind.BOTH
    return Kind.SWAPPED if _SWAPPED.match(key) else None


def points_and_rest(text: str) -> tuple[Kind, str] | None:
    """The kind and the other words of a heading such as "Styrkor – Samhällsutveckling" or
    "Arbetsliv: förbättringsområden"; None where no part of `text` heads points."""
    whole = text[:1].isupper() and not text.endswith((".", ",", ";", "-"))
    if not whole or len(text) > 2 * _LONGEST or not _HINT.search(text):
        return None
    for found in _DIVIDER.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if kind := points_kind(before):
            return kind, after
        if not found[0].strip().isalpha() and (kind := points_kind(after)):
            return kind, before
    return None


def is_weak(text: str) -> bool:
    """Whether a heading of points could as well head a part of the running text; it counts
    only beside a heading of strengths."""
    return len(text) <= _LONGEST and _WEAK.match(key_of(text)) is not None


def is_general(text: str) -> bool:
    """Whether a heading of points says that they are about the municipality as a whole."""
    return _GENERAL.search(key_of(text)) is not None


def hints_at_other(text: str) -> bool:
    """Whether `text` starts like a heading of a box, of an introduction, of scores or of a
    chapter: a quick look before a close one."""
    return _OTHER_HINT.match(text) is not None


def is_box(text: str) -> bool:
    """Whether `text` heads the box that lists an area's sub-areas."""
    return len(text) <= _LONGEST and _BOX.match(key_of(text)) is not None


def is_intro(text: str) -> bool:
    """Whether `text` heads what is said of an area as a whole."""
    return len(text) <= _LONGEST and _INTRO.match(key_of(text)) is not None


def is_scores(text: str) -> bool:
    """Whether `text` heads the score tables."""
    return len(text) <= _LONGEST and _SCORES.match(key_of(text)) is not None


def is_chapter(text: str, *, numbered: bool) -> bool:
    """Whether `text` heads a chapter of another kind, by its words."""
    key = key_of(text)
    return _CHAPTER.match(key) is not None and (numbered or len(key) <= 30)
