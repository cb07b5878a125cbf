"""`make faults`: the whole suite on both databases side by side, one table, and two weeks told.

Ends with 1 if any promise was broken.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import IO

from tests.faults import two_weeks
from tests.faults.kills import AT_RANDOM
from tests.faults.points import DELIVERING, PLANNING
from tests.faults.suite import GROUPS, Row
from tests.helpers.apps import ROOT

DATABASES = ("sqlite", "postgresql")
KILLS, AT_EACH = 1000, 20  # what "Done when" asks for, on each database
COLUMNS = ("kills", "letters", "lost", "extra", "repeated", "unforced", "seconds")


def play(database: str, size: str, groups: list[str], out: IO[str]) -> subprocess.Popen[str]:
    """Start the suite on one database; its rows go to `out`."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.suite", database, size, *groups]
    return subprocess.Popen(command, cwd=ROOT, stdout=out, text=True)


def all_rows(size: str, groups: list[str]) -> dict[str, list[Row]]:
    """Both databases side by side; a suite that broke off raises."""
    with tempfile.TemporaryDirectory() as name:
        files = {database: (Path(name) / database).open("w+") for database in DATABASES}
        running = {one: play(one, size, groups, file) for one, file in files.items()}
        rows = {}
        for database, process in running.items():
            process.wait()
            files[database].seek(0)
            rows[database] = [Row.of(line) for line in files[database]]
            files[database].close()
            wrong = any(row.tally.wrong for row in rows[database])
            if process.returncode and not wrong:
                raise SystemExit(f"the suite on {database} broke off after {len(rows[database])}")
    return rows


def figures(row: Row) -> list[str]:
    """A row's cells."""
    tally = row.tally
    counts = (sum(tally.kills.values()), tally.letters, tally.lost, tally.extra)
    return [*map(str, (*counts, tally.repeated, tally.unforced)), f"{row.seconds:.0f}"]


def show(rows: dict[str, list[Row]]) -> None:
    """One table of counts, Markdown: both databases, scene by scene."""
    print("| database | scene | " + " | ".join(COLUMNS) + " | note |")
    print("|---|---|" + "---:|" * len(COLUMNS) + "---|")
    for database, found in rows.items():
        for row in found:
            print(f"| {database} | {row.scene} | {' | '.join(figures(row))} | {row.note} |")
        total = [sum(int(figures(row)[n]) for row in found) for n in range(len(COLUMNS))]
        print(f"| {database} | all | {' | '.join(map(str, total))} | |")


def show_points(rows: dict[str, list[Row]]) -> None:
    """How many kills fell on each named point."""
    print("\n| killed | " + " | ".join(rows) + " |\n|---|" + "---:|" * len(rows))
    kills = {database: killed(found) for database, found in rows.items()}
    for point in (*PLANNING, *DELIVERING, AT_RANDOM):
        print(f"| {point} | " + " | ".join(str(kills[one][point]) for one in rows) + " |")


def killed(rows: list[Row]) -> Counter[str]:
    """Kills by point, all scenes together."""
    together: Counter[str] = Counter()
    for row in rows:
        together.update(row.tally.kills)
    return together


def complaints(rows: dict[str, list[Row]], size: str) -> list[str]:
    """What broke the promise, and what the suite itself left undone."""
    wrong = [
        f"{one}: {what}" for one, found in rows.items() for r in found for what in r.tally.wrong
    ]
    for database, found in rows.items() if size == "full" else ():
        kills = killed(found)
        few = [point for point in (*PLANNING, *DELIVERING) if kills[point] < AT_EACH]
        if few or sum(kills.values()) < KILLS:
            wrong.append(f"{database}: only {sum(kills.values())} kills, too few at {few}")
    return wrong


def main(size: str = "full", *groups: str) -> int:
    """Play, show, judge."""
    begun_at = time.monotonic()
    rows = all_rows(size, list(groups or GROUPS))
    show(rows)
    show_points(rows)
    wrong = complaints(rows, size if not groups else "part")
    print(f"\nTook {(time.monotonic() - begun_at) / 60:.1f} minutes. Broken promises: {len(wrong)}")
    print("\n".join(wrong))
    print("\nTwo weeks of the demo municipality, who got what:\n")
    return int(two_weeks.main() > 0 or bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
