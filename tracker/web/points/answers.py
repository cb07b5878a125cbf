"""Answering points: at once where a click is enough, else on a page that asks for the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import Answer
from tracker.services.points import answers as service
from tracker.services.points import shown, weighing
from tracker.web.access import me, requires
from tracker.web.messages import done, show_error, tell
from tracker.web.points import bp
from tracker.web.points.forms import MergeForm, NoActionForm
from tracker.web.points.way import asked_next, asked_points, asked_seen, offer_undo
from tracker.web.points.words import answered_sentence


@bp.post("/points/answers")
@requires(Deed.POINT_ANSWER)
def choose() -> ResponseReturnValue:
    """Answer the chosen points, or go on to the page that asks for the words of the answer."""
    ids, wanted, seen = asked_points(), request.form.get("answer", ""), asked_seen()
    if wanted in (Answer.NO_ACTION, Answer.MERGED) and ids:
        return redirect(
            url_for("points.answer", answer=wanted, point=ids, next=asked_next(), seen=seen)
        )
    try:
        if wanted == "withdraw":
            step = service.withdraw_answers(ids, seen=seen, by=me(), now=now())
            sentence = ngettext(
                "Svaret på %(num)s punkt är borttaget.",
                "Svaren på %(num)s punkter är borttagna.",
                step.changed,
            )
        else:
            step = service.answer_points(ids, Answer.ACT, seen=seen, by=me(), now=now())
            sentence = answered_sentence(Answer.ACT, step.changed)
    except RuleBroken as error:
        tell(error)
    else:
        offer_undo(step)
        done(sentence)
    return redirect(asked_next())


@bp.route("/points/answer", methods=["GET", "POST"])
@requires(Deed.POINT_ANSWER)
def answer() -> ResponseReturnValue:
    """The answers that need words: no action, and merging."""
    wanted = Answer.MERGED if request.args.get("answer") == Answer.MERGED else Answer.NO_ACTION
    ids, seen = asked_points(), asked_seen()
    points = shown.points_named(ids, by=me())
    if not points:
        flash(_("Välj minst en punkt."), "error")
        return redirect(asked_next())
    form = _form(wanted, ids)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            step = service.answer_points(
                ids, wanted, **_fields(form), seen=seen, by=me(), now=now()
            )
        except (NotFound, Forbidden):
            raise
        except RuleBroken as error:
            show_error(form, error)
            if isinstance(error, service.Overtaken):
                # Told once; who saves again means it.
                status, seen = 409, service.newest_entry()
        else:
            offer_undo(step)
            done(answered_sentence(wanted, step.changed))
            return redirect(asked_next())
    target = url_for("points.answer", answer=wanted.value, point=ids, next=asked_next())
    return render_template(
        "points/answer.html",
        form=form,
        points=points,
        merging=wanted is Answer.MERGED,
        target=target,
        back=asked_next(),
        seen=service.newest_entry() if seen is None else seen,
    ), status


def _form(wanted: Answer, ids: Sequence[int]) -> NoActionForm | MergeForm:
    if wanted is Answer.NO_ACTION:
        return NoActionForm()
    form = MergeForm()
    form.offer(shown.merge_choices(ids, by=me()))
    return form


def _fields(form: NoActionForm | MergeForm) -> dict[str, Any]:
    if isinstance(form, MergeForm):
        return {"merged_into_id": form.merged_into_id.data}
    return {"reason": form.reason.data or "", "decided_by": form.decided_by.data or ""}


@bp.post("/points/undo")
@requires(Deed.POINT_ANSWER)
def undo() -> ResponseReturnValue:
    """Put back the answers that stood before one's last step."""
    first, last = (request.form.get(name, 0, type=int) for name in ("first", "last"))
    try:
        step = service.undo_answers(first, last, by=me(), now=now())
    except NotFound:
        flash(_("Det finns inget att ångra."), "error")
    except RuleBroken as error:
        tell(error)
    else:
        done(
            ngettext(
                "Ångrat. %(num)s punkt har sitt förra svar.",
                "Ångrat. %(num)s punkter har sina förra svar.",
                step.changed,
            )
        )
    return redirect(asked_next())


@bp.post("/points/effort")
@requires(Deed.POINT_ANSWER)
def effort() -> ResponseReturnValue:
    """Say how much work the chosen points take."""
    return _weigh("effort", weighing.set_effort)


@bp.post("/points/priority")
@requires(Deed.POINT_ANSWER)
def priority() -> ResponseReturnValue:
    """Say by hand what comes first, or leave it to the table."""
    return _weigh("priority", weighing.set_priority)


def _weigh(field: str, save: Callable[..., int]) -> ResponseReturnValue:
    try:
        changed = save(asked_points(), _level(request.form.get(field, "")), by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(
            ngettext("%(num)s punkt är ändrad.", "%(num)s punkter är ändrade.", changed)
            if changed
            else _("Inget ändrades.")
        )
    return redirect(asked_next())


def _level(text: str) -> int | None:
    if not text:
        return None
    # What is no level at all is refused by the service, as any other that does not exist.
    return int(text) if text in ("1", "2", "3") else 0
