"""What comparing two evaluations costs in process: worked out anew, and asked for again, alone and
beside three hundred other municipalities."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median

from bench.installation import NOW, filled, tidy
from tests.helpers import postgres
from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.extensions import db
from tracker.models import Area, Evaluation, Municipality, ScoreSet
from tracker.services.comparisons import comparing
from tracker.services.comparisons.choosing import comparable, latest_two

ACTIONS, POINTS = 1_000, 400
OTHERS, YEARS = 300, (2020, 2021, 2023, 2025)
EDITION = "kommunkompassen-2020"
MOST_MS = 50
RUNS = 15


def measure() -> Iterator[str]:
    """The milliseconds of work in this process (processor time) on both databases."""
    yield from _lines("SQLite", "")
    yield from _many("SQLite", "")
    with postgres.running() as server, server.database() as url, server.database() as other:
        yield from _lines("PostgreSQL", url)
        yield from _many("PostgreSQL", other)


def _lines(name: str, database_url: str) -> Iterator[str]:
    with filled(0, database_url=database_url) as app, app.app_context():
        yield _line(name)
        _add_others()
        yield _line(f"{name}, {OTHERS} others evaluated {len(YEARS)} times")


def _many(name: str, database_url: str) -> Iterator[str]:
    with filled(ACTIONS, points=POINTS, database_url=database_url) as app, app.app_context():
        yield _line(f"{name}, {ACTIONS:,} actions over twenty evaluations of ours")


def _line(name: str) -> str:
    two = latest_two(comparable(None))
    assert two is not None

    def compare() -> None:
        comparing.compare_evaluations(*two, by=None)
        db.session.rollback()

    anew = _milliseconds(compare, before=_forget)
    again = _milliseconds(compare)
    verdict = "holds" if anew <= MOST_MS else "DOES NOT HOLD"
    return (
        f"comparing two evaluations, {name}: {anew:.0f} ms anew, {again:.0f} ms again "
        f"(at most {MOST_MS}: {verdict})"
    )


def _add_others() -> None:
    chance = random.Random(6)
    for number in range(OTHERS):
        place = Municipality(name=f"Kommun {number}")
        for year in YEARS:
            areas = [
                Area(number=area, name=f"Område {area}", score=chance.randint(40, 70), max=100)
                for area in AREA_NUMBERS
            ]
            month = date(year, chance.randint(1, 12), 1)
            scored = Evaluation(municipality=place, month=month, accepted_at=NOW)
            scored.score_sets = [ScoreSet(edition=EDITION, areas=areas)]
            db.session.add(scored)
    db.session.commit()
    tidy()


def _forget() -> None:
    comparing.worked_out.cache_clear()
    comparing.effect_of.cache_clear()


def _milliseconds(work: Callable[[], None], before: Callable[[], None] | None = None) -> float:
    work()
    taken = []
    for _ in range(RUNS):
        if before:
            before()
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return median(taken) * 1e3
