"""Which sub-areas of two evaluations belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.corrections import Row, RowProblem, rows_of
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.actions.rules import Refused
from tracker.services.crosswalks import correcting
from tracker.services.crosswalks.loading import Between, between
from tracker.web.access import me, requires
from tracker.web.crosswalks.blueprint import bp
from tracker.web.crosswalks.forms import CrosswalkForm, RowForm, SeenForm
from tracker.web.crosswalks.words import (
    LOOKS,
    change_lines,
    counted,
    edition_name,
    history,
    name_of,
    row_words,
)
from tracker.web.local import local_day
from tracker.web.messages import done, done_with_undo, tell, translated


@bp.route("/crosswalks/<int:before_id>/<int:after_id>", methods=["GET", "POST"])
@requires(Deed.COMPARISON_MANAGE)
def edit(before_id: int, after_id: int) -> ResponseReturnValue:
    """Say row by row what answers to what."""
    there = between(before_id, after_id, _edition(), by=me())
    if there.before.listed.id != before_id:
        return redirect(_url("edit", there))
    form = CrosswalkForm()
    if not form.is_submitted():
        form.show(_rows(there).values(), there.seen)
        return _page(form, there, 200)
    if not form.validate_on_submit():
        return _page(form, there, 422)
    return _save(form, there)


def _save(form: CrosswalkForm, there: Between) -> ResponseReturnValue:
    seen = form.seen.data or ""
    every = request.form.get("action") == "all"
    right = there.paired.unsure_codes if every else form.right.data or ()
    form.take(there.paired.hints)
    try:
        changed = correcting.save(
            *_names(there), form.wanted(), seen, right=right, by=me(), now=now()
        )
    except Conflict as conflict:
        newer: Between = conflict.current["there"]
        form.seen.raw_data, form.seen.data = None, newer.seen
        differences = _differences(form, newer)
        form.add_missing(_rows(newer).values())
        return _page(form, newer, 409, conflict=differences)
    except (NotFound, Forbidden):
        raise
    except RuleBroken as error:
        for problem in error.problems if isinstance(error, Refused) else (error,):
            _blame(form, there, problem)
        return _page(form, there, 422)
    if not changed:
        done(_("Inget är ändrat eller ikryssat. Allt står som förut."))
        return redirect(_url("edit", there))
    saved = between(*_names(there), by=me())
    done_with_undo(_("Sparat. Jämförelsen räknar nu så här."), _url("undo", saved, seen=saved.seen))
    return redirect(_url("edit", there))


def _blame(form: CrosswalkForm, there: Between, problem: RuleBroken) -> None:
    """Put it at its row; where no such row is drawn, at the head of the form."""
    if isinstance(problem, RowProblem):
        entry = form.rows.entries[problem.row].form
        code = entry.code.data or ""
        if code in there.paired.codes_before and _by_code(form)[code] is entry:
            form.blame(problem, translated(problem))
            return
    form.form_errors.append(translated(problem))


def _folded(form: CrosswalkForm, there: Between) -> set[str]:
    """The rows that nobody needs to see: surely the same, and nothing is typed in them."""
    drawn = _by_code(form)
    certain = (x for part in there.paired.sections for x in part.rows if x.certain)
    return {
        shown.sub.code
        for shown in certain
        if (entry := drawn.get(shown.sub.code)) and entry.row() == shown.row and not entry.errors
    }


def _by_code(form: CrosswalkForm) -> dict[str, RowForm]:
    """The rows as they are drawn: one for each code."""
    return {entry.form.code.data or "": entry.form for entry in form.rows.entries}


@bp.route("/crosswalks/<int:before_id>/<int:after_id>/reset", methods=["GET", "POST"])
@requires(Deed.COMPARISON_MANAGE)
def reset(before_id: int, after_id: int) -> ResponseReturnValue:
    """Go back to the suggestion, after a yes."""
    there = between(before_id, after_id, _edition(), by=me())
    form = SeenForm()
    status = 200
    if form.validate_on_submit():
        try:
            correcting.reset(*_names(there), form.seen.data or "", by=me(), now=now())
        except Conflict as conflict:
            there, status = conflict.current["there"], 409
            form.seen.raw_data, form.seen.data = None, there.seen
        else:
            saved = between(*_names(there), by=me())
            done_with_undo(_("Förslaget gäller igen."), _url("undo", saved, seen=saved.seen))
            return redirect(_url("edit", there))
    else:
        form.seen.data = there.seen
    return render_template(
        "crosswalks/reset.html",
        form=form,
        overtaken=status == 409,
        lines=change_lines(correcting.undone_by_reset(there)),
        **_around(there),
    ), status


@bp.post("/crosswalks/<int:before_id>/<int:after_id>/undo")
@requires(Deed.COMPARISON_MANAGE)
def undo(before_id: int, after_id: int) -> ResponseReturnValue:
    """Take back the newest change."""
    there = between(before_id, after_id, _edition(), by=me())
    try:
        correcting.undo(*_names(there), request.args.get("seen", ""), by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Ändringen är ångrad."))
    return redirect(_url("edit", there))


def _page(
    form: CrosswalkForm,
    there: Between,
    status: int,
    conflict: list[dict[str, Any]] | None = None,
) -> ResponseReturnValue:
    form.offer(there.paired.after.areas)
    paired = there.paired
    return render_template(
        "crosswalks/edit.html",
        form=form,
        conflict=conflict,
        entries=_by_code(form),
        sections=paired.sections,
        told=bool(paired.told),
        counts=counted(paired.counts),
        unsure=paired.unsure,
        unsure_codes=paired.unsure_codes,
        folded=_folded(form, there),
        stale=paired.stale,
        guessed=paired.guessed,
        corrected_on=local_day(there.corrected_at) if there.corrected_at else None,
        corrected_by=there.corrected_by,
        looks=LOOKS,
        row_words=row_words,
        history=history(correcting.history(there)),
        **_around(there),
    ), status


def _around(there: Between) -> dict[str, Any]:
    """What every page about two evaluations says of them."""
    one, other = there.before, there.after
    return {
        "there": there,
        "names": (name_of(one.listed), name_of(other.listed)),
        "edition_names": (
            edition_name(one.scores.edition),
            edition_name(other.scores.edition),
        ),
        "others": [
            (edition_name(key), _url("edit", there, edition=key))
            for key in there.editions
            if key != one.scores.edition
        ],
        "edit_url": _url("edit", there),
        "reset_url": _url("reset", there),
    }


def _rows(there: Between) -> dict[str, Row]:
    """The rows as they count, with the words that people used."""
    return {
        shown.sub.code: shown.row for section in there.paired.sections for shown in section.rows
    }


def _differences(form: CrosswalkForm, newer: Between) -> list[dict[str, Any]]:
    """What was typed beside what is saved, where the two differ."""
    saved: Mapping[str, Row] = _rows(newer) or rows_of(newer.paired.pairs)
    fields = []
    for row in form.wanted():
        yours = row_words(row)
        theirs = row_words(saved[row.code]) if row.code in saved else ""
        if yours != theirs:
            fields.append({"label": row.code, "yours": yours, "theirs": theirs, "differs": True})
    return fields


def _edition() -> str | None:
    return request.args.get("edition") or None


def _names(there: Between) -> tuple[int, int, str | None]:
    """What names the two, and the edition that both share, for the services."""
    shared = there.before.scores.edition if there.editions else None
    return there.before.listed.id, there.after.listed.id, shared


def _url(page: str, there: Between, **more: Any) -> str:
    """An address of these two; the edition stands in it where there are several."""
    before_id, after_id, shared = _names(there)
    edition = shared if len(there.editions) > 1 else None
    values = {"edition": edition, **more}
    return url_for(f"crosswalks.{page}", before_id=before_id, after_id=after_id, **values)
