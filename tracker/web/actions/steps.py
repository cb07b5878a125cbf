"""The steps of an action: report, complete, verify, reopen, drop, and its milestones."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus
from tracker.models import Action
from tracker.services import scope
from tracker.services.actions import reports, serving
from tracker.services.actions import steps as deeds
from tracker.services.rounds.waiting import waiting_for
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE, asked_next
from tracker.web.actions.step_forms import (
    DropForm,
    EvidenceForm,
    MilestoneForm,
    ReopenForm,
)
from tracker.web.actions.step_pages import back_to, evidence_files, page_of, step
from tracker.web.local import today, zone
from tracker.web.messages import done, done_with_undo, tell
from tracker.web.report_form import ReportForm


@bp.route(f"{ONE}/report", methods=["GET", "POST"])
@requires(Deed.ACTION_REPORT)
def report(action_id: int) -> ResponseReturnValue:
    """How it goes: three choices and a line. A link in a mail has one of them chosen already."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_REPORT)
    form = ReportForm()
    if not form.is_submitted():
        form.choose(request.args.get("health", ""))
    return step(
        "actions/report.html",
        form,
        action,
        lambda: reports.report_status(action_id, form.report(), by=me(), now=now(), today=today()),
        lambda: done(_("Lägesrapporten för ”%(title)s” är sparad.", title=action.title)),
        home=_home_of(action),
        may_complete=scope.may_on(me(), Deed.ACTION_COMPLETE, action),
        waits=waiting_for([action_id], today=today(), zone=zone()).get(action_id),
    )


@bp.route(f"{ONE}/reports/<int:rid>/correct", methods=["GET", "POST"])
@requires(Deed.ACTION_REPORT)
def correct(action_id: int, rid: int) -> ResponseReturnValue:
    """Put the latest report right; the former one stays, struck through."""
    action, said = reports.reported(action_id, rid, by=me())
    form = ReportForm.saying(said)
    if not form.is_submitted():
        try:
            reports.check_correctable(action, rid, by=me())
        except RuleBroken as error:
            tell(error)
            return redirect(page_of(action_id))
    return step(
        "actions/report.html",
        form,
        action,
        lambda: reports.correct_report(
            action_id, rid, form.report(), by=me(), now=now(), today=today()
        ),
        lambda: done(_("Lägesrapporten är rättad. Den förra finns kvar, överstruken.")),
        correcting=True,
    )


@bp.route(f"{ONE}/complete", methods=["GET", "POST"])
@requires(Deed.ACTION_COMPLETE)
def complete(action_id: int) -> ResponseReturnValue:
    """It is done, and this shows it."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_COMPLETE)
    form = EvidenceForm()
    return step(
        "actions/complete.html",
        form,
        action,
        lambda: deeds.complete_action(
            action_id, form.evidence(), by=me(), now=now(), today=today(), files=evidence_files()
        ),
        lambda: done_with_undo(
            _completed(action),
            _undo_of(action_id),
        ),
    )


@bp.post(f"{ONE}/undo")
@requires(Deed.ACTION_COMPLETE)
def undo(action_id: int) -> ResponseReturnValue:
    """Take back one's own completing or dropping."""
    try:
        action = deeds.undo_step(action_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        said = _("Det är ångrat. ”%(title)s” är öppen som förut.", title=action.title)
        done(" ".join((said, _("Underlaget finns kvar."))) if action.evidence else said)
    return redirect(back_to(action_id))


@bp.post(f"{ONE}/verify")
@requires(Deed.ACTION_VERIFY)
def verify(action_id: int) -> ResponseReturnValue:
    """Somebody else has seen the evidence."""
    try:
        action = deeds.verify_action(action_id, by=me(), now=now(), today=today())
    except RuleBroken as error:
        tell(error)
    else:
        done(
            _(
                "”%(title)s” är verifierad och klar. Visar det sig inte stämma kan den "
                "öppnas igen.",
                title=action.title,
            )
        )
    return redirect(back_to(action_id))


@bp.route(f"{ONE}/reopen", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def reopen(action_id: int) -> ResponseReturnValue:
    """A finished action was not finished: it is sent back to its owner, or into the plan."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = ReopenForm()
    return step(
        "actions/reopen.html",
        form,
        action,
        lambda: deeds.reopen_action(action_id, form.reason.data or "", by=me(), now=now()),
        lambda: done(_opened(action)),
        for_open=False,
        was=action.status.value,
    )


@bp.route(f"{ONE}/drop", methods=["GET", "POST"])
@requires(Deed.ACTION_DROP)
def drop(action_id: int) -> ResponseReturnValue:
    """The action stops; the page asks for the reason and so confirms it."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_DROP)
    form = DropForm()
    return step(
        "actions/drop.html",
        form,
        action,
        lambda: deeds.drop_action(
            action_id,
            form.reason.data or "",
            form.decided_by.data or "",
            by=me(),
            now=now(),
            today=today(),
        ),
        lambda: done_with_undo(_dropped(action), _undo_of(action_id)),
    )


@bp.post(f"{ONE}/milestones/<int:mid>")
@requires(Deed.ACTION_REPORT)
def milestone(action_id: int, mid: int) -> ResponseReturnValue:
    """Tick a milestone, or take the tick away."""
    wanted = MilestoneForm().done.data == "1"
    try:
        piece = deeds.toggle_milestone(
            action_id, mid, done=wanted, by=me(), now=now(), today=today()
        )
    except RuleBroken as error:
        tell(error)
    else:
        if wanted:
            done(_("Delsteget ”%(title)s” är klart.", title=piece.title))
        else:
            done(_("Delsteget ”%(title)s” är öppet igen.", title=piece.title))
    return redirect(back_to(action_id))


def _completed(action: Action) -> str:
    """That an action is done, and who goes on with it: never the one who has done it."""
    if me().may(Deed.ACTION_VERIFY):
        told = _(
            "”%(title)s” är genomförd. Nu ska en annan direktör se underlaget och verifiera den.",
            title=action.title,
        )
    else:
        told = _(
            "”%(title)s” är genomförd. Nu ska en direktör se underlaget och verifiera den.",
            title=action.title,
        )
    return str(told)


def _opened(action: Action) -> str:
    """What an action is that was opened again, and who goes on with it."""
    if action.status is ActionStatus.PLANNED:
        said = _("”%(title)s” är öppen igen, som planerad.", title=action.title)
    else:
        said = _("”%(title)s” är öppen igen, som pågående.", title=action.title)
    if action.owner is None:
        now_with = _("Den har ingen ägare. Välj en med Redigera.")
    else:
        now_with = _("Nu ligger den hos %(name)s.", name=action.owner.name)
    return f"{said} {now_with}"


def _dropped(action: Action) -> str:
    """That an action is dropped, and which points nothing is done about any more."""
    said = str(
        _("”%(title)s” är avbruten. Den finns kvar i planen, med skälet.", title=action.title)
    )
    if not (bare := serving.points_left_bare(action)):
        return said
    also = ngettext(
        "Punkt %(numbers)s i utvärderingen har nu ingen åtgärd.",
        "Punkterna %(numbers)s i utvärderingen har nu ingen åtgärd.",
        len(bare),
        numbers=", ".join(map(str, bare)),
    )
    return f"{said} {also}"


def _undo_of(action_id: int) -> str:
    return url_for("actions.undo", action_id=action_id, next=asked_next() or None)


def _home_of(action: Action) -> str:
    """Where a reporter comes from: their own list, or the page of somebody else's action."""
    return url_for("actions.mine") if action.owner_id == me().id else page_of(action.id)
