"""The form for points under one more edition."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import Edition
from tracker.services.score_sets import WantedScores, WantedSubArea
from tracker.web.fields import TypedForm

LONGEST_LIST = 20_000
_CELLS = re.compile(r"\s*[;\t]\s*")


class ScoreField(IntegerField):
    """A number of points, 0 and up; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 54; what is no such number gets a sentence of ours and stays as it was typed."""
        self.data: int | None = None
        text = "".join(valuelist).strip()
        if not text:
            return
        if (number := _points(text)) is None:
            raise ValueError(_("Skriv poängen som ett helt tal, till exempel 54."))
        self.data = number


class ScoresForm(TypedForm):
    """Eight areas, a total where the report states one, and the sub-areas one on each line."""

    area_1 = ScoreField()
    area_2 = ScoreField()
    area_3 = ScoreField()
    area_4 = ScoreField()
    area_5 = ScoreField()
    area_6 = ScoreField()
    area_7 = ScoreField()
    area_8 = ScoreField()
    total = ScoreField(_l("Totalpoäng som rapporten anger"))
    subareas = TextAreaField(_l("Delområden"))

    def name_areas(self, edition: Edition | None) -> None:
        """Call the areas what the edition calls them."""
        for number in AREA_NUMBERS:
            area = edition.area(number) if edition else None
            field = self[f"area_{number}"]
            field.label.text = f"{number} {area.name}" if area else str(number)

    @property
    def areas(self) -> list[Any]:
        """The fields of the eight areas."""
        return [self[f"area_{number}"] for number in AREA_NUMBERS]

    def readable(self) -> bool:
        """Whether every line of sub-areas has its four parts; the field says which has not."""
        if len(self.subareas.data or "") > LONGEST_LIST:
            self._blame(_("Listan med delområden är för lång."))
            return False
        broken = [number for number, cells in self._lines() if _subarea(cells) is None]
        for number in broken[:5]:
            self._blame(
                _(
                    "Rad %(number)s går inte att läsa: skriv kod; namn; poäng; max, till exempel "
                    "4.1; Styrning; 12; 20.",
                    number=number,
                )
            )
        return not broken

    def wanted(self, edition: str) -> WantedScores:
        """The form as the service takes it."""
        read = [_subarea(cells) for _number, cells in self._lines()]
        return WantedScores(
            edition=edition,
            areas={number: self[f"area_{number}"].data for number in AREA_NUMBERS},
            total=self.total.data,
            subareas=[sub for sub in read if sub is not None],
        )

    def blame_line(self, row: int, sentence: str) -> None:
        """Say on which line of the list something is wrong."""
        numbers = [number for number, _cells in self._lines()]
        number = numbers[row] if row < len(numbers) else 1
        self._blame(_("Rad %(number)s: %(problem)s", number=number, problem=sentence))

    def _blame(self, sentence: str) -> None:
        self.subareas.errors = [*self.subareas.errors, sentence]

    def _lines(self) -> list[tuple[int, list[str]]]:
        """The lines that hold something, each with its number from 1."""
        lines = enumerate((self.subareas.data or "").splitlines(), 1)
        return [(number, _CELLS.split(line.strip())) for number, line in lines if line.strip()]


def _subarea(cells: list[str]) -> WantedSubArea | None:
    if len(cells) != 4:
        return None
    code, name, score, most = cells
    got, top = _points(score), _points(most)
    if top is None or (got is None and score not in ("", "-", "–")):
        return None
    return WantedSubArea(code, name, got, top)


def _points(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
