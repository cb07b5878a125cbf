"""What of a report became no item, told with the text itself, so that nothing is lost unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tracker.domain.errors import N_
from tracker.domain.text import fold
from tracker.importers.draft import Problem, problem
from tracker.importers.lines import Line
from tracker.importers.places import on_pages, place_of

_NUMBER = re.compile(r"\d+")
_MIDDLE = 0.5  # of a page's height: a running line above it is a head, below it a foot
_FEW = 8  # words in a heading
_SOUNDS_LIKE = re.compile(
    r"\b(?:styrk(?:a|or)|starka|svagheter?|förbättring|utvecklings(?:område|möjlighet|behov))", re.I
)
_SHOWN = 12  # places of one running text that are listed

_HEAD, _FOOT, _EITHER = "head", "foot", "either"
_FURNITURE = {
    (_HEAD, False): N_("Sidhuvudet på sidan %(places)s lästes inte som text: ”%(text)s”"),
    (_HEAD, True): N_("Sidhuvudet på sidorna %(places)s lästes inte som text: ”%(text)s”"),
    (_FOOT, False): N_("Sidfoten på sidan %(places)s lästes inte som text: ”%(text)s”"),
    (_FOOT, True): N_("Sidfoten på sidorna %(places)s lästes inte som text: ”%(text)s”"),
    (_EITHER, False): N_(
        "Rad %(places)s lästes inte som text, utan som sidhuvud eller sidfot: ”%(text)s”"
    ),
    (_EITHER, True): N_(
        "Raderna %(places)s lästes inte som text, utan som sidhuvud eller sidfot: ”%(text)s”"
    ),
}


def left_over(lines: Sequence[Line], heading: Line) -> list[Problem]:
    """Lines under a heading of points that became no item, quoted."""
    if not lines:
        return []
    by_page = N_(
        "Under rubriken ”%(heading)s” (sida %(at)s) står text som inte lästes som någon punkt: "
        "%(quoted)s"
    )
    by_row = N_(
        "Under rubriken ”%(heading)s” (rad %(at)s) står text som inte lästes som någon punkt: "
        "%(quoted)s"
    )
    template = by_page if on_pages(heading) else by_row
    where, quoted = f"line {lines[0].number}", _quote(lines)
    return [
        problem(
            "warning", where, template, heading=heading.text, at=place_of(heading), quoted=quoted
        )
    ]


def unread_headings(lines: Sequence[Line], taken: set[int]) -> list[Problem]:
    """Lines that sound like a heading of strengths or points and stand above a list, but were
    read as neither; `taken` are the numbers of the lines that were read as one or as an item."""
    by_page = N_(
        "Raden ”%(text)s” (sida %(at)s) kan vara en rubrik över styrkor eller förbättringspunkter, "
        "men listan under den lästes inte så. Se efter om något saknas."
    )
    by_row = N_(
        "Raden ”%(text)s” (rad %(at)s) kan vara en rubrik över styrkor eller förbättringspunkter, "
        "men listan under den lästes inte så. Se efter om något saknas."
    )
    return [
        problem(
            "warning",
            f"line {line.number}",
            by_page if on_pages(line) else by_row,
            text=line.text,
            at=place_of(line),
        )
        for line, below in pairwise(lines)
        if below.bullet and not line.bullet and not {line.number, below.number} & taken
        if len(line.text.split()) <= _FEW and _SOUNDS_LIKE.search(line.text)
    ]


def page_furniture(lines: Iterable[Line]) -> list[Problem]:
    """Heads, feet and page numbers that were passed over: one for each text, page numbers in it
    apart, with the places where it stood."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        key = (_where(line), _NUMBER.sub("#", fold(line.text)))
        groups.setdefault(key, []).append(line)
    told = []
    for (kind, _), group in groups.items():
        places = list(dict.fromkeys(str(place_of(line)) for line in group))
        template = _FURNITURE[kind, len(places) > 1]
        more = " …" if len(places) > _SHOWN else ""
        listed = ", ".join(places[:_SHOWN]) + more
        told.append(problem("info", "report", template, places=listed, text=group[0].text))
    return told


def _where(line: Line) -> str:
    if not on_pages(line):
        return _EITHER
    return _HEAD if line.box and line.box.bottom < _MIDDLE else _FOOT


def beside_points(lines: Sequence[Line]) -> list[Problem]:
    """Cells beside strengths and improvement points that belong to neither, page by page."""
    by_page = N_(
        "Kolumner bredvid styrkor och förbättringsmöjligheter (sida %(at)s) lästes inte som "
        "punkter: %(quoted)s"
    )
    by_row = N_(
        "Kolumner bredvid styrkor och förbättringsmöjligheter (från rad %(at)s) lästes inte som "
        "punkter: %(quoted)s"
    )
    pages: dict[int | None, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    told = []
    for group in pages.values():
        template = by_page if on_pages(group[0]) else by_row
        at, quoted = place_of(group[0]), _quote(group)
        told.append(problem("info", "report", template, at=at, quoted=quoted))
    return told


def judged_columns(number: int | None, heading: Line) -> Problem:
    """Strengths and points stood under one heading, without a sign of where one ends."""
    templates = {
        (True, True): N_(
            "Område %(area)s: styrkor och förbättringsmöjligheter står under en gemensam rubrik "
            "(sida %(at)s) och har skilts åt på ordalydelsen. Kontrollera dem."
        ),
        (True, False): N_(
            "Område %(area)s: styrkor och förbättringsmöjligheter står under en gemensam rubrik "
            "(rad %(at)s) och har skilts åt på ordalydelsen. Kontrollera dem."
        ),
        (False, True): N_(
            "Hela kommunen: styrkor och förbättringsmöjligheter står under en gemensam rubrik "
            "(sida %(at)s) och har skilts åt på ordalydelsen. Kontrollera dem."
        ),
        (False, False): N_(
            "Hela kommunen: styrkor och förbättringsmöjligheter står under en gemensam rubrik "
            "(rad %(at)s) och har skilts åt på ordalydelsen. Kontrollera dem."
        ),
    }
    template = templates[number is not None, on_pages(heading)]
    if number is None:
        return problem("warning", "report", template, at=place_of(heading))
    return problem("warning", f"area {number}", template, area=number, at=place_of(heading))


def _quote(lines: Sequence[Line]) -> str:
    return "; ".join(f"”{line.text}”" for line in lines)
