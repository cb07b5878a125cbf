"""What the first pages say of the cast, and to whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tests.helpers.second import add_evaluation
from tracker.domain.errors import Forbidden
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    Decision,
    DecisionKind,
    PlanState,
    RoleAssignment,
    StatusUpdate,
)
from tracker.services.dashboards import SHOWN, Tally, committee_overview, director_overview


def report(cast: Cast, health: Health, days_ago: int, text: str = "") -> None:
    at = NOW - timedelta(days=days_ago)
    update = StatusUpdate(
        action_id=cast.colleague_action.id,
        author_id=cast.colleague.id,
        at=at,
        health=health,
        text=text,
    )
    db.session.add(update)
    if at >= (cast.colleague_action.reported_at or at):
        cast.colleague_action.health, cast.colleague_action.reported_at = health, at
    db.session.commit()


def test_the_municipal_director_sees_all_and_the_units_director_theirs(cast: Cast) -> None:
    whole = director_overview(by=cast.director, today=TODAY)
    assert whole.tally == Tally(total=4, reached=1, overdue=1, ownerless=0)
    part = director_overview(by=cast.unit_director, today=TODAY)
    assert part.tally == Tally(total=3, reached=1, overdue=1, ownerless=0)
    assert whole.dates[0].title == cast.action.title
    assert cast.other_action.id not in [line.id for line in part.dates]


def test_dropped_actions_no_longer_count(cast: Cast) -> None:
    drop(cast)
    assert director_overview(by=cast.director, today=TODAY).tally.total == 3


def drop(cast: Cast) -> None:
    action = cast.colleague_action
    action.status, action.dropped_on = ActionStatus.DROPPED, TODAY
    action.dropped_by, action.dropped_reason = "Kommunstyrelsen § 9", "Pengarna räcker inte."
    db.session.commit()


def test_points_without_an_action_wait(cast: Cast) -> None:
    points = director_overview(by=cast.director, today=TODAY).points
    assert points.count == 2
    assert [line.id for line in points.lines] == [cast.points[1].id, cast.points[3].id]
    assert [line.area for line in points.lines] == [1, None]


def test_actions_without_owner_wait_and_the_list_is_short(cast: Cast) -> None:
    for number in range(SHOWN + 2):
        db.session.add(make_action(cast.plan, f"Herrelös {number}", unit=cast.unit))
    db.session.commit()
    pile = director_overview(by=cast.director, today=TODAY).ownerless
    assert pile.count == SHOWN + 2
    assert len(pile.lines) == SHOWN


def test_one_does_not_verify_ones_own(cast: Cast) -> None:
    assert director_overview(by=cast.director, today=TODAY).to_verify.count == 1
    cast.done_action.done_by = cast.director
    db.session.commit()
    assert director_overview(by=cast.director, today=TODAY).to_verify.count == 0
    assert director_overview(by=cast.unit_director, today=TODAY).to_verify.count == 1


@pytest.mark.parametrize(
    ("reports", "waits"),
    [
        ([], 1),
        ([(Health.OFF_TRACK, 3)], 1),
        ([(Health.ON_TRACK, 3)], 0),
        ([(Health.AT_RISK, 3)], 0),
        ([(Health.OFF_TRACK, 9), (Health.ON_TRACK, 3)], 0),
        ([(Health.ON_TRACK, 9), (Health.OFF_TRACK, 3)], 1),
    ],
)
def test_overdue_without_a_forecast_that_holds(
    cast: Cast, reports: list[tuple[Health, int]], waits: int
) -> None:
    for health, days_ago in reports:
        report(cast, health, days_ago)
    assert director_overview(by=cast.director, today=TODAY).adrift.count == waits


@pytest.mark.parametrize(("today", "overdue"), [(date(2026, 2, 27), 0), (date(2026, 2, 28), 1)])
def test_the_deadline_day_itself_is_in_time(cast: Cast, today: date, overdue: int) -> None:
    assert director_overview(by=cast.director, today=today).tally.overdue == overdue


def test_areas_carry_scores_and_the_actions_that_answer_them(cast: Cast) -> None:
    cast.done_action.points.extend([cast.points[0], cast.points[1]])
    db.session.commit()
    areas = director_overview(by=cast.director, today=TODAY).areas
    assert [(a.number, a.score, a.missing, a.done, a.total) for a in areas] == [
        (1, 27, 33, 1, 2),
        (2, 28, 32, 0, 1),
    ]
    assert director_overview(by=cast.director, today=TODAY).evaluation.id == cast.evaluation.id


def test_a_fresh_installation_has_nothing(app: Any) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    overview = director_overview(by=director, today=TODAY)
    assert overview.evaluation is None
    assert overview.tally == Tally()
    assert (overview.areas, overview.dates, overview.plan_to_adopt) == ((), (), None)


def test_a_draft_plan_with_actions_waits_for_its_decision(cast: Cast) -> None:
    assert director_overview(by=cast.director, today=TODAY).plan_to_adopt is None
    draft = ActionPlan(title="Nästa plan", created_at=NOW)
    db.session.add(draft)
    db.session.commit()
    assert director_overview(by=cast.director, today=TODAY).plan_to_adopt is None
    db.session.add(make_action(draft, "Första åtgärden"))
    db.session.commit()
    assert director_overview(by=cast.director, today=TODAY).plan_to_adopt is draft
    # An empty draft, or a plan that was adopted, may have come later.
    db.session.add(ActionPlan(title="Ett tomt utkast", created_at=NOW))
    db.session.add(ActionPlan(title="Senare", created_at=NOW, state=PlanState.ADOPTED))
    db.session.commit()
    assert director_overview(by=cast.director, today=TODAY).plan_to_adopt is draft


@pytest.mark.parametrize("kind", [DecisionKind.FOLLOWED_UP, DecisionKind.CLOSED])
def test_a_later_decision_is_not_the_one_that_adopted(cast: Cast, kind: DecisionKind) -> None:
    cast.plan.decisions.append(
        Decision(kind=kind, body="Kommunstyrelsen", decided_on=date(2026, 2, 20), section=31)
    )
    db.session.commit()
    decision = committee_overview(by=cast.member, today=TODAY).decision
    assert decision is not None
    assert (decision.kind, decision.section) == (DecisionKind.ADOPTED, 12)


def test_a_member_reads_their_committees_part_of_the_adopted_plan(cast: Cast) -> None:
    report(cast, Health.OFF_TRACK, 3, "Vi hinner inte.")
    overview = committee_overview(by=cast.member, today=TODAY)
    (state,) = overview.committees
    assert (state.name, state.tally) == ("Kommunstyrelsen", Tally(3, 1, 1, 0))
    assert overview.decision is not None
    assert overview.decision.section == 12
    assert [line.said for line in overview.deviations.lines] == ["Vi hinner inte."]
    assert [line.id for line in overview.finished] == [cast.done_action.id]
    assert overview.comparison is None
    (other,) = committee_overview(by=cast.other_member, today=TODAY).committees
    assert other.tally == Tally(1, 0, 0, 0)


def test_what_was_dropped_names_reason_and_decision(cast: Cast) -> None:
    drop(cast)
    (dropped,) = committee_overview(by=cast.member, today=TODAY).dropped
    assert (dropped.reason, dropped.dropped_by) == ("Pengarna räcker inte.", "Kommunstyrelsen § 9")


@pytest.mark.parametrize(("days", "shown"), [(90, 1), (91, 0)])
def test_newly_done_reaches_ninety_days_back(cast: Cast, days: int, shown: int) -> None:
    today = date(2026, 2, 20) + timedelta(days=days)
    assert len(committee_overview(by=cast.member, today=today).finished) == shown


def test_a_draft_is_not_for_committees(cast: Cast) -> None:
    cast.plan.state = PlanState.DRAFT
    db.session.commit()
    overview = committee_overview(by=cast.member, today=TODAY)
    assert overview.decision is None
    assert overview.committees[0].tally == Tally()


def test_a_second_evaluation_brings_the_comparison(cast: Cast) -> None:
    later = add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 10)})
    comparison = committee_overview(by=cast.member, today=TODAY).comparison
    assert comparison is not None
    assert comparison.after.id == later.id


def test_only_those_who_read_the_plan(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        director_overview(by=cast.admin, today=TODAY)
    with pytest.raises(Forbidden):
        committee_overview(by=cast.admin, today=TODAY)


def test_the_number_of_queries_does_not_grow(cast: Cast, count_queries: Any) -> None:
    def measured() -> tuple[int, int]:
        db.session.commit()
        with count_queries() as directors:
            director_overview(by=cast.director, today=TODAY)
        with count_queries() as members:
            committee_overview(by=cast.member, today=TODAY)
        return directors.number, members.number

    before = measured()
    for number in range(20):
        db.session.add(
            make_action(
                cast.plan,
                f"Till {number}",
                unit=cast.unit,
                committee=cast.committee,
                points=[cast.points[number % 4]],
                deadline=TODAY - timedelta(days=number),
            )
        )
    assert measured() == before
    assert before[0] <= 17


def test_on_both_databases(any_app: Any, cast: Cast) -> None:
    """Aggregates, windows and correlated queries are not spelled alike everywhere."""
    report(cast, Health.OFF_TRACK, 3, "Vi hinner inte.")
    overview = director_overview(by=cast.director, today=TODAY)
    assert (overview.tally, overview.adrift.count) == (Tally(4, 1, 1, 0), 1)
    assert overview.areas[0].total == 1
    add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 10)})
    assert committee_overview(by=cast.member, today=TODAY).comparison is not None
