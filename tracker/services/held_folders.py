"""Folders in which work goes on beside the requests: whoever works in one holds its lock, so that
another process can tell work that goes on from work that was cut off."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

LOCK, STATE = "lock", "state.json"


@contextmanager
def alone(root: Path, no_room: Callable[[], Exception]) -> Iterator[None]:
    """Nobody else begins, takes up or looks in `root` meanwhile. Where the disk takes no more,
    raises what `no_room` gives."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (root / ".lock").open("ab")
    except OSError as error:
        raise no_room() from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_held(folder: Path) -> bool:
    """Whether somebody is at work in a folder."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def number_held(root: Path) -> int:
    """In how many folders somebody is at work."""
    return sum(one.is_dir() and is_held(one) for one in root.iterdir())


def sweep(root: Path, is_old: Callable[[Path], bool]) -> None:
    """Remove what is old and nobody holds."""
    for folder in root.iterdir():
        if folder.is_dir() and not is_held(folder) and is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Written whole before it has its name: nobody meets half a state."""
    raw = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in state.items()
    }
    fresh = folder / f"{STATE}.new"
    fresh.write_text(json.dumps(raw, default=str))
    fresh.replace(folder / STATE)
