"""Bringing other municipalities' scores in, and choosing whom to compare with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField

from tracker.web.fields import Needed, TypedForm, offered


class FileForm(FlaskForm):
    """A CSV file."""

    file = FileField(_l("CSV-filen"), [Needed()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Want a file."""
        fine: bool = super().validate(extra_validators)
        if not self.file.data:
            self.file.errors = [_("Välj en fil.")]
            return False
        return fine


class SaveForm(FlaskForm):
    """The yes to a preview, with the rows that hold."""

    content = HiddenField()
    name = HiddenField()


class FindForm(TypedForm):
    """Whose rows to show; it lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    q = StringField(_l("Kommunens namn börjar med"))


class CompareForm(FlaskForm):
    """One more municipality to compare with; the choice lives in the address."""

    class Meta:
        csrf = False

    place = SelectField(_l("Jämför också med"))

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__(formdata=None)
        self.place.choices = offered(_("Välj en kommun"), choices)
