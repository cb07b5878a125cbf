"""Forms for the rules that give roles, for trying them, and for linking an account."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.domain.permissions import Role
from tracker.services import places
from tracker.services.accounts.sign_on_rules import VALUE_MAX
from tracker.services.people import ROLE_LABELS, NewRole
from tracker.web.fields import TypedForm, a_key, maybe, offered


class RuleForm(TypedForm):
    """A value of the claim, the role that it gives, and where."""

    value = StringField(
        _l("Värde"),
        [InputRequired(_l("Skriv värdet så som inloggningen skickar det.")), Length(max=VALUE_MAX)],
    )
    role = SelectField(_l("Roll"), [InputRequired(_l("Välj en roll."))])
    unit_id = SelectField(_l("Förvaltning"), coerce=maybe(a_key))
    committee_id = SelectField(_l("Nämnd eller styrelse"), coerce=maybe(a_key))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = ((role.value, _(label)) for role, label in ROLE_LABELS.items())
        self.role.choices = offered(_("Välj roll"), roles)
        self.unit_id.choices = offered(_("Ingen"), ((one.id, one.name) for one in places.units()))
        committees = ((one.id, one.name) for one in places.committees())
        self.committee_id.choices = offered(_("Ingen"), committees)

    def new_role(self) -> NewRole:
        """The role as the service takes it."""
        return NewRole(Role(self.role.data), self.unit_id.data, self.committee_id.data)


class TryForm(TypedForm):
    """Values to try; they live in the address, so the form needs no token."""

    class Meta:
        csrf = False

    values = TextAreaField(_l("Värden, ett på varje rad"), [Length(max=5000)])


class LinkForm(TypedForm):
    """The address of an account that is to be linked."""

    email = EmailField(
        _l("Kontots e-postadress"),
        [InputRequired(_l("Skriv personens e-postadress.")), Length(max=254)],
    )
