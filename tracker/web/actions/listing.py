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
from tracker.web.access import me, requires
from tracker.web.action_filter import Chip, FilterForm
from tracker.web.actions import bp, words
from tracker.web.actions.answers import zone
from tracker.web.local import today
from tracker.web.paging import SIZE, asked_page, page_of


@bp.get("/actions")
@requires(Deed.PLAN_VIEW)
def index() -> ResponseReturnValue:
    """The plan: its heading, its numbers, its actions."""
    plans = pages.plans_shown(me())
    form = FilterForm(request.args)
    form.offer(choices.filter_choices(me()), plans)
    asked = form.asked()
    listed = lists.actions_listed(
        asked, asked_page(), by=me(), today=today(), zone=zone(), size=SIZE
    )
    return render_template(
        "actions/index.html",
        plans=[plan for plan in plans if asked.plan_id in (None, plan.id)],
        listed=listed,
        most_in_words=format_decimal(MOST),
        form=form,
        asked=asked,
        removable=removable_parts(form),
        query=filter_query(),
        lead=_lead(listed.counts),
        page=page_of(min(listed.total, MOST)),
        here=request.full_path.rstrip("?"),
    )


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
    return words.sentences_of(counts)
