"""The blueprint that the modules of this task hang their pages on, and what they share."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from tracker.domain.errors import RuleBroken
from tracker.web.messages import tell

bp = Blueprint("plans", __name__)
ONE = "/plans/<int:plan_id>"


def back_to_plan(plan_id: int, error: RuleBroken) -> ResponseReturnValue:
    """The plan's page, with the sentence that says why something cannot be done.

    Raises:
        NotFound, Forbidden: passed on; they have pages of their own.
    """
    tell(error)
    return redirect(url_for("plans.show", plan_id=plan_id))


def both_versions(
    form: FlaskForm, theirs: dict[str, object], names: tuple[str, ...]
) -> list[dict[str, object]]:
    """The typed version beside the saved one, field by field, what differs first."""
    fields = []
    for name in names:
        yours, saved = _as_text(form[name], form[name].data), _as_text(form[name], theirs[name])
        label = form[name].label.text
        fields.append({"label": label, "yours": yours, "theirs": saved, "differs": yours != saved})
    return sorted(fields, key=lambda field: not field["differs"])


def _as_text(field: object, value: object) -> str:
    """What a value looks like to the person who wrote or chose it."""
    choices = getattr(field, "choices", None)
    if choices:
        return next((str(_(c.label)) for c in choices if c.value == str(value or "")), "")
    # Browsers send other line ends than those that are stored.
    return "\n".join(str("" if value is None else value).splitlines())
