"""Lines to a draft. Knows nothing of files: every format gives the same lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.domain.editions import Edition, SubAreaDef, subarea_names
from tracker.importers import checks, facts, leftovers
from tracker.importers.bodies import read_bodies
from tracker.importers.boxes import read_box
from tracker.importers.draft import (
    AreaDraft,
    Problem,
    ReportDraft,
    SubAreaDraft,
)
from tracker.importers.furniture import split_furniture
from tracker.importers.gather import Pile, gather
from tracker.importers.headings import Mark, find_marks
from tracker.importers.lines import Line
from tracker.importers.outline import AreaOutline, Outline, outline
from tracker.importers.points import Joiner
from tracker.importers.rolemodels import find_role_models
from tracker.importers.scores import AreaScores, ScoreTables, read_scores
from tracker.importers.suggest import Suggester
from tracker.importers.tables import flatten

_LONGEST_PARAGRAPH = 3000  # characters


def read(source: Sequence[Line]) -> ReportDraft:
    """The draft of a report, from its lines in reading order."""
    everything = flatten(source).lines
    kept, away = split_furniture(source)
    flat = flatten(kept)
    lines = flat.lines
    edition = facts.find_edition(lines)
    marks = find_marks(lines, edition)
    tables = read_scores(lines, marks, edition)
    found = outline(lines, marks, tables.lines, edition)
    joiner = Joiner(lines)
    piles, problems = gather(found.sections(), joiner)
    areas, told = _areas(found, tables, edition, piles, joiner)
    prose = list(_paragraphs(found, joiner))
    totals = facts.find_totals([*(text for _, text in prose), *(x.text for x in everything)])
    totals = list(dict.fromkeys([*totals, *([tables.total] if tables.total else [])]))
    draft = _with_facts(ReportDraft(areas=areas), everything, prose, edition)
    draft = replace(draft, total_stated=totals[0] if totals else None)
    general = tuple(piles.get(None, Pile()).improvements)
    whole = checks.check_report(areas, edition, len(general), totals, draft.total_summed)
    hidden = leftovers.page_furniture([*_within(found, away), *found.page_lines])
    hidden += leftovers.beside_points(flat.aside)
    hidden += leftovers.unread_headings(lines, _taken(lines, marks, found))
    problems = [*draft.problems, *whole, *found.problems, *told, *problems, *hidden]
    return replace(draft, general_improvements=general, problems=tuple(dict.fromkeys(problems)))


def _taken(lines: Sequence[Line], marks: Sequence[Mark], found: Outline) -> set[int]:
    """The numbers of the lines that are headings, or stand under one of points."""
    under = {line.number for section in found.sections() for line in section.lines}
    return under | {line.number for mark in marks for line in lines[mark.start : mark.end]}


def _within(found: Outline, away: Sequence[Line]) -> list[Line]:
    """Those lines of the page that stood between a heading of points and the last line of it."""
    spans = [(s.heading.number, s.lines[-1].number) for s in found.sections() if s.lines]
    return [line for line in away if any(a < line.number <= b + 9 for a, b in spans)]


def _areas(
    found: Outline,
    tables: ScoreTables,
    edition: Edition | None,
    piles: dict[int | None, Pile],
    joiner: Joiner,
) -> tuple[tuple[AreaDraft, ...], list[Problem]]:
    numbers = sorted(set(found.areas) | set(tables.areas))
    drafts: list[AreaDraft] = []
    problems: list[Problem] = []
    for number in numbers:
        table, seen = tables.areas.get(number, AreaScores()), found.areas.get(number)
        subareas, unmatched = _subareas(number, table, seen, edition, joiner)
        pile = piles.get(number, Pile())
        draft = AreaDraft(
            number=number,
            name=_area_name(number, seen, edition),
            score=_area_score(table, seen),
            max=table.max or (100 if _area_score(table, seen) is not None else None),
            subareas=subareas,
            strengths=tuple(pile.strengths),
            improvements=tuple(pile.improvements),
        )
        if any((draft.score is not None, subareas, draft.strengths, draft.improvements)):
            drafts.append(draft)
            problems += checks.check_area(draft, table, seen, unmatched)
            problems += checks.check_named(draft, edition)
    problems += checks.check_repeated(tables.repeated)
    problems += checks.check_columns(tables)
    return _with_bodies(drafts, found, edition, joiner), problems


def _area_name(number: int, seen: AreaOutline | None, edition: Edition | None) -> str:
    defined = edition.area(number) if edition else None
    return defined.name if defined else (seen.name if seen else f"Område {number}")


def _area_score(table: AreaScores, seen: AreaOutline | None) -> int | None:
    if table.score is not None:
        return table.score
    return seen.box_scores[0] if seen and seen.box_scores else None


def _subareas(
    number: int,
    table: AreaScores,
    seen: AreaOutline | None,
    edition: Edition | None,
    joiner: Joiner,
) -> tuple[tuple[SubAreaDraft, ...], list[str]]:
    """The area's sub-areas: the table's rows, else the names in its box in their order. Beside
    them the names in the box that no row of the table answers to."""
    defined = edition.area(number) if edition else None
    box = read_box(number, seen.box, defined, joiner) if seen else []
    names = [sub.name for sub in box]
    if not table.subareas:
        return tuple(box), []
    rows = sorted(table.subareas.values(), key=lambda s: int(s.code.split(".")[1]))
    if len(names) <= len(rows):
        return tuple(rows), []
    known = subarea_names(_definitions(rows, number, edition))
    return tuple(rows), [name for name in names if known.match(name) is None]


def _definitions(
    rows: Sequence[SubAreaDraft], number: int, edition: Edition | None
) -> list[SubAreaDef]:
    """The report's own sub-areas, with the aliases of the edition's sub-area of like name."""
    defined = edition.area(number) if edition else None
    made = []
    for row in rows:
        alike = defined.match_subarea(row.name) if defined else None
        aliases = (alike.name, *alike.aliases) if alike else ()
        made.append(SubAreaDef(row.code, row.name, row.max or 0, aliases))
    return made


def _with_bodies(
    drafts: Sequence[AreaDraft], found: Outline, edition: Edition | None, joiner: Joiner
) -> tuple[AreaDraft, ...]:
    """The areas with the text about each sub-area, and with suggestions for each point."""
    made = []
    for area in drafts:
        known = _definitions(area.subareas, area.number, edition)
        seen = found.areas.get(area.number)
        bodies = read_bodies(seen.body if seen else [], known, joiner)
        texts = {s.code: ((s.name, *s.aliases), bodies.get(s.code, "")) for s in known}
        suggester = Suggester(texts)
        made.append(
            replace(
                area,
                subareas=tuple(replace(s, body=bodies.get(s.code, "")) for s in area.subareas),
                improvements=tuple(
                    replace(p, subareas=suggester.suggest(p.text)) for p in area.improvements
                ),
            )
        )
    return tuple(made)


def _with_facts(
    draft: ReportDraft,
    everything: Sequence[Line],
    prose: Sequence[tuple[int | None, str]],
    edition: Edition | None,
) -> ReportDraft:
    texts = [text for _, text in prose]
    municipality = facts.find_municipality(everything, texts)
    months = facts.find_months(everything, texts)
    return replace(
        draft,
        municipality=municipality,
        month=months[0] if len(months) == 1 else None,
        ordinal=facts.find_ordinal(texts),
        edition=edition.key if edition else None,
        total_summed=_summed(draft.areas, edition),
        role_models=find_role_models(prose, municipality) if edition else (),
        problems=tuple(checks.check_facts(municipality, months)),
    )


def _summed(areas: Sequence[AreaDraft], edition: Edition | None) -> int | None:
    scores = [area.score for area in areas if area.score is not None]
    return sum(scores) if edition and len(scores) == len(edition.areas) else None


def _paragraphs(found: Outline, joiner: Joiner) -> Iterator[tuple[int | None, str]]:
    """The running text, (area, paragraph) by (area, paragraph); one without end is cut, since
    sentences are looked for in each."""
    area: int | None = None
    parts: list[str] = []
    length = 0
    for at, line in found.prose:
        starts = line.blank_before or line.bullet or line.heading or length > _LONGEST_PARAGRAPH
        if parts and (at != area or starts):
            yield area, joiner.join(parts)
            parts, length = [], 0
        length += len(line.text)
        area = at
        parts.append(line.text)
    if parts:
        yield area, joiner.join(parts)
