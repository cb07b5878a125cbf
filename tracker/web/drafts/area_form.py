"""The form of one area: its scores, and the sub-areas of all its points, saved as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers.draft import ReportDraft, SubAreaDraft
from tracker.services.review import edits
from tracker.services.review.shown import AreaShown
from tracker.services.review.work import Work
from tracker.web.messages import translated

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
    def empty(self) -> bool:
        """Whether nobody wrote anything in it."""
        return not (self.code or self.name or self.score)


@dataclass
class AreaForm:
    """What the page of an area shows and sends. `choices` are the chosen codes per point;
    `errors` are sentences by the id of their field."""

    number: int
    version: int
    score: str
    rows: tuple[Row, ...]
    choices: dict[int, tuple[str, ...]]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: AreaShown, version: int) -> AreaForm:
        """The form of an area as it is saved."""
        area = shown.area
        return cls(
            number=area.number if area else 0,
            version=version,
            score=_written(area.score if area else None),
            rows=tuple(
                Row(sub.code, sub.code, sub.name, _written(sub.score), _written(sub.max))
                for sub in (area.subareas if area else ())
            ),
            choices={one.item.id: one.offered for one in shown.points},
        )

    @classmethod
    def sent(cls, number: int, form: MultiDict[str, str]) -> AreaForm:
        """The form as somebody filled it in."""

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
        return cls(
            number=number,
            version=form.get("version", 0, type=int),
            score=normalise_space(form.get("score", "")),
            rows=tuple(row for row in rows if row.key != NEW or not row.empty),
            choices={
                one: tuple(dict.fromkeys(filter(None, form.getlist(f"subareas-{one}"))))
                for one in points
            },
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

    def apply(self, work: Work, _read: ReportDraft) -> Work:
        """Save all of it. A point in doubt whose sub-areas nobody touched stays in doubt: whoever
        saves a page has not said yes to all that is on it."""
        if self.number:
            work = edits.rate(
                work, self.number, score=_number_in(self.score), subareas=self._subareas(work)
            )
        return edits.set_subareas(work, self._answered(work))

    def tell(self, error: RuleBroken) -> None:
        """Put a rule's sentence by its field."""
        name, dash, code = (error.field or "").partition("-")
        if dash and code == self.new_row.code:
            code = NEW
        known = (
            {row.key for row in self.rows} if name != "subareas" else set(map(str, self.choices))
        )
        self.errors[f"{name}-{code}" if code in known else "score"] = translated(error)

    def _answered(self, work: Work) -> dict[int, tuple[str, ...]]:
        codes = {row.code for row in self._kept()}
        items = {item.id: item for item in work.items_of(self.number or None) if not item.dropped}
        return {
            number: tuple(code for code in chosen if code in codes)
            for number, chosen in self.choices.items()
            if number in items
            and not (items[number].in_doubt and chosen == items[number].subareas[:1])
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
        rows = sorted(self._kept(), key=lambda row: _order(row.code))
        return [
            replace(
                known.get(row.code, SubAreaDraft(row.code, row.name)),
                name=row.name,
                score=_number_in(row.score),
                max=_number_in(row.max),
            )
            for row in rows
        ]

    def _number(self, name: str, written: str) -> None:
        if written and not (written.isdecimal() and len(written) <= _LONGEST_NUMBER):
            self.errors[name] = _("Skriv poängen som ett heltal.")


def _number_in(written: str) -> int | None:
    return int(written) if written else None


def _written(number: int | None) -> str:
    return "" if number is None else str(number)


def _order(code: str) -> int:
    last = code.rpartition(".")[2]
    return int(last) if last.isdecimal() and len(last) <= _LONGEST_NUMBER else 0
