"""Many actions at once: what to change, what it would do, doing it, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.actions import bulk as service
from tracker.services.actions import choices, pages
from tracker.services.actions import undo as undoing
from tracker.web.access import me, requires
from tracker.web.action_filter import FilterForm
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE, asked_next
from tracker.web.actions.bulk_forms import ApplyForm, BulkForm, as_ids, as_seen
from tracker.web.fields import a_key, keys_among, known
from tracker.web.local import safe_target, today, zone
from tracker.web.messages import done, done_with_undo, refused, tell, translated

MOST_NAMED = 3  # a flash lives in a cookie: it names a few
TITLE_SHOWN = 60
LONGEST_QUERY = 4000


@bp.app_template_filter("in_sentence")
def in_sentence(error: RuleBroken) -> str:
    """Why a rule says no, in the reader's language."""
    return translated(error)


@bp.route("/actions/bulk", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def bulk() -> ResponseReturnValue:
    """What to change on the actions chosen in the list."""
    if request.method == "GET":
        return redirect(_back())
    try:
        ids = _chosen()
        service.check_chosen(ids)
    except RuleBroken as error:
        tell(error)
        return redirect(_back())
    form = BulkForm()
    form.ids.data = as_ids(ids)
    return _choose(form, ids, 200)


@bp.route("/actions/bulk/preview", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def bulk_preview() -> ResponseReturnValue:
    """What the step would do, action by action."""
    if request.method == "GET":
        return redirect(_back())
    form = BulkForm()
    form.offer(pages.form_choices(me(), Deed.ACTION_EDIT))
    ids = form.chosen()
    if not form.validate():
        return _choose(form, ids, 422)
    try:
        shown = service.preview(form.change(), ids, by=me(), today=today())
    except RuleBroken as error:
        return _choose(form, ids, refused(form, error))
    confirm = ApplyForm()
    confirm.offer(pages.form_choices(me(), Deed.ACTION_EDIT))
    confirm.seen.data = as_seen({row.action_id: row.version for row in shown.changing})
    return render_template("actions/bulk_preview.html", form=confirm, shown=shown, back=_back())


@bp.route("/actions/bulk/apply", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def bulk_apply() -> ResponseReturnValue:
    """Take the step that was previewed."""
    if request.method == "GET":
        return redirect(_back())
    form = ApplyForm()
    form.offer(pages.form_choices(me(), Deed.ACTION_EDIT))
    seen = form.versions()
    if not form.validate():
        return _choose(form, list(seen), 422)
    try:
        change = form.change(bool(form.outside_ok.data))
        result = service.apply_bulk(change, seen, by=me(), now=now(), today=today())
    except RuleBroken as error:
        return _choose(form, list(seen), refused(form, error))
    _tell_result(result)
    return redirect(_back())


@bp.post("/actions/bulk/undo/<int:batch_id>")
@requires(Deed.ACTION_EDIT)
def bulk_undo(batch_id: int) -> ResponseReturnValue:
    """Take back a step on many actions."""
    try:
        undone = undoing.undo_batch(batch_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        sentence = ngettext(
            "Ändringen är ångrad: %(num)s åtgärd står som förut.",
            "Ändringen är ångrad: %(num)s åtgärder står som förut.",
            undone.restored,
        )
        done(_with_left(sentence, undone.left))
    return redirect(_back())


@bp.post(f"{ONE}/undo-edit")
@requires(Deed.ACTION_EDIT)
def undo_edit(action_id: int) -> ResponseReturnValue:
    """Take back one's own last edit of one action."""
    entry = known(a_key)(request.args.get("entry"))
    try:
        undoing.undo_edit(action_id, entry or 0, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Ändringen är ångrad. Åtgärden står som förut."))
    return redirect(asked_next() or url_for("actions.show", action_id=action_id))


def _back() -> str:
    """The list that the reader came from, filter and all."""
    asked = request.args.get("next") or request.form.get("next", "")
    return safe_target(asked, url_for("actions.index"))


def _chosen() -> list[int]:
    """The actions ticked in the list, or all that its filter finds."""
    if request.form.get("scope") == "all":
        asked = parse_qs(request.form.get("query", "")[:LONGEST_QUERY])
        form = FilterForm(MultiDict(asked))
        form.offer(choices.filter_choices(me()), pages.plans_shown(me()))
        return service.ids_matching(form.asked(), by=me(), today=today(), zone=zone())
    return keys_among([*request.form.getlist("id"), *request.form.get("ids", "").split(",")])


def _choose(form: BulkForm, ids: Sequence[int], status: int) -> ResponseReturnValue:
    """The page that asks what to change, with what was typed so far."""
    offered = pages.form_choices(me(), Deed.ACTION_EDIT)
    form.offer(offered)
    form.ids.data = as_ids(ids)
    titles = service.titles_of(ids[: service.MOST], by=me())
    page = render_template(
        "actions/bulk.html",
        form=form,
        titles=titles,
        people=offered.people,
        back=_back(),
    )
    return page, status


def _tell_result(result: service.BulkResult) -> None:
    if result.batch_id is None:
        flash(_with_left(_("Ingen åtgärd ändrades."), result.left), "error")
        return
    sentence = (
        _("Ändringen var redan gjord. Ingenting mer ändrades.")
        if result.again
        else ngettext("%(num)s åtgärd är ändrad.", "%(num)s åtgärder är ändrade.", result.changed)
    )
    url = url_for("actions.bulk_undo", batch_id=result.batch_id, next=_back())
    done_with_undo(_with_left(sentence, result.left), url)


def _with_left(sentence: str, left: Sequence[undoing.Left]) -> str:
    """The sentence, and what was left alone and why; a few by name."""
    if not left:
        return sentence
    named = [f"”{one.title[:TITLE_SHOWN]}”: {translated(one.why)}" for one in left if one.title][
        :MOST_NAMED
    ]
    skipped = _("%(number)s hoppades över.", number=len(left))
    more = len(left) - len(named)
    rest = _("Och %(number)s till.", number=more) if named and more else ""
    return " ".join(filter(None, (sentence, skipped, *named, rest)))
