"""What the fields of an area's page held when they were shown, to tell what a person changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.services.review.shown import AreaShown

Cells = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AreaValues:
    """The score of the area, name, score and max of its sub-areas by code, and the codes chosen
    for its points by their number."""

    score: str
    rows: Mapping[str, Cells]
    choices: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(cls, shown: AreaShown) -> AreaValues:
        """What the page of an area shows as it is saved."""
        area = shown.area
        return cls(
            score=written(area.score if area else None),
            rows={
                sub.code: (sub.name, written(sub.score), written(sub.max))
                for sub in (area.subareas if area else ())
            },
            choices={one.item.id: one.offered for one in shown.points},
        )

    def to_text(self) -> str:
        """The values for a hidden field."""
        return json.dumps({"score": self.score, "rows": self.rows, "choices": self.choices})

    @classmethod
    def from_text(cls, text: str) -> AreaValues | None:
        """The values that `to_text` gave; None for anything else."""
        try:
            raw = json.loads(text)
            rows = {str(key): tuple(map(str, cells)) for key, cells in raw["rows"].items()}
            choices = {int(key): tuple(map(str, codes)) for key, codes in raw["choices"].items()}
            return cls(str(raw["score"]), {key: _cells(row) for key, row in rows.items()}, choices)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None


def _cells(row: tuple[str, ...]) -> Cells:
    name, score, top = row
    return name, score, top


def written(number: int | None) -> str:
    """A number as its field shows it."""
    return "" if number is None else str(number)
