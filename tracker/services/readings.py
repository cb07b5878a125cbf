"""Reports while they are read: in the background, followed by the person who brought them.

Each reading is a folder of its own, so that every web process sees the same and the database
stays as it was where a file cannot be read. Whoever reads holds a lock in the folder. The system
drops it when that process ends, however it ends; so a reading that goes on and that nobody holds
has been cut off.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import ImportDraft, User
from tracker.services import drafts, scope
from tracker.services.held_folders import (
    LOCK,
    STATE,
    alone,
    is_held,
    number_held,
    sweep,
    write_state,
)
from tracker.services.sources import Sources

MOST_AT_ONCE = 3
KEPT_FOR = timedelta(hours=24)

_TOKEN = re.compile(r"[\w-]{40,50}", re.ASCII)
_SOURCE = "source"
_LOG = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far a reading has come."""

    READING = "reading"
    CUT_OFF = "cut_off"
    DONE = "done"
    FAILED = "failed"


class Known(StrEnum):
    """What had become of the file before it was read this time."""

    NEW = "new"
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading. `draft_before` is the draft whose kept file is read once more (None: a file
    that just came); `page` of `of` are read (0: not known yet); `draft_id` and `known` hold when
    it is done, `message` and `params` (of a RuleBroken) when it has failed."""

    token: str
    by_id: int
    started_at: datetime
    file_name: str
    pasted: bool = False
    draft_before: int | None = None
    stage: Stage = Stage.READING
    page: int = 0
    of: int = 0
    draft_id: int | None = None
    known: Known = Known.NEW
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> RuleBroken:
        """Why it failed."""
        return RuleBroken(self.message, **self.params)


class Claim:
    """The right to read one report, held by one thread of one process until it is closed.

    `reading` is how things stand; what is told here is at once seen by everybody.
    """

    def __init__(self, folder: Path, reading: Reading, lock: BinaryIO) -> None:
        self._folder = folder
        self._lock = lock
        self.reading = reading

    def data(self) -> bytes:
        """The bytes that came."""
        return (self._folder / _SOURCE).read_bytes()

    def tell(self, page: int, of: int) -> None:
        """So many pages are read, of so many."""
        self._change(page=page, of=of)

    def finish(self, draft_id: int, known: Known) -> None:
        """The report is in a draft; the bytes are kept elsewhere now."""
        self._change(stage=Stage.DONE, draft_id=draft_id, known=known)
        (self._folder / _SOURCE).unlink(missing_ok=True)

    def fail(self, error: RuleBroken) -> None:
        """It cannot be read. Only text that was pasted stays, to be given back."""
        self._change(stage=Stage.FAILED, message=error.message, params=error.params)
        if not self.reading.pasted:
            (self._folder / _SOURCE).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go."""
        self._lock.close()

    def _change(self, **changes: Any) -> None:
        self.reading = replace(self.reading, **changes)
        write_state(self._folder, asdict(self.reading))


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings of the installation, under the folder `root`, which need not exist yet."""

    root: Path

    def begin(
        self,
        file_name: str,
        data: bytes,
        *,
        by: User,
        now: datetime,
        pasted: bool = False,
        draft_before: int | None = None,
    ) -> Claim:
        """Take a report in, to be read by whoever holds the claim.

        Raises:
            RuleBroken: as many as may be are being read, or the disk takes no more.
            Forbidden: the person may not import.
        """
        scope.require(by, Deed.EVALUATION_IMPORT)
        token = secrets.token_urlsafe(32)
        reading = Reading(token, by.id, now, file_name, pasted, draft_before)
        with alone(self.root, _no_room):
            sweep(self.root, lambda folder: _is_old(folder, now))
            self._refuse_too_many()
            unfinished = self.root / f".{token}"
            try:
                unfinished.mkdir(mode=0o700)
                (unfinished / _SOURCE).write_bytes(data)
                write_state(unfinished, asdict(reading))
                folder = unfinished.rename(self.root / token)
            except OSError as error:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise _no_room() from error
            return self._claimed(folder, reading)

    def resume(self, token: str, *, by: User) -> Claim | None:
        """Take up a reading that was cut off; None where it goes on, or is over.

        Raises:
            RuleBroken: as many as may be are being read.
            NotFound, Forbidden.
        """
        if self.find(token, by).stage is not Stage.CUT_OFF:
            return None
        with alone(self.root, _no_room):
            folder = self.root / token
            reading = _read(folder)
            if is_held(folder) or reading.stage is not Stage.READING:
                return None
            self._refuse_too_many()
            return self._claimed(folder, reading)

    def find(self, token: str, by: User) -> Reading:
        """How a reading stands, for the person who began it.

        Raises:
            NotFound: there is none, it is another's, or it is older than `KEPT_FOR`.
            Forbidden.
        """
        scope.require(by, Deed.EVALUATION_IMPORT)
        folder = self._folder(token)
        with alone(self.root, _no_room):
            reading = _read(folder)
            if reading.by_id != by.id:
                raise NotFound
            if reading.stage is Stage.READING and not is_held(folder):
                # What it came to is written before the lock is dropped: look once more.
                reading = _read(folder)
                if reading.stage is Stage.READING:
                    return replace(reading, stage=Stage.CUT_OFF)
        return reading

    def text(self, token: str) -> str:
        """The text that was pasted, where a reading of it has failed."""
        return (self._folder(token) / _SOURCE).read_text(encoding="utf-8")

    def forget(self, token: str) -> None:
        """Remove what a reading left: its outcome has been told."""
        shutil.rmtree(self._folder(token), ignore_errors=True)

    def _claimed(self, folder: Path, reading: Reading) -> Claim:
        lock = (folder / LOCK).open("ab")
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What comes now takes long: keep nobody from the database meanwhile.
        db.session.rollback()
        return Claim(folder, reading, lock)

    def _folder(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise NotFound
        return self.root / token

    def _refuse_too_many(self) -> None:
        held = number_held(self.root)
        if held >= MOST_AT_ONCE:
            raise RuleBroken(
                "Just nu läses %(number)s andra rapporter. Vänta någon minut och försök igen.",
                number=held,
            )


def _no_room() -> RuleBroken:
    _LOG.exception("a report could not be taken in")
    return RuleBroken(
        "Servern kan inte spara filen just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )


def carry_out(claim: Claim, *, clock: Callable[[], datetime], sources: Sources) -> None:
    """Read the claimed report into a draft, tell how it went, and let go of the claim.

    Runs where nobody waits for what it raises, so it raises nothing.
    """
    now = clock()
    try:
        draft = _drafted(claim, now, sources)
        claim.finish(draft.id, _known(draft, claim.reading, now))
    except RuleBroken as error:
        db.session.rollback()
        claim.fail(error)
    except Exception:
        db.session.rollback()
        _LOG.exception("a report could not be read")
        claim.fail(
            RuleBroken(
                N_(
                    "Något gick fel hos oss när rapporten skulle läsas. Försök igen. Hjälper det "
                    "inte, säg till den som sköter driften."
                )
            )
        )
    finally:
        claim.close()


def _drafted(claim: Claim, now: datetime, sources: Sources) -> ImportDraft:
    reading = claim.reading
    by = db.session.get(User, reading.by_id)
    if by is None:
        raise NotFound
    if reading.draft_before is not None:
        return drafts.read_again(
            reading.draft_before, by=by, now=now, sources=sources, progress=claim.tell
        )
    return drafts.read_into_draft(
        claim.data(), reading.file_name, by=by, now=now, sources=sources, progress=claim.tell
    )


def _known(draft: ImportDraft, reading: Reading, now: datetime) -> Known:
    if draft.created_at == now and draft.created_by_id == reading.by_id:
        return Known.NEW
    return Known.WAITING if draft.is_open else Known.ANSWERED


def _is_old(folder: Path, now: datetime) -> bool:
    try:
        return now - _read(folder).started_at > KEPT_FOR
    except NotFound:
        return True


def _read(folder: Path) -> Reading:
    try:
        raw = json.loads((folder / STATE).read_text())
        raw["started_at"] = datetime.fromisoformat(raw["started_at"])
        raw["stage"], raw["known"] = Stage(raw["stage"]), Known(raw["known"])
        return Reading(**raw)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotFound from error
