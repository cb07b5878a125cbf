"""Mail servers that misbehave: away, putting off, refusing, hanging, dripping, hanging up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.faults import workers
from tests.faults.mail_process import PHASES
from tests.faults.post_office import nobody_accepts
from tests.faults.stage import Stage
from tests.faults.town import MORNING, look, tables
from tests.faults.workers import Work
from tracker.models import OutboxState

DEADLINE = 0.6  # seconds per message instead of the product's sixty
TAKEN = ("content", "answer")  # phases in which the content has left


def after(minutes: float) -> datetime:
    """So long after the beginning."""
    return MORNING + timedelta(minutes=minutes)


COMING_BACK = tuple(after(minutes) for minutes in (1.2, 7, 24, 60, 130, 200))


def deliver(stage: Stage, url: str = "", **options: float) -> Counter[str]:
    """One delivery at the beginning; how the letters ended."""
    work = Work(MORNING, url or stage.office.url, plans=False, **options)  # type: ignore[arg-type]
    return Counter(workers.do(stage.app, work))


def server_down(stage: Stage) -> None:
    """Nobody listens; later somebody does again."""
    stage.open(planned=True)
    stage.office.down()
    ended = deliver(stage)
    if ended["sent"] or not ended["unreachable"]:
        stage.tally.complain("server down", f"ended {ended}")
    half = stage.half_time("server down", allowed=0)
    stage.office.up()
    stage.close(half, COMING_BACK, exact=True)


def goes_down_in_the_middle(stage: Stage) -> None:
    """It goes while letters leave, and comes back."""
    stage.open(planned=True)
    worker = workers.start(stage.app, Work(MORNING, stage.office.url, plans=False))
    stage.office.wait_for(len(stage.expected.outbox) // 3)
    stage.office.down()
    worker.end()
    half = stage.half_time("server goes down", allowed=1)
    stage.office.up()
    stage.close(half, COMING_BACK, exact=True)


def greylisted(stage: Stage) -> None:
    """Everybody is put off twice."""
    stage.open(planned=True)
    stage.office.behave(greylist=2)
    ended = deliver(stage)
    if set(ended) != {"later"}:
        stage.tally.complain("greylisting", f"ended {ended}")
    stage.close(stage.half_time("greylisting", allowed=0), COMING_BACK, exact=True)


def one_refused(stage: Stage) -> None:
    """One recipient of all is refused for good: that letter is dead, in sight of the
    administrator, and all others arrive."""
    stage.open(planned=True)
    where, unlucky = "one refused", stage.expected.outbox[len(stage.expected.outbox) // 2]
    stage.office.behave(refuse=[unlucky["address"]])
    ended = deliver(stage)
    others = {row["message_id"] for row in stage.expected.outbox if row is not unlucky}
    arrived = [one.message_id for one in stage.office.accepted()]
    stage.tally.letters += len(others)
    if sorted(arrived) != sorted(others) or ended["dead"] != 1:
        stage.tally.lost += len(others - set(arrived))
        stage.tally.complain(where, f"ended {ended}, {len(arrived)} arrived")
    with tables() as connection:
        dead = [row for row in look(connection).outbox if row["state"] is OutboxState.DEAD]
    if [(row["id"], row["smtp_code"]) for row in dead] != [(unlucky["id"], 550)]:
        stage.tally.complain(where, "not the refused letter is dead")


def trouble(stage: Stage, kind: str, phase: str) -> None:
    """Once, the server hangs, drips or hangs up at this phase of one conversation."""
    where = f"{kind} at {phase}"
    stage.open(planned=True)
    stage.office.behave(phase=phase, kind=kind, times=1)
    ended = deliver(stage, deadline_seconds=DEADLINE)
    half = stage.half_time(where, allowed=int(phase == "answer"))
    if (ended["uncertain"] == 1) != (phase in TAKEN):
        stage.tally.complain(where, f"ended {ended}")
    stage.close(half, COMING_BACK, exact=True)


def hangs_as_it_connects(stage: Stage) -> None:
    """Not even the connection comes about."""
    stage.open(planned=True)
    with nobody_accepts() as url:
        ended = deliver(stage, url, deadline_seconds=DEADLINE)
    if dict(ended) != {"unreachable": 1}:
        stage.tally.complain("hang at connect", f"ended {ended}")
    half = stage.half_time("hang at connect", allowed=0)
    stage.close(half, COMING_BACK, exact=True)


def troubles(stage: Stage, kind: str, phases: Iterable[str] = PHASES) -> None:
    """The trouble at each phase in turn."""
    for phase in phases:
        trouble(stage, kind, phase)
    if kind == "hang":
        hangs_as_it_connects(stage)
