"""The list of web tasks; a new one is added here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.actions.views import bp as actions
from tracker.web.auth.views import bp as auth
from tracker.web.comparisons.views import bp as comparisons
from tracker.web.evaluations.views import bp as evaluations
from tracker.web.operations.views import bp as operations
from tracker.web.organisation.views import bp as organisation
from tracker.web.people.views import bp as people
from tracker.web.plans.views import bp as plans
from tracker.web.points.views import bp as points
from tracker.web.start.views import bp as start


def blueprints() -> tuple[Blueprint, ...]:
    """Every task's pages."""
    return (
        auth,
        start,
        evaluations,
        points,
        plans,
        actions,
        comparisons,
        people,
        organisation,
        operations,
    )
