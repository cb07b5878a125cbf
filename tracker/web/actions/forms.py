"""Forms for actions. The rules themselves live in the services; here is what a page asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from tracker.domain.statuses import HEALTH_MARKS, OPEN, STATUS_MARKS, ActionStatus, Health
from tracker.services.actions.lists import ActionFilter, Sort
from tracker.services.actions.pages import FilterChoices, FormChoices, PlanShown
from tracker.services.actions.wording import ActionChanges, NewAction

T = TypeVar("T")
Named = Iterable[tuple[Any, str]]
LARGEST_KEY = 2**31 - 1
LONGEST_SEARCH = 200


def a_key(text: str) -> int:
    """A row's key from an address or a form; ValueError for what no database could hold."""
    number = int(text)
    if not 0 < number <= LARGEST_KEY:
        raise ValueError(text)
    return number


def maybe(kind: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Read a choice whose empty value means none."""
    return lambda value: None if value in (None, "", "None") else kind(value)


def known(kind: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """As maybe, but what makes no sense counts as not chosen."""

    def read(value: Any) -> T | None:
        try:
            return maybe(kind)(value)
        except ValueError:
            return None

    return read


def _owner(text: str) -> int | Literal["none"]:
    return "none" if text == "none" else a_key(text)


def _offered(nothing: str, items: Named) -> list[SelectChoice]:
    return [SelectChoice("", nothing), *(SelectChoice(str(key), name) for key, name in items)]


def _words(marks: dict[Any, Any]) -> Named:
    return [(state.value, _(mark.label)) for state, mark in marks.items()]


class Needed:
    """Marks a field that may not be empty; the service says so in its own words."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms under this name

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Nothing to check here."""


class DayField(DateField):
    """A day; what is no day gets a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 2026-12-01."""
        self.data: date | None = None
        text = "".join(valuelist).strip()
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(
                _("Skriv datumet som år-månad-dag, till exempel 2026-12-01.")
            ) from error


class TypedForm(FlaskForm):
    """A form whose texts can be shown again: what no page may hold is left out of them."""

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Give every text field the filter."""
            if issubclass(unbound_field.field_class, StringField):
                options = {**options, "filters": [printable]}
            return unbound_field.bind(form=form, **options)


def printable(text: str | None) -> str | None:
    """`text` without control characters, apart from tabs and line ends."""
    if text is None:
        return None
    return "".join(ch for ch in text if ch in "\t\r\n" or unicodedata.category(ch) != "Cc")


class ActionForm(TypedForm):
    """What an action says."""

    title = StringField(_l("Vad ska göras?"), [Needed()])
    description = TextAreaField(_l("Beskrivning"))
    expected_effect = TextAreaField(_l("Förväntad effekt"))
    unit_id = SelectField(_l("Förvaltning"), [Needed()], coerce=maybe(a_key))
    committee_id = SelectField(_l("Nämnd eller styrelse"), coerce=maybe(a_key))
    owner_text = StringField(_l("Ägare"))
    deadline = DayField(_l("Slutdatum"), [Needed()])
    milestone_title = StringField(_l("Delsteg"))
    milestone_due = DayField(_l("Delsteget ska vara klart"))

    def offer(self, choices: FormChoices, no_committee: str) -> None:
        """Fill the lists to choose from."""
        self.unit_id.choices = _offered(_("Välj förvaltning"), choices.units)
        self.committee_id.choices = _offered(no_committee, choices.committees)

    def wording(self) -> dict[str, Any]:
        """The typed words under the names that the services know."""
        names = (
            "title",
            "description",
            "expected_effect",
            "owner_text",
            "unit_id",
            "committee_id",
            "deadline",
            "milestone_title",
            "milestone_due",
        )
        texts = ("title", "description", "expected_effect", "owner_text", "milestone_title")
        return {
            name: (self[name].data or "") if name in texts else self[name].data for name in names
        }


class NewActionForm(ActionForm):
    """An action to be."""

    def new_action(self, point_ids: tuple[int, ...]) -> NewAction:
        """What the service makes an action of."""
        return NewAction(**self.wording(), point_ids=point_ids)


class EditActionForm(ActionForm):
    """An action as it stands, with the version that the writer has before them."""

    status = RadioField(_l("Status"), [Needed()], coerce=known(ActionStatus))
    deadline_reason = StringField(_l("Varför ändras slutdatumet?"))
    version = IntegerField(widget=HiddenInput())

    def offer_status(self) -> None:
        """An open action may be planned, ongoing or paused."""
        self.status.choices = [
            SelectChoice(status.value, _(STATUS_MARKS[status].label)) for status in OPEN
        ]

    def changes(self) -> ActionChanges:
        """What the service changes the action to."""
        return ActionChanges(
            **self.wording(),
            status=self.status.data,
            deadline_reason=self.deadline_reason.data or "",
        )


SAVED = (
    "title",
    "description",
    "expected_effect",
    "unit_id",
    "committee_id",
    "owner_text",
    "deadline",
    "status",
)


def as_text(field: Field, value: Any) -> str:
    """What a field's value looks like to the person who chose or wrote it."""
    if value is None:
        return ""
    if isinstance(field, SelectField):
        return next((c.label for c in field.choices if field.coerce(c.value) == value), "")
    # Browsers send other line ends than those that are stored.
    return "\n".join(str(value).splitlines())


class ReportForm(TypedForm):
    """A status update: three choices and one line."""

    health = RadioField(_l("Hur går det?"), [Needed()], coerce=known(Health))
    text = StringField(_l("Med en rad"))

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


class CompleteForm(TypedForm):
    """What shows that the action is in place."""

    evidence_title = StringField(_l("Vad visar att åtgärden är på plats?"), [Needed()])
    evidence_url = URLField(_l("Länk till underlaget"))


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


class FilterForm(TypedForm):
    """What to see of the plan; lives in the address."""

    class Meta(TypedForm.Meta):
        csrf = False

    q = StringField(_l("Sök"))
    status = SelectField(_l("Status"), coerce=maybe(ActionStatus))
    health = SelectField(_l("Senaste läge"), coerce=maybe(Health))
    unit = SelectField(_l("Förvaltning"), coerce=maybe(a_key))
    committee = SelectField(_l("Nämnd"), coerce=maybe(a_key))
    owner = SelectField(_l("Ägare"), coerce=maybe(_owner))
    plan = SelectField(_l("Plan"), coerce=maybe(a_key))
    sort = SelectField(_l("Ordning"), coerce=Sort, default=Sort.DEADLINE)
    late = BooleanField(_l("Bara försenade"))

    def offer(self, choices: FilterChoices, plans: Iterable[PlanShown]) -> None:
        """Fill the lists to choose from."""
        everything = _("Alla")
        self.status.choices = _offered(everything, _words(STATUS_MARKS))
        self.health.choices = _offered(everything, _words(HEALTH_MARKS))
        self.unit.choices = _offered(everything, choices.units)
        self.committee.choices = _offered(everything, choices.committees)
        self.owner.choices = _offered(everything, [("none", _("Ingen ägare än")), *choices.owners])
        self.plan.choices = _offered(everything, [(plan.id, plan.title) for plan in plans])
        self.sort.choices = [
            SelectChoice(sort.value, label) for sort, label in _sort_words().items()
        ]

    def asked(self) -> ActionFilter:
        """The filter; what makes no sense in the address asks for nothing."""
        return ActionFilter(
            status=self.status.data,
            health=self.health.data,
            unit_id=self.unit.data,
            committee_id=self.committee.data,
            owner=self.owner.data,
            late=self.late.data,
            plan_id=self.plan.data,
            q=(self.q.data or "")[:LONGEST_SEARCH],
            sort=self.sort.data or Sort.DEADLINE,
        )


def _sort_words() -> dict[StrEnum, str]:
    return {
        Sort.DEADLINE: _("Öppna först, efter slutdatum"),
        Sort.TITLE: _("Rubrik, A till Ö"),
        Sort.STATUS: _("Status"),
        Sort.UPDATED: _("Senast rapporterade först"),
    }
