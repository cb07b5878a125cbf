"""What does not add up, or is missing: problems told in sentences that can be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.domain.editions import Edition
from tracker.domain.errors import N_
from tracker.importers.draft import AreaDraft, Problem, SubAreaDraft, problem
from tracker.importers.outline import AreaOutline
from tracker.importers.scores import AreaScores, ScoreTables


def check_area(
    area: AreaDraft, table: AreaScores, found: AreaOutline | None, unmatched: Sequence[str]
) -> list[Problem]:
    """Sums, the box against the table, and sub-areas that are missing in one area."""
    told = [*_sums(area), *_maxima(area)]
    if not is_only_named(area.subareas):
        told += _gaps(area)
    box = list(dict.fromkeys(found.box_scores)) if found else []
    stated = [*box, *([table.score] if table.score is not None else [])]
    if len(set(stated)) > 1:
        listed = ", ".join(str(n) for n in dict.fromkeys(stated))
        template = N_(
            "Område %(area)s %(name)s: rapporten anger olika poäng på olika ställen (%(listed)s)."
        )
        told.append(_area(area, template, listed=listed))
    template = N_(
        "Område %(area)s %(name)s: delområdet %(subarea)s nämns i området men saknas i "
        "poängtabellen."
    )
    return told + [_area(area, template, subarea=name) for name in unmatched]


def is_only_named(subareas: Sequence[SubAreaDraft]) -> bool:
    """Whether the report only names its sub-areas, without points."""
    return all(sub.score is None and sub.max is None for sub in subareas)


def _area(
    area: AreaDraft, template: str, /, *, severity: str = "warning", **params: str | int
) -> Problem:
    """What to say of an area; the template's %(area)s and %(name)s are the area's own."""
    where = f"area {area.number}"
    return problem(severity, where, template, area=area.number, name=area.name, **params)


def _sums(area: AreaDraft) -> Iterator[Problem]:
    scores = [s.score for s in area.subareas]
    known = [n for n in scores if n is not None]
    if area.score is None or not known:
        return
    if len(known) < len(scores):
        template = N_(
            "Område %(area)s %(name)s: poäng saknas för %(missing)s av %(all)s delområden."
        )
        yield _area(area, template, missing=len(scores) - len(known), all=len(scores))
    elif sum(known) != area.score:
        template = N_(
            "Område %(area)s %(name)s: delområdenas poäng summerar till %(summed)s, men rapporten "
            "anger %(stated)s."
        )
        yield _area(area, template, summed=sum(known), stated=area.score)


def _maxima(area: AreaDraft) -> Iterator[Problem]:
    for s in area.subareas:
        if s.score is not None and s.max is not None and s.score > s.max:
            template = N_(
                "Område %(area)s %(name)s: delområde %(code)s har %(score)s poäng, mer än sitt "
                "högsta %(top)s."
            )
            yield _area(area, template, code=s.code, score=s.score, top=s.max)
    tops = [s.max for s in area.subareas if s.max is not None]
    if tops and len(tops) == len(area.subareas) and area.max and sum(tops) != area.max:
        template = N_(
            "Område %(area)s %(name)s: delområdenas högsta poäng summerar till %(summed)s, inte "
            "%(top)s."
        )
        yield _area(area, template, summed=sum(tops), top=area.max)
    top = area.max or 100
    if area.score is not None and area.score > top:
        template = N_("Område %(area)s %(name)s: poängen %(score)s är mer än det högsta, %(top)s.")
        yield _area(area, template, score=area.score, top=top)


def _gaps(area: AreaDraft) -> Iterator[Problem]:
    numbers = sorted(int(s.code.split(".")[1]) for s in area.subareas)
    template = N_("Område %(area)s %(name)s: delområde %(code)s saknas i rapporten.")
    for missing in sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers)):
        yield _area(area, template, code=f"{area.number}.{missing}")


def check_named(area: AreaDraft, edition: Edition | None) -> list[Problem]:
    """Where an area's sub-areas are only named: which of the edition's are not among them, and
    which are not the edition's."""
    defined = edition.area(area.number) if edition else None
    if defined is None or not area.subareas or not is_only_named(area.subareas):
        return []
    usual = {sub.code for sub in defined.subareas}
    named = {sub.code for sub in area.subareas}
    lacking = [f"{s.code} {s.name}" for s in defined.subareas if s.code not in named]
    own = [f"{s.code} {s.name}" for s in area.subareas if s.code not in usual]
    told = []
    if lacking:
        template = N_(
            "Område %(area)s %(name)s: rapporten nämner inte alla delområden i sin version av "
            "Kommunkompassen. Det som saknas är %(listed)s."
        )
        told.append((template, lacking))
    if own:
        template = N_(
            "Område %(area)s %(name)s: rapporten nämner delområden som inte finns i versionen av "
            "Kommunkompassen. De har fått egna nummer: %(listed)s."
        )
        told.append((template, own))
    return [_area(area, t, severity="info", listed="; ".join(names)) for t, names in told]


def check_repeated(codes: Sequence[str]) -> list[Problem]:
    """Sub-areas that stand more than once with different points; the first row was kept."""
    template = N_("Delområde %(code)s står flera gånger med olika poäng; den första raden gäller.")
    return [
        problem("warning", f"area {code.split('.', maxsplit=1)[0]}", template, code=code)
        for code in codes
    ]


def check_columns(tables: ScoreTables) -> list[Problem]:
    """Rows whose numbers could be meant in another way, or that are no whole points."""
    many = {
        True: N_(
            "Raden för område %(number)s har fler tal än poäng och högsta poäng; kontrollera att "
            "rätt tal valdes."
        ),
        False: N_(
            "Raden för delområde %(number)s har fler tal än poäng och högsta poäng; kontrollera "
            "att rätt tal valdes."
        ),
    }
    rounded = {
        True: N_(
            "Poängen för område %(number)s är %(printed)s i rapporten och har avrundats till "
            "%(score)s."
        ),
        False: N_(
            "Poängen för delområde %(number)s är %(printed)s i rapporten och har avrundats till "
            "%(score)s."
        ),
    }
    told = []
    for what in dict.fromkeys(tables.judged):
        kind, number = _whose(what)
        told.append(problem("warning", "report", many[kind], number=number))
    for what, value in tables.rounded:
        kind, number = _whose(what)
        printed, score = str(value).replace(".", ","), int(value + 0.5)
        template = rounded[kind]
        told.append(
            problem("warning", "report", template, number=number, printed=printed, score=score)
        )
    return told


def _whose(what: str) -> tuple[bool, str]:
    """Whether a row is that of an area, and the number of its area or sub-area."""
    return what.startswith("område"), what.removeprefix("område ")


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
        unknown = N_(
            "Det går inte att se vilken version av Kommunkompassen rapporten följer. "
            "Är filen en utvärdering enligt Kommunkompassen?"
        )
        told.append(unknown)
    if not scored:
        told.append(N_("Rapporten innehåller inga poäng per område."))
    if not pointed and general:
        lone = N_(
            "Inga förbättringspunkter under något område hittades i rapporten (bara övergripande)."
        )
        told.append(lone)
    elif not pointed:
        told.append(N_("Inga förbättringspunkter under något område hittades i rapporten."))
    if not any(a.strengths for a in areas):
        told.append(N_("Inga styrkor hittades i rapporten."))
    problems = [problem("warning", "report", template) for template in told]
    problems += _missing_in_areas(areas, edition, scored, pointed)
    return problems + list(_totals(totals, summed))


def _missing_in_areas(
    areas: Sequence[AreaDraft], edition: Edition | None, scored: bool, pointed: bool
) -> Iterator[Problem]:
    if not (scored or pointed):
        return
    templates = {
        (True, False): N_("Område %(area)s: poäng saknas i rapporten."),
        (False, True): N_("Område %(area)s: förbättringspunkter saknas i rapporten."),
        (True, True): N_("Område %(area)s: poäng och förbättringspunkter saknas i rapporten."),
    }
    by_number = {a.number: a for a in areas}
    defined = {a.number for a in edition.areas} if edition else set()
    for number in sorted(defined | set(by_number)):
        area = by_number.get(number)
        unscored = scored and (area is None or area.score is None)
        pointless = pointed and (area is None or not area.improvements)
        if unscored or pointless:
            template = templates[unscored, pointless]
            yield problem("warning", f"area {number}", template, area=number)


def _totals(totals: Sequence[int], summed: int | None) -> Iterator[Problem]:
    if len(totals) > 1:
        listed = ", ".join(str(n) for n in totals)
        template = N_("Rapporten anger olika totalpoäng på olika ställen (%(listed)s).")
        yield problem("warning", "report", template, listed=listed)
    if totals and summed is not None and totals[0] != summed:
        template = N_(
            "Rapporten anger totalt %(stated)s poäng, men områdena summerar till %(summed)s."
        )
        yield problem("warning", "report", template, stated=totals[0], summed=summed)


def check_facts(municipality: str | None, months: Sequence[str]) -> list[Problem]:
    """Facts that a person must fill in."""
    told = []
    if municipality is None:
        unknown = N_("Det går inte att se vilken kommun rapporten handlar om.")
        told.append(problem("info", "report", unknown))
    if not months:
        undated = N_("Rapporten anger inte vilken månad utvärderingen gjordes.")
        told.append(problem("info", "report", undated))
    elif len(months) > 1:
        several = N_("Rapporten nämner flera månader för utvärderingen (%(months)s).")
        told.append(problem("info", "report", several, months=", ".join(months)))
    return told
