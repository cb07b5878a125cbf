"""Links over several evaluations, made of the steps on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.composing import beside, compose, composed
from tracker.domain.corrections import OFFERED, Row, links_of, problems
from tracker.domain.crosswalk import Crosswalk, Match, SubAreaLink, crosswalk_between

SAME, REVISED, SPLIT = Match.SAME, Match.REVISED, Match.SPLIT
MERGED, NEW, DROPPED = Match.MERGED, Match.NEW, Match.DROPPED
EDITION = "kommunkompassen-2020"
CODES = ("1.1", "1.2", "1.3", "1.4")

Told = list[tuple[str | None, str | None, Match]]


def links(*told: tuple[str | None, str | None, Match]) -> tuple[SubAreaLink, ...]:
    return tuple(SubAreaLink(*one) for one in told)


def identity(codes: tuple[str, ...]) -> tuple[SubAreaLink, ...]:
    return links(*((code, code, SAME) for code in codes))


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ([("a", "b", SAME)], [("b", "c", SAME)], [("a", "c", SAME)]),
        ([("a", "b", SAME)], [("b", "c", REVISED)], [("a", "c", REVISED)]),
        ([("a", "b", REVISED)], [("b", "c", SAME)], [("a", "c", REVISED)]),
        (
            [("a", "a", SAME)],
            [("a", "a", SPLIT), ("a", "b", SPLIT)],
            [("a", "a", SPLIT), ("a", "b", SPLIT)],
        ),
        (
            [("a", "b", SPLIT), ("a", "c", SPLIT)],
            [("b", "d", SAME), ("c", "e", REVISED)],
            [("a", "d", SPLIT), ("a", "e", SPLIT)],
        ),
        (
            [("a", "b", SPLIT), ("a", "c", SPLIT)],
            [("b", "d", MERGED), ("c", "d", MERGED)],
            [("a", "d", REVISED)],
        ),
        (
            [("a", "b", SPLIT), ("a", "c", SPLIT)],
            [("b", "d", SAME), ("c", None, DROPPED)],
            [("a", "d", REVISED)],
        ),
        (
            [("a", "c", MERGED), ("b", "c", MERGED)],
            [("c", "d", SAME)],
            [("a", "d", MERGED), ("b", "d", MERGED)],
        ),
        (
            [("a", "c", MERGED), ("b", "c", MERGED)],
            [("c", "d", SPLIT), ("c", "e", SPLIT)],
            [("a", "d", SPLIT), ("a", "e", SPLIT), ("b", "d", SPLIT), ("b", "e", SPLIT)],
        ),
        ([("a", "b", SAME)], [("b", None, DROPPED)], [("a", None, DROPPED)]),
        ([("a", None, DROPPED)], [], [("a", None, DROPPED)]),
        ([(None, "b", NEW)], [("b", "c", SAME)], [(None, "c", NEW)]),
        ([(None, "b", NEW)], [("b", None, DROPPED)], []),
        ([], [(None, "c", NEW)], [(None, "c", NEW)]),
        (
            [("a", "a", SAME), (None, "b", NEW)],
            [("a", "c", MERGED), ("b", "c", MERGED)],
            [("a", "c", REVISED)],
        ),
    ],
)
def test_two_steps(first: Told, second: Told, whole: Told) -> None:
    assert compose(links(*first), links(*second)) == links(*whole)


def test_three_steps() -> None:
    split = links(("a", "a", SPLIT), ("a", "b", SPLIT))
    assert composed([identity(("a",)), split, identity(("a", "b"))]) == split


def test_what_people_said_goes_before() -> None:
    told = links(("a", "b", REVISED))
    others = links(("a", "a", SAME), ("b", "b", SPLIT), ("b", "c", SPLIT), (None, "d", NEW))
    assert beside(told, others) == links((None, "d", NEW))
    assert beside((), others) == others
    assert beside(links((None, "d", NEW)), others) == others[:-1]


@st.composite
def whole_statements(draw: st.DrawFn) -> tuple[SubAreaLink, ...]:
    """The links of rows that hold, over all codes."""
    rows = [
        Row(
            code,
            tuple(draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True))),
            draw(st.sampled_from(OFFERED)),
        )
        for code in CODES
    ]
    wrong = {problem.row for problem in problems(rows, CODES, CODES)}
    while wrong:
        rows = [Row(row.code, (), DROPPED) if n in wrong else row for n, row in enumerate(rows)]
        wrong = {problem.row for problem in problems(rows, CODES, CODES)}
    return links_of(rows, CODES)


few = settings(max_examples=40)  # each example is one whole crosswalk or two


@few
@given(whole_statements())
def test_with_identity_nothing_changes(told: tuple[SubAreaLink, ...]) -> None:
    assert set(compose(identity(CODES), told)) == set(told)
    assert set(compose(told, identity(CODES))) == set(told)


@few
@given(whole_statements(), whole_statements())
def test_what_comes_out_is_a_crosswalk(
    one: tuple[SubAreaLink, ...], other: tuple[SubAreaLink, ...]
) -> None:
    whole = compose(one, other)
    Crosswalk(EDITION, EDITION, crosswalk_between(EDITION, EDITION).areas, whole)
    assert {link.before_code for link in whole if link.before_code} == set(CODES)
    assert {link.after_code for link in whole if link.after_code} == set(CODES)
    Crosswalk(
        EDITION,
        EDITION,
        crosswalk_between(EDITION, EDITION).areas,
        (*one[:1], *beside(one[:1], whole)),
    )
