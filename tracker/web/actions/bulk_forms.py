"""Forms for many actions at once: what to change, and the step as it was previewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from tracker.domain.statuses import OPEN, STATUS_MARKS, ActionStatus
from tracker.services.actions.bulk_step import BulkChange
from tracker.services.actions.pages import FormChoices
from tracker.web.fields import DayField, NumberField, TypedForm, a_key, keys_among, known, maybe

WAYS = {"days": 1, "weeks": 7, "-days": -1, "-weeks": -7}  # a choice → days for each


class BulkForm(TypedForm):
    """What one step changes; what is left empty stays as it is."""

    ids = HiddenField()
    owner_text = StringField(_l("Ny ägare"))
    unit_id = SelectField(_l("Ny förvaltning"), coerce=maybe(a_key))
    status = SelectField(_l("Ny status"), coerce=maybe(ActionStatus))
    deadline = DayField(_l("Nytt slutdatum"))
    move = NumberField(
        _l("Flytta slutdatumen"), missing=_l("Skriv ett helt antal, till exempel 2.")
    )
    way = SelectField(_l("Hur långt"), default="days")
    deadline_reason = StringField(_l("Varför ändras slutdatumen?"))

    def offer(self, choices: FormChoices) -> None:
        """Fill the lists to choose from."""
        stays = SelectChoice("", _("Oförändrad"))
        units = [SelectChoice(str(key), name) for key, name in choices.units]
        self.unit_id.choices = [stays, *units]
        states = [SelectChoice(state.value, _(STATUS_MARKS[state].label)) for state in OPEN]
        self.status.choices = [stays, *states]
        words = (_("dagar framåt"), _("veckor framåt"), _("dagar bakåt"), _("veckor bakåt"))
        self.way.choices = [SelectChoice(*pair) for pair in zip(WAYS, words, strict=True)]

    def chosen(self) -> list[int]:
        """The chosen actions; what is no key is left out."""
        return keys_among((self.ids.data or "").split(","))

    def change(self, outside_ok: bool = False) -> BulkChange:
        """The step as the service takes it."""
        move = self.move.data
        return BulkChange(
            owner_text=self.owner_text.data or "",
            unit_id=self.unit_id.data,
            deadline=self.deadline.data,
            move_days=move * WAYS[self.way.data] if move else None,
            deadline_reason=self.deadline_reason.data or "",
            status=self.status.data,
            outside_ok=outside_ok,
        )


class ApplyForm(BulkForm):
    """The previewed step: the same, with the versions that were seen."""

    seen = HiddenField()
    outside_ok = BooleanField(_l("Ändra också dem där ägaren hör till en annan förvaltning"))

    def versions(self) -> dict[int, int]:
        """Action → version; what makes no sense is left out."""
        found = {}
        for pair in (self.seen.data or "").split(","):
            key, _colon, version = pair.partition(":")
            action_id, seen = known(a_key)(key), known(a_key)(version)
            if action_id and seen:
                found[action_id] = seen
        return found


def as_seen(versions: Mapping[int, int]) -> str:
    """Actions and versions as ApplyForm reads them."""
    return ",".join(f"{key}:{version}" for key, version in versions.items())


def as_ids(ids: Iterable[Any]) -> str:
    """Actions as BulkForm reads them."""
    return ",".join(str(key) for key in dict.fromkeys(ids))
