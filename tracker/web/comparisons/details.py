"""One area of a comparison, and one action: what did we expect, what happened?"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import slippage
from tracker.services.comparisons import choosing, comparing, details, story
from tracker.services.comparisons.wholes import all_same
from tracker.web.access import me, requires
from tracker.web.comparisons import charts
from tracker.web.comparisons.blueprint import Choice, asked, bp, kept
from tracker.web.comparisons.words import what_happened


@bp.get("/comparison/areas/<int:number>")
@requires(Deed.COMPARISON_VIEW)
def area(number: int) -> ResponseReturnValue:
    """An area, by its number in the earlier evaluation; with `new` in the address by its number
    in the later one, which alone has it."""
    listed = choosing.comparable(me())
    choice = asked(listed)
    if choice.before is None or choice.after is None:
        return redirect(url_for("comparisons.index"))
    try:
        shown = comparing.compare_evaluations(
            choice.before, choice.after, by=me(), listed=listed, edition=choice.edition
        )
    except (NotFound, Forbidden):
        raise
    except RuleBroken:
        return _told_there(choice)
    key = details.AreaKey(number, new=bool(request.args.get("new")))
    return render_template(
        "comparisons/area.html",
        shown=shown,
        told=details.area_told(shown, key, by=me()),
        kept=kept(shown),
        key_of=details.key_of,
        may_see_points=me().may(Deed.POINT_VIEW),
        all_same=all_same(shown),
        charts=charts,
    )


@bp.get("/comparison/actions/<int:action_id>")
@requires(Deed.ACTION_VIEW)
def action(action_id: int) -> ResponseReturnValue:
    """An action: what was expected of it, and what happened."""
    choice = asked()
    try:
        told = story.action_story(
            action_id, by=me(), before=choice.before, after=choice.after, edition=choice.edition
        )
    except (NotFound, Forbidden):
        raise
    except RuleBroken:
        return _told_there(choice)
    shown = told.shown
    return render_template(
        "comparisons/action.html",
        told=told,
        steps=_area_step(told),
        all_same=all_same(shown) if shown else False,
        action=told.action,
        shown=shown,
        kept=kept(shown) if shown else {},
        happened=what_happened(
            told.action, slippage(told.action.first_deadline, told.action.deadline)
        ),
        key_of=details.key_of,
        group_keys=details.keys_by_group(shown) if shown else {},
        may_see_points=me().may(Deed.POINT_VIEW),
        here=url_for("comparisons.action", action_id=action_id, **(kept(shown) if shown else {})),
    )


def _area_step(told: story.ActionStory) -> list[dict[str, str]]:
    """The area under which the action is told, as a step of the way to its page."""
    shown = told.shown
    if shown is None or not (told.rows or told.areas):
        return []
    groups = details.keys_by_group(shown)
    key = groups[told.rows[0].group] if told.rows else details.key_of(told.areas[0])
    row = next(row for row in shown.result.areas if details.key_of(row) == key)
    named = row.after or row.before
    new = 1 if key.new else None
    url = url_for("comparisons.area", number=key.number, new=new, **kept(shown))
    return [{"label": f"{named.number} {named.name}", "url": url}] if named else []


def _told_there(choice: Choice) -> ResponseReturnValue:
    """To the overview, which says what is wrong with the choice."""
    return redirect(url_for("comparisons.index", before=choice.before, after=choice.after))
