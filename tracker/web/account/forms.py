"""What a person chooses for themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, SelectChoice
from wtforms.validators import InputRequired, Length

from tracker.domain.errors import N_
from tracker.domain.text import normalise_space

WEEKDAYS = (N_("Måndagar"), N_("Tisdagar"), N_("Onsdagar"), N_("Torsdagar"), N_("Fredagar"))
EVERY_DAY = "every"


class ChangePasswordForm(FlaskForm):
    """The present password and the next; the service says which will do."""

    present = PasswordField(
        _l("Nuvarande lösenord"), [InputRequired(_l("Skriv ditt nuvarande lösenord."))]
    )
    password = PasswordField(_l("Nytt lösenord"), [InputRequired(_l("Skriv ett nytt lösenord."))])


class ChangeAddressForm(FlaskForm):
    """Another address, and the password that shows who asks."""

    email = EmailField(
        _l("Ny e-postadress"),
        [InputRequired(_l("Skriv den nya e-postadressen.")), Length(max=254)],
        filters=[lambda typed: normalise_space(typed or "")],
    )
    present = PasswordField(_l("Ditt lösenord"), [InputRequired(_l("Skriv ditt lösenord."))])


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
