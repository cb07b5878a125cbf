"""No chain of waiting leads back to its start."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.dependencies import find_circle


@pytest.mark.parametrize(
    ("edges", "new", "circle"),
    [
        ([], (1, 2), None),
        ([], (1, 1), [1, 1]),
        ([(2, 1)], (1, 2), [1, 2, 1]),
        ([(1, 2)], (1, 2), None),
        ([(2, 3), (3, 1)], (1, 2), [1, 2, 3, 1]),
        ([(2, 3), (3, 4), (4, 1), (3, 1)], (1, 2), [1, 2, 3, 1]),
        ([(1, 3), (3, 2)], (1, 2), None),
        ([(5, 6), (6, 5)], (1, 5), None),
    ],
)
def test_the_shortest_circle_is_named(edges, new, circle):
    assert find_circle(edges, new) == circle


@pytest.mark.parametrize("length", range(1, 7))
def test_a_chain_of_any_length_is_seen(length):
    chain = [(n, n + 1) for n in range(1, length)]
    assert find_circle(chain, (length, 1)) == [length, *range(1, length + 1)]


EDGES = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=40)


@given(EDGES)
def test_what_is_let_in_never_makes_a_circle(offered):
    """Add edges one by one, each only where it closes nothing: an order remains."""
    kept: list[tuple[int, int]] = []
    for edge in offered:
        circle = find_circle(kept, edge)
        if circle is None:
            kept.append(edge)
            continue
        assert circle[0] == circle[-1] == edge[0]
        assert (circle[0], circle[1]) == edge
        assert all(pair in kept for pair in pairwise(circle[1:]))
    left = set(range(1, 9))
    while left:
        free = {n for n in left if not any(a == n and b in left for a, b in kept)}
        assert free, "everything that is left waits for something that is left"
        left -= free
