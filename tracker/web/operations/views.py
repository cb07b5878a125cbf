"""The administrator's view of worker, outbox and journal."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.mail.url import parse_mail_url
from tracker.services import journal_pages, ladders, letters, places, reminders
from tracker.services.operations import HEARTBEAT_OLD, TICK
from tracker.services.outbox.pages import how_many, outbox_page
from tracker.web.access import me, requires
from tracker.web.machinery import machinery
from tracker.web.messages import tell
from tracker.web.operations.blueprint import ASIDE, GROUP_NAMES, STATES, bp, way_back
from tracker.web.operations.forms import JournalFilter
from tracker.web.operations.words import going_out, next_round
from tracker.web.paging import asked_page, page_of

MOST_MAILS = 200  # of a dry run are shown


@bp.get("/operations")
@requires(Deed.OPERATIONS_VIEW)
def index() -> ResponseReturnValue:
    """Whether the reminders go out, and every letter of the group that was asked for."""
    counts = how_many(by=me())
    group = request.args.get("state", "")
    group = group if group in counts else ""
    messages, total = outbox_page(by=me(), group=group, number=asked_page())
    found, moment = machinery(), now()
    return render_template(
        "operations/index.html",
        machinery=found,
        lead=going_out(found),
        next_round=next_round(found, moment),
        tick=TICK,
        alive_since=moment - HEARTBEAT_OLD,
        folder=_folder(),
        messages=messages,
        page=page_of(total),
        states=STATES,
        aside=ASIDE,
        group=group,
        here=request.full_path.rstrip("?"),
        groups=[(code, GROUP_NAMES[code], number) for code, number in counts.items()],
    )


def _folder() -> Path | None:
    """Where the letters end up as files, where no mail server is set."""
    try:
        return parse_mail_url(current_app.extensions["settings"].mail_url).directory
    except RuleBroken:  # doctor says what is wrong with it
        return None


@bp.get("/operations/dry-run")
@requires(Deed.OPERATIONS_VIEW)
def dry_run() -> ResponseReturnValue:
    """Who would get what if planning ran now; nothing is written."""
    found = machinery()
    plan = reminders.plan(
        ladder=ladders.current(),
        post=places.post_of(current_app.extensions["settings"]),
        now=now(),
        dry_run=True,
    )
    return render_template(
        "operations/dry_run.html",
        plan=plan,
        shown=plan.mails[:MOST_MAILS],
        open_now=found.hours.open_at(now()),
        next_round=next_round(found, now()),
    )


@bp.post("/operations/trial-letter")
@requires(Deed.OPERATIONS_MANAGE)
def trial_letter() -> ResponseReturnValue:
    """Hand a letter to oneself to the mail server, and say what it answered."""
    settings = current_app.extensions["settings"]
    try:
        answer = letters.send_trial(
            target=parse_mail_url(settings.mail_url),
            post=places.post_of(settings),
            by=me(),
            now=now(),
        )
    except RuleBroken as error:
        tell(error)
    else:
        sentence = _(answer.sentence) % answer.params
        if answer.words:
            said = _("Det här sade servern: %(words)s", words=answer.words)
            sentence = f"{sentence} {said}"
        flash(sentence, "success" if answer.taken else "error")
    return redirect(url_for("operations.index"))


@bp.get("/operations/letters/<int:message_id>")
@requires(Deed.OPERATIONS_VIEW)
def letter(message_id: int) -> ResponseReturnValue:
    """One letter: to whom, what it says, what the server answered, what was done."""
    found = letters.letter(message_id, by=me())
    return render_template(
        "operations/letter.html",
        letter=found,
        message=found.message,
        states=STATES,
        aside=ASIDE,
        back=way_back(),
    )


@bp.get("/operations/journal")
@requires(Deed.OPERATIONS_VIEW)
def journal() -> ResponseReturnValue:
    """Who did what, newest first."""
    form = JournalFilter(request.args)
    subject = form.subject.data or ""
    lines, total = journal_pages.journal_page(by=me(), subject=subject, number=asked_page())
    return render_template(
        "operations/journal.html", form=form, lines=lines, total=total, page=page_of(total)
    )
