"""What waits for what must come to an end: a chain of actions never leads back to its start."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

Edge = tuple[int, int]


def find_circle(edges: Iterable[Edge], new_edge: Edge) -> list[int] | None:
    """The shortest circle that `new_edge` would close, from its first action back to itself.

    An edge (a, b) says that a waits for b: [1, 2, 3, 1] means that 1 waits for 2, 2 for 3 and 3
    for 1. None where there is no circle through the new edge.
    """
    start, first = new_edge
    waits_for = defaultdict(list)
    for action, needed in edges:
        waits_for[action].append(needed)
    came_from: dict[int, int | None] = {first: None}
    ahead = deque([first])
    while ahead:
        action = ahead.popleft()
        if action == start:
            return [start, *_way_to(start, came_from)]
        for needed in waits_for[action]:
            if needed not in came_from:
                came_from[needed] = action
                ahead.append(needed)
    return None


def _way_to(action: int, came_from: dict[int, int | None]) -> list[int]:
    way: list[int] = []
    at: int | None = action
    while at is not None:
        way.append(at)
        at = came_from[at]
    return way[::-1]
