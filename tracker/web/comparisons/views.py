"""The page that puts two evaluations side by side, and the one that says how it is done."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.domain.effect import CEILING, FEWEST, FEWEST_IN_GROUP
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.comparisons import choosing, comparing, details, sentences
from tracker.services.comparisons.unsure import unsure_pairs
from tracker.services.comparisons.wholes import all_same, wholes_of
from tracker.services.thresholds import threshold
from tracker.web.access import me, requires
from tracker.web.comparisons import charts
from tracker.web.comparisons.blueprint import asked, bp, edition_names, kept
from tracker.web.comparisons.forms import CompareForm
from tracker.web.messages import translated

__all__ = ["bp"]


@bp.get("/comparison")
@requires(Deed.COMPARISON_VIEW)
def index() -> ResponseReturnValue:
    """Two evaluations side by side; by default our own two latest."""
    listed = choosing.comparable(me())
    choice = asked(listed)
    shown, problem = None, None
    if choice.before is not None and choice.after is not None:
        try:
            shown = comparing.compare_evaluations(
                choice.before, choice.after, by=me(), listed=listed, edition=choice.edition
            )
        except (NotFound, Forbidden):
            raise
        except RuleBroken as error:
            problem = translated(error)
    names = edition_names()
    form = CompareForm(
        listed,
        shown.editions if shown else (),
        names,
        before=choice.before,
        after=choice.after,
        edition=shown.after.edition if shown else None,
    )
    return render_template(
        "comparisons/index.html",
        form=form,
        count=len({one.id for one in listed}),
        may_import=me().may(Deed.EVALUATION_IMPORT),
        may_open=me().may(Deed.EVALUATION_VIEW),
        edition_names=names,
        shown=shown,
        kept=kept(shown) if shown else {},
        key_of=details.key_of,
        group_keys=details.keys_by_group(shown) if shown else {},
        said=sentences,
        charts=charts,
        unsure=unsure_pairs(shown) if shown else 0,
        wholes_of=wholes_of,
        all_same=all_same(shown) if shown else False,
        problem=problem,
    ), 422 if problem else 200


@bp.get("/comparison/method")
@requires(Deed.COMPARISON_VIEW)
def method() -> ResponseReturnValue:
    """How the numbers come about, in short."""
    return render_template(
        "comparisons/method.html",
        threshold=threshold(),
        ceiling=CEILING,
        fewest=FEWEST,
        fewest_in_group=FEWEST_IN_GROUP,
    )
