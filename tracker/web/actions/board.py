"""The plan as a board, and the small buttons that move a card."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import BadRequest
from wtforms import HiddenField

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus
from tracker.services import scope
from tracker.services.actions import board as boards
from tracker.services.actions import choices, pages
from tracker.web.access import me, requires
from tracker.web.action_filter import FilterForm
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE, asked_next, tell_edited
from tracker.web.actions.listing import filter_query, removable_parts
from tracker.web.actions.words import state_word
from tracker.web.fields import a_key
from tracker.web.local import today, zone
from tracker.web.messages import tell


class MoveForm(FlaskForm):
    """Where a card goes, and the version that its mover saw."""

    status = HiddenField(_l("Status"))
    version = HiddenField()

    def asked(self) -> tuple[ActionStatus, int]:
        """Status and version; BadRequest for what no button of ours sends."""
        try:
            return ActionStatus(self.status.data or ""), a_key(self.version.data or "")
        except ValueError as error:
            raise BadRequest from error


@bp.get("/actions/board")
@requires(Deed.PLAN_VIEW)
def board() -> ResponseReturnValue:
    """The list's actions, a column for each status."""
    form = asked_filter()
    asked = form.asked()
    shown = boards.board(asked, by=me(), today=today(), zone=zone())
    return render_template(
        "actions/board.html",
        board=shown,
        lead=_lead(shown),
        all_of=_all_of,
        form=form,
        asked=asked,
        removable=removable_parts(form),
        query=filter_query(),
        here=request.full_path.rstrip("?"),
    )


@bp.post(f"{ONE}/move")
@requires(Deed.ACTION_EDIT)
def move(action_id: int) -> ResponseReturnValue:
    """Give an open action another open status, and go back to the board."""
    scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    status, version = MoveForm().asked()
    back, at = asked_next() or url_for("actions.board"), now()
    try:
        action = boards.move_action(action_id, status, version, by=me(), now=at, today=today())
    except Conflict as conflict:
        flash(_lost_race(conflict), "error")
    except RuleBroken as error:
        tell(error)
    else:
        word = state_word(action.status)
        said = _("”%(title)s” är nu: %(status)s.", title=action.title, status=word.lower())
        tell_edited(said, action_id, at, back)
    return redirect(back)


def asked_filter() -> FilterForm:
    """The list's own filter, as the address asks for it."""
    form = FilterForm(request.args)
    form.offer(choices.filter_choices(me()), pages.plans_shown(me()))
    return form


def _all_of(status: ActionStatus) -> str:
    """The address of the list that a column is the beginning of."""
    kept: dict[str, Any] = {name: request.args.getlist(name) for name in FilterForm.names()}
    return url_for("actions.index", **{**kept, "status": [status.value]})


def _lead(board: boards.Board) -> str:
    """The board in a line: 12 pågår, 1 planerad, 3 väntar på att verifieras."""
    columns = {column.status: column for column in board.columns if column.total}
    order = (ActionStatus.ONGOING, *(s for s in ActionStatus if s is not ActionStatus.ONGOING))
    parts = [_spoken(columns[status]) for status in order if status in columns]
    return str(_("Så fördelar sig åtgärderna: %(parts)s.", parts=", ".join(parts))) if parts else ""


def _spoken(column: boards.Column) -> str:
    """A column's number with its status: 4 planerade."""
    total, words = column.total, {"number": _number(column)}
    if column.status is ActionStatus.ONGOING:
        return str(_("%(number)s pågår", **words))
    if column.status is ActionStatus.DONE:
        return str(_("%(number)s väntar på att verifieras", **words))
    if column.status is ActionStatus.PLANNED:
        return str(ngettext("%(number)s planerad", "%(number)s planerade", total, **words))
    if column.status is ActionStatus.PAUSED:
        return str(ngettext("%(number)s pausad", "%(number)s pausade", total, **words))
    if column.status is ActionStatus.VERIFIED:
        return str(ngettext("%(number)s verifierad", "%(number)s verifierade", total, **words))
    return str(ngettext("%(number)s avbruten", "%(number)s avbrutna", total, **words))


def _number(column: boards.Column) -> str:
    """A column's number of actions, in words where they were not all counted."""
    if column.many:
        return str(_("fler än %(number)s", number=column.total))
    return str(column.total)


def _lost_race(conflict: Conflict) -> str:
    title, status = conflict.current["title"], state_word(conflict.current["status"]).lower()
    sentence = _(
        "Någon annan har ändrat ”%(title)s” medan du hade tavlan uppe. Den är nu: %(status)s. "
        "Se efter att den fortfarande ska flyttas och tryck i så fall en gång till.",
        title=title,
        status=status,
    )
    return str(sentence)
