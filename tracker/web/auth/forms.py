"""Forms for logging in, and for what the keys in letters open."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from tracker.domain.text import normalise_space


class LoginForm(FlaskForm):
    """Address and password."""

    email = EmailField(
        _l("E-postadress"),
        [InputRequired(_l("Skriv din e-postadress.")), Length(max=254)],
        filters=[lambda typed: normalise_space(typed or "")],
    )
    password = PasswordField(
        _l("Lösenord"), [InputRequired(_l("Skriv ditt lösenord.")), Length(max=200)]
    )
    next = HiddenField()


class ForgottenForm(FlaskForm):
    """Where the letter is to go."""

    email = EmailField(
        _l("E-postadress"),
        [InputRequired(_l("Skriv din e-postadress.")), Length(max=254)],
        filters=[lambda typed: normalise_space(typed or "")],
    )


class PasswordForm(FlaskForm):
    """A password of one's own; the service says which will do."""

    password = PasswordField(_l("Nytt lösenord"), [InputRequired(_l("Skriv ett lösenord."))])


class ConfirmForm(FlaskForm):
    """Only the button."""
