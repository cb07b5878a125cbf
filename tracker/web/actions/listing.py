"""The plan's list: what to see of it, which lives in the address, and the page itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.domain.permissions import Deed
from tracker.services.actions import choices, lists, pages
from tracker.services.actions.filters import MOST
from tracker.services.actions.pages import PlanShown
from tracker.web.access import me, requires
from tracker.web.action_filter import Chip, FilterForm
from tracker.web.actions import bp
from tracker.web.local import today, zone
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.progress import told_of


@bp.get("/actions")
@requires(Deed.PLAN_VIEW)
def index() -> ResponseReturnValue:
    """The open plans, their numbers, and the actions."""
    plans = pages.plans_shown(me())
    form = FilterForm(request.args)
    form.offer(choices.filter_choices(me()), plans)
    asked = form.asked()
    listed = lists.actions_listed(
        asked, asked_page(), by=me(), today=today(), zone=zone(), size=SIZE
    )
    return render_template(
        "actions/index.html",
        plans=_headed(plans, asked.plan_id),
        only=_only(plans, asked.plan_id),
        listed=listed,
        form=form,
        asked=asked,
        removable=removable_parts(form),
        query=filter_query(),
        lead=_lead(listed.counts),
        page=page_of(listed.paged),
        here=request.full_path.rstrip("?"),
    )


def _headed(plans: tuple[PlanShown, ...], chosen: int | None) -> list[PlanShown]:
    """The open plans, or the one that is asked for, open or not."""
    if chosen is None:
        return [plan for plan in plans if plan.closed_on is None]
    return [plan for plan in plans if plan.id == chosen]


def _only(plans: tuple[PlanShown, ...], chosen: int | None) -> PlanShown | None:
    """The plan that all the actions of the list belong to, if it is one."""
    held = [plan for plan in plans if chosen in (None, plan.id)]
    return held[0] if len(held) == 1 else None


def filter_query() -> str:
    """The filter as it stands in the address, without the page's number."""
    return urlencode(_kept(()), doseq=True)


def removable_parts(form: FilterForm) -> list[Chip]:
    """The parts of the filter in words, each with this page's address without it."""

    def without(*names: str) -> str:
        return url_for(request.endpoint or "actions.index", **_kept(names))

    return form.removable(without)


def _kept(gone: tuple[str, ...]) -> dict[str, Any]:
    kept = FilterForm.names().difference(gone)
    asked = request.args.to_dict(flat=False)
    return {name: values for name, values in asked.items() if name in kept and any(values)}


def _lead(counts: lists.Counts) -> str:
    if counts.total > MOST:
        return str(_("Här finns fler än %(most)s åtgärder.", most=format_decimal(MOST)))
    return told_of(counts)
