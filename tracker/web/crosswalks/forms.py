"""Forms for what people correct before evaluations are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from tracker.domain.corrections import OFFERED, Row, RowProblem
from tracker.domain.crosswalk import Match
from tracker.domain.pairing import AreaScore
from tracker.domain.suggestions import Hint
from tracker.services.evaluations import ListedEvaluation
from tracker.web.crosswalks.words import name_of
from tracker.web.fields import a_key, known, maybe, offered, printable

MOST_ROWS = 300
LONGEST_CODES = 200
_BETWEEN_CODES = re.compile(r"[,;\s]+")


class RowForm(Form):
    """One sub-area of the earlier evaluation."""

    code = HiddenField()
    to = SelectField(_l("Svarar mot"), validate_choice=False)
    also = StringField(
        _l("Även (koder)"),
        filters=[printable],
        validators=[Length(max=LONGEST_CODES, message=_l("Skriv högst 200 tecken."))],
    )
    match = SelectField(_l("Hur"), validate_choice=False)

    def offer(self, areas: Iterable[AreaScore]) -> None:
        """Let a later sub-area be chosen; what was posted and is none of them stays to be seen."""
        choices = [
            SelectChoice(sub.code, f"{sub.code} {sub.name}", optgroup=f"{area.number} {area.name}")
            for area in areas
            for sub in area.subareas
        ]
        posted = self.to.data or ""
        nothing = [SelectChoice("", _("– inget –"))]
        if posted and posted not in {choice.value for choice in choices}:
            nothing.append(SelectChoice(posted, posted))
        self.to.choices = [*nothing, *choices]
        first = [] if self.match.data else [SelectChoice("", _("Välj …"))]
        self.match.choices = [*first, *(SelectChoice(m.value, _(m.label)) for m in OFFERED)]

    def row(self) -> Row:
        """The row as the rules take it."""
        typed = [self.to.data or "", *_BETWEEN_CODES.split(self.also.data or "")]
        match = Match(self.match.data) if self.match.data in set(Match) else None
        return Row(self.code.data or "", tuple(dict.fromkeys(filter(None, typed))), match)

    def fill(self, to: Sequence[str], match: Match) -> None:
        """Answer for the person."""
        self.to.data, self.also.data = to[0], ", ".join(to[1:])
        self.match.data = match.value


class CrosswalkForm(FlaskForm):
    """All rows, and what the writer had before them; `right` are the suggestions that they say
    yes to, `use` the hints that they take."""

    seen = HiddenField()
    right = SelectMultipleField(validate_choice=False)
    use = SelectMultipleField(validate_choice=False)
    rows = FieldList(FormField(RowForm), max_entries=MOST_ROWS)

    def show(self, rows: Iterable[Row], seen: str) -> None:
        """Fill the form."""
        self.seen.data = seen
        self.add_missing(rows)

    def add_missing(self, rows: Iterable[Row]) -> None:
        """Add the rows of the sub-areas that the form does not have."""
        there = {entry.form.code.data for entry in self.rows.entries}
        for row in rows:
            if row.code in there or len(self.rows.entries) >= MOST_ROWS:
                continue
            match = row.match.value if row.match else ""
            to, also = next(iter(row.to), ""), ", ".join(row.to[1:])
            self.rows.append_entry({"code": row.code, "to": to, "also": also, "match": match})

    def offer(self, areas: Sequence[AreaScore]) -> None:
        """Let later sub-areas be chosen on every row."""
        for entry in self.rows.entries:
            entry.form.offer(areas)

    def take(self, known: Mapping[str, Hint]) -> None:
        """Fill the rows that a hint speaks of, where the writer takes it."""
        rows = {entry.form.code.data: entry.form for entry in self.rows.entries}
        for hint in (known[key] for key in self.use.data or () if key in known):
            parts = [part.code for part in hint.parts]
            split = hint.match is Match.SPLIT
            for code in [hint.whole.code] if split else parts:
                if code in rows:
                    rows[code].fill(parts if split else [hint.whole.code], hint.match)

    def wanted(self) -> list[Row]:
        """The rows as the service takes them."""
        return [entry.form.row() for entry in self.rows.entries]

    def blame(self, problem: RowProblem, sentence: str) -> None:
        """Say at the row itself what is wrong with it."""
        field = self.rows.entries[problem.row].form[problem.field or "to"]
        field.errors = [*field.errors, sentence]
        self.rows.errors = [*self.rows.errors, {field.short_name: [sentence]}]


class SeenForm(FlaskForm):
    """A yes to what was shown."""

    seen = HiddenField()


class ChooseForm(FlaskForm):
    """Any two evaluations; the choice lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    before = SelectField(_l("Den ena"), coerce=known(a_key), validate_choice=False)
    after = SelectField(_l("Den andra"), coerce=known(a_key), validate_choice=False)

    def __init__(self, listed: Iterable[ListedEvaluation], **chosen: Any) -> None:
        super().__init__(formdata=None, **chosen)
        items = [(one.id, name_of(one)) for one in listed]
        for field in (self.before, self.after):
            field.choices = offered(_("Välj …"), items)


class PredecessorForm(FlaskForm):
    """Who was made of whom."""

    municipality = SelectField(_l("Kommunen"), coerce=known(a_key), validate_choice=False)
    predecessor = SelectField(_l("bildades av"), coerce=known(a_key), validate_choice=False)

    def offer(self, places: Iterable[tuple[int, str]]) -> None:
        """Let these be chosen."""
        items = list(places)
        for field in (self.municipality, self.predecessor):
            field.choices = offered(_("Välj …"), items)


class PointsField(StringField):
    """A number with at most a few decimals; `number` is None for what is none."""

    @property
    def number(self) -> float | None:
        """What was typed, with a decimal comma or point."""
        text = (self.data or "").strip().replace(",", ".").replace("−", "-")
        readable = re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,6})?", text)
        return maybe(float)(text) if readable else None


class ThresholdForm(FlaskForm):
    """From how many percentage points on a sub-area has risen, and the version that was seen."""

    threshold = PointsField(_l("Gräns i procentenheter"), filters=[printable])
    version = IntegerField(widget=HiddenInput())
