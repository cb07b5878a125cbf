"""What comparing two evaluations costs: worked out anew, and asked for again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

from bench.installation import filled
from tests.helpers import postgres
from tracker.extensions import db
from tracker.services.comparisons import comparing
from tracker.services.comparisons.choosing import comparable, latest_two

ACTIONS, POINTS = 1_000, 400
MOST_MS = 50
RUNS = 15


def measure() -> Iterator[str]:
    """The milliseconds on both databases, the queries included."""
    yield from _lines("SQLite", "")
    with postgres.running() as server, server.database() as url:
        yield from _lines("PostgreSQL", url)


def _lines(name: str, database_url: str) -> Iterator[str]:
    with (
        filled(ACTIONS, points=POINTS, database_url=database_url) as app,
        app.app_context(),
    ):
        two = latest_two(comparable(None))
        assert two is not None

        def compare() -> None:
            comparing.compare_evaluations(*two, by=None)
            db.session.rollback()

        anew = _milliseconds(compare, before=_forget)
        again = _milliseconds(compare)
        verdict = "holds" if anew <= MOST_MS else "DOES NOT HOLD"
        yield (
            f"comparing two evaluations, {name}: {anew:.0f} ms anew, {again:.0f} ms again "
            f"(at most {MOST_MS}: {verdict})"
        )


def _forget() -> None:
    comparing._worked_out.cache_clear()
    comparing._effect.cache_clear()


def _milliseconds(work: Callable[[], None], before: Callable[[], None] | None = None) -> float:
    work()
    taken = []
    for _ in range(RUNS):
        if before:
            before()
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e3
