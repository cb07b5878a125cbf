"""What a person chooses for themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice

from tracker.domain.errors import N_

WEEKDAYS = (N_("Måndagar"), N_("Tisdagar"), N_("Onsdagar"), N_("Torsdagar"), N_("Fredagar"))
EVERY_DAY = "every"


class WeekdayForm(FlaskForm):
    """The day on which the digest comes."""

    weekday = RadioField(_l("När vill du ha påminnelserna?"), default=EVERY_DAY)

    def __init__(self, weekday: int | None, **kwargs: Any) -> None:
        chosen = EVERY_DAY if weekday is None else str(weekday)
        super().__init__(data={"weekday": chosen}, **kwargs)
        self.weekday.choices = [
            SelectChoice(EVERY_DAY, _("Varje arbetsdag")),
            *(SelectChoice(str(number), _(name)) for number, name in enumerate(WEEKDAYS)),
        ]
        self.weekday.invalid_choice_message = _("Välj varje arbetsdag eller en av dagarna.")

    def chosen(self) -> int | None:
        """0 = Monday … 4 = Friday, None every working day."""
        return None if self.weekday.data == EVERY_DAY else int(self.weekday.data)
