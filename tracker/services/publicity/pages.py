"""The public pages, each in a constant number of queries, and the mark that each is known by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.anonymous import without_names
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.models import User
from tracker.services import scope
from tracker.services.plans.shown import load_plan
from tracker.services.publicity import reading
from tracker.services.publicity.reading import OpenDecision, OpenPlan, OpenReport
from tracker.services.publicity.settings import Shown
from tracker.services.publicity.telling import Opened, hidden_people, opened

MOST_NEWS = 50


@dataclass(frozen=True)
class PlansPage:
    """The open plans, and how many reports of each are published."""

    plans: tuple[OpenPlan, ...]
    reports: Mapping[int, tuple[OpenReport, ...]]
    tag: str
    changed_at: datetime


@dataclass(frozen=True)
class PlanPage:
    """An open plan. `latest` is the newest report on the whole plan, or else the newest of all;
    `told` is what is shown of it, None before the first report."""

    plan: OpenPlan
    decisions: tuple[OpenDecision, ...]
    reports: tuple[OpenReport, ...]
    latest: OpenReport | None
    people: Mapping[str, str]
    tag: str
    changed_at: datetime

    def told(self) -> Opened | None:
        """What is shown of the latest report."""
        if self.latest is None:
            return None
        return opened(self.latest, self.plan.shown, self.people)


@dataclass(frozen=True)
class ReportPage:
    """A published report of an open plan; `newest` is the version that holds, where another."""

    plan: OpenPlan
    report: OpenReport
    newest: OpenReport | None
    people: Mapping[str, str]
    tag: str
    changed_at: datetime

    def told(self) -> Opened:
        """What is shown of it."""
        return opened(self.report, self.plan.shown, self.people)


def plans_page(locale: str) -> PlansPage:
    """Every open plan. Raises NotFound where none is: then nothing of this exists."""
    people = hidden_people(locale)
    plans = tuple(_without_names(one, people) for one in reading.open_plans())
    if not plans:
        raise NotFound
    found = _reports(tuple(one.id for one in plans), people)
    by_plan = {one.id: tuple(r for r in found if r.plan_id == one.id) for one in plans}
    tag, changed_at = _mark(plans, found, people)
    return PlansPage(plans, by_plan, tag, changed_at)


def plan_page(plan_id: int, locale: str) -> PlanPage:
    """An open plan. Raises NotFound."""
    return _plan_page(reading.open_plan(plan_id), locale)


def preview(plan_id: int, shown: Shown, locale: str, *, by: User) -> PlanPage:
    """What the public would see of a plan, were it opened to show this.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.PUBLICITY_MANAGE)
    plan = load_plan(plan_id, by=by, deed=Deed.PUBLICITY_MANAGE)
    as_open = OpenPlan(
        plan.id,
        plan.title,
        plan.purpose,
        plan.starts_on,
        plan.ends_on,
        plan.closed_on,
        shown,
        plan.version,
        plan.created_at,
    )
    return _plan_page(as_open, locale)


def report_page(report_id: int, locale: str) -> ReportPage:
    """A published report of an open plan. Raises NotFound."""
    plan, report = reading.open_report(report_id)
    people = hidden_people(locale)
    newest = _newest(report, _reports((plan.id,), people)) if report.replaced_by else None
    tag, changed_at = _mark((plan,), tuple(filter(None, (report, newest))), people)
    return ReportPage(_without_names(plan, people), report, newest, people, tag, changed_at)


def _plan_page(plan: OpenPlan, locale: str) -> PlanPage:
    people = hidden_people(locale)
    reports = _reports((plan.id,), people)
    tag, changed_at = _mark((plan,), reports, people)
    return PlanPage(
        _without_names(plan, people),
        tuple(
            replace(one, body=without_names(one.body, people))
            for one in reading.decisions_of(plan.id)
        ),
        reports,
        _latest(reports),
        people,
        tag,
        changed_at,
    )


def _without_names(plan: OpenPlan, people: Mapping[str, str]) -> OpenPlan:
    return replace(
        plan,
        title=without_names(plan.title, people),
        purpose=without_names(plan.purpose, people),
    )


def _reports(plans: tuple[int, ...], people: Mapping[str, str]) -> tuple[OpenReport, ...]:
    """The published reports of plans, their titles without names that came later."""
    return tuple(
        replace(one, title=without_names(one.title, people)) for one in reading.reports_of(plans)
    )


def _latest(reports: tuple[OpenReport, ...]) -> OpenReport | None:
    """The newest that holds on the whole plan; where there is none, the newest of a part."""
    held = [one for one in reports if one.replaced_by is None]
    return next((one for one in held if not one.part), held[0] if held else None)


def _newest(report: OpenReport, reports: tuple[OpenReport, ...]) -> OpenReport | None:
    """The version that holds of a report that was replaced."""
    known = {one.id: one for one in reports}
    found: OpenReport | None = report
    while found is not None and found.replaced_by is not None:
        found = known.get(found.replaced_by)
    return found if found is not report else None


def _mark(
    plans: tuple[OpenPlan, ...], reports: tuple[OpenReport, ...], people: Mapping[str, str]
) -> tuple[str, datetime]:
    """A mark that differs wherever any of this does, and when any of it last changed."""
    parts = [
        *((one.id, one.version, one.shown, one.changed_at) for one in plans),
        *((one.id, one.sha256, one.replaced_by, one.part) for one in reports),
        *sorted(people.items()),
    ]
    changed = [one.changed_at for one in plans] + [one.published_at for one in reports]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32], max(changed)
