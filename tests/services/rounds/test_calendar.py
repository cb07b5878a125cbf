"""The calendar of a year: every date of its rounds and of the meetings that read them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers import pieces
from tests.helpers.cast import TODAY, Cast
from tracker.domain.errors import Forbidden
from tracker.domain.rounds import USUAL, RoundKind
from tracker.extensions import db
from tracker.models import ActionPlan, RoundMeeting, User
from tracker.services.rounds.calendar import Happening, not_offered, year_of_rounds

DUE = TODAY + timedelta(days=16)
DISPATCH, MEETS = date(2026, 4, 1), date(2026, 4, 8)


def meeting(committee_id: int, dispatch: date = DISPATCH, meets: date = MEETS) -> RoundMeeting:
    return RoundMeeting(committee_id=committee_id, dispatch_on=dispatch, meets_on=meets)


def dates(year: int, by: User) -> list[tuple[date, Happening, tuple[str, ...]]]:
    found = year_of_rounds(year, by=by, today=TODAY).dates
    return [(one.on, one.what, one.committees) for one in found]


def test_all_dates_in_their_order(cast: Cast) -> None:
    rows = [meeting(cast.other_committee.id), meeting(cast.committee.id)]
    pieces.follow_up_round(cast, as_of=DUE + timedelta(days=2), meetings=rows)
    assert dates(2026, cast.director) == [
        (TODAY - timedelta(days=5), Happening.OPENS, ()),
        (DUE, Happening.DUE, ()),
        (DUE + timedelta(days=2), Happening.MEASURED, ()),
        (DISPATCH, Happening.DISPATCH, ("Kommunstyrelsen", "Skolnämnden")),
        (MEETS, Happening.MEETING, ("Kommunstyrelsen", "Skolnämnden")),
    ]


def test_without_a_measuring_date_it_is_the_last_day(cast: Cast) -> None:
    pieces.follow_up_round(cast)
    assert dates(2026, cast.owner)[-1] == (DUE, Happening.DUE_AND_MEASURED, ())


def test_a_round_over_new_year_stands_in_both(cast: Cast) -> None:
    opens, due = date(2026, 12, 1), date(2026, 12, 31)
    late = meeting(cast.committee.id, date(2027, 6, 1), date(2027, 6, 30))
    pieces.follow_up_round(cast, opens_on=opens, due_on=due, meetings=[late])
    assert [what for _, what, _ in dates(2026, cast.director)] == [
        Happening.OPENS,
        Happening.DUE_AND_MEASURED,
    ]
    assert [what for _, what, _ in dates(2027, cast.director)] == [
        Happening.DISPATCH,
        Happening.MEETING,
    ]


@pytest.mark.parametrize(
    ("asked", "year", "before", "after"),
    [
        (2026, 2026, None, 2027),
        (2027, 2027, 2026, 2028),
        (2028, 2028, 2027, None),
        (9999, 2028, 2027, None),
        (1, 2000, None, 2001),
    ],
)
def test_the_years_beside_it(
    cast: Cast, asked: int, year: int, before: int | None, after: int | None
) -> None:
    pieces.follow_up_round(cast)
    found = year_of_rounds(asked, by=cast.director, today=TODAY)
    assert (found.year, found.before, found.after) == (year, before, after)


def test_what_it_lacks_is_for_who_may_add(cast: Cast) -> None:
    found = year_of_rounds(2026, by=cast.director, today=TODAY)
    assert tuple(one.kind for one in found.lacks) == USUAL
    assert year_of_rounds(2026, by=cast.owner, today=TODAY).lacks == ()


def test_who_closes_early_takes_the_last_day_away(cast: Cast) -> None:
    pieces.follow_up_round(cast, closed_on=TODAY, opens_on=TODAY - timedelta(days=5))
    assert dates(2026, cast.owner)[1:] == [(TODAY, Happening.CLOSED, ())]


def test_why_a_usual_round_is_not_offered(cast: Cast) -> None:
    pieces.follow_up_round(cast, opens_on=date(2026, 4, 20), due_on=date(2026, 5, 5))
    (one,) = not_offered(2026, today=TODAY)
    assert one.usual.kind is RoundKind.TERTIAL_1
    assert one.meets == ("Tertial 1", date(2026, 4, 20), date(2026, 5, 5))
    ahead = not_offered(2028, today=TODAY)
    assert [(far.meets, far.not_before) for far in ahead] == [
        (None, date(2026, 4, 30)),
        (None, date(2026, 8, 31)),
        (None, date(2026, 12, 31)),
    ]


def test_rounds_that_nobody_meets_about(cast: Cast) -> None:
    one = pieces.follow_up_round(cast)
    assert year_of_rounds(2026, by=cast.director, today=TODAY).unread == ((one.id, "Tertial 1"),)
    assert year_of_rounds(2026, by=cast.owner, today=TODAY).unread == ()


def test_what_comes_next(cast: Cast) -> None:
    rows = [meeting(cast.committee.id)]
    one = pieces.follow_up_round(cast, closed_on=TODAY, meetings=rows)
    found = year_of_rounds(2026, by=cast.director, today=TODAY)
    coming = found.coming(TODAY)
    # Nobody need answer a closed round, but its papers are still to leave.
    assert coming is not None and (coming.what, coming.round_id) == (Happening.DISPATCH, one.id)
    assert found.coming(date(2026, 12, 31)) is None


def test_only_what_the_reader_sees(cast: Cast) -> None:
    hidden = ActionPlan(title="Utkast", created_at=cast.plan.created_at)
    db.session.add(hidden)
    pieces.follow_up_round(cast, plan=hidden)
    assert dates(2026, cast.owner) == []
    assert len(dates(2026, cast.director)) == 2


@pytest.mark.parametrize("who", ["admin", "member"])
def test_who_may_not(cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        dates(2026, getattr(cast, who))


def test_it_costs_a_constant_number_of_queries(cast: Cast, count_queries: Any) -> None:
    def cost() -> int:
        db.session.expire_all()
        director = db.session.get_one(User, cast.director.id)
        assert director.roles
        with count_queries() as counted:
            dates(2026, director)
        return int(counted.number)

    pieces.follow_up_round(cast, meetings=[meeting(cast.committee.id)])
    before = cost()
    for number in range(10):
        day = date(2026, 5, 1) + timedelta(days=10 * number)
        rows = [meeting(cast.committee.id, day, day), meeting(cast.other_committee.id, day, day)]
        pieces.follow_up_round(cast, opens_on=day, due_on=day + timedelta(days=5), meetings=rows)
    assert cost() == before
