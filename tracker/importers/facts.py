"""The report's own facts: whose it is, when, which in order, which edition, which total.

A fact is taken only from wording that states it; what is not stated stays None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tracker.domain.editions import Edition, editions, match_area
from tracker.domain.text import fold
from tracker.importers.lines import Line
from tracker.importers.municipalities import NAMES, base_name

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})(?:\s+månad)?(?:\s+år)?\s+((?:19|20)\d\d)\b")
_DIGIT_MONTH = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])(?:-\d\d)?\b")
_EVALUATED = re.compile(
    r"\b(?:utvärdering\w*|intervjuer\w*|kommunkompass\w*|analys\w*|granskning\w*)\b[^.]*?"
    r"\b(?:genomförd\w*|gjord\w*|utförd\w*|ägde rum)\b"
)
_NAME = r"((?:Upplands |Lilla |Östra )?[A-ZÅÄÖ][\w-]*[a-zåäöé])"
_OWN = (
    re.compile(
        r"(?:[Uu]tvärdering(?:en)?|[Aa]nalys(?:en)?|[Gg]enomlysning(?:en)?|[Åå]terkoppling)"
        rf" (?:av|för|till|i) {_NAME}"
    ),
    re.compile(
        rf"[Kk]ommun[Kk]ompassen (?:i |för |– |- |av )?{_NAME}(?= kommun\b|,|$| 20\d\d| –| maj)"
    ),
    re.compile(rf"^{_NAME} (?:kommun )?\(?20\d\d\)? [–—-] \d{{2,3}} poäng"),
)
_TOWN = re.compile(rf"\b{_NAME} (?:kommun|stad)\b")
_NOT_NAMES = frozenset(
    {"Analys", "Utvärdering", "Kommunen", "Kommun", "Denna", "Vår", "Alla", "Sveriges"}
    | {"Resultat", "En", "Den", "Rapport"}
)
_ORDINALS = (
    "första", "andra", "tredje", "fjärde", "femte",
    "sjätte", "sjunde", "åttonde", "nionde", "tionde",
)  # fmt: skip
_ORD = rf"({'|'.join(_ORDINALS)}|\d{{1,2}}:[ae])"
_ORDINAL = re.compile(
    rf"\b(?:kommunens|vår|sin|den|en) {_ORD} (?:gången |genomförda )?"
    r"(?:utvärdering|kommunkompass|mätning|genomlysning)"
    rf"|\b{_ORD} gången\b[^.]*\b(?:utvärder|kommunkompass)"
    rf"|(?:utvärder|kommunkompass)[^.]*\bför {_ORD} gången\b"
)
_TOTAL = (
    re.compile(
        r"\b(?:20\d\d\)?\s*[–—:-]|total\w*|sammanlagt|summa|får|fick|når|nådde)"
        r"[^.\d]{0,50}?(\d{2,3})\s*(?:poäng|p)\b"
    ),
    re.compile(r"\b(\d{2,3})\s*(?:poäng\s*)?(?:/|av)\s*(?:totalt |maximalt |max |möjliga )?800\b"),
    re.compile(
        r"^(?:totalt?|totalpoäng|total poäng|summa|summa totalt|poängsumma)\s*:?\s*(\d{2,3})"
        r"(?:\s*/?\s*800)?(?:\s*(?:poäng|p))?$"
    ),
)
_ELSEWHERE = re.compile(
    r"\b(?:tidigare|förra|föregående|snitt\w*|genomsnitt\w*|medel\w*|område \d|"
    r"delområde\w*|jämfört)\b"
)
_REVISION_2020 = re.compile(
    r"\b(?:2019/2020|2019-2020|kommunkompassen \(?3\.[01]\)?|revider\w+ (?:år )?2020)"
)
_NUMBER_IN_FRONT = re.compile(r"^(?:(?:huvud)?område\s*)?\d{1,2}\s*[.):–-]?\s+", re.I)
_POINTS_BEHIND = re.compile(r"(?:\s+(?:uppnått|max|poäng|\d{1,3}|/|av))+$", re.I)
_TITLE_LINES = 15


def find_edition(lines: Sequence[Line]) -> Edition | None:
    """The edition whose area names the report's lines spell, at least three of them; where the
    names do not tell, a revision that the text names."""
    votes: dict[str, set[int]] = {}
    short = [_bare(line.text) for line in lines if len(line.text) <= 100]
    for text in dict.fromkeys(short):
        for known in editions():
            found = match_area(text, known.areas, aliases=False)
            if found:
                votes.setdefault(known.key, set()).add(found.number)
    ranked = sorted(editions(), key=lambda e: len(votes.get(e.key, ())), reverse=True)
    best, second = (len(votes.get(e.key, ())) for e in ranked[:2])
    if best >= 3 and best > second:
        return ranked[0]
    stated = any(_REVISION_2020.search(fold(line.text)) for line in lines)
    return next((e for e in editions() if stated and e.year == 2020), None)


def find_municipality(lines: Sequence[Line], paragraphs: Sequence[str]) -> str | None:
    """The evaluated municipality, by its name without the genitive s."""
    named: Counter[str] = Counter()
    for text in (*paragraphs[: 4 * _TITLE_LINES], *(line.text for line in lines[:_TITLE_LINES])):
        for pattern in _OWN:
            named.update(base_name(n) for n in pattern.findall(text) if n not in _NOT_NAMES)
    if named:
        return _settle(named)
    towns = Counter(base_name(n) for p in paragraphs for n in _TOWN.findall(p))
    top = [t for t in towns.most_common(2) if t[0] not in _NOT_NAMES]
    clear = top and top[0][1] >= 3 and (len(top) == 1 or top[0][1] >= 2 * top[1][1])
    return top[0][0] if clear else None


def _settle(named: Counter[str]) -> str:
    return max(named, key=lambda n: (n in NAMES, named[n]))


def find_months(lines: Sequence[Line], paragraphs: Sequence[str]) -> list[str]:
    """The months ("YYYY-MM") in which the report says that it was made; more than one where it
    is not clear."""
    for text in paragraphs:
        key = fold(text)
        if _EVALUATED.search(key):
            for sentence in re.split(r"(?<=[.!?])\s", key):
                if _EVALUATED.search(sentence) and (found := _months(sentence)):
                    return found
    for line in lines[:_TITLE_LINES]:
        if len(line.text) <= 60 and (found := _months(fold(line.text))):
            return found
    return []


def _months(key: str) -> list[str]:
    found = [f"{year}-{MONTHS.index(month) + 1:02d}" for month, year in _MONTH.findall(key)]
    found += [f"{year}-{month}" for year, month in _DIGIT_MONTH.findall(key)]
    return list(dict.fromkeys(found))


def find_ordinal(paragraphs: Sequence[str]) -> int | None:
    """The municipality's first, second, … evaluation, where the text says so."""
    for text in paragraphs:
        found = _ORDINAL.search(fold(text))
        if found:
            word = next(group for group in found.groups() if group)
            number = word.split(":")[0]
            return int(number) if number.isdecimal() else _ORDINALS.index(word) + 1
    return None


def find_totals(paragraphs: Sequence[str]) -> list[int]:
    """The total points (of 800) that the report states; more than one where it says several."""
    found: list[int] = []
    for text in paragraphs:
        for sentence in re.split(r"(?<=[.!?])\s", fold(text)):
            if _ELSEWHERE.search(sentence):
                continue
            for pattern in _TOTAL:
                found.extend(int(n) for n in pattern.findall(sentence) if 100 < int(n) < 800)
    return list(dict.fromkeys(found))


def _bare(text: str) -> str:
    """A heading or table row without its number in front and its points behind."""
    return _POINTS_BEHIND.sub("", _NUMBER_IN_FRONT.sub("", text))
