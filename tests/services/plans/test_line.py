"""The line of decisions: adopted, reported and decided, reported and waiting, the final report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from tests.helpers.cast import NOW, Cast, make_user
from tests.helpers.published import add_report, published_on
from tests.helpers.queries import Counted
from tracker.domain.permissions import Role
from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import (
    Decision,
    DecisionKind,
    Report,
    ReportState,
    RoleAssignment,
    User,
)
from tracker.services.plans.line import Line, line_of


def told(cast: Cast, by: User) -> list[tuple[int | None, int | None]]:
    """(§, report) along the line."""
    db.session.expire_all()
    return [
        (item.decision.section if item.decision else None, item.report.id if item.report else None)
        for item in line_of(cast.plan, by=by).items
    ]


def add(cast: Cast, day: date, **values: Any) -> Report:
    """A report that was published on a day, and tells of it."""
    return add_report(cast, **{"as_of": day, "published_at": published_on(day), **values})


def decided(cast: Cast, section: int, day: date, report: Report | None) -> None:
    """A decision that followed the plan up."""
    db.session.add(
        Decision(
            plan=cast.plan,
            body="Kommunstyrelsen",
            decided_on=day,
            section=section,
            kind=DecisionKind.FOLLOWED_UP,
            report_id=report.id if report else None,
        )
    )
    db.session.commit()


def test_adopted_reported_waiting(any_app: Any, cast: Cast) -> None:
    first = add(cast, date(2026, 1, 31))
    decided(cast, 190, date(2026, 2, 5), first)
    decided(cast, 200, date(2026, 2, 10), None)
    waiting = add(cast, date(2026, 2, 7), committee_id=cast.other_committee.id)
    add(cast, date(2026, 2, 20), state=ReportState.DRAFT, published_at=None)
    whole = [(12, None), (190, first.id), (None, waiting.id), (200, None)]
    assert told(cast, cast.director) == whole
    (link,) = [item.report for item in line_of(cast.plan, by=cast.director).items if item.report][
        :1
    ]
    assert (link.part, link.ordinal, link.kind) == ("Kommunstyrelsen", 1, ReportKind.PROGRESS)
    assert told(cast, cast.member) == [(12, None), (190, first.id), (200, None)]
    assert told(cast, cast.other_member) == [
        (12, None),
        (190, None),
        (None, waiting.id),
        (200, None),
    ]
    assert told(cast, cast.admin) == [(12, None), (190, None), (200, None)]


def test_only_the_latest_version_waits(cast: Cast) -> None:
    first = add(cast, date(2026, 1, 31))
    second = add(cast, date(2026, 2, 1), replaces_id=first.id, ordinal=2)
    assert told(cast, cast.director) == [(12, None), (None, second.id)]
    decided(cast, 190, date(2026, 2, 5), first)
    assert told(cast, cast.director) == [(12, None), (190, first.id)]
    third = add(cast, date(2026, 2, 6), replaces_id=second.id, ordinal=3)
    decided(cast, 191, date(2026, 2, 8), third)
    assert told(cast, cast.director) == [(12, None), (190, first.id), (191, third.id)]


def test_the_final_reports(cast: Cast) -> None:
    add(cast, date(2026, 1, 31))
    first = add(cast, date(2026, 2, 1), kind=ReportKind.FINAL)
    second = add(cast, date(2026, 2, 2), kind=ReportKind.FINAL, replaces_id=first.id, ordinal=2)
    line: Line = line_of(cast.plan, by=cast.director)
    assert [link.id for link in line.final] == [second.id]


def test_one_query_however_long(
    cast: Cast, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    reader = make_user("Ny Ledamot", RoleAssignment(role=Role.COMMITTEE, committee=cast.committee))
    db.session.add(reader)
    for number in range(8):
        decided(cast, 100 + number, NOW.date(), add(cast, NOW.date()))
    assert len(cast.plan.decisions) == 9
    assert reader.roles
    with count_queries() as counted:
        assert len(line_of(cast.plan, by=reader).items) == 9
    assert counted.number == 1
