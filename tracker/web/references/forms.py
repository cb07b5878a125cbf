"""Bringing other municipalities' scores in, and choosing whom to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField

from tracker.web.fields import FileForm, Needed, TypedForm, offered


class UploadForm(FileForm):
    """A CSV file."""

    file = FileField(_l("CSV-filen"), [Needed()])


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
