"""What a round gives its reports: the day they tell of, who answered, and which there are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tracker.extensions import db
from tracker.models import (
    FollowUpRound,
    Report,
    ReportState,
    RoundMeeting,
)
from tracker.services.actions.mine import HOME
from tracker.services.rounds.reporting import measured_on, reports_of, round_facts

DAY = timedelta(days=1)
MEETING = (date(2026, 4, 1), date(2026, 4, 8))


@pytest.fixture
def spring(cast: Cast) -> FollowUpRound:
    """A round that the owner has answered; one committee reads of it."""
    one = pieces.follow_up_round(cast)
    one.meetings = [
        RoundMeeting(committee_id=cast.committee.id, dispatch_on=MEETING[0], meets_on=MEETING[1])
    ]
    db.session.add(pieces.update(cast.action))
    cast.action.reported_at = NOW
    db.session.commit()
    return one


def facts(one: FollowUpRound, **part: int | None) -> tuple[int, int]:
    """(answered, asked)."""
    asked = {"committee_id": None, "unit_id": None, **part}
    found = round_facts(one, zone=HOME, **asked)
    return found.answered, found.asked


@pytest.mark.parametrize("as_of", [None, date(2026, 3, 20)])
def test_the_day_that_is_told_of(cast: Cast, as_of: date | None) -> None:
    one = pieces.follow_up_round(cast, as_of=as_of)
    assert measured_on(one) == (as_of or one.due_on)


def test_each_part_is_counted(cast: Cast, spring: FollowUpRound) -> None:
    assert facts(spring) == (1, 3)
    assert facts(spring, committee_id=cast.committee.id) == (1, 2)
    assert facts(spring, committee_id=cast.other_committee.id) == (0, 1)
    assert facts(spring, unit_id=cast.unit.id) == (1, 2)
    assert facts(spring, unit_id=cast.other_unit.id) == (0, 1)
    assert facts(spring, plan_id=cast.plan.id) == (1, 3)
    assert facts(spring, plan_id=cast.plan.id + 1) == (0, 0)


def test_the_committees_own_dates(cast: Cast, spring: FollowUpRound) -> None:
    theirs = round_facts(spring, committee_id=cast.committee.id, unit_id=None, zone=HOME)
    assert (theirs.dispatch_on, theirs.meets_on) == MEETING
    assert (theirs.name, theirs.due_on) == (spring.name, spring.due_on)
    whole = round_facts(spring, committee_id=None, unit_id=None, zone=HOME)
    assert (whole.dispatch_on, whole.meets_on) == (None, None)
    adopting = {"read_by": cast.committee.id, "zone": HOME}
    read = round_facts(spring, committee_id=None, unit_id=None, **adopting)
    assert (read.dispatch_on, read.meets_on) == MEETING
    assert (read.answered, read.asked) == (whole.answered, whole.asked)


def test_what_comes_after_the_closing_does_not_count(cast: Cast, spring: FollowUpRound) -> None:
    spring.closed_on = TODAY
    late = pieces.update(cast.other_action)
    late.at = NOW + 2 * DAY
    cast.other_action.reported_at = late.at
    db.session.add(late)
    db.session.commit()
    assert facts(spring) == (1, 3)
    # The next round, which is planned, changes nothing either.
    pieces.follow_up_round(cast, name="Nästa", opens_on=TODAY + 60 * DAY, due_on=TODAY + 90 * DAY)
    assert facts(spring) == (1, 3)


def report(cast: Cast, one: FollowUpRound, **values: Any) -> Report:
    made = Report(
        plan_id=cast.plan.id,
        round_id=one.id,
        as_of=one.due_on,
        created_at=NOW,
        created_by_id=cast.director.id,
        **values,
    )
    db.session.add(made)
    db.session.commit()
    return made


def parts(cast: Cast, one: FollowUpRound, who: str) -> list[tuple[str, date | None, list[int]]]:
    """(name, meeting, reports)."""
    found = reports_of(one, by=getattr(cast, who))
    return [(part.name, part.meets_on, [made.id for made in part.reports]) for part in found]


def test_the_parts_and_their_reports(cast: Cast, spring: FollowUpRound) -> None:
    whole = report(cast, spring)
    theirs = report(cast, spring, committee_id=cast.committee.id)
    again = report(cast, spring, committee_id=cast.committee.id, ordinal=2, replaces_id=theirs.id)
    units = report(cast, spring, unit_id=cast.unit.id)
    other = pieces.follow_up_round(cast, opens_on=TODAY + 60 * DAY, due_on=TODAY + 70 * DAY)
    report(cast, other, committee_id=cast.other_committee.id)
    assert parts(cast, spring, "director") == [
        ("", MEETING[1], [whole.id]),  # the committee that adopted the plan reads of the whole
        ("Kommunstyrelsen", MEETING[1], [again.id, theirs.id]),
        ("Kommunledningsförvaltningen", None, [units.id]),
    ]
    first, second, *_ = reports_of(spring, by=cast.director)
    assert (first.adopted_by, second.gets_the_whole) == ("Kommunstyrelsen", True)
    assert [made.state for made in second.reports] == [
        ReportState.DRAFT,
        ReportState.DRAFT,
    ]
    # A draft is nobody's but who works on it; a manager sees the meetings all the same.
    assert parts(cast, spring, "owner") == [
        ("", MEETING[1], []),
        ("Kommunstyrelsen", MEETING[1], []),
    ]
    assert parts(cast, spring, "unit_director")[-1] == (
        "Kommunledningsförvaltningen",
        None,
        [units.id],
    )
    assert parts(cast, spring, "admin") == []


def test_without_meetings_every_committee_is_offered(cast: Cast) -> None:
    one = pieces.follow_up_round(cast)
    assert parts(cast, one, "director") == [
        ("", None, []),
        ("Kommunstyrelsen", None, []),
        ("Skolnämnden", None, []),
    ]


def test_it_costs_a_constant_number_of_queries(
    cast: Cast, spring: FollowUpRound, count_queries: Any
) -> None:
    def cost() -> int:
        assert spring.name and len(spring.meetings) == 1 and cast.director.roles
        with count_queries() as counted:
            facts(spring, committee_id=1)
            reports_of(spring, by=cast.director)
        return int(counted.number)

    before = cost()
    for number in range(20):
        db.session.add(make_action(cast.plan, f"N {number}", owner=cast.owner, unit=cast.unit))
        report(cast, spring, committee_id=cast.committee.id)
    assert cost() <= before
