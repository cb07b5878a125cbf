"""Forms for actions. The rules themselves live in the services; here is what a page asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import OPEN, STATUS_MARKS, ActionStatus
from tracker.models import ActionPlan
from tracker.services.actions import who
from tracker.services.actions.pages import FormChoices
from tracker.services.actions.rules import Refused
from tracker.services.actions.wording import ActionChanges, NewAction
from tracker.web.fields import DayField, Needed, TypedForm, a_key, known, maybe, offered

SHORT = ("title", "unit_id", "owner_text", "deadline")
MORE = (
    "description",
    "expected_effect",
    "effect_measure",
    "starts_on",
    "committee_id",
    "contributors",
    "cost",
)
MILESTONE = ("milestone_title", "milestone_due")


class ActionForm(TypedForm):
    """What an action says."""

    title = StringField(_l("Vad ska göras?"), [Needed()])
    unit_id = SelectField(_l("Förvaltning"), [Needed()], coerce=maybe(a_key))
    owner_text = StringField(_l("Ägare"))
    # The very owner that the box was ticked for: it does not count for another.
    outside_ok = StringField(_l("Ägaren hör till en annan förvaltning"))
    deadline = DayField(_l("Slutdatum"), [Needed()])
    description = TextAreaField(_l("Beskrivning"))
    expected_effect = TextAreaField(_l("Förväntad effekt"))
    effect_measure = TextAreaField(_l("Hur märks det att åtgärden har gett effekt?"))
    starts_on = DayField(_l("Startdatum"))
    committee_id = SelectField(_l("Nämnd eller styrelse"), coerce=maybe(a_key))
    contributors = StringField(_l("Medverkande"))
    cost = TextAreaField(_l("Kostnad"))
    milestone_title = StringField(_l("Delsteg"))
    milestone_due = DayField(_l("Delsteget ska vara klart"))

    outside_label = ""

    def offer(self, choices: FormChoices, no_committee: str) -> None:
        """Fill the lists to choose from."""
        self.unit_id.choices = offered(_("Välj förvaltning"), choices.units)
        self.committee_id.choices = offered(no_committee, choices.committees)
        if self.outside_ok.data:
            elsewhere = _("en annan förvaltning")
            self._ask_of_outsider(self.owner_text.data or "", elsewhere)

    def wording(self) -> dict[str, Any]:
        """The typed words under the names that the services know."""
        names = (*SHORT, *MORE, *MILESTONE)
        said = {
            name: (self[name].data or "")
            if isinstance(self[name], StringField)
            else self[name].data
            for name in names
        }
        outside_ok = bool(said["owner_text"]) and self.outside_ok.data == said["owner_text"]
        contributors = who.split_names(said["contributors"])
        return {**said, "contributors": contributors, "outside_ok": outside_ok}

    def ask_of(self, error: RuleBroken) -> None:
        """Offer the box where the owner is refused for belonging elsewhere."""
        for problem in error.problems if isinstance(error, Refused) else (error,):
            if isinstance(problem, who.OutsideOwner):
                self._ask_of_outsider(problem.name, problem.home)

    def _ask_of_outsider(self, name: str, home: str) -> None:
        self.outside_label = _(
            "Ja, %(name)s ska äga åtgärden fast personen hör till %(home)s", name=name, home=home
        )

    @property
    def holds_more(self) -> bool:
        """Whether the second part of the form has something in it, or something wrong."""
        return any(self[name].data or self[name].errors for name in (*MORE, *MILESTONE))


class NewActionForm(ActionForm):
    """An action to be."""

    plan_id = SelectField(_l("Plan"), coerce=known(a_key), validate_choice=False)

    def offer_plans(self, plans: Iterable[ActionPlan], usual: int | None) -> None:
        """The open plans to choose from; one of them is chosen already."""
        self.plan_id.choices = [SelectChoice(str(plan.id), plan.title) for plan in plans]
        if not self.is_submitted():
            self.plan_id.data = usual

    def new_action(
        self, point_ids: tuple[int, ...], plan_point_ids: tuple[int, ...] = ()
    ) -> NewAction:
        """What the service makes an action of; the points of a plan decide the plan."""
        return NewAction(
            **self.wording(),
            point_ids=point_ids,
            plan_point_ids=plan_point_ids,
            plan_id=None if plan_point_ids else self.plan_id.data,
        )


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


SAVED = (*SHORT, *MORE, "status")


def as_text(field: Field, value: Any) -> str:
    """What a field's value looks like to the person who chose or wrote it."""
    if value is None:
        return ""
    if isinstance(field, SelectField):
        return next((c.label for c in field.choices if field.coerce(c.value) == value), "")
    # Browsers send other line ends than those that are stored.
    return "\n".join(str(value).splitlines())
