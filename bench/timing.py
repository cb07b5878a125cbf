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
