"""The latest status update of an action, for queries that show many."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import aliased

from tracker.models import Action, StatusUpdate


def latest_update() -> ScalarSelect[int]:
    """The key of an action's last status update, to be joined to a query of Action.

    Only for the rows of one page: what lists are narrowed and ordered by stands in the action.
    """
    update = aliased(StatusUpdate)
    return (
        select(update.id)
        .where(update.action_id == Action.id)
        .order_by(update.at.desc(), update.id.desc())
        .limit(1)
        .correlate(Action)
        .scalar_subquery()
    )
