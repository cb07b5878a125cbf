"""Forms for accounts and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    HiddenField,
    SearchField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from tracker.domain.languages import NAMES
from tracker.domain.permissions import Role
from tracker.services import places
from tracker.services.people import NAME_MAX, ROLE_LABELS, NewPerson, NewRole
from tracker.web.fields import TypedForm


class SearchForm(TypedForm):
    """A name or an address; it lives in the page's own, so it needs no token."""

    class Meta:
        csrf = False

    q = SearchField(_l("Sök namn eller e-postadress"))


def _number(value: Any) -> int | None:
    """An id from a select; its empty choice is no id."""
    return int(value) if value not in (None, "") else None


class WhoForm(TypedForm):
    """Who somebody is. Above the role: errors are told in the order that fields are made in."""

    name = StringField(
        _l("Namn"), [InputRequired(_l("Skriv personens för- och efternamn.")), Length(max=NAME_MAX)]
    )
    email = EmailField(
        _l("E-postadress"), [InputRequired(_l("Skriv personens e-postadress.")), Length(max=254)]
    )


class RoleForm(TypedForm):
    """A role, and the unit or committee that it is for."""

    role = SelectField(_l("Roll"), [InputRequired(_l("Välj en roll."))])
    unit_id = SelectField(_l("Förvaltning"), coerce=_number)
    committee_id = SelectField(_l("Nämnd eller styrelse"), coerce=_number)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            SelectChoice("", _("Välj roll")),
            *(SelectChoice(role.value, _(label)) for role, label in ROLE_LABELS.items()),
        ]
        self.unit_id.choices = _choices(_("Ingen"), places.units())
        self.committee_id.choices = _choices(_("Ingen"), places.committees())

    def new_role(self) -> NewRole:
        """The role as the service takes it."""
        return NewRole(Role(self.role.data), self.unit_id.data, self.committee_id.data)


def _choices(empty: str, rows: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice("", empty), *(SelectChoice(row.id, row.name) for row in rows)]


class AddressForm(TypedForm):
    """Another address for a person, and the one that the page showed when it was fetched."""

    email = EmailField(_l("Ny e-postadress"), [InputRequired(_l("Skriv personens e-postadress."))])
    shown = HiddenField()


class PersonForm(WhoForm, RoleForm):
    """Somebody who is to have an account."""

    locale = SelectField(
        _l("Mejlets språk"),
        choices=[SelectChoice(code, name, {"lang": code}) for code, name in NAMES.items()],
        default=lambda: current_app.extensions["settings"].locale,
    )

    def new_person(self) -> NewPerson:
        """The form as the service takes it."""
        role, locale = self.new_role(), self.locale.data
        return NewPerson(self.name.data, self.email.data, None, role, locale)
