"""Kills: a worker dies at a named point or a random moment, others go on, and all is counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.faults import workers
from tests.faults.points import DELIVERING, PLANNING, WINDOW, Trap
from tests.faults.stage import LATER, Stage
from tests.faults.town import MORNING, look, tables
from tests.faults.workers import Work, Worker
from tracker.models import OutboxState

AT_RANDOM = "at a random moment"


@dataclass
class Campaign:
    """Many rounds on one stage; `rates` is how often an unharmed worker comes to each point,
    `planning` and `delivering` how many seconds it takes."""

    stage: Stage
    rates: Counter[str]
    planning: float
    delivering: float

    @classmethod
    def begin(cls, stage: Stage) -> Campaign:
        """Watch one unharmed worker plan and deliver."""
        stage.open(planned=False)
        work = Work(MORNING, stage.office.url)
        moments = [time.monotonic()]
        rates: Counter[str] = Counter()
        for part in (replace(work, delivers=False), replace(work, plans=False)):
            rates.update(workers.counted(stage.app, part))
            moments.append(time.monotonic())
        missing = [point for point in (*PLANNING, *DELIVERING) if not rates[point]]
        assert not missing, f"a worker never comes to {missing}"
        return cls(stage, rates, moments[1] - moments[0], moments[2] - moments[1])

    def at_point(self, point: str) -> None:
        """One round: a worker dies at `point`, the first time or a later one."""
        stage, planning = self.stage, point in PLANNING
        trap = Trap(point, stage.chance.randint(1, self.rates[point]))
        work = Work(MORNING, stage.office.url, plans=planning, delivers=not planning)
        stage.open(planned=not planning)
        killed, _ = workers.start(stage.app, work, trap).end()
        if not killed:
            stage.tally.complain(point, f"a worker did not come there {trap.nth} times")
            return
        stage.tally.kills[point] += 1
        half = stage.half_time(point, allowed=int(point in WINDOW))
        stage.close(half, exact=not planning)

    def at_random(self, number: int, *, planned: bool) -> None:
        """One round: `number` workers deliver at once (and plan before it, unless all is planned),
        and die at random moments."""
        stage = self.stage
        stage.open(planned=planned)
        work = Work(MORNING, stage.office.url, plans=not planned)
        span = self.delivering if planned else self.planning + self.delivering
        moments = sorted(stage.chance.uniform(0.002, span * 1.1) for _ in range(number))
        begun_at = time.monotonic()
        crew = [workers.start(stage.app, work) for _ in range(number)]
        killed = _kill(crew, moments, begun_at)
        stage.tally.kills[AT_RANDOM] += killed
        stage.close(stage.half_time(AT_RANDOM, allowed=killed), exact=planned)


def _kill(crew: Sequence[Worker], moments: Sequence[float], begun_at: float) -> int:
    """Kill each at its moment; how many had not ended by then."""
    for worker, moment in zip(crew, moments, strict=True):
        time.sleep(max(0.0, begun_at + moment - time.monotonic()))
        worker.kill()
    return sum(worker.end()[0] for worker in crew)


def kill_at_points(stage: Stage, each: int) -> None:
    """So many kills at each named point, in an order by chance."""
    campaign = Campaign.begin(stage)
    points = [*PLANNING, *DELIVERING] * each
    stage.chance.shuffle(points)
    for point in points:
        campaign.at_point(point)


def kill_at_random(stage: Stage, kills: int) -> None:
    """So many kills at random moments, of one, two or four workers at once."""
    campaign = Campaign.begin(stage)
    for crew in (1, 2, 4):
        aim = stage.tally.kills[AT_RANDOM] + -(-kills // 3)
        while stage.tally.kills[AT_RANDOM] < aim:
            campaign.at_random(crew, planned=stage.chance.random() < 0.5)


def twice(stage: Stage, point: str) -> None:
    """The same letter is hit at `point`, and its second copy again: there is no third, and the
    administrator is shown it. All others arrive once."""
    where = f"twice {point}"
    stage.open(planned=True)
    for moment in (MORNING, LATER):
        killed, _ = workers.start(stage.app, Work(moment, stage.office.url), Trap(point, 1)).end()
        stage.tally.kills[where] += killed
    for number in (2, 3):
        workers.do(stage.app, Work(MORNING + number * (LATER - MORNING), stage.office.url))
    with tables() as connection:
        kept = look(connection)
    copies = Counter(one.message_id for one in stage.office.accepted())
    dead = [row["message_id"] for row in kept.outbox if row["state"] is OutboxState.DEAD]
    unsent = [row for row in kept.outbox if row["state"] is not OutboxState.SENT]
    hit = stage.expected.outbox[0]["message_id"]
    once = {row["message_id"]: 1 for row in stage.expected.outbox if row["message_id"] != hit}
    stage.tally.letters += len(kept.outbox)
    stage.tally.repeated += copies[hit] - 1 if copies[hit] else 0
    expected_copies = 2 if point in WINDOW else 0
    right = copies.pop(hit, 0) == expected_copies and dict(copies) == once
    if not right or dead != [hit] or len(unsent) != 1:
        stage.tally.complain(where, f"dead {dead}, {len(unsent)} unsent, others {copies}")
