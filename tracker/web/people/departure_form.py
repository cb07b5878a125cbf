"""Who takes over when somebody leaves: one field for all actions, and one for each."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from tracker.services.departures import Departure, Heirs
from tracker.web.fields import TypedForm, keys_among

PREFIX = "heir_"


class DepartureForm(TypedForm):
    """The part that does not depend on which actions there are."""

    everything = StringField(_l("Vem tar över åtgärderna?"))
    shown = HiddenField()
    action_ids: tuple[int, ...] = ()

    def heirs(self) -> Heirs:
        """Who takes over, as the service takes it."""
        each = {key: self[f"{PREFIX}{key}"].data or "" for key in self.action_ids}
        return Heirs(self.everything.data or "", each)

    def actions_shown(self) -> list[int]:
        """The actions that the page listed when it was fetched; what is no key is left out."""
        return keys_among((self.shown.data or "").split(","))

    def show_again(self) -> None:
        """From now on the page shows what there is to hand over now."""
        self.shown.data = ",".join(str(key) for key in self.action_ids)


def departure_form(leaving: Departure) -> DepartureForm:
    """The form with a field for each action that is handed over."""
    fields = {
        f"{PREFIX}{one.action_id}": StringField(_("Någon annan för ”%(title)s”", title=one.title))
        for one in leaving.handovers
    }
    keys = tuple(one.action_id for one in leaving.handovers)
    kind = type("DepartureForm", (DepartureForm,), {**fields, "action_ids": keys})
    form: DepartureForm = kind()
    return form
