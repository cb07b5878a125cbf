"""Forms for logging in."""

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
