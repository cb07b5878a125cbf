"""The form of a status update, as the action's page and the link in a mail show it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from tracker.domain.statuses import HEALTH_MARKS, Health
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
