"""What a director does with rounds: add, change, close, reopen, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.rounds import Suggestion
from tracker.models import FollowUpRound
from tracker.services.rounds import calendar, listing, nudging
from tracker.services.rounds import editing as service
from tracker.web.access import me, requires
from tracker.web.local import today, zone
from tracker.web.messages import done, done_with_undo, tell
from tracker.web.rounds import words
from tracker.web.rounds.forms import EditRoundForm, RoundForm, UsualForm, in_rows, typed_row
from tracker.web.rounds.views import ONE, asked_year, bp


@bp.route("/rounds/new", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def new() -> ResponseReturnValue:
    """A round to come; the next usual one is filled in, and can be changed."""
    form = RoundForm()
    form.offer()
    offers = listing.suggested(today=today())
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            one = service.add_round(form.wording(), by=me(), now=now(), today=today())
        except RuleBroken as error:
            status = form.refuse(error)
        else:
            done(_("Omgången ”%(name)s” är sparad.", name=one.name))
            return redirect(url_for("rounds.show", round_id=one.id))
    elif not form.is_submitted():
        form.fill(_asked_for(offers))
    named = [(one, words.suggested_name(one)) for one in offers]
    return render_template("rounds/new.html", form=form, offers=named), status


def _asked_for(offers: tuple[Suggestion, ...]) -> Suggestion:
    wanted = request.args.get("kind", "")
    return next((one for one in offers if one.kind.value == wanted), offers[0])


@bp.route("/rounds/usual", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def usual() -> ResponseReturnValue:
    """The usual rounds of a year in one step, once their days have been looked at."""
    year = asked_year()
    form = UsualForm()
    if not form.is_submitted():
        form.show(calendar.lacking(year, today=today()))
    form.name_them(year)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        places, wordings = form.chosen(year)
        try:
            added = service.add_rounds(wordings, by=me(), now=now(), today=today())
        except RuleBroken as error:
            status = form.refuse(in_rows(error, places))
        else:
            done(ngettext("%(num)s omgång är sparad.", "%(num)s omgångar är sparade.", len(added)))
            return redirect(url_for("rounds.year", year=year))
    refused = calendar.not_offered(year, today=today())
    return render_template(
        "rounds/usual.html",
        form=form,
        year=year,
        reasons=[words.not_offered(one) for one in refused],
    ), status


@bp.route(f"{ONE}/nudge", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def nudge(round_id: int) -> ResponseReturnValue:
    """Have those who have not answered reminded once more; first it says who, and when."""
    try:
        if request.method == "GET":
            shown = nudging.nudge_shown(round_id, by=me(), now=now(), zone=zone())
            lead = words.nudge_lead(shown) if shown.heard else ""
            return render_template("rounds/nudge.html", shown=shown, round=shown.round, lead=lead)
        heard = nudging.nudge(round_id, by=me(), now=now(), zone=zone())
    except RuleBroken as error:
        tell(error)
    else:
        done(words.nudged(heard))
    return _to(round_id)


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def edit(round_id: int) -> ResponseReturnValue:
    """Change a round; the loser of a race sees both versions."""
    one = listing.load_round(round_id, by=me(), deed=Deed.ROUND_MANAGE)
    form = EditRoundForm(data=_as_shown(one))
    form.offer(one)
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            version = form.version.data or 0
            service.change_round(
                round_id, form.wording(), version, by=me(), now=now(), today=today()
            )
        except Conflict as conflict:
            status, theirs = 409, conflict.current
            answer = {"conflict": form.beside(theirs), "saved_by": theirs["saved_by"]}
            form.version.raw_data, form.version.data = None, theirs["version"]
        except RuleBroken as error:
            status = form.refuse(error)
        else:
            done(_("Ändringarna är sparade."))
            return _to(round_id)
    has_opened = one.opens_on <= today()
    page = render_template("rounds/edit.html", form=form, round=one, opened=has_opened, **answer)
    return page, status


def _as_shown(one: FollowUpRound) -> dict[str, Any]:
    saved = service.saved_values(one)
    return {**saved, "kind": one.kind.value, "meetings": [*map(typed_row, saved["meetings"])]}


def _to(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("rounds.show", round_id=round_id))


@bp.route(f"{ONE}/close", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def close(round_id: int) -> ResponseReturnValue:
    """End a round before everybody has answered."""

    def save() -> None:
        one = service.close_round(round_id, by=me(), now=now(), today=today())
        undo = url_for("rounds.reopen", round_id=round_id)
        done_with_undo(_("Omgången ”%(name)s” är avslutad.", name=one.name), undo)

    return _confirmed("rounds/close.html", round_id, save, lambda one: not one.closed_on)


@bp.route(f"{ONE}/reopen", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def reopen(round_id: int) -> ResponseReturnValue:
    """Let a closed round go on."""

    def save() -> None:
        one = service.reopen_round(round_id, by=me(), now=now(), today=today())
        done(_("Omgången ”%(name)s” är öppen igen.", name=one.name))

    return _confirmed("rounds/reopen.html", round_id, save, lambda one: bool(one.closed_on))


@bp.route(f"{ONE}/remove", methods=["GET", "POST"])
@requires(Deed.ROUND_MANAGE)
def remove(round_id: int) -> ResponseReturnValue:
    """Take away a round that has not opened."""

    def save() -> None:
        name = service.remove_round(round_id, by=me(), now=now(), today=today())
        done(_("Omgången ”%(name)s” är borttagen.", name=name))

    ahead = today()
    return _confirmed(
        "rounds/remove.html",
        round_id,
        save,
        lambda one: one.opens_on > ahead,
        after=url_for("rounds.index"),
    )


def _confirmed(
    template: str,
    round_id: int,
    save: Callable[[], None],
    fits: Callable[[FollowUpRound], bool],
    *,
    after: str = "",
) -> ResponseReturnValue:
    """Ask whether it is meant, where the round's state `fits`; then do it, or say on the round's
    page why not."""
    one = listing.load_round(round_id, by=me(), deed=Deed.ROUND_MANAGE)
    if request.method == "GET":
        return render_template(template, round=one) if fits(one) else _to(round_id)
    try:
        save()
    except RuleBroken as error:
        tell(error)
        return _to(round_id)
    return redirect(after) if after else _to(round_id)
