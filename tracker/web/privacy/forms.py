"""Forms about what is kept of persons."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField

from tracker.domain.retention import MOST_MONTHS
from tracker.web.fields import Needed, NumberField, TypedForm


class NameForm(TypedForm):
    """The name of whoever is to be named no longer, typed to confirm."""

    typed = StringField(_l("Skriv personens namn för att bekräfta"), [Needed()])


class MonthsForm(FlaskForm):
    """After how many months something has had its time."""

    months = NumberField(
        _l("Antal månader"),
        [Needed()],
        missing=_l("Skriv ett tal från 1 till %(most)s.", most=MOST_MONTHS),
    )


class ThinForm(FlaskForm):
    """The day that the page counted against, and that whoever thins knows what it means."""

    before = HiddenField()
    sure = BooleanField(_l("Ja, ta bort för gott"))

    def day(self) -> date | None:
        """The day; None where it is none of ours."""
        try:
            return date.fromisoformat(self.before.data or "")
        except ValueError:
            return None
