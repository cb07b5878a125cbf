"""What the pages about plans ask. The rules themselves live in the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from tracker.services.plans.carrying import OpenAction
from tracker.services.plans.closing import Closing, Destination
from tracker.services.plans.editing import EvaluationChoice, PlanWording
from tracker.services.plans.minutes import Minutes
from tracker.web.fields import DayField, Needed, NumberField, TypedForm, a_key, keys_among, maybe
from tracker.web.local import month_name


class PlanForm(TypedForm):
    """What a plan says of itself."""

    title = StringField(_l("Vad heter planen?"), [Needed()])
    purpose = TextAreaField(_l("Syfte"))
    starts_on = DayField(_l("Gäller från och med"))
    ends_on = DayField(_l("Gäller till och med"))
    evaluation_id = SelectField(_l("Svarar på utvärderingen"), coerce=maybe(a_key))

    def offer(self, evaluations: Iterable[EvaluationChoice]) -> None:
        """Fill the list to choose from."""
        self.evaluation_id.choices = [
            SelectChoice("", _("Ingen, planen står för sig själv")),
            *(
                SelectChoice(str(one.id), _("Utvärderingen %(month)s", month=month_name(one.month)))
                for one in evaluations
            ),
        ]

    def wording(self) -> PlanWording:
        """The form as the services take it."""
        return PlanWording(
            title=self.title.data or "",
            purpose=self.purpose.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            evaluation_id=self.evaluation_id.data,
        )


class EditPlanForm(PlanForm):
    """A plan as it stands, with the version that the writer has before them."""

    version = IntegerField(widget=HiddenInput())


class NewPlanForm(PlanForm):
    """A plan to be, with points of its own where it has any."""

    points_text = TextAreaField(_l("Planens egna punkter"))


class BoxesField(SelectMultipleField):
    """Several of many, a checkbox each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """What is no longer offered is the service's to refuse: it can say why."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the keys; what is none is left out."""
        self.data = keys_among(valuelist)


class NextPlanForm(NewPlanForm):
    """The next period's plan, and the open actions that it takes over."""

    action_ids = BoxesField(_l("Åtgärder som följer med"), coerce=int)

    def offer_actions(self, actions: Iterable[OpenAction]) -> None:
        """All are chosen until somebody has answered."""
        self.action_ids.choices = [SelectChoice(one.id, one.title) for one in actions]
        if not self.is_submitted():
            self.action_ids.data = [choice.value for choice in self.action_ids.choices]


class PointsForm(TypedForm):
    """Points to add to a plan."""

    points_text = TextAreaField(_l("Nya punkter"), [Needed()])


class PointForm(TypedForm):
    """A point as it stands, with the mark of what the writer has before them."""

    label = StringField(_l("Nummer"), [Needed()])
    text = TextAreaField(_l("Vad punkten säger"), [Needed()])
    was = HiddenField()


class MinutesForm(TypedForm):
    """What the minutes say."""

    body = StringField(_l("Vem fattade beslutet?"), [Needed()])
    decided_on = DayField(_l("Beslutsdag"), [Needed()])
    section = NumberField(
        _l("Paragraf (§)"), [Needed()], missing=_l("Skriv paragrafens nummer, till exempel 53.")
    )
    record_number = StringField(_l("Diarienummer"))
    note = TextAreaField(_l("Vad redovisades och beslutades?"))

    def minutes(self) -> Minutes:
        """The form as the services take it."""
        return minutes_in(self)


def minutes_in(form: Any) -> Minutes:
    """The minutes that a form holds."""
    return Minutes(
        body=form.body.data or "",
        decided_on=form.decided_on.data,
        section=form.section.data,
        record_number=form.record_number.data or "",
        note=form.note.data or "",
    )


class AdoptForm(MinutesForm):
    """The decision that adopts a plan, and why it comes before all points have an answer."""

    unanswered_reason = TextAreaField(_l("Varför antas planen ändå?"))


class CorrectForm(MinutesForm):
    """A decision as it stands, with the mark of what the writer has before them."""

    was = HiddenField()


class ReasonForm(TypedForm):
    """Why something is taken back."""

    reason = TextAreaField(_l("Varför?"), [Needed()])


def _destination(value: Any) -> Destination | None:
    try:
        return Destination(value)
    except ValueError:
        return None


class CloseForm(TypedForm):
    """How a plan ends."""

    final_report = TextAreaField(_l("Slutrapport"), [Needed()])
    destination = RadioField(
        _l("Vart ska de öppna åtgärderna?"), coerce=_destination, validate_choice=False
    )
    title = StringField(_l("Vad heter den nya planen?"))
    starts_on = DayField(_l("Gäller från och med"))
    ends_on = DayField(_l("Gäller till och med"))
    draft_id = SelectField(_l("Vilket utkast?"), coerce=maybe(a_key), validate_choice=False)
    body = StringField(_l("Vem fattade beslutet?"))
    decided_on = DayField(_l("Beslutsdag"))
    section = NumberField(
        _l("Paragraf (§)"), missing=_l("Skriv paragrafens nummer, till exempel 53.")
    )
    record_number = StringField(_l("Diarienummer"))
    note = TextAreaField(_l("Vad beslutades?"))

    def offer(self, drafts: Iterable[tuple[int, str]]) -> None:
        """Where open actions can go."""
        drafts = list(drafts)
        self.destination.choices = [
            SelectChoice(Destination.NEW.value, _("Ta med dem till en ny plan"))
        ]
        if drafts:
            label = _("Lägg dem i ett utkast som finns")
            self.destination.choices.append(SelectChoice(Destination.DRAFT.value, label))
        self.draft_id.choices = [
            SelectChoice("", _("Välj utkast")),
            *(SelectChoice(str(key), title) for key, title in drafts),
        ]

    def closing(self) -> Closing:
        """The form as the service takes it."""
        return Closing(
            final_report=self.final_report.data or "",
            minutes=minutes_in(self),
            destination=self.destination.data,
            new_plan=PlanWording(
                title=self.title.data or "",
                starts_on=self.starts_on.data,
                ends_on=self.ends_on.data,
            ),
            draft_id=self.draft_id.data,
        )


def chosen(field: Field, key: int) -> bool:
    """Whether a checkbox of a BoxesField is ticked."""
    return key in (field.data or ())
