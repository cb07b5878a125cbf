"""What a report was read as, before anyone has accepted it.

A field that the report does not hold is None or empty. `page` counts from 1 and is None where
the format has no pages; `line` is the line of a text file, the paragraph of a document, the
running number of a line in a PDF; `lines` are the numbers of all lines that an item was put from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at: `severity` "warning" or "info", `where` like "area 2",
    "line 123" or "report", `message` a Swedish sentence that is ready to show.

    `template` and `params` are the same sentence for other languages: filled they give
    `message`; the template is empty where only the sentence is known.
    """

    severity: str
    where: str
    message: str
    template: str = ""
    params: dict[str, str | int] = field(default_factory=dict, hash=False)


def problem(severity: str, where: str, template: str, /, **params: str | int) -> Problem:
    """The problem that `template`, its %(name)s places filled, tells."""
    return Problem(severity, where, template % params, template, params)


@dataclass(frozen=True, slots=True)
class StrengthDraft:
    """A strength, word for word; `certain` is False where the reader had to judge."""

    text: str
    page: int | None = None
    line: int | None = None
    certain: bool = True
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PointDraft:
    """An improvement point, word for word; `subareas` are suggested codes, best first, ≤ 3."""

    text: str
    page: int | None = None
    line: int | None = None
    certain: bool = True
    subareas: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SubAreaDraft:
    """A sub-area as this report has it; `score` and `max` in points; `body` is the running text
    about it, its paragraphs divided by blank lines."""

    code: str
    name: str
    score: int | None = None
    max: int | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class AreaDraft:
    """One main area of the report."""

    number: int
    name: str
    score: int | None = None
    max: int | None = None
    subareas: tuple[SubAreaDraft, ...] = ()
    strengths: tuple[StrengthDraft, ...] = ()
    improvements: tuple[PointDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleModel:
    """A municipality that the report holds up; `about` is the sentence that does so."""

    municipality: str
    area: int | None
    about: str


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A whole report as read. `month` is "YYYY-MM", `ordinal` the municipality's 1st, 2nd, …"""

    municipality: str | None = None
    month: str | None = None
    ordinal: int | None = None
    edition: str | None = None
    total_stated: int | None = None
    total_summed: int | None = None
    areas: tuple[AreaDraft, ...] = ()
    general_improvements: tuple[PointDraft, ...] = ()
    role_models: tuple[RoleModel, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The draft as plain JSON values, in the shape that `report read --json` prints."""
        return {
            "municipality": self.municipality,
            "month": self.month,
            "ordinal": self.ordinal,
            "edition": self.edition,
            "total": {"stated": self.total_stated, "summed": self.total_summed},
            "areas": [_area_json(area) for area in self.areas],
            "general_improvements": [_item_json(p) for p in self.general_improvements],
            "role_models": [
                {"municipality": r.municipality, "area": r.area, "about": r.about}
                for r in self.role_models
            ],
            "problems": [
                {
                    "severity": p.severity,
                    "where": p.where,
                    "message": p.message,
                    "template": p.template,
                    "params": p.params,
                }
                for p in self.problems
            ],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> ReportDraft:
        """The draft that `to_json` gave. Raises KeyError or TypeError on any other shape."""
        return cls(
            municipality=raw["municipality"],
            month=raw["month"],
            ordinal=raw["ordinal"],
            edition=raw["edition"],
            total_stated=raw["total"]["stated"],
            total_summed=raw["total"]["summed"],
            areas=tuple(_area(area) for area in raw["areas"]),
            general_improvements=tuple(_point(p) for p in raw["general_improvements"]),
            role_models=tuple(RoleModel(**r) for r in raw["role_models"]),
            problems=tuple(_problem(p) for p in raw["problems"]),
        )


def _item_json(item: StrengthDraft | PointDraft) -> dict[str, Any]:
    return {
        "text": item.text,
        "page": item.page,
        "line": item.line,
        "certain": item.certain,
        "lines": list(item.lines),
    }


def _area_json(area: AreaDraft) -> dict[str, Any]:
    return {
        "number": area.number,
        "name": area.name,
        "score": area.score,
        "max": area.max,
        "subareas": [
            {"code": s.code, "name": s.name, "score": s.score, "max": s.max, "body": s.body}
            for s in area.subareas
        ],
        "strengths": [_item_json(item) for item in area.strengths],
        "improvements": [
            {**_item_json(point), "subareas": list(point.subareas)} for point in area.improvements
        ],
    }


def _area(raw: dict[str, Any]) -> AreaDraft:
    return AreaDraft(
        number=raw["number"],
        name=raw["name"],
        score=raw["score"],
        max=raw["max"],
        subareas=tuple(SubAreaDraft(**s) for s in raw["subareas"]),
        strengths=tuple(_strength(s) for s in raw["strengths"]),
        improvements=tuple(_point(p) for p in raw["improvements"]),
    )


def _strength(raw: dict[str, Any]) -> StrengthDraft:
    return StrengthDraft(**{**raw, "lines": tuple(raw.get("lines", ()))})


def _point(raw: dict[str, Any]) -> PointDraft:
    lists = {name: tuple(raw.get(name, ())) for name in ("subareas", "lines")}
    return PointDraft(**{**raw, **lists})


def _problem(raw: dict[str, Any]) -> Problem:
    """The problem, without a template that would say something else than its message: a report
    is read by a process that nobody vouches for, and its answer must not fail to be filled."""
    told = Problem(**raw)
    if _fills(told):
        return told
    return Problem(told.severity, told.where, told.message)


def _fills(told: Problem) -> bool:
    at = 0
    for number, part in enumerate(_PLACE.split(told.template)):
        piece = str(told.params.get(part)) if number % 2 else part
        if ("%" in part) or not told.message.startswith(piece, at):
            return False
        at += len(piece)
    return at == len(told.message)
