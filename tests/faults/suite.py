"""The suite on one database: `python -m tests.faults.suite sqlite small kills mail`.

Prints a line of JSON for each scene; the exit code is 1 if a promise was broken. A process of its
own, because forking wants a single thread.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from tests.faults import clock_scenes, database_scenes, day_scenes, kills, mail_scenes, race_scenes
from tests.faults.accounts import Tally
from tests.faults.mail_process import PHASES
from tests.faults.post_office import PostOffice, post_office
from tests.faults.small_disk import full, quota, small_disk
from tests.faults.stage import Stage
from tests.faults.workers import part_from_the_database
from tests.helpers import postgres
from tests.helpers.apps import make_app, migrate_to, settings
from tests.helpers.postgres import TEMPLATE, PostgresServer, roomy_memory

SEED = 5
QUOTA = 40_000  # bytes of a file: less than a day's plan takes


@dataclass(frozen=True)
class Row:
    """What one scene came to."""

    scene: str
    tally: Tally
    seconds: float
    note: str = ""

    def to_json(self) -> str:
        """One line."""
        return json.dumps({**vars(self), "tally": vars(self.tally)}, ensure_ascii=False)

    @classmethod
    def of(cls, line: str) -> Row:
        """Read it back."""
        data: dict[str, Any] = json.loads(line)
        tally = data.pop("tally")
        return cls(**data, tally=Tally(**{**tally, "kills": Counter(tally["kills"])}))


@dataclass
class Place:
    """An installation to play on; `disk` is a small one under the database, if we may have it."""

    app: Flask
    office: PostOffice
    folder: Path
    full_size: bool
    server: PostgresServer | None = None
    disk: Path | None = None
    stage: Stage = field(init=False)

    def build(self, people: int) -> Stage:
        """The town on it, with so many managers."""
        self.stage = Stage.begin(self.app, self.office, people, SEED)
        return self.stage

    def play(self, scene: str, work: Callable[..., object], *details: object) -> Row:
        """One scene, on accounts of its own; a sentence that it gives is its note."""
        self.stage.tally = Tally()
        begun_at = time.monotonic()
        note = work(self.stage, *details)
        seconds = time.monotonic() - begun_at
        return Row(scene, self.stage.tally, seconds, note if isinstance(note, str) else "")


def kills_group(place: Place) -> Iterator[Row]:
    """SIGKILL at every named point and at random moments."""
    place.build(12 if place.full_size else 6)
    each, at_random = (28, 500) if place.full_size else (1, 3)
    yield place.play("killed at named points", kills.kill_at_points, each)
    yield place.play("killed at random moments", kills.kill_at_random, at_random)
    for point in ("answer read", "after 354"):
        yield place.play(f"killed twice: {point}", kills.twice, point)


def mail_group(place: Place) -> Iterator[Row]:
    """Mail servers that misbehave."""
    place.build(50 if place.full_size else 8)
    yield place.play("SMTP down, then up", mail_scenes.server_down)
    yield place.play("SMTP goes down", mail_scenes.goes_down_in_the_middle)
    yield place.play("greylisting", mail_scenes.greylisted)
    yield place.play("one is refused", mail_scenes.one_refused)
    for kind in ("hang", "drip", "drop"):
        phases = PHASES if place.full_size else PHASES[-3::2]
        yield place.play(f"{kind} at each phase", mail_scenes.troubles, kind, phases)


def races_group(place: Place) -> Iterator[Row]:
    """Workers that race."""
    place.build(20 if place.full_size else 8)
    times = 25 if place.full_size else 1
    for number in (2, 4):
        title = f"{number} workers at once, {times} times"
        yield place.play(title, race_scenes.races, number, times)
    # In small as well, there are more batches than workers.
    reminders, batch = (10_000, 100) if place.full_size else (80, 4)
    title = f"4 workers x {reminders:,} reminders"
    yield place.play(title, race_scenes.crowd, 4, reminders, batch)


def clock_group(place: Place) -> Iterator[Row]:
    """The clock off and right again."""
    place.build(8 if place.full_size else 3)
    every = 1 if place.full_size else 3
    for name in clock_scenes.OFF if place.full_size else ("ten years ahead",):
        yield place.play(f"clock {name}", clock_scenes.all_ways, [name], every)


def database_group(place: Place) -> Iterator[Row]:
    """Disks that are full, and PostgreSQL restarted in the middle."""
    place.build(20)
    planning = database_scenes.full_while_planning
    if place.disk is not None:
        yield place.play("disk full while planning", planning, full(place.disk))
    if place.server is None:
        yield place.play("quota while planning", planning, quota(QUOTA))
    post = place.folder / "post"
    with small_disk(post, 4) as allowed:
        if allowed:
            scene = database_scenes.mail_folder_full
            yield place.play("mail folder full", scene, post / "mail", full(post))
    if place.server is not None:
        times = 20 if place.full_size else 1
        title = f"restarted at once, {2 * times} times"
        yield place.play(title, database_scenes.restarts, place.server, times)


def days_group(place: Place) -> Iterator[Row]:
    """Days on end: a month of downtime, and June with its midsummer."""
    place.build(20 if place.full_size else 6)
    yield place.play("worker away for 30 days", day_scenes.away)
    every = 1 if place.full_size else 6
    yield place.play("mail server away for 30 days", day_scenes.mail_away, every)
    passes = day_scenes.ALL_PASSES if place.full_size else day_scenes.FEW_PASSES
    yield place.play("June 2026, pass by pass", day_scenes.june, *passes)


GROUPS: dict[str, Callable[[Place], Iterator[Row]]] = {
    "kills": kills_group,
    "mail": mail_group,
    "races": races_group,
    "clock": clock_group,
    "database": database_group,
    "days": days_group,
}


@dataclass(frozen=True)
class Ground:
    """What the places of a suite stand on: a mail server, and a migrated database to copy, in
    `folder` or on `server`."""

    folder: Path
    office: PostOffice
    server: PostgresServer | None = None


@contextmanager
def new_ground(database: str) -> Iterator[Ground]:
    """Start and migrate, once for all groups."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=roomy_memory())))
        server = None
        if database == "postgresql":
            server = stack.enter_context(new_server(folder))
            server.execute("CREATE DATABASE {name}", name=TEMPLATE)
        migrate_to(make_app(settings(folder, server.url(TEMPLATE) if server else "")))
        yield Ground(folder, stack.enter_context(post_office(folder)), server)


@contextmanager
def new_server(folder: Path) -> Iterator[PostgresServer]:
    """The test run's own setting would lose the last commits when the server is killed."""
    with postgres.running(folder) as server:
        server.execute("ALTER SYSTEM SET synchronous_commit = on")
        server.execute("SELECT pg_reload_conf()")
        yield server


@contextmanager
def new_place(ground: Ground, *, full_size: bool, may_break: bool) -> Iterator[Place]:
    """An empty installation in a folder of its own; one that may break has a database server and,
    if we may have one, a small disk of its own as well."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=roomy_memory())))
        home, disk, server, url = folder / "home", None, None, ""
        if may_break and stack.enter_context(small_disk(home)):
            disk = home
        home.mkdir(exist_ok=True)
        if ground.server is None:
            shutil.copy(ground.folder / "atgarda.db", home)
        elif may_break:
            server = stack.enter_context(new_server(home))
            url = server.url("postgres")
        else:
            url = stack.enter_context(ground.server.database(TEMPLATE))
        app = make_app(settings(home, url))
        if server is not None:
            migrate_to(app)
        with app.app_context():
            yield Place(app, ground.office, folder, full_size, server, disk)
            part_from_the_database()


def main(database: str, size: str, *names: str) -> int:
    """Play the groups; 1 if anything was wrong."""
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    logging.disable(logging.CRITICAL)
    # So that a disk is taken down and a server ended also when somebody ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wrong = 0
    with new_ground(database) as ground:
        for name in names or GROUPS:
            breaks = name == "database"
            with new_place(ground, full_size=size == "full", may_break=breaks) as place:
                for row in GROUPS[name](place):
                    print(row.to_json(), flush=True)
                    wrong += len(row.tally.wrong)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
