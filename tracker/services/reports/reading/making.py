"""Files of reports while they are made: in the background, watched by everybody who waits.

Each file in the making is a folder of its own, see services.held_folders; so two who ask for the
same file wait for one making of it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tracker.domain.errors import N_, NotFound, RuleBroken, Unavailable
from tracker.models import Report, ReportState
from tracker.services import held_folders
from tracker.services.held_folders import Stage, Work

MOST_AT_ONCE = 3
KEPT_FOR = timedelta(minutes=15)  # a draft says something else before long

_KEY = re.compile(r"[0-9a-z-]{1,60}", re.ASCII)
_FILE = "file"
_ENDED = (Stage.DONE, Stage.FAILED)


class Step(StrEnum):
    """What is being done, in this order."""

    GATHERING = "gathering"
    WRITING = "writing"
    DRAWING = "drawing"


@dataclass(frozen=True, slots=True)
class Making(Work):
    """One file in the making: `step` is what is being done, `name` and `sha256` hold when it is
    done."""

    key: str
    report_id: int
    kind: str
    step: Step = Step.GATHERING
    name: str = ""
    sha256: str = ""


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


class Claim(held_folders.Claim[Making]):
    """The right to make one file."""

    def tell(self, step: Step) -> None:
        """So far it has come."""
        self.change(step=step)

    def finish(self, content: bytes, name: str) -> None:
        """It is made."""
        (self.folder / _FILE).write_bytes(content)
        self.change(stage=Stage.DONE, name=name, sha256=hashlib.sha256(content).hexdigest())


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
        with held_folders.alone(self.root, _no_room):
            held_folders.sweep(self.root, Making, KEPT_FOR, now)
            seen = held_folders.stands(folder, Making)
            if seen is not None and (
                seen.stage is Stage.GOING_ON or (not again and seen.stage in _ENDED)
            ):
                return None
            self._refuse_too_many()
            shutil.rmtree(folder, ignore_errors=True)
            making = Making(wanted.key, wanted.report_id, wanted.kind, started_at=now)
            return Claim.begin(folder, making)

    def find(self, key: str) -> Making | None:
        """How a file stands; None where nobody has asked for it lately."""
        folder = self._folder(key)
        with held_folders.alone(self.root, _no_room):
            return held_folders.stands(folder, Making)

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
        held = held_folders.number_held(self.root)
        if held >= MOST_AT_ONCE:
            raise Busy(N_("Just nu görs flera andra filer. Din fil står på tur."))


class Busy(RuleBroken):
    """As many files as may be are being made: wait for one's turn."""


def carry_out(claim: Claim, make: Callable[[Callable[[Step], None]], tuple[bytes, str]]) -> None:
    """Make the claimed file, tell how it went, and let go of the claim.

    `make` tells its steps, and gives the bytes and the file's name. This runs where nobody waits
    for what is raised, so it raises nothing.
    """
    sorry = RuleBroken(
        N_(
            "Något gick fel hos oss när filen skulle göras. Rapporten finns kvar och kan läsas på "
            "sidan. Försök igen, eller hämta ett annat format. Hjälper det inte, säg till den som "
            "sköter driften."
        )
    )
    with claim.carried_out(sorry):
        claim.finish(*make(claim.tell))


def _no_room() -> Unavailable:
    return Unavailable(
        "Servern kan inte göra filen just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )
