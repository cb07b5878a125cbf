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
from tracker.services.publicity.titles import first_readable, titled
from tracker.services.reports.reading.stored import stored_as

MOST_NEWS = 50
MOST_TRIED = 3  # reports of a plan, where the newest cannot be read


@dataclass(frozen=True)
class PlansPage:
    """The open plans, and the newest report of each."""

    plans: tuple[OpenPlan, ...]
    newest: Mapping[int, OpenReport]
    tag: str


@dataclass(frozen=True)
class NewsPage:
    """The reports that were published last, the latest first, each with its plan."""

    entries: tuple[tuple[OpenReport, OpenPlan], ...]
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
    tag: str

    def told(self) -> Opened | None:
        """What is shown of the latest report."""
        if self.latest is None:
            return None
        return opened(self.latest, self.plan.shown)


@dataclass(frozen=True)
class ReportPage:
    """A published report of an open plan; `newest` is the version that holds, where another."""

    plan: OpenPlan
    report: OpenReport
    newest: OpenReport | None
    tag: str

    def told(self) -> Opened:
        """What is shown of it."""
        return opened(self.report, self.plan.shown)


def plans_page(locale: str) -> PlansPage:
    """Every open plan. Raises NotFound where none is: then nothing of this exists."""
    people, plans = _open_plans(locale)
    newest: dict[int, OpenReport] = {}
    for one in titled(reading.newest_of([plan.id for plan in plans], MOST_TRIED)):
        newest.setdefault(one.plan_id, one)
    return PlansPage(plans, newest, _tag(plans, tuple(newest.values()), people))


def news_page(locale: str) -> NewsPage:
    """What the feeds tell of every open plan. Raises NotFound where none is open."""
    people, plans = _open_plans(locale)
    found = titled(reading.news_of([plan.id for plan in plans], MOST_NEWS))
    by_key = {plan.id: plan for plan in plans}
    changed = [one.changed_at for one in plans] + [one.published_at for one in found]
    entries = tuple((one, by_key[one.plan_id]) for one in found)
    return NewsPage(entries, _tag(plans, found, people), max(changed))


def _open_plans(locale: str) -> tuple[Mapping[str, str], tuple[OpenPlan, ...]]:
    people = hidden_people(locale)
    plans = tuple(_without_names(one, people) for one in reading.open_plans())
    if not plans:
        raise NotFound
    return people, plans


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
    """A published report of an open plan.

    Raises:
        NotFound.
        RuleBroken: its snapshot is not what was frozen, or cannot be read.
    """
    plan, report = reading.open_report(report_id)
    people = hidden_people(locale)
    held = stored_as(report.id, report.sha256)
    report = replace(report, title=held.snapshot.open_head.title)
    newest = _newest(report, titled(reading.reports_of((plan.id,)))) if report.replaced_by else None
    tag = _tag((plan,), tuple(filter(None, (report, newest))), people)
    return ReportPage(_without_names(plan, people), report, newest, tag)


def _plan_page(plan: OpenPlan, locale: str) -> PlanPage:
    people = hidden_people(locale)
    decisions = tuple(
        replace(one, body=without_names(one.body, people)) for one in reading.decisions_of(plan.id)
    )
    found = titled(reading.reports_of((plan.id,)))
    latest = first_readable(_held(found)[:MOST_TRIED])
    tag = _tag((plan,), found, people, decisions, latest)
    return PlanPage(_without_names(plan, people), decisions, found, latest, tag)


def _without_names(plan: OpenPlan, people: Mapping[str, str]) -> OpenPlan:
    return replace(
        plan,
        title=without_names(plan.title, people),
        purpose=without_names(plan.purpose, people),
    )


def _held(reports: tuple[OpenReport, ...]) -> list[OpenReport]:
    """Those that hold, the newest on the whole plan first; where there is none, the newest of a
    part."""
    held = [one for one in reports if one.replaced_by is None]
    return sorted(held, key=lambda one: bool(one.part))


def _newest(report: OpenReport, reports: tuple[OpenReport, ...]) -> OpenReport | None:
    """The version that holds of a report that was replaced."""
    known = {one.id: one for one in reports}
    found: OpenReport | None = report
    while found is not None and found.replaced_by is not None:
        found = known.get(found.replaced_by)
    return found if found is not report else None


def _tag(
    plans: tuple[OpenPlan, ...],
    reports: tuple[OpenReport, ...],
    people: Mapping[str, str],
    *more: object,
) -> str:
    """A mark that differs wherever any of this does; whatever is `more` is told by its repr."""
    parts = [
        *((one.id, one.version, one.shown, one.changed_at) for one in plans),
        *((one.id, one.sha256, one.replaced_by, one.part) for one in reports),
        *sorted(people.items()),
        *more,
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
