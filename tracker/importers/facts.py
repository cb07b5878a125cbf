"""The report's own facts: whose it is, when, which in order, which edition, which total.

A fact is taken only from wording that states it; what is not stated stays None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tracker.domain.editions import Edition, editions
from tracker.domain.text import fold
from tracker.importers.lines import Line
from tracker.importers.municipalities import NAMES, base_name
from tracker.importers.wording import points_and_rest

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})(?:\s+månad)?(?:\s+år)?\s+((?:19|20)\d\d)\b")
_RANGE = re.compile(
    rf"\b({'|'.join(MONTHS)})\s*(?:[–-]|och|till|samt|t\.?o\.?m\.?)\s*({'|'.join(MONTHS)})"
    r"(?:\s+månad)?(?:\s+år)?\s+((?:19|20)\d\d)\b"
)
_DIGIT_MONTH = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])(?:-\d\d)?\b")
_EVALUATED = re.compile(
    r"\b(?:utvärdering\w*|intervjuer\w*|kommunkompass\w*|analys\w*|granskning\w*)\b[^.]*?"
    r"\b(?:genomförd\w*|genomfört\w*|gjord\w*|gjort\w*|utförd\w*|skedde|pågick|ägde rum)\b"
    r"|\b(?:utvärderades|utvärderats|utvärderad)\b"
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
_FIELD = re.compile(rf"^Kommun(?:ens namn)?\s*: {_NAME}(?: kommun)?$")
_TITLE = re.compile(rf"^{_NAME} (?:kommun|stad)(?:,? \(?20\d\d\)?|(?:,| [–-]) .{{,40}})?$")
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
    r"|\butvärdering i ordningen\s*: (\d{1,2})$"
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
_THREE_DIGITS = re.compile(r"\d{3}")
_ELSEWHERE = re.compile(
    r"\b(?:tidigare|förra|föregående|snitt\w*|genomsnitt\w*|medel\w*|område \d|"
    r"delområde\w*|jämfört)\b"
)
_REVISION_2020 = re.compile(
    r"\b(?:2019/2020|2019-2020|kommunkompassen \(?3\.[01]\)?|revider\w+ (?:år )?2020)"
)
_REVISION = re.compile(
    r"\bkommunkompass\w* (?:version |fran |från )?\(?(2010|2016|2020)\)?(?! ?[–-] ?\d)"
    r"|\b(2010|2016|2020) års (?:version|kommunkompass|revidering)"
)
_REVISED = re.compile(r"\brevider\w+\b[^.]{0,60}")
_STATES = re.compile(r"ommunkompass|evider|2019|års")
_REVISIONS = frozenset({2010, 2016, 2020})
_YEAR = re.compile(r"\b(20[0-4]\d)\b")
_NUMBER_IN_FRONT = re.compile(r"^(?:(?:huvud)?område\s*)?\d{1,2}\s*[.):–-]?\s+", re.I)
_POINTS_BEHIND = re.compile(r"(?:\s+(?:uppnått|max|poäng|\d{1,3}|/|av))+$", re.I)
_NEAR = 45  # characters between a total and the year that it is of
_TITLE_LINES = 15
_TITLE_LENGTH = 60


def find_edition(lines: Sequence[Line]) -> Edition | None:
    """The edition whose area names the report's lines spell, at least three of them.

    Where a report names the areas of two editions it follows the later one, since no report
    can know names that come after it. Names that two editions share leave it to the area in
    which they differ, to a revision that the text names, at last to the year of the report;
    where no names are spelled, a named revision alone tells.
    """
    votes = _votes(lines)
    named = {key: found for key, found in votes.items() if len(found) >= 3}
    stated = _stated_year(lines)
    if not named:
        return next((e for e in editions() if stated == e.year == 2020), None)
    most = max(len(found) for found in named.values())
    likely = [e for e in editions() if len(votes.get(e.key, ())) >= min(most, 6)]
    latest = likely[-1]
    rivals = [e for e in likely if _alike(e, latest)]
    if len(rivals) == 1 or votes[rivals[0].key] != votes[latest.key]:
        return max(rivals, key=lambda e: len(votes[e.key]))
    year = stated or _latest_year(lines)
    return next((e for e in reversed(rivals) if year and e.year <= year), rivals[0])


def _votes(lines: Sequence[Line]) -> dict[str, set[int]]:
    """Edition → the numbers of the areas that lines spell by its own names."""
    votes: dict[str, set[int]] = {}
    short = (_bare(line.text) for line in lines if len(line.text) <= 100)
    for text in dict.fromkeys(short):
        for known in editions():
            if known.opens_area(text) and (found := known.match_area(text, aliases=False)):
                votes.setdefault(known.key, set()).add(found.number)
    return votes


def _alike(one: Edition, other: Edition) -> bool:
    """Whether two editions share most names of their areas."""
    return len({a.name for a in one.areas} & {a.name for a in other.areas}) > len(one.areas) // 2


def _stated_year(lines: Sequence[Line]) -> int | None:
    """The last revision of the instrument that the text says it follows or knows of."""
    years: list[int] = []
    for line, after in pairwise([*lines, Line("", 0)]):
        if not _STATES.search(line.text):
            continue
        key = fold(f"{line.text} {after.text}")
        years += [2020] if _REVISION_2020.search(key) else []
        years += [int(next(filter(None, found))) for found in _REVISION.findall(key)]
        years += [int(year) for part in _REVISED.findall(key) for year in _YEAR.findall(part)]
    return max((year for year in years if year in _REVISIONS), default=None)


def _latest_year(lines: Sequence[Line]) -> int | None:
    """The year in the report's title."""
    for line in lines[:_TITLE_LINES]:
        if len(line.text) <= _TITLE_LENGTH and (years := _YEAR.findall(line.text)):
            return max(int(year) for year in years)
    return None


def find_municipality(lines: Sequence[Line], paragraphs: Sequence[str]) -> str | None:
    """The evaluated municipality, by its name without the genitive s."""
    named: Counter[str] = Counter()
    for text in (*paragraphs[: 4 * _TITLE_LINES], *(line.text for line in lines[:_TITLE_LINES])):
        for pattern in (*_OWN, _FIELD):
            named.update(base_name(n) for n in pattern.findall(text) if n not in _NOT_NAMES)
    if not named:
        found = [_TITLE.match(line.text) for line in lines[:_TITLE_LINES]]
        named.update(base_name(m[1]) for m in found if m and m[1] not in _NOT_NAMES)
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
        if len(line.text) <= _TITLE_LENGTH and (found := _months(fold(line.text))):
            return found
    return []


def _months(key: str) -> list[str]:
    named = [(month, year) for first, last, year in _RANGE.findall(key) for month in (first, last)]
    named += _MONTH.findall(key)
    found = [f"{year}-{MONTHS.index(month) + 1:02d}" for month, year in named]
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
    """The total points (of 800) that the report states; more than one where it says several.
    Of totals that are stated for different years only those of the last count."""
    found: dict[int, list[int]] = {}
    for text in paragraphs:
        if not _THREE_DIGITS.search(text):
            continue
        for sentence in re.split(r"(?<=[.!?])\s", fold(text)):
            if _ELSEWHERE.search(sentence):
                continue
            for match in (m for pattern in _TOTAL for m in pattern.finditer(sentence)):
                years = _YEAR.findall(sentence[max(match.start(1) - _NEAR, 0) : match.start(1)])
                if 100 < int(match[1]) < 800:
                    found.setdefault(int(years[-1]) if years else 0, []).append(int(match[1]))
    last = max(found, default=0)
    kept = (told for year, told in found.items() if year in {0, last})
    return list(dict.fromkeys(total for told in kept for total in told))


def _bare(text: str) -> str:
    """A heading or table row without its number in front, its points behind, the kind of items."""
    parts = points_and_rest(text)
    text = _NUMBER_IN_FRONT.sub("", parts[1] if parts else text)
    return _POINTS_BEHIND.sub("", text) if _POINTS_BEHIND.search(text[-10:]) else text
