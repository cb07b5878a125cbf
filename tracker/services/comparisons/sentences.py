"""What a comparison says in words, for a page, a file and the command line alike.

Two facts stand side by side: what was in place, and what rose. No sentence says that one came of
the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.effect import Effect, Finding
from tracker.domain.errors import N_
from tracker.domain.references import SharedDrift
from tracker.domain.scores import Verdict
from tracker.services.comparisons.comparing import ComparisonShown


@dataclass(frozen=True)
class Sentence:
    """A Swedish sentence (the msgid) and what fills its places; numbers with decimals are floats,
    to be written as the reader's language does."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


def risen(shown: ComparisonShown) -> list[Sentence]:
    """How many sub-areas rose, how many of those had action in place, and how many fell."""
    if not shown.compared:
        return _areas_alone(shown)
    counts = _counts(shown.risen, shown.compared, shown)
    if shown.across:
        return [Sentence(_HIGHER_THERE, counts)]
    if shown.backwards:
        return [Sentence(_HIGHER_THEN, counts)]
    if not shown.risen:
        return [Sentence(_NONE_ROSE, counts), _fell(shown)]
    return [Sentence(_ROSE, counts), _acted(shown), _fell(shown)]


_ROSE = N_(
    "%(risen)s av %(compared)s jämförbara delområden steg med mer än %(threshold)s procentenheter."
)
_NONE_ROSE = N_(
    "Inget av de %(compared)s jämförbara delområdena steg med mer än %(threshold)s procentenheter."
)
_HIGHER_THERE = N_(
    "%(risen)s av %(compared)s jämförbara delområden ligger mer än %(threshold)s procentenheter "
    "högre i den andra kommunen."
)
_HIGHER_THEN = N_(
    "%(risen)s av %(compared)s jämförbara delområden ligger mer än %(threshold)s procentenheter "
    "högre i den tidigare utvärderingen."
)


def _counts(higher: int, compared: int, shown: ComparisonShown) -> dict[str, Any]:
    return {"risen": higher, "compared": compared, "threshold": shown.result.threshold}


def _acted(shown: ComparisonShown) -> Sentence:
    acted = shown.verdicts[Verdict.ACTION_AND_IMPROVEMENT]
    if not acted:
        return Sentence(N_("I inget av dem var åtgärder på plats."))
    return Sentence(N_("I %(acted)s av dem var åtgärder på plats."), {"acted": acted})


def _fell(shown: ComparisonShown) -> Sentence:
    """How many fell by more than the threshold, those of a split or merger as one."""
    threshold = shown.result.threshold
    changes = {row.group: row.change_percent_of_max for row in shown.result.subareas}
    fell = sum(change is not None and change < -threshold for change in changes.values())
    if not fell:
        return Sentence(N_("Inget sjönk mer än %(threshold)s."), {"threshold": threshold})
    said = N_("%(fell)s sjönk mer än %(threshold)s.")
    return Sentence(said, {"fell": fell, "threshold": threshold})


def _areas_alone(shown: ComparisonShown) -> list[Sentence]:
    """Where no sub-area can be compared, what the areas say."""
    none = Sentence(N_("Inget delområde går att jämföra mellan de två utvärderingarna."))
    changes = [area.change_percent_of_max for area in shown.result.areas]
    known = [change for change in changes if change is not None]
    if not known:
        return [none]
    higher = sum(change > shown.result.threshold for change in known)
    said = N_(
        "Av %(compared)s huvudområden ligger %(risen)s mer än %(threshold)s procentenheter högre "
        "i den senare."
    )
    if not higher:
        said = N_(
            "Inget av de %(compared)s huvudområdena ligger mer än %(threshold)s procentenheter "
            "högre i den senare."
        )
    counts = _counts(higher, len(known), shown)
    return [none] if shown.across or shown.backwards else [none, Sentence(said, counts)]


def total(shown: ComparisonShown) -> Sentence:
    """The totals, or why they are not compared."""
    result = shown.result
    if result.total_change is None:
        if not shown.same_edition:
            return Sentence(
                N_(
                    "Totalerna jämförs inte: utvärderingarna följer olika versioner av "
                    "Kommunkompassen, och samma summa betyder inte samma sak."
                )
            )
        return Sentence(
            N_("Totalerna jämförs inte: minst ett huvudområde saknar poäng i någon av rapporterna.")
        )
    sums = {"before": result.total_before, "after": result.total_after}
    if not result.total_change:
        return Sentence(N_("Totalen är oförändrad: %(after)s poäng."), sums)
    return Sentence(N_("Totalen gick från %(before)s till %(after)s poäng."), sums)


def effect(found: Effect) -> list[Sentence]:
    """How the two groups moved and how much apart; nothing where there is too little."""
    adjusted, low, high = found.adjusted, found.low, found.high
    if adjusted is None or low is None or high is None:
        return []
    params = {"adjusted": adjusted, "low": low, "high": high, "level": round(100 * found.level)}
    return [
        _moved(found.in_place.mean_change, _WHERE_IN_PLACE),
        _moved(found.not_in_place.mean_change, _WHERE_NOT),
        Sentence(
            N_(
                "Skillnaden, räknad från samma utgångsläge, är %(adjusted)s procentenheter; med "
                "%(level)s procents säkerhet mellan %(low)s och %(high)s."
            ),
            params,
        ),
    ]


_WHERE_IN_PLACE = (
    N_("Där åtgärder var på plats steg andelen i snitt %(change)s procentenheter."),
    N_("Där åtgärder var på plats sjönk andelen i snitt %(change)s procentenheter."),
    N_("Där åtgärder var på plats var andelen i snitt oförändrad."),
)
_WHERE_NOT = (
    N_("Där inga var på plats steg den %(change)s."),
    N_("Där inga var på plats sjönk den %(change)s."),
    N_("Där inga var på plats var den oförändrad."),
)


def _moved(change: float | None, words: tuple[str, str, str]) -> Sentence:
    """A group's mean movement, judged as it is shown."""
    shown = round(change or 0.0, 1)
    if not shown:
        return Sentence(words[2])
    return Sentence(words[0] if shown > 0 else words[1], {"change": abs(shown)})


_SURENESS = {
    Finding.ROSE_MORE: N_(
        "Så säkert är det: också med den lägsta siffran steg det mer där åtgärder var på plats. "
        "Åtgärder och förbättring gick ihop. Varför säger talen inte."
    ),
    Finding.ROSE_LESS: N_(
        "Så säkert är det: också med den högsta siffran steg det mindre där åtgärder var på "
        "plats. Varför säger talen inte."
    ),
    Finding.CANNOT_TELL: N_(
        "Så säkert är det: skillnaden kan bero på slumpen. Talen räcker inte för att säga om det "
        "steg mer eller mindre där åtgärder var på plats."
    ),
    Finding.TOO_LITTLE: N_(
        "Så säkert är det: underlaget är för litet för att säga om det steg mer där åtgärder var "
        "på plats."
    ),
}


def sureness(found: Effect) -> list[Sentence]:
    """How sure that is, in one sentence; where there is too little to say, also why."""
    return [
        Sentence(_SURENESS[found.finding]),
        *(Sentence(reason.label) for reason in found.reasons),
    ]


def in_short(found: Effect) -> Sentence:
    """The difference and how sure it is, as one sentence that stands alone."""
    adjusted, low, high = found.adjusted, found.low, found.high
    if adjusted is None or low is None or high is None:
        return Sentence(_IN_SHORT[Finding.TOO_LITTLE])
    if found.finding is Finding.ROSE_LESS:
        adjusted, low, high = -adjusted, -high, -low
    level = round(100 * found.level)
    params = {"adjusted": adjusted, "low": low, "high": high, "level": level}
    return Sentence(_IN_SHORT[found.finding], params)


_IN_SHORT = {
    Finding.ROSE_MORE: N_(
        "Delområden med åtgärder på plats steg %(adjusted)s procentenheter mer än de utan, räknat "
        "från samma utgångsläge (med %(level)s procents säkerhet mellan %(low)s och %(high)s). "
        "Varför säger talen inte."
    ),
    Finding.ROSE_LESS: N_(
        "Delområden med åtgärder på plats steg %(adjusted)s procentenheter mindre än de utan, "
        "räknat från samma utgångsläge (med %(level)s procents säkerhet mellan %(low)s och "
        "%(high)s). Varför säger talen inte."
    ),
    Finding.CANNOT_TELL: N_(
        "Om det steg mer där åtgärder var på plats går inte att säga: skillnaden, %(adjusted)s "
        "procentenheter, kan bero på slumpen (med %(level)s procents säkerhet mellan %(low)s och "
        "%(high)s)."
    ),
    Finding.TOO_LITTLE: N_(
        "Underlaget är för litet för att säga om det steg mer där åtgärder var på plats."
    ),
}


def limits(found: Effect, shared: SharedDrift | None) -> list[list[Sentence]]:
    """What the difference rests on, and what was left out of it: one list for each thing.

    `shared` is how others moved in the same time (None across editions).
    """
    said = []
    if found.enough:
        counts = {"done": found.in_place.n, "rest": found.not_in_place.n, "n": found.n}
        said += [[Sentence(_RESTS_ON, counts)], _drift(found, shared)]
    if found.ceiling:
        said.append([Sentence(_AT_CEILING, {"number": found.ceiling})])
    if found.floor:
        said.append([Sentence(_AT_FLOOR, {"number": found.floor})])
    return said


_RESTS_ON = N_(
    "Skillnaden är räknad på %(n)s delområden: %(done)s med åtgärder på plats och %(rest)s utan."
)
_AT_CEILING = N_("Delområden som redan låg nära taket och inte är med i skillnaden: %(number)s.")
_AT_FLOOR = N_("Delområden som började på noll och inte kunde sjunka: %(number)s.")


def _drift(found: Effect, shared: SharedDrift | None) -> list[Sentence]:
    """From how many municipalities the drift comes, or that there is none, and why."""
    if found.drift_from is not None:
        said = N_(
            "Hur andra kommuner utvecklades under samma tid är avräknat. Den siffran kommer från "
            "minst %(number)s kommuner per område."
        )
        return [Sentence(said, {"number": found.drift_from})]
    return [Sentence(N_("Hur andra kommuner har utvecklats är inte avräknat.")), _why_not(shared)]


def _why_not(shared: SharedDrift | None) -> Sentence:
    if shared is None:
        return Sentence(N_("Det går bara mellan utvärderingar av samma version."))
    if shared.reason is not None:
        return Sentence(shared.reason.label)
    return Sentence(N_("Det finns bara siffror för några av områdena."))
