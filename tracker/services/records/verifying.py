"""Whether an export is as it was made. Needs neither the database nor a secret."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from tracker.services.records.archive import MANIFEST, SEAL, pieces_of, sealed_part

MOST_SUMS = 256 * 1024 * 1024  # bytes of a list of sums; ours are far below
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
# What zipfile raises over bytes that are no archive, or no longer one.
_BROKEN = (
    *(BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, KeyError),
    *(NotImplementedError, RuntimeError, OverflowError, IndexError, MemoryError),
)


@dataclass(frozen=True)
class Checked:
    """What looking at an export showed. `sha256` is that of the whole file, and `sealed` whether
    it ends in the sum of its own bytes; `readable` whether it is an archive with a list of sums.
    `entries` counts the sums; `changed`, `missing` and `added` name entries."""

    sha256: str
    sealed: bool
    readable: bool = False
    entries: int = 0
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.sealed and self.readable and not (self.changed or self.missing or self.added)


def check_export(path: Path) -> Checked:
    """Read the whole file and compare every sum.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        whole = sealed_part(file)
        mark = _end_of(file)
        sealed = whole.hexdigest().encode() == mark
        whole.update(mark)
        try:
            return _compared(file, whole.hexdigest(), sealed=sealed)
        except _BROKEN:
            return Checked(whole.hexdigest(), sealed)


def _end_of(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, 2) - SEAL))
    return file.read()


def _compared(file: BinaryIO, sha256: str, *, sealed: bool) -> Checked:
    with ZipFile(file) as archive:
        sums = _sums(archive)
        found = Counter(info.filename for info in archive.infolist())
        there = {name: digest for name, digest in sums.items() if name in found}
        changed = [name for name, digest in there.items() if _sum_of(archive, name) != digest]
        # An entry that stands there twice is one too many.
        known = {*sums, MANIFEST}
        added = [name for name, times in found.items() if name not in known or times > 1]
        missing = [name for name in sums if name not in found]
    lists = tuple(changed), tuple(missing), tuple(added)
    return Checked(sha256, sealed, True, len(sums), *lists)


def _sums(archive: ZipFile) -> dict[str, str]:
    """Entry → SHA-256, as the archive's own list says."""
    with archive.open(MANIFEST) as entry:
        raw = entry.read(MOST_SUMS + 1)
    if len(raw) > MOST_SUMS:
        raise ValueError(MANIFEST)
    sums = {}
    for line in raw.decode().splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(line)
        sums[found[2]] = found[1]
    return sums


def _sum_of(archive: ZipFile, name: str) -> str:
    """The SHA-256 of an entry; empty where it can no longer be read."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as entry:
            for piece in pieces_of(entry):  # type: ignore[arg-type]
                digest.update(piece)
    except _BROKEN:
        return ""
    return digest.hexdigest()
