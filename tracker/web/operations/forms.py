"""The filter above the journal, and the ladder of reminders as it is edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectChoice,
    SelectField,
    TimeField,
)
from wtforms.widgets import HiddenInput

from tracker.domain.ladder import Ladder, Reason, Step, To
from tracker.domain.rungs import MOST_RUNGS, Meaning, RungProblem, signed
from tracker.services.journal_words import SUBJECTS
from tracker.services.ladders import Wanted
from tracker.web.fields import printable

MOST_ROWS = 2 * MOST_RUNGS  # what is too much is shown again, to be made less
LARGEST = 9999

# What a rung is about, as one chooses it: reason and recipient are one choice.
KINDS: dict[str, tuple[Any, Reason, To]] = {
    "before": (_l("Före slutdatum"), Reason.BEFORE, To.OWNER),
    "on": (_l("På slutdatumet"), Reason.ON, To.OWNER),
    "after": (_l("Efter slutdatum"), Reason.AFTER, To.OWNER),
    "above": (_l("Eskalering till förvaltningens direktör"), Reason.ESCALATED, To.UNIT_DIRECTOR),
    "top": (_l("Eskalering till kommunens direktör"), Reason.ESCALATED, To.MUNICIPAL_DIRECTOR),
    "round_open": (_l("När en uppföljning öppnar"), Reason.ROUND_OPEN, To.OWNER),
    "round_due": (_l("Före en uppföljnings sista dag"), Reason.ROUND_DUE, To.OWNER),
    "round_late": (_l("Efter en uppföljnings sista dag"), Reason.ROUND_LATE, To.OWNER),
    "silent": (_l("Utan lägesrapport"), Reason.SILENT, To.OWNER),
}
_KIND_OF = {(reason, to): kind for kind, (_label, reason, to) in KINDS.items()}


class JournalFilter(FlaskForm):
    """What the entries are about; it lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    subject = SelectField(_l("Visa"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [SelectChoice(code, _(label)) for code, label in SUBJECTS.items()]
        self.subject.choices = [SelectChoice("", _("Allt")), *kinds]


class DaysField(IntegerField):
    """A number of days as people count them; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 30; what is no such number gets a sentence of ours and stays as it was typed."""
        self.raw_data = [printable(one) or "" for one in valuelist]
        self.data: int | None = None
        text = "".join(valuelist).strip()
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= LARGEST):
            raise ValueError(_("Skriv ett helt antal dagar, till exempel 30."))
        self.data = int(text)


class HourField(TimeField):
    """A time of day; what is none gets a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 07:00."""
        self.data: time | None = None
        try:
            read = time.fromisoformat("".join(valuelist).strip())
            self.data = time(read.hour, read.minute)
        except ValueError as error:
            raise ValueError(_("Skriv ett klockslag, till exempel 07:00.")) from error


class VersionField(IntegerField):
    """The version that the writer saw; what is no number is a version that never was."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 3."""
        try:
            self.data: int | None = int("".join(valuelist)[:20])
        except ValueError:
            self.data = -1


class RungForm(Form):
    """One rung; one without a kind and days is no rung."""

    kind = SelectField(_l("Steg"))
    days = DaysField(_l("Dagar"))
    every = DaysField(_l("Upprepa (dagar)"))
    remove = BooleanField(_l("Ta bort"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [SelectChoice(code, str(words)) for code, (words, *_rest) in KINDS.items()]
        self.kind.choices = [SelectChoice("", _("Välj …")), *choices]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """What is to be removed may say what it likes."""
        valid: bool = super().validate(*args, **kwargs)
        if self.remove.data:
            for field in self:
                field.errors = []
        return valid or bool(self.remove.data)

    @property
    def counts(self) -> bool:
        """Whether the row says anything, and is not to be removed."""
        return not self.remove.data and bool(self.kind.data or self.days.data or self.every.data)

    def meaning(self) -> Meaning:
        """The rung as the rules take it; KeyError where no kind is chosen."""
        _words, reason, to = KINDS[self.kind.data]
        return reason, signed(reason, self.days.data or 0), to, self.every.data


class LadderForm(FlaskForm):
    """All rungs, and the version that the writer has before them."""

    version = VersionField()
    morning = HourField(_l("Tidigaste klockslag för brev"))
    rungs = FieldList(FormField(RungForm), max_entries=MOST_ROWS)
    silent_above = BooleanField(_l("Det är meningen att ingen chef får veta om en försenad åtgärd"))

    def show(self, ladder: Ladder, version: int) -> None:
        """Fill the form with a ladder."""
        self.version.data, self.morning.data = version, ladder.morning
        for step in ladder.steps:
            self.rungs.append_entry(as_typed(step))

    def add_row(self) -> None:
        """One more, empty rung, where there is room."""
        if len(self.rungs.entries) < MOST_ROWS:
            self.rungs.append_entry()

    def complete(self) -> bool:
        """Whether every rung says what it is; where one does not, its row says so."""
        nameless = [row for row in self._rows() if not row.kind.data]
        for row in nameless:
            self._mark(row, "kind", _("Välj vad steget gäller, eller ta bort det."))
        return not nameless

    def wanted(self) -> Wanted:
        """The form as the service takes it."""
        return Wanted(
            tuple(row.meaning() for row in self._rows()),
            self.morning.data or time(0),
            bool(self.silent_above.data),
        )

    def blame(self, problem: RungProblem, sentence: str) -> None:
        """Say at the rung itself what is wrong with it."""
        self._mark(self._rows()[problem.row], problem.field or "kind", sentence)

    def _mark(self, row: RungForm, name: str, sentence: str) -> None:
        """Put the sentence at the field, and let the whole form know that something is wrong."""
        row[name].errors = [*row[name].errors, sentence]
        self.rungs.errors = [*self.rungs.errors, {name: [sentence]}]

    def _rows(self) -> Sequence[RungForm]:
        return [entry.form for entry in self.rungs.entries if entry.form.counts]


def as_typed(step: Step) -> dict[str, Any]:
    """A rung as the form shows it."""
    counted = step.reason not in (Reason.ON, Reason.ROUND_OPEN)
    return {
        "kind": _KIND_OF[step.reason, step.to],
        "days": abs(step.days) if counted else None,
        "every": step.every,
    }
