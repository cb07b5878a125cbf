"""The form of one area: its scores, and the sub-areas of all its points, saved as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers.draft import SubAreaDraft
from tracker.services.review import edits
from tracker.services.review.shown import AreaShown
from tracker.services.review.work import Work
from tracker.web.drafts.area_values import AreaValues, Cells
from tracker.web.messages import translated

_CELLS = ("name", "score", "max")
NEW = "new"  # the key of the row that is still to be added
_LONGEST_NUMBER = 4
_CODE = re.compile(r"[1-8]\.[1-9]\d?")


@dataclass(frozen=True, slots=True)
class Row:
    """A sub-area as typed; `key` names its fields: its code, or NEW."""

    key: str
    code: str
    name: str
    score: str
    max: str
    removed: bool = False

    @property
    def cells(self) -> Cells:
        """What its fields hold."""
        return self.name, self.score, self.max

    @property
    def empty(self) -> bool:
        """Whether nobody wrote anything in it."""
        return not (self.code or self.name or self.score)


@dataclass
class AreaForm:
    """What the page of an area shows and sends. `choices` are the chosen codes per point; `was`
    is what the fields held before anybody typed; `errors` are sentences, and `saved_now` what
    somebody else has saved meanwhile, by the id of their field."""

    number: int
    version: int
    score: str
    rows: tuple[Row, ...]
    choices: dict[int, tuple[str, ...]]
    was: AreaValues
    errors: dict[str, str] = field(default_factory=dict)
    saved_now: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: AreaShown, version: int) -> AreaForm:
        """The form of an area as it is saved."""
        values = AreaValues.of(shown)
        return cls(
            number=shown.area.number if shown.area else 0,
            version=version,
            score=values.score,
            rows=tuple(Row(code, code, *cells) for code, cells in values.rows.items()),
            choices=dict(values.choices),
            was=values,
        )

    @classmethod
    def sent(cls, shown: AreaShown, form: MultiDict[str, str]) -> AreaForm:
        """The form of an area as somebody filled it in."""

        def typed(name: str, key: str) -> str:
            return normalise_space(form.get(f"{name}-{key}", ""))

        rows = [
            Row(
                key=key,
                code=typed("code", key) if key == NEW else key,
                name=typed("name", key),
                score=typed("score", key),
                max=typed("max", key),
                removed=f"remove-{key}" in form,
            )
            for key in [*filter(_CODE.fullmatch, form.getlist("row")), NEW]
        ]
        points = [int(one) for one in form.getlist("point") if one.isdecimal() and len(one) < 10]
        values = AreaValues.of(shown)
        return cls(
            number=shown.area.number if shown.area else 0,
            version=form.get("version", 0, type=int),
            score=normalise_space(form.get("score", values.score)),
            rows=tuple(row for row in rows if row.key != NEW or not row.empty),
            choices={
                one: tuple(dict.fromkeys(filter(None, form.getlist(f"subareas-{one}"))))
                for one in points
            },
            was=AreaValues.from_text(form.get("was", "")) or values,
        )

    @property
    def new_row(self) -> Row:
        """The row that is still to be added, as typed."""
        return next((row for row in self.rows if row.key == NEW), Row(NEW, "", "", "", ""))

    def reshapes(self, shown: AreaShown) -> bool:
        """Whether sub-areas were named anew, added or removed, beside being scored."""
        names = {sub.code: sub.name for sub in (shown.area.subareas if shown.area else ())}
        return any(row.removed or row.name != names.get(row.key) for row in self.rows)

    def check(self) -> bool:
        """Whether what is typed are numbers."""
        self._number("score", self.score)
        for row in self._kept():
            self._number(f"score-{row.key}", row.score)
            self._number(f"max-{row.key}", row.max)
        return not self.errors

    def apply(self, work: Work, *, confirm: bool) -> Work:
        """Save what differs from what was shown, and nothing else; where the person confirms the
        area, all the chosen sub-areas too. A point in doubt that nobody touched stays in doubt."""
        if self.number and self._rated():
            work = edits.rate(
                work, self.number, score=_number_in(self.score), subareas=self._subareas(work)
            )
        return edits.set_subareas(work, self._answered(work, confirm))

    def onto(self, shown: AreaShown, version: int) -> None:
        """Lay what the person changed onto what is saved now: the rest is taken over, and
        `saved_now` tells what would be written over."""
        saved = AreaValues.of(shown)
        self.saved_now = {}
        self.score = self._laid("score", self.score, self.was.score, saved.score)
        self.rows = tuple(sorted(self._rows_onto(saved), key=lambda row: _order(row.code)))
        for number, codes in saved.choices.items():
            mine = self.choices.get(number, codes)
            self.choices[number] = codes if mine == self.was.choices.get(number) else mine
            if self.choices[number] != codes:
                self.saved_now[f"subareas-{number}"] = ", ".join(codes) or "–"
        self.was, self.version = saved, version

    def _rows_onto(self, saved: AreaValues) -> Iterator[Row]:
        mine = {row.key: row for row in self.rows}
        for code, cells in saved.rows.items():
            row = mine.pop(code, Row(code, code, *cells))
            was = self.was.rows.get(code, cells)
            laid = [
                self._laid(f"{name}-{code}", *values)
                for name, *values in zip(_CELLS, row.cells, was, cells, strict=True)
            ]
            yield replace(row, name=laid[0], score=laid[1], max=laid[2])
        # What is left is new, or somebody has removed it: kept where this person changed it.
        yield from (row for row in mine.values() if row.cells != self.was.rows.get(row.key))

    def _laid(self, name: str, typed: str, was: str, saved: str) -> str:
        if typed == was:
            return saved
        if typed != saved:
            self.saved_now[name] = saved or "–"
        return typed

    def tell(self, error: RuleBroken) -> None:
        """Put a rule's sentence by its field."""
        name, dash, code = (error.field or "").partition("-")
        if dash and code == self.new_row.code:
            code = NEW
        known = (
            {row.key for row in self.rows} if name != "subareas" else set(map(str, self.choices))
        )
        self.errors[f"{name}-{code}" if code in known else "score"] = translated(error)

    def _rated(self) -> bool:
        """Whether anything about the scores and the sub-areas was changed."""
        return self.score != self.was.score or any(
            row.removed or row.cells != self.was.rows.get(row.key) for row in self.rows
        )

    def _answered(self, work: Work, confirm: bool) -> dict[int, tuple[str, ...]]:
        area = next((one for one in work.areas if one.number == self.number), None)
        codes = {sub.code for sub in area.subareas} if area else set()
        items = {item.id: item for item in work.items_of(self.number or None) if not item.dropped}
        return {
            number: tuple(code for code in chosen if code in codes)
            for number, chosen in self.choices.items()
            if number in items
            and (chosen != self.was.choices.get(number) or (confirm and not items[number].in_doubt))
        }

    def _kept(self) -> Sequence[Row]:
        return [row for row in self.rows if not row.removed]

    def _subareas(self, work: Work) -> list[SubAreaDraft]:
        known = {
            sub.code: sub
            for area in work.areas
            if area.number == self.number
            for sub in area.subareas
        }
        unsent = [sub for code, sub in known.items() if code not in {row.key for row in self.rows}]
        typed = [
            replace(
                known.get(row.code, SubAreaDraft(row.code, row.name)),
                name=row.name,
                score=_number_in(row.score),
                max=_number_in(row.max),
            )
            for row in self._kept()
        ]
        return sorted([*typed, *unsent], key=lambda sub: _order(sub.code))

    def _number(self, name: str, written: str) -> None:
        if written and not (written.isdecimal() and len(written) <= _LONGEST_NUMBER):
            self.errors[name] = _("Skriv poängen som ett heltal.")


def _number_in(written: str) -> int | None:
    return int(written) if written else None


def _order(code: str) -> int:
    last = code.rpartition(".")[2]
    return int(last) if last.isdecimal() and len(last) <= _LONGEST_NUMBER else 0
