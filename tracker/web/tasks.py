"""The list of web tasks; a new one is added here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.actions.views import bp as actions
from tracker.web.auth.views import bp as auth
from tracker.web.comparisons.views import bp as comparisons
from tracker.web.drafts import again, areas, items, pages, source, version
from tracker.web.drafts import changes as draft_changes
from tracker.web.drafts import views as draft_views
from tracker.web.drafts.blueprint import bp as drafts
from tracker.web.evaluations import changes as evaluation_changes
from tracker.web.evaluations import reading
from tracker.web.evaluations import views as evaluation_views
from tracker.web.evaluations.blueprint import bp as evaluations
from tracker.web.operations.views import bp as operations
from tracker.web.organisation.views import bp as organisation
from tracker.web.people.views import bp as people
from tracker.web.plans.views import bp as plans
from tracker.web.points.views import bp as points
from tracker.web.start.views import bp as start

# Modules that hang their pages on a task's blueprint when they are imported.
PARTS = (
    *(again, areas, draft_changes, draft_views, items, pages, source, version),
    *(evaluation_changes, evaluation_views, reading),
)


def blueprints() -> tuple[Blueprint, ...]:
    """Every task's pages."""
    return (
        auth,
        start,
        evaluations,
        drafts,
        points,
        plans,
        actions,
        comparisons,
        people,
        organisation,
        operations,
    )
