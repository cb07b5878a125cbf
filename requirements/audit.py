"""`make audit`: the pinned packages that have known faults, by the public advisory database.

It lists and never gates: pip-audit calls it a success when it could look nothing up, so what could
not be looked up is counted out loud here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LOCKS = {"base.txt": "what runs in production", "dev.txt": "what tests and development add"}


def asked(lock: Path) -> dict[str, Any] | str:
    """What pip-audit finds in a lock file, or its last words when it could not look."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes"]
    options = ["--disable-pip", "--progress-spinner", "off", "--format", "json"]
    told = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    try:
        found: dict[str, Any] = json.loads(told.stdout)
    except ValueError:
        return (told.stderr.strip().splitlines() or ["no answer"])[-1]
    return found


def lines(found: dict[str, Any] | str) -> list[str]:
    """What to print of an answer: the faults, and how many packages were looked up at all."""
    if isinstance(found, str):
        return [f"  NOTHING was looked up: {found}"]
    packages = found["dependencies"]
    looked_up = [one for one in packages if "skip_reason" not in one]
    said = [f"  {len(looked_up)} of {len(packages)} packages were looked up."]
    if not looked_up:
        said = [f"  NOTHING was looked up: none of {len(packages)} packages could be reached."]
    faults = [(one, fault) for one in looked_up for fault in one["vulns"]]
    for one, fault in faults:
        mended = ", ".join(fault["fix_versions"]) or "none yet"
        said.append(f"  {one['name']} {one['version']}: {fault['id']}, mended in: {mended}")
    if looked_up and not faults:
        said.append("  No known faults in those.")
    return said


def main(ask: Callable[[Path], dict[str, Any] | str] = asked) -> None:
    """Print the known faults in both lock files."""
    for name, what in LOCKS.items():
        print(f"{name} ({what}):")
        print("\n".join(lines(ask(HERE / name))))


if __name__ == "__main__":
    main()
