"""The ladder of reminders: read, changed, and played forward before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.ladder import Ladder, standard_ladder
from tracker.domain.permissions import Deed
from tracker.domain.rungs import RungProblem, is_standard, meaning, step_of
from tracker.services import forecast, ladders
from tracker.services.actions.rules import Refused
from tracker.web.access import me, requires
from tracker.web.local import clock_time, today, zone
from tracker.web.messages import done, show_error, translated
from tracker.web.operations.blueprint import bp, rung_in_words
from tracker.web.operations.forms import LadderForm


@bp.get("/operations/ladder")
@requires(Deed.OPERATIONS_VIEW)
def ladder() -> ResponseReturnValue:
    """The rungs in words."""
    present, _version = ladders.standing()
    return render_template(
        "operations/ladder.html",
        ladder=present,
        hour=clock_time(present.morning),
        standard=is_standard(present),
    )


@bp.get("/operations/forecast")
@requires(Deed.OPERATIONS_VIEW)
def coming() -> ResponseReturnValue:
    """Who would get what in the days to come."""
    (found,) = forecast.forecasts([ladders.current()], by=me(), now=now(), zone=zone())
    return render_template("operations/forecast.html", forecast=found)


@bp.route("/operations/ladder/edit", methods=["GET", "POST"])
@requires(Deed.OPERATIONS_MANAGE)
def edit_ladder() -> ResponseReturnValue:
    """Change the ladder; what would come of it can be seen first."""
    form = LadderForm()
    if not form.is_submitted():
        present, version = ladders.standing()
        standard = request.args.get("standard", type=int) == 1
        form.show(standard_ladder() if standard else present, version)
        return _page(form, 200, standard=standard)
    if request.form.get("deed") == "add":
        form.add_row()
        return _page(form, 200, added=True)
    valid = form.validate_on_submit()
    return _judge(form) if form.complete() and valid else _page(form, 422)


def _judge(form: LadderForm) -> ResponseReturnValue:
    """Preview or save what can be read."""
    try:
        if request.form.get("deed") == "preview":
            proposed = ladders.proposed(form.wanted(), today=today())
            return _page(form, 200, preview=_preview(proposed))
        version = form.version.data
        version = -1 if version is None else version  # a form without one was not fetched from us
        changed = ladders.save(form.wanted(), version, by=me(), now=now(), today=today())
    except Conflict as conflict:
        form.version.raw_data, form.version.data = None, conflict.current["version"]
        return _page(form, 409, conflict=_differences(form, conflict.current["ladder"]))
    except RuleBroken as error:
        _show_problems(form, error)
        return _page(form, 422)
    done(_("Påminnelsetrappan är sparad.") if changed else _("Trappan är som den var."))
    return redirect(url_for("operations.ladder"))


def _page(form: LadderForm, status: int, **more: Any) -> ResponseReturnValue:
    given = {"preview": None, "conflict": None, "added": False, "standard": False, **more}
    return render_template("operations/edit_ladder.html", form=form, **given), status


def _show_problems(form: LadderForm, error: RuleBroken) -> None:
    for problem in error.problems if isinstance(error, Refused) else (error,):
        if isinstance(problem, RungProblem):
            form.blame(problem, translated(problem))
        else:
            show_error(form, problem)


@dataclass(frozen=True)
class Preview:
    """A proposed ladder against the present one: what of each there is, and both forecasts.

    `people` are those with most letters of the `changed` for whom it makes a difference.
    """

    gone: list[str]
    new: list[str]
    now: forecast.Forecast
    then: forecast.Forecast
    people: list[tuple[str, int, int]]
    changed: int


def _preview(proposed: Ladder) -> Preview:
    present = ladders.current()
    before, after = forecast.forecasts([present, proposed], by=me(), now=now(), zone=zone())
    people = _by_person(before, after)
    kept = {meaning(step) for step in present.steps} & {meaning(s) for s in proposed.steps}
    return Preview(
        gone=[rung_in_words(step) for step in present.steps if meaning(step) not in kept],
        new=[rung_in_words(step) for step in proposed.steps if meaning(step) not in kept],
        now=before,
        then=after,
        people=people[: forecast.PEOPLE],
        changed=len(people),
    )


def _by_person(before: forecast.Forecast, after: forecast.Forecast) -> list[tuple[str, int, int]]:
    """(name, letters now, letters then) of those for whom it makes a difference, those with most
    letters first."""
    names = {one.person_id: one.name for one in (*before.everybody, *after.everybody)}
    old = {one.person_id: one.letters for one in before.everybody}
    new = {one.person_id: one.letters for one in after.everybody}
    rows = [(names[who], old.get(who, 0), new.get(who, 0)) for who in names]
    changed = [row for row in rows if row[1] != row[2]]
    return sorted(changed, key=lambda row: (-max(row[1:]), row))


def _differences(form: LadderForm, saved: Ladder) -> list[dict[str, Any]]:
    """The typed ladder beside the saved one: what only one of them has, first."""
    wanted = form.wanted()
    theirs = {meaning(step): step for step in saved.steps}
    mine = {one: step_of(one) for one in wanted.rungs}
    has, lacks = _("Finns"), _("Finns inte")
    fields = [
        {
            "label": rung_in_words(step),
            "yours": has if one in mine else lacks,
            "theirs": has if one in theirs else lacks,
            "differs": (one in mine) != (one in theirs),
        }
        for one, step in {**theirs, **mine}.items()
    ]
    hours = f"{wanted.morning:%H:%M}", f"{saved.morning:%H:%M}"
    fields.append(
        {
            "label": form.morning.label.text,
            "yours": hours[0],
            "theirs": hours[1],
            "differs": hours[0] != hours[1],
        }
    )
    return [field for field in fields if field["differs"]]
