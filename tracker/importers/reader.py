"""Lines to a draft. Knows nothing of files: every format gives the same lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.editions import Edition, SubAreaDef, match_subarea
from tracker.domain.text import fold
from tracker.importers import checks, facts
from tracker.importers.columns import split_at
from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    Problem,
    ReportDraft,
    StrengthDraft,
    SubAreaDraft,
)
from tracker.importers.furniture import split_furniture
from tracker.importers.headings import Kind, find_marks
from tracker.importers.lines import Line
from tracker.importers.outline import AreaOutline, Outline, RawSection, outline
from tracker.importers.points import Item, Joiner, read_items, whole_text
from tracker.importers.rolemodels import find_role_models
from tracker.importers.scores import AreaScores, ScoreTables, read_scores
from tracker.importers.suggest import Suggester
from tracker.importers.tables import flatten

_LIST_NUMBER = re.compile(r"^(?:\d{1,2}\.)?\d{1,2}\s*[.)]?\s+(?=\D)")


@dataclass
class _Pile:
    """Strengths and points of one area (or of none) as they are gathered."""

    strengths: list[StrengthDraft] = field(default_factory=list)
    improvements: list[PointDraft] = field(default_factory=list)


def read(source: Sequence[Line]) -> ReportDraft:
    """The draft of a report, from its lines in reading order."""
    everything = flatten(source)
    lines, away = split_furniture(everything)
    edition = facts.find_edition(lines)
    marks = find_marks(lines, edition)
    tables = read_scores(lines, marks, edition)
    found = outline(lines, marks, tables.lines, edition)
    joiner = Joiner(lines)
    piles, problems = _gather(found, joiner)
    areas, told = _areas(found, tables, edition, piles, joiner)
    draft = _with_facts(ReportDraft(areas=areas), everything, found, edition, joiner)
    general = tuple(piles.get(None, _Pile()).improvements)
    whole = checks.check_report(
        areas, edition, len(general), _totals(everything, found, joiner), draft.total_summed
    )
    hidden = checks.page_furniture([*_within(found, away), *found.page_lines])
    problems = [*draft.problems, *whole, *found.problems, *told, *problems, *hidden]
    return replace(draft, general_improvements=general, problems=tuple(dict.fromkeys(problems)))


def _within(found: Outline, away: Sequence[Line]) -> list[Line]:
    """Those lines of the page that stood between a heading of points and the last line of it."""
    spans = [(s.heading.number, s.lines[-1].number) for s in found.sections() if s.lines]
    return [line for line in away if any(a < line.number <= b + 9 for a, b in spans)]


def _gather(found: Outline, joiner: Joiner) -> tuple[dict[int | None, _Pile], list[Problem]]:
    piles: dict[int | None, _Pile] = {}
    problems: list[Problem] = []
    for section in found.sections():
        read_section = read_items(section.lines, joiner)
        problems += checks.left_over(read_section.left_over, section.heading)
        if section.area is None and section.kind is not Kind.IMPROVEMENTS:
            problems += checks.left_over(
                [line for item in read_section.items for line in item.lines], section.heading
            )
            continue
        pile = piles.setdefault(section.area, _Pile())
        if section.kind is Kind.BOTH and read_section.items:
            problems.append(checks.judged_columns(section.area or 0, section.heading))
        _share_out(section, read_section.items, pile, joiner)
    return piles, problems


def _share_out(section: RawSection, items: Sequence[Item], pile: _Pile, joiner: Joiner) -> None:
    texts = [whole_text(item, joiner) for item in items]
    left = {Kind.STRENGTHS: len(items), Kind.IMPROVEMENTS: 0}.get(section.kind)
    sure = left is not None
    if left is None:
        left = split_at(texts, continued=section.continued)
    for index, (item, text) in enumerate(zip(items, texts, strict=True)):
        at, certain = item.lines[0], item.certain and sure
        from_lines = tuple(dict.fromkeys(line.number for line in item.lines))
        if index < left:
            strength = StrengthDraft(text, at.page, at.number, certain, from_lines)
            pile.strengths.append(strength)
        else:
            point = PointDraft(text, at.page, at.number, certain, lines=from_lines)
            pile.improvements.append(point)


def _areas(
    found: Outline,
    tables: ScoreTables,
    edition: Edition | None,
    piles: dict[int | None, _Pile],
    joiner: Joiner,
) -> tuple[tuple[AreaDraft, ...], list[Problem]]:
    numbers = sorted(set(found.areas) | set(tables.areas))
    drafts: list[AreaDraft] = []
    problems: list[Problem] = []
    for number in numbers:
        table, seen = tables.areas.get(number, AreaScores()), found.areas.get(number)
        subareas, unmatched = _subareas(number, table, seen, edition, joiner)
        pile = piles.get(number, _Pile())
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
    problems += checks.check_repeated(tables.repeated)
    return _suggest(drafts, found, edition), problems


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
    names = _box_names(seen.box, joiner) if seen else []
    if not table.subareas:
        listed = tuple(SubAreaDraft(f"{number}.{i}", n) for i, n in enumerate(names, start=1))
        return listed, []
    rows = sorted(table.subareas.values(), key=lambda s: int(s.code.split(".")[1]))
    if len(names) <= len(rows):
        return tuple(rows), []
    known = _definitions(rows, number, edition)
    return tuple(rows), [name for name in names if match_subarea(name, known) is None]


def _box_names(box: Sequence[Line], joiner: Joiner) -> list[str]:
    """The sub-areas' names; a line without bullet or number goes on with the name before it
    where the box has bullets or numbers at all, or where it starts with a small letter."""
    marked = [bool(line.bullet or _LIST_NUMBER.match(line.text)) for line in box]
    parts: list[list[str]] = []
    for line, starts in zip(box, marked, strict=True):
        text = _LIST_NUMBER.sub("", line.text)
        if parts and not starts and (any(marked) or text[:1].islower()):
            parts[-1].append(text)
        else:
            parts.append([text])
    return list(dict.fromkeys(joiner.join(part) for part in parts))


def _definitions(
    rows: Sequence[SubAreaDraft], number: int, edition: Edition | None
) -> list[SubAreaDef]:
    """The report's own sub-areas, with the aliases of the edition's sub-area of like name."""
    defined = edition.area(number) if edition else None
    made = []
    for row in rows:
        alike = match_subarea(row.name, defined.subareas) if defined else None
        aliases = (alike.name, *alike.aliases) if alike else ()
        made.append(SubAreaDef(row.code, row.name, row.max or 0, aliases))
    return made


def _suggest(
    drafts: Sequence[AreaDraft], found: Outline, edition: Edition | None
) -> tuple[AreaDraft, ...]:
    made = []
    for area in drafts:
        known = _definitions(area.subareas, area.number, edition)
        bodies = _bodies(found.areas.get(area.number), known)
        suggester = Suggester(
            {s.code: ((s.name, *s.aliases), " ".join(bodies.get(s.code, ()))) for s in known}
        )
        points = tuple(replace(p, subareas=suggester.suggest(p.text)) for p in area.improvements)
        made.append(replace(area, improvements=points))
    return tuple(made)


def _bodies(seen: AreaOutline | None, known: Sequence[SubAreaDef]) -> dict[str, list[str]]:
    """Code → the lines that follow the sub-area's heading in the running text."""
    texts: dict[str, list[str]] = {}
    current: str | None = None
    body = seen.body if seen else []
    for index, line in enumerate(body):
        wrapped = " ".join(x.text for x in body[index : index + 2])
        match = _heading_of(line, known) or match_subarea(wrapped, known)
        if match:
            current = match.code
        if current:
            texts.setdefault(current, []).append(line.text)
    return texts


def _heading_of(line: Line, known: Sequence[SubAreaDef]) -> SubAreaDef | None:
    """The sub-area that a line names, alone or as the first words of its paragraph."""
    found = match_subarea(_LIST_NUMBER.sub("", line.text), known)
    if found or not line.blank_before:
        return found
    key = fold(line.text) + " "
    begins = [s for s in known if any(key.startswith(fold(n) + " ") for n in (s.name, *s.aliases))]
    return max(begins, key=lambda s: len(s.name), default=None)


def _with_facts(
    draft: ReportDraft,
    everything: Sequence[Line],
    found: Outline,
    edition: Edition | None,
    joiner: Joiner,
) -> ReportDraft:
    prose = list(_paragraphs(found, joiner))
    texts = [text for _, text in prose]
    municipality = facts.find_municipality(everything, texts)
    months = facts.find_months(everything, texts)
    totals = _totals(everything, found, joiner)
    return replace(
        draft,
        municipality=municipality,
        month=months[0] if len(months) == 1 else None,
        ordinal=facts.find_ordinal(texts),
        edition=edition.key if edition else None,
        total_stated=totals[0] if totals else None,
        total_summed=_summed(draft.areas, edition),
        role_models=find_role_models(prose, municipality) if edition else (),
        problems=tuple(checks.check_facts(municipality, months)),
    )


def _totals(everything: Sequence[Line], found: Outline, joiner: Joiner) -> list[int]:
    texts = [text for _, text in _paragraphs(found, joiner)]
    return facts.find_totals([*texts, *(line.text for line in everything)])


def _summed(areas: Sequence[AreaDraft], edition: Edition | None) -> int | None:
    scores = [area.score for area in areas if area.score is not None]
    return sum(scores) if edition and len(scores) == len(edition.areas) else None


def _paragraphs(found: Outline, joiner: Joiner) -> Iterator[tuple[int | None, str]]:
    """The running text, (area, paragraph) by (area, paragraph)."""
    area: int | None = None
    parts: list[str] = []
    for at, line in found.prose:
        if parts and (at != area or line.blank_before or line.bullet or line.heading):
            yield area, joiner.join(parts)
            parts = []
        area = at
        parts.append(line.text)
    if parts:
        yield area, joiner.join(parts)
