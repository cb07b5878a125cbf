"""Actions in a spreadsheet: what the columns are called, and what people write in the cells."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date

from tracker.domain.errors import N_
from tracker.domain.statuses import STATUS_MARKS, ActionStatus
from tracker.domain.text import fold, normalise_space, words

MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_NEW = 500  # some seconds' work, in which nobody else can write on SQLite
FORMAT = 1
ACTIONS_SHEET, BASE_SHEET = N_("Åtgärder"), "_bas"
ACTIONS_SHEETS = (ACTIONS_SHEET, "Actions", "Tiltak")  # what an export calls it, by language
UNREAD = "\x1a"  # a cell whose formula has no value; what is read holds it nowhere else
KEPT = "kept"  # what a column is that we do not know but keep
NUMBER, NUMBER_HEADING = "number", N_("Nr")
REASON = "deadline_reason"

# Field → its heading, in the order of the columns.
HEADINGS = {
    "title": N_("Rubrik"),
    "description": N_("Beskrivning"),
    "expected_effect": N_("Förväntad effekt"),
    "effect_measure": N_("Hur effekten märks"),
    "owner": N_("Ägare"),
    "contributors": N_("Medverkande"),
    "unit": N_("Förvaltning"),
    "committee": N_("Nämnd"),
    "starts_on": N_("Startdatum"),
    "deadline": N_("Slutdatum"),
    REASON: N_("Skäl till ändrat slutdatum"),
    "status": N_("Status"),
    "cost": N_("Kostnad"),
}
LATEST_HEALTH = N_("Senaste läge")
# What an export shows and an import leaves alone.
READ_ONLY = (
    N_("Första slutdatum"),
    LATEST_HEALTH,
    N_("Senaste lägesrapport"),
    N_("Punkter"),
    N_("Plan"),
)
FORMER_READ_ONLY = ("Senaste rapport",)  # headings of exports that still lie about
FIELDS = tuple(name for name in HEADINGS if name != REASON)
LONG = ("description", "expected_effect", "effect_measure", "cost")
DAYS = ("starts_on", "deadline")

_GUESSES = {
    "title": (
        *("rubrik", "åtgärd", "aktivitet", "titel", "insats", "uppgift", "vad"),
        *("tittel", "tiltak", "oppgave", "hva", "title", "action", "activity", "task"),
    ),
    "description": (
        *("beskrivning", "kommentar", "anteckning", "beskriv", "notering", "innehåll"),
        *("beskrivelse", "merknad", "innhold", "description", "comment"),
    ),
    "expected_effect": (
        *("effekt", "mål", "resultat", "syfte", "formål", "expected", "effect", "goal"),
    ),
    "effect_measure": (
        *("märks", "mått", "indikator", "nyckeltal", "mäts", "mätning"),
        *("merkes", "måling", "måles", "nøkkeltall", "noticed", "indicator"),
    ),
    "owner": ("ansvarig", "ägare", "ansvar", "vem", "eier", "hvem", "owner", "responsible"),
    "contributors": (
        *("medverkande", "deltagare", "medansvarig", "övriga"),
        *("bidragsyter", "deltaker", "øvrige", "contributor", "participant"),
    ),
    "unit": (
        *("förvaltning", "avdelning", "verksamhet", "enhet", "sektor"),
        *("avdeling", "virksomhet", "etat", "unit", "department"),
    ),
    "committee": ("nämnd", "styrelse", "utskott", "utvalg", "nemnd", "styre", "committee"),
    "starts_on": ("start", "startdatum", "påbörjas", "startar", "oppstart", "påbegynnes"),
    "deadline": (
        *("slutdatum", "klart", "deadline", "klar", "sluttid", "slut", "tidplan", "när"),
        *("sluttdato", "frist", "ferdig", "slutt", "tidsplan", "når", "due", "end"),
    ),
    "status": ("status", "läge"),
    "cost": ("kostnad", "budget", "resurser", "finansiering", "budsjett", "ressurser", "cost"),
}
_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_FOREIGN_MONTHS = {  # those of Norwegian and English that Swedish spells otherwise
    **{"januar": 1, "january": 1, "februar": 2, "february": 2, "march": 3, "mai": 5, "may": 5},
    **{"june": 6, "july": 7, "august": 8, "october": 10, "desember": 12},
}
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)} | _FOREIGN_MONTHS
_MONTH_NUMBERS |= {name[:3]: number for name, number in _MONTH_NUMBERS.items()}
_MONTH = "|".join(
    rf"{name}\.?" if len(name) == 3 else name
    for name in sorted(_MONTH_NUMBERS, key=len, reverse=True)
)
_DAY_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ t]\d\d:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})[ ,-]+(?P<y>\d{4})"),
    re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})"),
    re.compile(rf"(?:den )?(?P<d>\d{{1,2}})(?::?e|\.)? (?P<name>{_MONTH}),? (?P<y>\d{{4}})"),
    re.compile(rf"(?P<name>{_MONTH}),? (?P<y>\d{{4}})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)"),
    re.compile(r"(?:q|kvartal )(?P<quarter>[1-4]),? (?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})"),
)
_STATUS_WORDS = {
    ActionStatus.PLANNED: (
        *("planerad", "planerat", "ej påbörjad", "ej påbörjat", "inte påbörjad"),
        *("ej startad", "inte startad", "inte påbörjat", "ny", "planeras", "kommande"),
        *("planlagt", "planlegges", "ikke påbegynt", "ikke startet", "kommende"),
        *("planned", "not started", "new"),
    ),
    ActionStatus.ONGOING: (
        *("pågår", "pågående", "påbörjad", "påbörjat", "startad", "löpande"),
        *("påbegynt", "startet", "løpende", "i gang", "ongoing", "in progress", "started"),
    ),
    ActionStatus.PAUSED: (
        *("pausad", "pausat", "vilande", "avvaktar", "väntar"),
        *("satt på pause", "på pause", "pauset", "avventer", "venter", "paused", "on hold"),
    ),
    ActionStatus.DONE: (
        *("genomförd", "genomfört", "klar", "klart", "färdig", "färdigt", "avslutad"),
        *("avslutat", "slutförd", "slutfört", "utförd", "utfört"),
        *("gjennomført", "ferdig", "avsluttet", "fullført", "utført", "done", "completed"),
    ),
    ActionStatus.VERIFIED: ("verifierad", "verifisert", "verified"),
    ActionStatus.DROPPED: (
        *("avbruten", "avbrutet", "struken", "utgår", "utgått"),
        *("avbrutt", "frafalt", "henlagt", "strøket", "dropped", "cancelled"),
    ),
}
_ERRORS = (
    *("#REF!", "#REFERENS!", "#N/A", "#SAKNAS!", "#VALUE!", "#VÄRDEFEL!", "#NAME?", "#NAMN?"),
    *("#DIV/0!", "#DIVISION/0!", "#NULL!", "#SKÄRNING!", "#NUM!", "#OGILTIGT!", "#CALC!"),
    *("#BERÄKNA!", "#SPILL!", "#EXPANDERING!", "#GETTING_DATA"),
)
_STATUSES = {word: status for status, known in _STATUS_WORDS.items() for word in known}


def same_cell(field: str, text: str) -> str:
    """`text` as it is kept and compared: long texts keep their lines, the others have one."""
    if field in LONG or field.startswith(f"{KEPT}:"):
        return "\n".join(normalise_space(line) for line in text.splitlines()).strip("\n")
    return normalise_space(text)


def same_word(field: str, text: str) -> str:
    """`text` with a status as we store it, whichever language and word it was written with."""
    status = read_status(text) if field == "status" else None
    return text if status is None else STATUS_MARKS[status].label


def mark(field: str, text: str) -> str:
    """A short stand-in for a cell's text, by which a change of it is seen."""
    return hashlib.sha256(same_cell(field, text).encode()).hexdigest()[:16]


def guess_columns(headings: Sequence[str]) -> list[str]:
    """For each heading of somebody's sheet the field it seems to be: each field once, KEPT for a
    heading that says nothing to us, "" for a column without one."""
    free = {name: _GUESSES[name] for name in _GUESSES}
    found = [KEPT if normalise_space(heading) else "" for heading in headings]
    for certain in (True, False):
        for place, heading in enumerate(headings):
            if found[place] == KEPT and (field := _field_like(heading, free, certain)):
                found[place] = field
                del free[field]
    return found


def _field_like(heading: str, free: dict[str, tuple[str, ...]], certain: bool) -> str:
    """The field that the heading names outright, or (not `certain`) with one of its words."""
    key, said = fold(heading).strip(" :?*"), words(heading)
    for field, known in free.items():
        if certain and (key in known or key == fold(HEADINGS[field])):
            return field
        if not certain and any(word.startswith(known) for word in said):
            return field
    return ""


def header_row(rows: Iterable[Sequence[str]]) -> int:
    """The place of the row that looks most like headings, among the first twenty."""
    best, most = 0, 0
    for place, row in zip(range(20), rows, strict=False):
        hits = sum(1 for field in guess_columns(row) if field not in ("", KEPT))
        if hits > most:
            best, most = place, hits
    return best


def read_day(text: str, *, last: bool) -> date | None:
    """The day that a cell means, None where it means none.

    A month, a quarter or a year is its last day, or its first where `last` is false.
    """
    key = fold(text).strip(" .")
    for form in _DAY_FORMS:
        if found := form.fullmatch(key):
            return _day(found.groupdict(), last)
    return None


def _day(found: dict[str, str], last: bool) -> date | None:
    year = int(found["y"])
    first_month, last_month = 1, 12
    if name := found.get("name"):
        first_month = last_month = _MONTH_NUMBERS[name.rstrip(".")]
    elif month := found.get("m"):
        first_month = last_month = int(month)
    elif quarter := found.get("quarter"):
        first_month, last_month = 3 * int(quarter) - 2, 3 * int(quarter)
    try:
        if day := found.get("d"):
            return date(year, first_month, int(day))
        if last:
            return date(year, last_month, monthrange(year, last_month)[1])
        return date(year, first_month, 1)
    except ValueError:
        return None


def read_status(text: str) -> ActionStatus | None:
    """The status that a word in a cell means, None where it means none."""
    return _STATUSES.get(fold(text).strip(" ."))


def is_error(text: str) -> bool:
    """Whether a cell shows what a program writes where a formula fails, in English or Swedish."""
    return normalise_space(text).upper() in _ERRORS


def people_in(text: str) -> list[str]:
    """The names or addresses in a cell that holds several."""
    return [one for part in re.split(r"[;,\n]", text) if (one := normalise_space(part))]
