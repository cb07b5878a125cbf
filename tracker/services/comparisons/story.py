"""One action of a comparison: what was expected, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.domain.permissions import Deed
from tracker.domain.scores import AreaRow
from tracker.domain.verdicts import Level, Outcome, Standing
from tracker.extensions import db
from tracker.models import Action, Evaluation, ImprovementPoint, Municipality, User, action_point
from tracker.services import scope
from tracker.services.actions.evidence import EvidenceShown, evidence_shown
from tracker.services.actions.reports import ReportShown, reports_shown
from tracker.services.comparisons.choosing import comparable
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations
from tracker.services.comparisons.details import PointTold, points_told
from tracker.services.comparisons.wholes import Whole, wholes
from tracker.services.evaluations import ListedEvaluation

LAST_REPORTS = 3


@dataclass(frozen=True)
class ActionStory:
    """An action beside a comparison.

    `shown` is None while no evaluation has followed the one that its points come from. `outcome`
    is None where the action answers no point of the earlier one, or was dropped. `rows` and
    `areas` are what the verdict rests on; `reports` are the last ones, newest first.
    """

    action: Action
    shown: ComparisonShown | None
    standing: Standing | None
    outcome: Outcome | None
    points: tuple[PointTold, ...]
    rows: tuple[Whole, ...]
    areas: tuple[AreaRow, ...]
    evidence: tuple[EvidenceShown, ...]
    reports: tuple[ReportShown, ...]


def action_story(
    action_id: int,
    *,
    by: User,
    before: int | None = None,
    after: int | None = None,
    edition: str | None = None,
) -> ActionStory:
    """The action beside two evaluations; by default the latest of its points' evaluations that
    was followed by another, and the one that followed it.

    Raises:
        Forbidden, NotFound: outside what this person may see, or no such evaluation.
        RuleBroken: the two evaluations are the same.
    """
    action = scope.load_action(
        action_id,
        by=by,
        deed=Deed.ACTION_VIEW,
        options=(
            joinedload(Action.owner).lazyload(User.roles),
            joinedload(Action.done_by).lazyload(User.roles),
            joinedload(Action.verified_by).lazyload(User.roles),
        ),
    )
    listed = comparable(by)
    pair = (before, after) if before and after else _pair_of(action.id, listed)
    shown = compare_evaluations(*pair, by=by, listed=listed, edition=edition) if pair else None
    return _story(action, shown, by)


def was_followed(months: Collection[date]) -> bool:
    """Whether we were evaluated again after any of these months."""
    if not months:
        return False
    later = (
        select(Evaluation.id)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.is_own, Evaluation.month > min(months))
    )
    return bool(db.session.scalar(select(later.exists())))


def _pair_of(action_id: int, listed: Sequence[ListedEvaluation]) -> tuple[int, int] | None:
    mine = set(
        db.session.scalars(
            select(ImprovementPoint.evaluation_id)
            .join(action_point, action_point.c.point_id == ImprovementPoint.id)
            .where(action_point.c.action_id == action_id)
        )
    )
    pairs = [
        (one, min(later, key=lambda other: other.month))
        for one in listed
        if one.id in mine
        and (later := [other for other in listed if other.is_own and other.month > one.month])
    ]
    if not pairs:
        return None
    before, after = max(pairs, key=lambda pair: pair[0].month)
    return before.id, after.id


def _story(action: Action, shown: ComparisonShown | None, by: User) -> ActionStory:
    standing = _standing(action, shown)
    outcome = shown.outcomes.of_action(standing) if shown and standing else None
    answered: Collection[int] = standing.points if standing else ()
    places = [one for one in shown.outcomes.points if one.id in answered] if shown else []
    return ActionStory(
        action=action,
        shown=shown,
        standing=standing,
        outcome=outcome,
        points=points_told(shown, places, by=by) if shown else (),
        rows=_rows(shown, outcome),
        areas=_areas(shown, outcome),
        evidence=tuple(evidence_shown(action, by)),
        reports=tuple(one for one in reports_shown(action, by) if not one.corrected)[:LAST_REPORTS],
    )


def _standing(action: Action, shown: ComparisonShown | None) -> Standing | None:
    known = shown.outcomes.standings if shown else ()
    return next((one for one in known if one.id == action.id), None)


def _rows(shown: ComparisonShown | None, outcome: Outcome | None) -> tuple[Whole, ...]:
    if shown is None or outcome is None:
        return ()
    return wholes(row for row in shown.result.subareas if row.group in outcome.groups)


def _areas(shown: ComparisonShown | None, outcome: Outcome | None) -> tuple[AreaRow, ...]:
    """The whole areas, where the verdict rests on them."""
    if shown is None or outcome is None or outcome.level is Level.SUBAREAS or outcome.groups:
        return ()
    return tuple(
        row for row in shown.result.areas if row.before and row.before.number in outcome.areas
    )
