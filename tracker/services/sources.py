"""Files that people brought in, kept by what they hold.

A file's name is the SHA-256 of its bytes, so the same file is kept once, and a file that somebody
tampered with does not answer to its name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tracker.domain.errors import N_, RuleBroken
from tracker.services.whole_files import write_whole

LOST_REPORT = N_(
    "Rapportens fil finns inte kvar på servern. Be den som sköter driften att återställa den, "
    "eller läs in rapporten igen."
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A kept file: the SHA-256 of its bytes, and the name it came with."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Sources:
    """All kept files, under the folder `root`, which need not exist yet; `lost` is what is said
    of a file that is gone."""

    root: Path
    lost: str = LOST_REPORT

    def keep(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not self._is_whole(path, digest):
            write_whole(path, data)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes with that SHA-256.

        Raises:
            RuleBroken: the file is gone, or no longer what it was.
        """
        try:
            data = self._path(digest).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise RuleBroken(self.lost)
        return data

    def size(self, digest: str) -> int | None:
        """How many bytes the file with that SHA-256 has; None where it is gone."""
        try:
            return self._path(digest).stat().st_size
        except OSError:
            return None

    def forget(self, digest: str) -> None:
        """Let go of the file with that SHA-256, if it is here."""
        self._path(digest).unlink(missing_ok=True)

    def _is_whole(self, path: Path, digest: str) -> bool:
        """Whether the file is there and still what it was: one that is damaged is written anew."""
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() == digest
        except OSError:
            return False

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest
