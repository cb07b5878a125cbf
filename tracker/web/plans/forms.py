"""What the minutes say."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from tracker.services.actions.rules import BODY_MAX
from tracker.services.plans import RECORD_MAX, SECTION_MAX, Minutes


class AdoptForm(FlaskForm):
    """The decision that adopts a plan."""

    body = StringField(
        _l("Vem fattade beslutet?"),
        [InputRequired(_l("Skriv vem som fattade beslutet.")), Length(max=BODY_MAX)],
    )
    decided_on = DateField(
        _l("Beslutsdag"), [InputRequired(_l("Välj vilken dag beslutet fattades."))]
    )
    section = IntegerField(
        _l("Paragraf (§)"),
        [
            InputRequired(_l("Skriv paragrafens nummer, till exempel 53.")),
            NumberRange(1, SECTION_MAX, _l("Skriv paragrafens nummer, till exempel 53.")),
        ],
    )
    record_number = StringField(_l("Diarienummer"), [Length(max=RECORD_MAX)])

    def minutes(self) -> Minutes:
        """The form as the service takes it."""
        return Minutes(
            body=self.body.data,
            decided_on=self.decided_on.data,
            section=self.section.data,
            record_number=self.record_number.data or "",
        )
