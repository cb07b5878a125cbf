"""The sub-areas that the box of an area lists: by name, some with their points."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.editions import AreaDef
from tracker.domain.text import fold
from tracker.importers.draft import SubAreaDraft
from tracker.importers.lines import Line
from tracker.importers.points import Joiner
from tracker.importers.rows import Points, points_of, read_row

_LIST_NUMBER = re.compile(r"^(?:\d{1,2}\.)?\d{1,2}\s*[.)]?\s+(?=\D)")


def read_box(
    number: int, box: Sequence[Line], defined: AreaDef | None, joiner: Joiner
) -> list[SubAreaDraft]:
    """The sub-areas of area `number` that its box lists, by their codes.

    Those with points keep the box's order and spelling, since they are the report's own. Mere
    names take code and spelling of the edition's sub-area that they name; a name of the report's
    own gets a code after those.
    """
    made: dict[str, SubAreaDraft] = {}
    for text in _names(box, joiner):
        row = read_row(text)
        points = points_of(row, None) if row and row.name else Points(None, None)
        name = row.name if row and row.name else text
        code = f"{number}.{len(made) + 1}"
        made.setdefault(name, SubAreaDraft(code, name, points.score, points.top))
    if defined is None or any(s.score is not None or s.max is not None for s in made.values()):
        return list(made.values())
    return _as_defined(list(made), defined)


def _names(box: Sequence[Line], joiner: Joiner) -> list[str]:
    """The rows of a box; a line without bullet or number goes on with the name before it where
    the box has bullets or numbers at all, or where it starts with a small letter."""
    marked = [bool(line.bullet or _LIST_NUMBER.match(line.text)) for line in box]
    parts: list[list[str]] = []
    for line, starts in zip(box, marked, strict=True):
        text = _LIST_NUMBER.sub("", line.text)
        if parts and not starts and (any(marked) or text[:1].islower()):
            parts[-1].append(text)
        else:
            parts.append([text])
    return [joiner.join(part) for part in parts]


def _as_defined(names: Sequence[str], defined: AreaDef) -> list[SubAreaDraft]:
    known: dict[str, SubAreaDraft] = {}
    own: list[str] = []
    seen: set[str] = set()
    for name in names:
        alike = defined.match_subarea(name)
        if alike and alike.code not in known:
            known[alike.code] = SubAreaDraft(alike.code, alike.name)
        elif fold(name) not in seen:
            own.append(name)
        seen.add(fold(name))
    first = max((_position(sub.code) for sub in defined.subareas), default=0) + 1
    added = [SubAreaDraft(f"{defined.number}.{n}", name) for n, name in enumerate(own, first)]
    return [*sorted(known.values(), key=lambda sub: _position(sub.code)), *added]


def _position(code: str) -> int:
    return int(code.partition(".")[2])
