"""What it takes to make a report's files, each in a new process: typst and the fonts are cold."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.helpers.logos import logo
from tests.helpers.told import AS_OF, facts, hostile_facts, of_rows
from tests.helpers.told_rows import ROWS
from tracker.domain.reporting import ReportFacts
from tracker.services.reports.reading.formats import CONTENT_TYPES
from tracker.services.reports.snapshots import frozen
from tracker.services.reports.telling.composing import compose

ACTIONS, HOSTILE = 200, 500
MOST_ALLOWED = 1.5  # seconds of work, in all threads together
MOST_MEGABYTES = 400
AT = datetime(2026, 5, 6, 8, tzinfo=UTC)
# What getrusage tells of a new process counts its parent, too: the kernel's own mark does not.
_MAKE = """
import sys, time
from pathlib import Path
from tracker.services.reports.reading.formats import made
from tracker.services.reports.snapshots import thawed
def peak():
    told = next(x for x in open('/proc/self/status') if x.startswith('VmHWM'))
    return int(told.split()[1]) // 1024
idle, began, started = peak(), time.process_time(), time.perf_counter()
data = made(thawed(Path(sys.argv[1]).read_text(encoding='utf-8')), sys.argv[2])
print(time.process_time() - began, time.perf_counter() - started, peak(), idle, len(data))
"""


def measure() -> Iterator[str]:
    """Work, time and memory for each format of an ordinary and of a hostile report."""
    yield from _measured(f"a report of {ACTIONS} actions with charts", _ordinary())
    yield from _measured(f"a report of {HOSTILE} hostile actions", hostile_facts(HOSTILE))


def _ordinary() -> ReportFacts:
    rows = tuple(
        replace(
            ROWS[at % len(ROWS)],
            id=at + 1,
            title=f"{ROWS[at % len(ROWS)].title} ({at + 1})",
            deadline=AS_OF + timedelta(days=at * 7 % 500 - 100),
        )
        for at in range(ACTIONS)
    )
    told = facts()
    return of_rows(
        rows, changes=told.changes, questions=told.questions, coming=told.coming, round=told.round
    )


def _measured(name: str, told: ReportFacts) -> Iterator[str]:
    snapshot = compose(told, {}, locale="sv", at=AT, logo=logo())
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(frozen(snapshot).encode("utf-8", "surrogatepass"))
        file.flush()
        for kind in CONTENT_TYPES:
            yield f"{name}, {kind}: {_made(Path(file.name), kind)}"


def _made(snapshot: Path, kind: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _MAKE, str(snapshot), kind],
        check=True,
        capture_output=True,
        text=True,
    )
    work, taken, peak, idle, size = map(float, done.stdout.split())
    holds = work <= MOST_ALLOWED and peak <= MOST_MEGABYTES
    return (
        f"{work / MOST_ALLOWED:.2f} of the {MOST_ALLOWED} s of work allowed ({work:.2f} s, "
        f"{taken:.2f} s by the clock), {peak:.0f} MB at most ({idle:.0f} MB before; "
        f"{size / 1e3:.0f} kB made; at most {MOST_MEGABYTES} MB: "
        f"{'holds' if holds else 'DOES NOT HOLD'})"
    )
