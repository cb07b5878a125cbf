"""The plan's list, a person's own, one action, a new one, and changes to it."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, timeliness
from tracker.services import scope
from tracker.services.actions import lists, pages, wording
from tracker.web.access import me, requires
from tracker.web.actions import bp, steps, words
from tracker.web.actions.answers import ONE, asked_next, refused, zone
from tracker.web.actions.forms import (
    SAVED,
    EditActionForm,
    FilterForm,
    NewActionForm,
    ReportForm,
    a_key,
    as_text,
)
from tracker.web.local import today
from tracker.web.messages import done
from tracker.web.paging import SIZE, asked_page, page_of

__all__ = ["bp", "steps"]


@bp.get("/actions")
@requires(Deed.PLAN_VIEW)
def index() -> ResponseReturnValue:
    """The plan: its heading, its numbers, its actions."""
    plans = pages.plans_shown(me())
    form = FilterForm(request.args)
    form.offer(pages.filter_choices(me()), plans)
    asked = form.asked()
    listed = lists.actions_listed(
        asked, asked_page(), by=me(), today=today(), zone=zone(), size=SIZE
    )
    shown = [plan for plan in plans if asked.plan_id in (None, plan.id)]
    return render_template(
        "actions/index.html",
        plans=shown,
        several_plans=len(plans) > 1,
        listed=listed,
        form=form,
        asked=asked,
        more_filters=bool(asked.health or asked.unit_id or asked.committee_id or asked.plan_id)
        or asked.sort is not lists.Sort.DEADLINE,
        lead=words.sentences_of(listed.counts),
        page=page_of(listed.total),
        here=request.full_path.rstrip("?"),
    )


@bp.get("/my-actions")
@requires(Deed.ACTION_REPORT)
def mine() -> ResponseReturnValue:
    """What the reader owns, the most urgent first, each with its report form."""
    own = lists.my_actions(me(), today(), zone())
    return render_template(
        "actions/mine.html",
        own=own,
        lead=words.sentences_of_mine(len(own.open), own.late),
        report_form=ReportForm.for_row,
    )


@bp.get(ONE)
@requires(Deed.ACTION_VIEW)
def show(action_id: int) -> ResponseReturnValue:
    """Everything about one action."""
    shown = pages.action_shown(action_id, me())
    action = shown.action
    return render_template(
        "actions/show.html",
        shown=shown,
        action=action,
        is_open=action.status in OPEN,
        timeliness=timeliness(
            action.status, action.deadline, words.local_day(shown.last_heard_at), today()
        ),
        past=words.past_deeds(shown.history),
        reminders=[words.reminder_sentence(item) for item in shown.reminders],
        back=words.way_back(asked_next()),
        here=url_for("actions.show", action_id=action_id, next=asked_next() or None),
    )


@bp.route("/actions/new", methods=["GET", "POST"])
@requires(Deed.ACTION_CREATE)
def new() -> ResponseReturnValue:
    """From one or more points to an action."""
    point_ids = asked_points()
    came_from = asked_next() or (url_for("points.index") if point_ids else None)
    form = NewActionForm()
    choices = pages.form_choices(me(), Deed.ACTION_CREATE)
    form.offer(choices, _("Samma som förvaltningens"))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            action = wording.create_action(
                form.new_action(point_ids), by=me(), now=now(), today=today()
            )
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Åtgärden ”%(title)s” finns nu i planen.", title=action.title))
            return redirect(url_for("actions.show", action_id=action.id, next=came_from))
    return render_template(
        "actions/new.html",
        form=form,
        points=pages.points_shown(point_ids, me()),
        choices=choices,
        target=url_for("actions.new", point=point_ids, next=came_from),
        back=words.way_back(came_from or ""),
    ), status


def asked_points() -> tuple[int, ...]:
    """The points in the address, each once; what is no key is left out."""
    found = []
    for text in request.args.getlist("point"):
        try:
            found.append(a_key(text))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def edit(action_id: int) -> ResponseReturnValue:
    """Change an open action; the loser of a race sees both versions."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    page = asked_next() or url_for("actions.show", action_id=action_id)
    if action.status not in OPEN and request.method == "GET":
        return redirect(page)
    form = EditActionForm(data=wording.saved_values(action))
    choices = pages.form_choices(me(), Deed.ACTION_EDIT, kept_unit_id=action.unit_id)
    form.offer(choices, _("Ingen"))
    form.offer_status()
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            wording.edit_action(
                action_id, form.changes(), form.version.data or 0, by=me(), now=now(), today=today()
            )
        except Conflict as conflict:
            status = 409
            answer = _both_versions(form, conflict)
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Ändringarna är sparade."))
            return redirect(page)
    return render_template(
        "actions/edit.html", form=form, action=action, choices=choices, page=page, **answer
    ), status


def _both_versions(form: EditActionForm, conflict: Conflict) -> dict[str, Any]:
    """Their version beside the typed one; the form goes on from theirs."""
    theirs = conflict.current
    fields = []
    for name in SAVED:
        yours, saved = as_text(form[name], form[name].data), as_text(form[name], theirs[name])
        label = form[name].label.text
        fields.append({"label": label, "yours": yours, "theirs": saved, "differs": yours != saved})
    fields.sort(key=lambda field: not field["differs"])
    form.version.raw_data = None
    form.version.data = theirs["version"]
    return {"conflict": fields, "saved_by": theirs["saved_by"]}
