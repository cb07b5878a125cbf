"""What a person says of sub-areas, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.corrections import OFFERED, Row, changes, links_of, problems, rows_of
from tracker.domain.crosswalk import Crosswalk, Match, SubAreaLink, crosswalk_between
from tracker.domain.errors import RuleBroken

BEFORE = ("1.1", "1.2", "1.3")
AFTER = ("1.1", "1.2", "1.4")
NEW = "kommunkompassen-2020"
SAME, REVISED, SPLIT = Match.SAME, Match.REVISED, Match.SPLIT
MERGED, DROPPED = Match.MERGED, Match.DROPPED


def crosswalk(rows: list[Row]) -> Crosswalk:
    """Through the domain's own checks."""
    return Crosswalk(NEW, NEW, crosswalk_between(NEW, NEW).areas, links_of(rows, AFTER))


@pytest.mark.parametrize(
    "rows",
    [
        [Row("1.1", ("1.1",), SAME), Row("1.2", ("1.2",), REVISED), Row("1.3", (), DROPPED)],
        [Row("1.1", ("1.1", "1.4"), SPLIT), Row("1.2", ("1.2",), SAME)],
        [Row("1.1", ("1.1",), MERGED), Row("1.2", ("1.1",), MERGED)],
        [Row("1.1", ("1.1", "1.2"), SPLIT), Row("1.2", ("1.2",), MERGED)],
        [],
    ],
)
def test_rows_that_hold(rows: list[Row]) -> None:
    assert problems(rows, BEFORE, AFTER) == []
    links = crosswalk(rows).subareas
    taken = {code for row in rows for code in row.to}
    assert {x.after_code for x in links if x.match is Match.NEW} == set(AFTER) - taken


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([Row("1.9", ("1.1",), SAME)], (0, "to", "finns inte längre")),
        ([Row("1.1", ("9.9",), SAME)], (0, "to", "inget delområde 9.9")),
        ([Row("1.1", ("1.1", "9.9"), SPLIT)], (0, "also", "inget delområde 9.9")),
        ([Row("1.1", ("1.1",), None)], (0, "match", "Välj hur")),
        ([Row("1.1", ("1.1",), DROPPED)], (0, "match", "både ha utgått")),
        ([Row("1.1", (), SAME)], (0, "to", "Välj vad")),
        ([Row("1.1", ("1.1", "1.2"), SAME)], (0, "match", "välj Delat")),
        ([Row("1.1", ("1.1",), SPLIT)], (0, "match", "står ensamt")),
        ([Row("1.1", ("1.1",), MERGED)], (0, "match", "står ensamt")),
        (
            [Row("1.1", ("1.1",), MERGED), Row("1.2", ("1.1",), REVISED)],
            (1, "match", "välj Sammanslaget"),
        ),
        ([Row("1.1", (), DROPPED), Row("1.1", (), DROPPED)], (0, "to", "mer än en rad")),
    ],
)
def test_rows_that_do_not_hold(rows: list[Row], wrong: tuple[int, str, str]) -> None:
    first = problems(rows, BEFORE, AFTER)[0]
    place, field, sentence = wrong
    assert (first.row, first.field) == (place, field)
    assert sentence in str(first)


def test_match_may_be_same_over_max_and_editions() -> None:
    """People may say so; what it then counts as is for the pairing to judge."""
    assert not problems([Row("1.1", ("1.4",), SAME)], BEFORE, AFTER)


rows_typed = st.lists(
    st.builds(
        Row,
        st.sampled_from(BEFORE),
        st.lists(st.sampled_from((*AFTER, "9.9")), unique=True, max_size=3).map(tuple),
        st.sampled_from((None, *OFFERED)),
    ),
    max_size=4,
)


@given(rows_typed)
def test_what_has_no_problem_is_never_refused_by_the_crosswalk(rows: list[Row]) -> None:
    wrong = problems(rows, BEFORE, AFTER)
    if not wrong:
        crosswalk(rows)
    assert all(isinstance(problem, RuleBroken) and str(problem) for problem in wrong)


def test_changes_are_told_from_and_to() -> None:
    old = links_of([Row("1.1", ("1.1",), SAME), Row("1.2", ("1.2",), SAME)], AFTER)
    new = links_of([Row("1.1", ("1.1", "1.4"), SPLIT), Row("1.2", ("1.2",), SAME)], AFTER)
    assert changes(old, new) == {
        "1.1": [[["1.1", "same"]], [["1.1", "split"], ["1.4", "split"]]],
        "+1.4": [[["1.4", "new"]], []],
    }
    assert changes(new, new) == {}
    assert changes((), (SubAreaLink("1.3", None, DROPPED),)) == {"1.3": [[], [["", "dropped"]]]}


def test_nothing_makes_no_rows() -> None:
    assert rows_of([]) == {}
