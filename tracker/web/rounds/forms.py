"""What the pages about rounds ask. The rules themselves live in the services."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.widgets import HiddenInput

from tracker.models import FollowUpRound
from tracker.services.rounds import listing
from tracker.services.rounds.rules import RoundWording
from tracker.web.access import me
from tracker.web.fields import DayField, Needed, TypedForm, a_key, maybe, offered
from tracker.web.local import short_date

FIELDS = ("name", "plan_id", "opens_on", "due_on")


class RoundForm(TypedForm):
    """A round: what it is called, whom it asks, and from when till when."""

    name = StringField(_l("Vad heter omgången?"), [Needed()])
    opens_on = DayField(_l("Öppnar"), [Needed()])
    due_on = DayField(_l("Sista dag att rapportera"), [Needed()])
    plan_id = SelectField(_l("Gäller"), coerce=maybe(a_key))

    def offer(self, changed: FollowUpRound | None = None) -> None:
        """Fill the list of plans; one that was closed stays where it was chosen before."""
        plans = list(listing.plans_offered(by=me()))
        if changed is not None and changed.plan is not None:
            plans += [(changed.plan.id, changed.plan.title)]
        self.plan_id.choices = offered(_("Alla planer"), dict(plans).items())

    def wording(self) -> RoundWording:
        """The form as the services take it."""
        return RoundWording(
            name=self.name.data or "",
            plan_id=self.plan_id.data,
            opens_on=self.opens_on.data,
            due_on=self.due_on.data,
        )

    def beside(self, theirs: dict[str, Any]) -> list[dict[str, Any]]:
        """The typed version beside the saved one, field by field, what differs first."""
        fields = []
        for name in FIELDS:
            yours, saved = self._said(name, self[name].data), self._said(name, theirs[name])
            label = self[name].label.text
            fields.append(
                {"label": label, "yours": yours, "theirs": saved, "differs": yours != saved}
            )
        return sorted(fields, key=lambda field: not field["differs"])

    def _said(self, name: str, value: Any) -> str:
        if name == "plan_id":
            choices = self.plan_id.choices
            return next((str(c.label) for c in choices if c.value == str(value or "")), "")
        return short_date(value) if name.endswith("_on") else str(value or "")


class EditRoundForm(RoundForm):
    """A round as it stands, with the version that the writer has before them."""

    version = IntegerField(widget=HiddenInput())
