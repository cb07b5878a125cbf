"""Reports that say what is kept, and drafts of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from tests.helpers.cast import NOW, Cast
from tracker.extensions import db
from tracker.importers.draft import PointDraft, ReportDraft
from tracker.models import ImportDraft
from tracker.services.versions.kept import load_kept

_NUMBERS = count(1)


def as_kept(evaluation_id: int, **facts: Any) -> ReportDraft:
    """The report that would be read if it said exactly what is kept, with other `facts`."""
    kept = load_kept(evaluation_id)
    points: dict[int | None, tuple[PointDraft, ...]] = {}
    for one in kept.points:
        draft = PointDraft(one.text, one.page, one.line, True, one.subareas)
        points[one.area] = (*points.get(one.area, ()), draft)
    read = ReportDraft(
        municipality=kept.municipality,
        month=f"{kept.month:%Y-%m}",
        ordinal=kept.ordinal,
        edition=kept.edition,
        total_stated=kept.total_stated,
        areas=tuple(replace(a, improvements=points.get(a.number, ())) for a in kept.areas),
        general_improvements=points.get(None, ()),
    )
    return replace(read, **facts)


def changed(read: ReportDraft, number: int, **values: Any) -> ReportDraft:
    """The report with other values in one area."""
    areas = tuple(replace(a, **values) if a.number == number else a for a in read.areas)
    return replace(read, areas=areas)


def waiting(cast: Cast, read: ReportDraft, name: str = "rapport.pdf") -> ImportDraft:
    """A draft of that report, waiting for an answer; each is of a file of its own."""
    draft = ImportDraft(
        file_name=name,
        file_sha256=f"{next(_NUMBERS):064x}",
        content=read.to_json(),
        created_at=NOW,
        created_by_id=cast.director.id,
    )
    db.session.add(draft)
    db.session.commit()
    return draft
