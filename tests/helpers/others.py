"""Other municipalities' scores, for what compares with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count

from tests.helpers.cast import NOW, TODAY
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import ReferenceScore, User
from tracker.services.references import saving

HEADER = "municipality,month,edition,area1,area2,area3,area4,area5,area6,area7,area8,total,source"
EDITION = "kommunkompassen-2020"


_years = count(1990)


def row_id() -> int:
    """A row of a municipality, committed."""
    row = add_reference(f"Kommun {next(_years)}", date(2021, 1, 1), total=400)
    db.session.commit()
    return row.id


def import_id() -> int:
    """An import that can be taken back."""
    return brought_in(None, f"Kommun {next(_years)},2022-01,{EDITION},,,,,,,,,500,").import_id or 0


def csv(*lines: str) -> bytes:
    """A file with our header and these lines."""
    return "\n".join([HEADER, *lines, ""]).encode()


def brought_in(by: User | None, *lines: str) -> saving.Saved:
    """Save a file with these lines."""
    return saving.save(csv(*lines), "andra.csv", by=by, now=NOW, today=TODAY)


def add_reference(
    name: str,
    month: date,
    areas: Sequence[float | None] = (None,) * 8,
    total: int | None = None,
    edition: str = EDITION,
) -> ReferenceScore:
    """One row, flushed."""
    row = ReferenceScore(
        municipality=name,
        place_key=fold(name),
        month=month,
        whole_year=False,
        edition=edition,
        areas=list(areas),
        total=total,
        added_at=NOW,
    )
    db.session.add(row)
    db.session.flush()
    return row
