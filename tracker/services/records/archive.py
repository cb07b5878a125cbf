"""The file of an export: a ZIP whose bytes follow from what is in it, and that knows its sums.

Its last entry, MANIFEST.sha256, holds the SHA-256 of every other entry, as `sha256sum -c` reads
it. The archive's comment is the SHA-256 of all bytes before it, so that no byte of the file can
change unseen, not even one that belongs to no entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MANIFEST = "MANIFEST.sha256"
SEAL = 64  # characters of a SHA-256 in hexadecimal, which end the file
CHUNK = 1024 * 1024
_UNIX = 3
_PLAIN_FILE = 0o100600 << 16


class Archive:
    """An archive that is being written to an empty file that can be read back; whoever leaves the
    context without having closed it leaves half a file."""

    def __init__(self, file: BinaryIO, at: datetime) -> None:
        self._file = file
        self._date = at.astimezone(UTC).timetuple()[:6]
        self._zip = ZipFile(file, "w")
        self._sums: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        with suppress(OSError):  # also where the disk is full nothing is held on to
            self._zip.close()

    @property
    def entries(self) -> int:
        """How many entries there are by now."""
        return len(self._sums)

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write one entry, piece by piece; gives its SHA-256."""
        info = ZipInfo(name, self._date)
        info.compress_type, info.create_system = ZIP_DEFLATED, _UNIX
        info.external_attr = _PLAIN_FILE
        digest = hashlib.sha256()
        # How long it becomes nobody knows beforehand.
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for piece in pieces:
                digest.update(piece)
                entry.write(piece)
        self._sums.append((name, digest.hexdigest()))
        return digest.hexdigest()

    def close(self) -> str:
        """Write the sums and the seal; gives the SHA-256 of the whole file."""
        lines = [f"{digest}  {name}\n".encode() for name, digest in self._sums]
        self.add(MANIFEST, lines)
        self._zip.comment = b"0" * SEAL
        self._zip.close()
        return self._seal()

    def _seal(self) -> str:
        self._file.seek(0)
        whole = sealed_part(self._file)
        mark = whole.hexdigest().encode()
        self._file.seek(-SEAL, 2)
        self._file.write(mark)
        self._file.flush()
        whole.update(mark)
        return whole.hexdigest()


def sealed_part(file: BinaryIO) -> hashlib._Hash:
    """The hash of everything that a file holds from here on, but for the seal that ends it."""
    digest, kept = hashlib.sha256(), b""
    for piece in pieces_of(file):
        kept += piece
        digest.update(kept[:-SEAL])
        kept = kept[-SEAL:]
    return digest


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """What a file holds, a piece at a time."""
    while piece := file.read(CHUNK):
        yield piece
