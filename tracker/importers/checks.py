"""What does not add up, or is missing: problems told in sentences that can be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.domain.editions import Edition
from tracker.importers.draft import AreaDraft, Problem
from tracker.importers.lines import Line
from tracker.importers.outline import AreaOutline
from tracker.importers.places import place
from tracker.importers.scores import AreaScores, ScoreTables


def check_area(
    area: AreaDraft, table: AreaScores, found: AreaOutline | None, unmatched: Sequence[str]
) -> list[Problem]:
    """Sums, the box against the table, and sub-areas that are missing in one area."""
    label = f"Område {area.number} {area.name}"
    told = [*_sums(area, label), *_maxima(area, label), *_gaps(area, label)]
    box = list(dict.fromkeys(found.box_scores)) if found else []
    stated = [*box, *([table.score] if table.score is not None else [])]
    if len(set(stated)) > 1:
        listed = " och ".join(str(n) for n in dict.fromkeys(stated))
        told.append(f"{label}: rapporten anger olika poäng på olika ställen ({listed}).")
    told += [
        f"{label}: delområdet {n} nämns i området men saknas i poängtabellen." for n in unmatched
    ]
    return [Problem("warning", f"area {area.number}", message) for message in told]


def _sums(area: AreaDraft, label: str) -> list[str]:
    scores = [s.score for s in area.subareas]
    known = [n for n in scores if n is not None]
    if area.score is None or not known:
        return []
    if len(known) < len(scores):
        return [
            f"{label}: poäng saknas för {len(scores) - len(known)} av {len(scores)} delområden."
        ]
    if sum(known) == area.score:
        return []
    return [
        f"{label}: delområdenas poäng summerar till {sum(known)}, men rapporten anger {area.score}."
    ]


def _maxima(area: AreaDraft, label: str) -> list[str]:
    told = [
        f"{label}: delområde {s.code} har {s.score} poäng, mer än sitt högsta {s.max}."
        for s in area.subareas
        if s.score is not None and s.max is not None and s.score > s.max
    ]
    tops = [s.max for s in area.subareas if s.max is not None]
    if tops and len(tops) == len(area.subareas) and area.max and sum(tops) != area.max:
        told.append(
            f"{label}: delområdenas högsta poäng summerar till {sum(tops)}, inte {area.max}."
        )
    if area.score is not None and area.score > (area.max or 100):
        told.append(f"{label}: poängen {area.score} är mer än det högsta, {area.max or 100}.")
    return told


def _gaps(area: AreaDraft, label: str) -> list[str]:
    numbers = sorted(int(s.code.split(".")[1]) for s in area.subareas)
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    return [f"{label}: delområde {area.number}.{n} saknas i rapporten." for n in missing]


def check_repeated(codes: Sequence[str]) -> list[Problem]:
    """Sub-areas that stand more than once with different points; the first row was kept."""
    return [
        Problem(
            "warning",
            f"area {code.split('.', maxsplit=1)[0]}",
            f"Delområde {code} står flera gånger med olika poäng; den första raden gäller.",
        )
        for code in codes
    ]


def check_columns(tables: ScoreTables) -> list[Problem]:
    """Rows whose numbers could be meant in another way, or that are no whole points."""
    told = [
        f"Raden för {_named(what)} har fler tal än poäng och högsta poäng; kontrollera att rätt "
        "tal valdes."
        for what in dict.fromkeys(tables.judged)
    ]
    told += [
        f"Poängen för {_named(what)} är {str(printed).replace('.', ',')} i rapporten och har "
        f"avrundats till {int(printed + 0.5)}."
        for what, printed in tables.rounded
    ]
    return [Problem("warning", "report", message) for message in told]


def _named(what: str) -> str:
    return what if what.startswith("område") else f"delområde {what}"


def check_report(
    areas: Sequence[AreaDraft],
    edition: Edition | None,
    general: int,
    totals: Sequence[int],
    summed: int | None,
) -> list[Problem]:
    """What the report as a whole lacks or contradicts."""
    told: list[str] = []
    scored = any(a.score is not None for a in areas)
    pointed = any(a.improvements for a in areas)
    if edition is None:
        told.append(
            "Det går inte att se vilken version av Kommunkompassen rapporten följer. "
            "Är filen en utvärdering enligt Kommunkompassen?"
        )
    if not scored:
        told.append("Rapporten innehåller inga poäng per område.")
    if not pointed:
        extra = " (bara övergripande)" if general else ""
        told.append(f"Inga förbättringspunkter under något område hittades i rapporten{extra}.")
    if not any(a.strengths for a in areas):
        told.append("Inga styrkor hittades i rapporten.")
    problems = [Problem("warning", "report", message) for message in told]
    problems += _missing_in_areas(areas, edition, scored, pointed)
    return problems + [Problem("warning", "report", m) for m in _totals(totals, summed)]


def _missing_in_areas(
    areas: Sequence[AreaDraft], edition: Edition | None, scored: bool, pointed: bool
) -> list[Problem]:
    if not (scored or pointed):
        return []
    by_number = {a.number: a for a in areas}
    problems = []
    for number in (
        sorted({a.number for a in edition.areas} | set(by_number)) if edition else by_number
    ):
        area = by_number.get(number)
        lacks = []
        if scored and (area is None or area.score is None):
            lacks.append("poäng")
        if pointed and (area is None or not area.improvements):
            lacks.append("förbättringspunkter")
        if lacks:
            message = f"Område {number}: {' och '.join(lacks)} saknas i rapporten."
            problems.append(Problem("warning", f"area {number}", message))
    return problems


def _totals(totals: Sequence[int], summed: int | None) -> Iterable[str]:
    if len(totals) > 1:
        listed = ", ".join(str(n) for n in totals)
        yield f"Rapporten anger olika totalpoäng på olika ställen ({listed})."
    if totals and summed is not None and totals[0] != summed:
        yield f"Rapporten anger totalt {totals[0]} poäng, men områdena summerar till {summed}."


def check_facts(municipality: str | None, months: Sequence[str]) -> list[Problem]:
    """Facts that a person must fill in."""
    told = []
    if municipality is None:
        told.append("Det går inte att se vilken kommun rapporten handlar om.")
    if not months:
        told.append("Rapporten anger inte vilken månad utvärderingen gjordes.")
    elif len(months) > 1:
        told.append(f"Rapporten nämner flera månader för utvärderingen ({', '.join(months)}).")
    return [Problem("info", "report", message) for message in told]


def left_over(lines: Sequence[Line], heading: Line) -> list[Problem]:
    """Lines under a heading of points that became no item, quoted."""
    if not lines:
        return []
    message = (
        f"Under rubriken ”{heading.text}” ({place(heading)}) står text som inte lästes som "
        f"någon punkt: {_quote(lines)}"
    )
    return [Problem("warning", f"line {lines[0].number}", message)]


def page_furniture(lines: Sequence[Line]) -> list[Problem]:
    """Heads, feet and page numbers that were passed over."""
    if not lines:
        return []
    message = f"Sidhuvuden, sidfötter och sidnummer lästes inte som text: {_quote(lines)}"
    return [Problem("info", "report", message)]


def beside_points(lines: Sequence[Line]) -> list[Problem]:
    """Cells beside strengths and improvement points that belong to neither."""
    if not lines:
        return []
    message = (
        "Kolumner bredvid styrkor och förbättringsmöjligheter lästes inte som punkter: "
        f"{_quote(lines)}"
    )
    return [Problem("info", "report", message)]


def judged_columns(number: int | None, heading: Line) -> Problem:
    """Strengths and points stood under one heading, without a sign of where one ends."""
    whose = f"Område {number}" if number is not None else "Hela kommunen"
    message = (
        f"{whose}: styrkor och förbättringsmöjligheter står under en gemensam rubrik "
        f"({place(heading)}) och har skilts åt på ordalydelsen. Kontrollera dem."
    )
    return Problem("warning", "report" if number is None else f"area {number}", message)


def _quote(lines: Sequence[Line]) -> str:
    return "; ".join(f"{place(line)} ”{line.text}”" for line in lines)
