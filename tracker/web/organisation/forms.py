"""Forms for units and committees."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tracker.services import places
from tracker.web.fields import FileForm, TypedForm


class CommitteeForm(TypedForm):
    """A committee's name."""

    name = StringField(_l("Namn"), [InputRequired(_l("Skriv ett namn."))])


class UnitForm(CommitteeForm):
    """A unit's name and the committee it works for."""

    committee_id = SelectField(_l("Nämnd"), coerce=lambda value: int(value) if value else None)

    def fill_choices(self) -> None:
        """Offer the committees that there are."""
        known = [SelectChoice(str(one.id), one.name) for one in places.committees()]
        self.committee_id.choices = [SelectChoice("", _l("Ingen")), *known]


class LogoForm(FileForm):
    """A picture for the letterhead."""

    file = FileField(_l("Bild"))
