"""Files of reports while they are made: in the background, watched by everybody who waits.

Each file in the making is a folder of its own, so that every web process sees the same. Whoever
makes it holds a lock in the folder; the system drops it when that process ends, however it ends.
So two who ask for the same file wait for one making of it, and one that goes on and that nobody
holds was cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from tracker.domain.errors import N_, NotFound, RuleBroken, Unavailable
from tracker.models import Report, ReportState
from tracker.services.held_folders import (
    LOCK,
    STATE,
    alone,
    is_held,
    number_held,
    sweep,
    write_state,
)

MOST_AT_ONCE = 3
KEPT_FOR = timedelta(minutes=15)  # a draft says something else before long

_KEY = re.compile(r"[0-9a-z-]{1,60}", re.ASCII)
_FILE = "file"
_LOG = logging.getLogger(__name__)


class Step(StrEnum):
    """How far a file has come; from GATHERING to DONE in their order."""

    GATHERING = "gathering"
    WRITING = "writing"
    DRAWING = "drawing"
    DONE = "done"
    FAILED = "failed"
    CUT_OFF = "cut_off"


STEPS = (Step.GATHERING, Step.WRITING, Step.DRAWING, Step.DONE)


@dataclass(frozen=True, slots=True)
class Making:
    """One file in the making: `name` and `sha256` hold when it is done, `message` and `params`
    (of a RuleBroken) when it has failed."""

    key: str
    report_id: int
    kind: str
    started_at: datetime
    step: Step = Step.GATHERING
    name: str = ""
    sha256: str = ""
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> RuleBroken:
        """Why it failed."""
        return RuleBroken(self.message, **self.params)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file of a report that somebody asks for; `sha256` is that of its snapshot, empty for a
    draft, of which `mark` differs where it says something else."""

    report_id: int
    kind: str
    sha256: str = ""
    mark: str = ""
    state: ReportState = ReportState.PUBLISHED

    @property
    def key(self) -> str:
        """What the file is known by; one that says that it is not published is another."""
        said = self.sha256[:16] or f"draft-{self.mark}"
        more = "-reviewed" if self.state is ReportState.REVIEWED else ""
        return f"{self.report_id}-{self.kind}-{said}{more}"


def wanted(report: Report, kind: str, mark: str = "") -> Wanted:
    """That file of a report that is at hand; `mark` is what a draft says by now."""
    return Wanted(report.id, kind, report.sha256 or "", mark, report.state)


class Claim:
    """The right to make one file, held by one thread of one process until it is closed."""

    def __init__(self, folder: Path, making: Making, lock: BinaryIO) -> None:
        self._folder = folder
        self._lock = lock
        self.making = making

    def tell(self, step: Step) -> None:
        """So far it has come; at once seen by everybody."""
        self._change(step=step)

    def finish(self, content: bytes, name: str) -> None:
        """It is made."""
        (self._folder / _FILE).write_bytes(content)
        self._change(step=Step.DONE, name=name, sha256=hashlib.sha256(content).hexdigest())

    def fail(self, error: RuleBroken) -> None:
        """It cannot be made."""
        self._change(step=Step.FAILED, message=error.message, params=error.params)

    def close(self) -> None:
        """Let go."""
        self._lock.close()

    def _change(self, **changes: Any) -> None:
        self.making = replace(self.making, **changes)
        write_state(self._folder, asdict(self.making))


@dataclass(frozen=True, slots=True)
class Makings:
    """All files in the making of the installation, under the folder `root`, which need not exist
    yet."""

    root: Path

    def begin(self, wanted: Wanted, *, now: datetime, again: bool) -> Claim | None:
        """Take up the making of a file; None where somebody is at it, or where it is made and
        nobody wants it `again`.

        Raises:
            Busy: as many as may be are being made.
            Unavailable: the disk takes no more.
        """
        folder = self._folder(wanted.key)
        with alone(self.root, _no_room):
            sweep(self.root, lambda folder: _is_old(folder, now))
            if is_held(folder) or (not again and _has_ended(folder)):
                return None
            self._refuse_too_many()
            making = Making(wanted.key, wanted.report_id, wanted.kind, now)
            try:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700)
                write_state(folder, asdict(making))
                lock = (folder / LOCK).open("ab")
            except OSError as error:
                raise _no_room() from error
            fcntl.flock(lock, fcntl.LOCK_EX)
            return Claim(folder, making, lock)

    def find(self, key: str) -> Making | None:
        """How a file stands; None where nobody has asked for it lately."""
        folder = self._folder(key)
        with alone(self.root, _no_room):
            if not folder.is_dir():
                return None
            held, making = is_held(folder), _read(folder)
        if making is None or held or making.step in (Step.DONE, Step.FAILED):
            return making
        return replace(making, step=Step.CUT_OFF)

    def content(self, making: Making) -> bytes | None:
        """The bytes of a file that is done, if they are still there and still the same."""
        try:
            content = (self._folder(making.key) / _FILE).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == making.sha256 else None

    def _folder(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound
        return self.root / key

    def _refuse_too_many(self) -> None:
        held = number_held(self.root)
        if held >= MOST_AT_ONCE:
            raise Busy(N_("Just nu görs flera andra filer. Din fil står på tur."))


class Busy(RuleBroken):
    """As many files as may be are being made: wait for one's turn."""


def carry_out(claim: Claim, make: Callable[[Callable[[Step], None]], tuple[bytes, str]]) -> None:
    """Make the claimed file, tell how it went, and let go of the claim.

    `make` tells its steps, and gives the bytes and the file's name. This runs where nobody waits
    for what is raised, so it raises nothing.
    """
    try:
        claim.finish(*make(claim.tell))
    except RuleBroken as error:
        claim.fail(error)
    except Exception:
        _LOG.exception("a report could not be made into a file")
        claim.fail(
            RuleBroken(
                N_(
                    "Något gick fel hos oss när filen skulle göras. Rapporten finns kvar och kan "
                    "läsas på sidan. Försök igen, eller hämta ett annat format. Hjälper det inte, "
                    "säg till den som sköter driften."
                )
            )
        )
    finally:
        claim.close()


def _no_room() -> Unavailable:
    _LOG.exception("a report's file could not be begun")
    return Unavailable(
        "Servern kan inte göra filen just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )


def _has_ended(folder: Path) -> bool:
    making = _read(folder)
    return making is not None and making.step in (Step.DONE, Step.FAILED)


def _is_old(folder: Path, now: datetime) -> bool:
    making = _read(folder)
    return making is None or now - making.started_at > KEPT_FOR


def _read(folder: Path) -> Making | None:
    try:
        raw = json.loads((folder / STATE).read_text())
        raw["started_at"] = datetime.fromisoformat(raw["started_at"])
        raw["step"] = Step(raw["step"])
        return Making(**raw)
    except (OSError, ValueError, TypeError, KeyError):
        return None
