"""A disk of our own that can be filled up."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOM = 192  # megabytes; a new PostgreSQL takes a third of it


@contextmanager
def small_disk(folder: Path, megabytes: int = ROOM) -> Iterator[bool]:
    """A small disk, in memory, at the new `folder`; False where we may not have one."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(folder)]
    allowed = os.geteuid() == 0 and _goes_well(words)
    try:
        yield allowed
    finally:
        if allowed:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _goes_well(words: list[str]) -> bool:
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte of room on the disk that holds `folder`."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for piece in (2**20, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"." * piece)
        try:
            yield
        finally:
            filler.unlink()


@contextmanager
def quota(largest: int) -> Iterator[None]:
    """No file of this process and its children grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
