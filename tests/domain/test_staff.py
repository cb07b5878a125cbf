"""Who acts for whom: absences with both ends, chains, circles and overlaps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.staff import EVERYBODY_IN, Away, Staff

A, B, C, D = 1, 2, 3, 4
MONDAY = date(2026, 12, 7)
FRIDAY = MONDAY + timedelta(days=4)
ONE_DAY = timedelta(days=1)


def week(person: int, delegate: int, first: date = MONDAY, last: date = FRIDAY) -> Away:
    return Away(person, delegate, first, last)


@pytest.mark.parametrize(
    ("day", "acting"),
    [
        (MONDAY - ONE_DAY, A),
        (MONDAY, B),
        (MONDAY + ONE_DAY, B),
        (FRIDAY, B),
        (FRIDAY + ONE_DAY, A),
    ],
)
def test_both_ends_belong_to_the_absence(day: date, acting: int) -> None:
    assert Staff.of([week(A, B)], {}).acting(A, day) == acting


def test_one_day_is_an_absence() -> None:
    staff = Staff.of([week(A, B, MONDAY, MONDAY)], {})
    assert [staff.acting(A, MONDAY + n * ONE_DAY) for n in (-1, 0, 1)] == [A, B, A]


def test_nobody_else_is_away() -> None:
    staff = Staff.of([week(A, B)], {})
    assert staff.acting(C, MONDAY) == C
    assert staff.acting(B, MONDAY) == B, "whoever acts is there themself"
    assert staff.away(B, MONDAY) is None
    assert EVERYBODY_IN.acting(A, MONDAY) == A


@pytest.mark.parametrize(
    ("absences", "acting"),
    [
        ([week(A, B), week(B, C)], C),
        ([week(A, B), week(B, C), week(C, D)], D),
        ([week(A, B), week(B, C, FRIDAY, FRIDAY)], B),
        ([week(A, B), week(B, A)], A),
        ([week(A, B), week(B, C), week(C, A)], A),
        ([week(A, B), week(B, C), week(C, B)], A),
    ],
    ids=["two", "three", "later", "each other", "in a ring", "into a ring"],
)
def test_a_chain_is_followed_to_somebody_who_is_there(absences: list[Away], acting: int) -> None:
    assert Staff.of(absences, {}).acting(A, MONDAY) == acting


def test_of_absences_that_overlap_the_one_that_began_last_counts() -> None:
    staff = Staff.of([week(A, B), week(A, C, MONDAY + 2 * ONE_DAY, FRIDAY)], {})
    assert [staff.acting(A, MONDAY + n * ONE_DAY) for n in range(5)] == [B, B, C, C, C]
    turned = Staff.of([week(A, C, MONDAY + 2 * ONE_DAY, FRIDAY), week(A, B)], {})
    assert [turned.acting(A, MONDAY + n * ONE_DAY) for n in range(5)] == [B, B, C, C, C]


def test_of_two_that_began_together_the_answer_does_not_depend_on_their_order() -> None:
    both = [week(A, B), week(A, C)]
    assert Staff.of(both, {}).acting(A, MONDAY) == Staff.of(both[::-1], {}).acting(A, MONDAY)


PEOPLE = st.integers(1, 6)
DAYS = st.integers(0, 20).map(lambda n: MONDAY + n * ONE_DAY)
ABSENCES = st.lists(
    st.builds(
        lambda person, step, first, length: Away(
            person, (person - 1 + step) % 6 + 1, first, first + length * ONE_DAY
        ),
        PEOPLE,
        st.integers(1, 5),
        DAYS,
        st.integers(0, 10),
    ),
    max_size=10,
)


@given(ABSENCES, PEOPLE, DAYS)
def test_whoever_acts_is_there_or_nobody_is(absences: list[Away], person: int, day: date) -> None:
    staff = Staff.of(absences, {})
    acting = staff.acting(person, day)
    assert acting == person or staff.away(acting, day) is None
    assert (acting == person) or staff.away(person, day) is not None


@given(ABSENCES, PEOPLE, DAYS)
def test_only_absences_of_the_day_matter(absences: list[Away], person: int, day: date) -> None:
    today = [away for away in absences if away.covers(day)]
    assert Staff.of(absences, {}).acting(person, day) == Staff.of(today, {}).acting(person, day)
