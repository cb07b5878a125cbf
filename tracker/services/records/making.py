"""Exports that are made beside the requests, each for the administrator who asked for it.

Each is a folder of its own, held by whoever makes it; see services.held_folders. It holds all
there is, so it does not lie about: whoever asked may fetch it for a day, and then it goes.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from config import Config
from tracker.domain.errors import N_, NotFound, RuleBroken, Unavailable
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import User
from tracker.services import scope
from tracker.services.held_folders import (
    LOCK,
    STATE,
    alone,
    is_held,
    number_held,
    sweep,
    write_state,
)
from tracker.services.records.exporting import export_records

KEPT_FOR = timedelta(hours=24)

_TOKEN = re.compile(r"[\w-]{40,50}", re.ASCII)
_FILE = "export.zip"
_LOG = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far an export has come."""

    MAKING = "making"
    DONE = "done"
    FAILED = "failed"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Export:
    """One export: `step` of `of` is done while it is made; `size` (bytes), `sha256` and the rest
    hold when it is done, `message` and `params` (of a RuleBroken) when it has failed."""

    token: str
    by_id: int
    started_at: datetime
    stage: Stage = Stage.MAKING
    step: int = 0
    of: int = 0
    size: int = 0
    sha256: str = ""
    rows: int = 0
    files: int = 0
    lacking: tuple[str, ...] = ()
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> RuleBroken:
        """Why it failed."""
        return RuleBroken(self.message, **self.params)

    @property
    def kept_until(self) -> datetime:
        """When its file goes."""
        return self.started_at + KEPT_FOR


class Claim:
    """The right to make one export, held by one thread of one process until it is closed."""

    def __init__(self, folder: Path, export: Export, lock: BinaryIO) -> None:
        self._folder = folder
        self._lock = lock
        self.export = export

    @property
    def path(self) -> Path:
        """Where the file is to be."""
        return self._folder / _FILE

    def tell(self, step: int, of: int) -> None:
        """So far it has come; at once seen by everybody."""
        self.change(step=step, of=of)

    def fail(self, error: RuleBroken) -> None:
        """It cannot be made."""
        self.change(stage=Stage.FAILED, message=error.message, params=error.params)

    def change(self, **changes: Any) -> None:
        """Note how it stands."""
        self.export = replace(self.export, **changes)
        write_state(self._folder, asdict(self.export))

    def close(self) -> None:
        """Let go."""
        self._lock.close()


@dataclass(frozen=True, slots=True)
class Exports:
    """All exports of the installation, under the folder `root`, which need not exist yet."""

    root: Path

    def begin(self, *, by: User, now: datetime) -> Claim:
        """Take up the making of an export.

        Raises:
            RuleBroken: one is being made; one at a time is enough.
            Unavailable: the disk takes no more.
            Forbidden.
        """
        scope.require(by, Deed.RECORDS_EXPORT)
        token = secrets.token_urlsafe(32)
        export, folder = Export(token, by.id, now), self.root / token
        with alone(self.root, _no_room):
            self._sweep(now)
            if number_held(self.root):
                raise RuleBroken(
                    "En export görs just nu. Vänta tills den är klar, och gör sedan en ny."
                )
            try:
                folder.mkdir(mode=0o700)
                write_state(folder, asdict(export))
                lock = (folder / LOCK).open("ab")
            except OSError as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise _no_room() from error
            fcntl.flock(lock, fcntl.LOCK_EX)
        # What comes now takes long: keep nobody from the database meanwhile.
        db.session.rollback()
        return Claim(folder, export, lock)

    def of(self, by: User, *, now: datetime) -> list[Export]:
        """The person's own exports that may still be fetched, the newest first.

        Raises:
            Forbidden.
        """
        scope.require(by, Deed.RECORDS_EXPORT)
        folders = list(self.root.iterdir()) if self.root.is_dir() else []
        found = [_seen(one) for one in folders if one.is_dir()]
        mine = [one for one in found if one and one.by_id == by.id and now < one.kept_until]
        return sorted(mine, key=lambda one: one.started_at, reverse=True)

    def file(self, token: str, *, by: User, now: datetime) -> tuple[Export, Path]:
        """An export of the person's own that is done, and its file.

        Raises:
            NotFound: there is none, it is another's, or it has had its day.
            Forbidden.
        """
        export = self._find(token, by)
        path = self.root / token / _FILE
        if export.stage is not Stage.DONE or now >= export.kept_until or not path.is_file():
            raise NotFound
        return export, path

    def remove(self, token: str, *, by: User) -> None:
        """Remove an export of the person's own before its day is over.

        Raises:
            RuleBroken: it is being made.
            NotFound, Forbidden.
        """
        self._find(token, by)
        with alone(self.root, _no_room):
            if is_held(self.root / token):
                raise RuleBroken("Exporten görs just nu. Den går att ta bort när den är klar.")
            shutil.rmtree(self.root / token, ignore_errors=True)

    def forget_old(self, now: datetime) -> None:
        """Remove every export that has had its day; where the disk does not let us, later."""
        with suppress(Unavailable):
            if self.root.is_dir():
                with alone(self.root, _no_room):
                    self._sweep(now)

    def _sweep(self, now: datetime) -> None:
        def is_old(folder: Path) -> bool:
            export = _read(folder)
            return export is None or now >= export.kept_until

        sweep(self.root, is_old)

    def _find(self, token: str, by: User) -> Export:
        scope.require(by, Deed.RECORDS_EXPORT)
        export = _seen(self.root / token) if _TOKEN.fullmatch(token) else None
        if export is None or export.by_id != by.id:
            raise NotFound
        return export


def carry_out(claim: Claim, *, config: Config, clock: Callable[[], datetime]) -> None:
    """Make the claimed export, tell how it went, and let go of the claim.

    Runs where nobody waits for what it raises, so it raises nothing.
    """
    try:
        by = db.session.get(User, claim.export.by_id)
        if by is None:
            raise NotFound
        made = export_records(claim.path, config=config, by=by, now=clock(), progress=claim.tell)
        claim.change(
            stage=Stage.DONE,
            size=made.size,
            sha256=made.sha256,
            rows=made.rows,
            files=made.files,
            lacking=made.lacking,
        )
    except RuleBroken as error:
        claim.fail(error)
    except Exception:
        _LOG.exception("an export could not be made")
        claim.fail(
            RuleBroken(
                N_(
                    "Något gick fel hos oss när exporten skulle göras. Försök igen. Hjälper det "
                    "inte, säg till den som sköter driften: disken kan vara full."
                )
            )
        )
    finally:
        db.session.rollback()
        claim.close()


def _no_room() -> Unavailable:
    _LOG.exception("an export could not be begun")
    return Unavailable(
        "Servern kan inte göra exporten just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )


def _seen(folder: Path) -> Export | None:
    """How an export stands; one that goes on and that nobody holds was cut off."""
    export = _read(folder)
    if export is None or export.stage is not Stage.MAKING or is_held(folder):
        return export
    # What it came to is written before the lock is dropped: look once more.
    again = _read(folder)
    if again is not None and again.stage is Stage.MAKING:
        return replace(again, stage=Stage.CUT_OFF)
    return again


def _read(folder: Path) -> Export | None:
    try:
        raw = json.loads((folder / STATE).read_text())
        raw["started_at"] = datetime.fromisoformat(raw["started_at"])
        raw["stage"], raw["lacking"] = Stage(raw["stage"]), tuple(raw["lacking"])
        return Export(**raw)
    except (OSError, ValueError, TypeError, KeyError):
        return None
