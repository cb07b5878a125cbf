"""The filter above the journal."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField

from tracker.services.journal_words import SUBJECTS


class JournalFilter(FlaskForm):
    """What the entries are about; it lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    subject = SelectField(_l("Visa"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [SelectChoice(code, _(label)) for code, label in SUBJECTS.items()]
        self.subject.choices = [SelectChoice("", _("Allt")), *kinds]
