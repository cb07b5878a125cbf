"""How a step of an action is asked for: its form, its refusal, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import OPEN
from tracker.models import Action
from tracker.services.actions.evidence import kept_in
from tracker.services.sources import Sources
from tracker.web.actions.answers import asked_next
from tracker.web.actions.step_forms import EvidenceForm
from tracker.web.messages import refused


def step(
    template: str,
    form: FlaskForm,
    action: Action,
    save: Callable[[], object],
    say: Callable[[], None],
    *,
    home: str = "",
    for_open: bool | None = True,
    **context: Any,
) -> ResponseReturnValue:
    """Show a step's form, or take it: `save`, `say` so on the next page, and go back to where the
    reader came from, else `home`, else the action's page.

    `for_open` tells whether the step is for open actions, for finished ones, or (None) for both;
    who asks for a step that the action's state no longer has gets the action's page.
    """
    status, back = 200, asked_next() or home or page_of(action.id)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                save()
            except RuleBroken as error:
                status = refused(form, error)
            else:
                say()
                return redirect(back)
        if isinstance(form, EvidenceForm):
            form.ask_again()
    elif for_open is not None and (action.status in OPEN) is not for_open:
        return redirect(page_of(action.id))
    page = render_template(template, form=form, action=action, back=back, **context)
    return page, status


def page_of(action_id: int) -> str:
    """The address of the action's page."""
    return url_for("actions.show", action_id=action_id)


def back_to(action_id: int) -> str:
    """Where the reader came from, else the action's page."""
    return asked_next() or page_of(action_id)


def evidence_files() -> Sources:
    """Where the files are kept that show that actions are in place."""
    return kept_in(current_app.extensions["settings"].instance_dir)
