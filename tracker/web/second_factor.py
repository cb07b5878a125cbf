"""A second factor on pages: the secret to put in an app, drawn and written out, and its forms."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from flask import render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.errors import RuleBroken
from tracker.domain.one_time import in_groups
from tracker.models import User
from tracker.services.accounts import factors
from tracker.services.accounts.throttle import Stopped
from tracker.web.messages import show_error
from tracker.web.postal import our_post

NONCE = "factor_nonce"
QUIET = 4  # empty squares that a camera wants around the picture


class NewCodeForm(FlaskForm):
    """The code with which an app shows that it has got the secret."""

    new = StringField(
        _l("Kod som appen visar"),
        [InputRequired(_l("Skriv koden som appen visar.")), Length(max=200)],
    )


@dataclass(frozen=True)
class Shown:
    """An offer as a page shows it: the secret in groups, the otpauth address, and the dark squares
    of its picture as an SVG path in a box of `size` by `size`."""

    secret: str
    address: str
    path: str
    size: int


def nonce() -> str:
    """What the offer in this browser is made from; it stays the same until it has been taken."""
    if NONCE not in session:
        session[NONCE] = secrets.token_urlsafe(18)
    return str(session[NONCE])


def take() -> None:
    """The offer has been taken: the next one is another."""
    session.pop(NONCE, None)


def shown(user: User) -> Shown:
    """The person's offer."""
    place = our_post().municipality
    # An app parts the name from the address by a colon.
    issuer = f"Åtgärda {place}".replace(":", " ").strip()
    offer = factors.offer(user, nonce(), issuer=issuer)
    picture = segno.make(offer.address, error="m", micro=False)
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(picture.matrix)
        for x, dark in enumerate(row)
        if dark
    )
    return Shown(in_groups(offer.secret), offer.address, path, len(picture.matrix) + 2 * QUIET)


def tried(
    form: FlaskForm, take: Callable[[], ResponseReturnValue], template: str, **shown: Any
) -> ResponseReturnValue:
    """The answer of `take`, or the page with the form and what is wrong with it."""
    status, later = 422 if form.is_submitted() else 200, {}
    if form.validate_on_submit():
        try:
            return take()
        except Stopped as error:
            show_error(form, error)
            status, later = 429, {"Retry-After": str(error.seconds)}
        except RuleBroken as error:
            show_error(form, error)
    return render_template(template, form=form, **shown), status, later
