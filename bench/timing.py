"""How we time: the median of several runs, so that one hiccup does not count."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median


def seconds(work: Callable[[], object], *, runs: int = 7) -> float:
    """The median wall-clock time of `work`, after one run to warm up."""
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def side_by_side(
    one: Callable[[], object], other: Callable[[], object], *, runs: int = 15
) -> tuple[float, float]:
    """The median wall-clock times of two works, run in turns so that both meet the same weather."""
    one()
    other()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for work, times in zip((one, other), taken, strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return median(taken[0]), median(taken[1])
