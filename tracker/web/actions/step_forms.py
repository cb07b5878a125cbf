"""Forms of the steps of an action: reporting, completing, opening again, dropping."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice

from tracker.domain.statuses import HEALTH_MARKS, Health
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report
from tracker.web.fields import DayField, Needed, TypedForm, known


class PercentField(IntegerField):
    """A whole number, with or without its sign; what is none gets a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 40 or 40 %."""
        self.data = None
        text = "".join(valuelist).strip().removesuffix("%").strip()
        if not text:
            return
        try:
            self.data = int(text)
        except ValueError as error:
            raise ValueError(
                _("Skriv hur mycket som är klart som ett helt tal från 0 till 100.")
            ) from error


class ReportForm(TypedForm):
    """A status update: three choices and one line, and more for who wants to say more."""

    health = RadioField(_l("Hur går det?"), [Needed()], coerce=known(Health))
    text = StringField(_l("Med en rad"))
    percent = PercentField(_l("Hur mycket är klart, i procent?"))
    forecast = DayField(_l("När blir den klar?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.health.choices = [
            SelectChoice(health.value, _(mark.label)) for health, mark in HEALTH_MARKS.items()
        ]
        self.health.invalid_choice_message = _("Välj hur det går.")

    @classmethod
    def for_row(cls, action_id: int) -> ReportForm:
        """An empty one among many on a page: its ids must not meet another's."""
        form = cls(formdata=None)
        for field in form:
            field.id = field.label.field_id = f"{field.short_name}-{action_id}"
        form.health.label.text = _("Lämna lägesrapport")
        return form

    @classmethod
    def saying(cls, report: Report) -> ReportForm:
        """One that says what a kept report says, unless something was sent."""
        return cls(data=vars(report))

    def choose(self, health: str) -> None:
        """Choose what an address asks for; what makes no sense chooses nothing."""
        self.health.data = known(Health)(health)

    @property
    def says_more(self) -> bool:
        """Whether what is folded away has to be seen."""
        return any(
            field.errors or any(field.raw_data or ()) or field.data is not None
            for field in (self.percent, self.forecast)
        )

    def report(self) -> Report:
        """What the service keeps."""
        return Report(self.health.data, self.text.data or "", self.percent.data, self.forecast.data)


class EvidenceForm(TypedForm):
    """What shows that the action is in place: what it is called, a link, a file."""

    evidence_title = StringField(_l("Vad visar att åtgärden är på plats?"), [Needed()])
    evidence_url = URLField(_l("Länk till underlaget"))
    file = FileField(_l("Underlaget som fil"))

    def evidence(self) -> NewEvidence:
        """What the service keeps."""
        chosen, data = self.file.data, b""
        if chosen:
            data = chosen.read()
            chosen.close()
        return NewEvidence(
            title=self.evidence_title.data or "",
            url=self.evidence_url.data or "",
            file_name=chosen.filename if chosen else "",
            data=data,
        )

    def ask_again(self) -> None:
        """Say that a file has to be chosen once more where something else was refused."""
        if self.file.data and not self.file.errors:
            self.file.errors = [_("Välj filen igen. Webbläsaren sparar den inte åt dig.")]


class CommentForm(TypedForm):
    """What one says to colleagues."""

    text = TextAreaField(_l("Skriv en kommentar"), [Needed()])


class ReopenForm(TypedForm):
    """Why a finished action is not finished."""

    reason = TextAreaField(_l("Varför öppnas åtgärden igen?"), [Needed()])


class DropForm(TypedForm):
    """Why an action stops, and who decided it."""

    reason = TextAreaField(_l("Varför avbryts åtgärden?"), [Needed()])
    decided_by = StringField(_l("Vem har beslutat det?"), [Needed()])


class MilestoneForm(FlaskForm):
    """Whether a milestone is done."""

    done = HiddenField()
