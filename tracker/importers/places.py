"""Where a line stands, in words that a person can follow."""

from __future__ import annotations

from tracker.importers.lines import Line


def place(line: Line) -> str:
    """ "sida 12" where the format has pages, else "rad 123"."""
    return f"rad {line.number}" if line.page is None else f"sida {line.page}"
