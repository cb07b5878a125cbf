"""Work that goes on beside the requests, each piece of it in a folder of its own, so that every
web process sees the same.

Whoever works holds a lock in the folder. The system drops it when that process ends, however it
ends; so work that goes on and that nobody holds has been cut off.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Generic, Self, TypeVar, get_origin, get_type_hints

from tracker.domain.errors import RuleBroken

_LOCK, _STATE = "lock", "state.json"
_TOKEN = re.compile(r"[\w-]{40,50}", re.ASCII)
_LOG = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far a piece of work has come."""

    GOING_ON = "going_on"
    CUT_OFF = "cut_off"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How a piece of work stands; `message` and `params` (of a RuleBroken) when it has failed."""

    started_at: datetime
    stage: Stage = Stage.GOING_ON
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> RuleBroken:
        """Why it failed."""
        return RuleBroken(self.message, **self.params)


W = TypeVar("W", bound=Work)


class Claim(Generic[W]):
    """The right to do one piece of work, held by one thread of one process until it is closed.

    `work` is how things stand; what is changed here is at once seen by everybody.
    """

    def __init__(self, folder: Path, work: W) -> None:
        """Hold a folder that nobody holds; raises OSError."""
        self.folder = folder
        self.work = work
        self._lock: BinaryIO = (folder / _LOCK).open("ab")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    @classmethod
    def begin(cls, folder: Path, work: W, **files: bytes) -> Self:
        """Make the folder with these files in it, and hold it; raises OSError and leaves nothing
        where the disk takes no more."""
        try:
            folder.mkdir(mode=0o700)
            for name, content in files.items():
                (folder / name).write_bytes(content)
            # Held before there is a state: nobody takes it for cut off.
            claim = cls(folder, work)
            _write(folder, work)
            return claim
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def change(self, **changes: Any) -> None:
        """Note how it stands."""
        self.work = replace(self.work, **changes)
        _write(self.folder, self.work)

    def fail(self, error: RuleBroken) -> None:
        """It cannot be done."""
        self.change(stage=Stage.FAILED, message=error.message, params=error.params)

    def close(self) -> None:
        """Let go."""
        self._lock.close()

    @contextmanager
    def carried_out(self, sorry: RuleBroken) -> Iterator[None]:
        """Work inside, where nobody waits for what is raised: so nothing is. What went wrong is
        told in the folder, with `sorry` where it is a fault of ours; and the claim is let go."""
        try:
            yield
        except RuleBroken as error:
            self.fail(error)
        except Exception:
            _LOG.exception("work in %s failed", self.folder.parent.name)
            self.fail(sorry)
        finally:
            self.close()


def stands(folder: Path, kind: type[W]) -> W | None:
    """How the work of a folder stands; None where there is none that can be read."""
    # In this order: how it ended is written before the lock is dropped.
    held = is_held(folder)
    work = _read(folder, kind)
    if work is None or held or work.stage is not Stage.GOING_ON:
        return work
    return replace(work, stage=Stage.CUT_OFF)


@contextmanager
def alone(root: Path, no_room: Callable[[], Exception]) -> Iterator[None]:
    """Nobody else begins, takes up or looks in `root` meanwhile. Where the disk takes no more,
    also for what is begun inside, raises what `no_room` gives."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (root / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        _LOG.exception("no work can begin in %s", root.name)
        raise no_room() from error


def is_held(folder: Path) -> bool:
    """Whether somebody is at work in a folder."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def number_held(root: Path) -> int:
    """In how many folders somebody is at work."""
    return sum(one.is_dir() and is_held(one) for one in root.iterdir())


def sweep(root: Path, kind: type[Work], kept_for: timedelta, now: datetime) -> None:
    """Remove what nobody holds and what is that old, or cannot be read."""
    for folder in root.iterdir():
        if folder.is_dir() and not is_held(folder):
            work = _read(folder, kind)
            if work is None or now - work.started_at >= kept_for:
                shutil.rmtree(folder, ignore_errors=True)


def new_token() -> str:
    """A name for a folder that nobody can guess."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether a text can be such a name, and so leads to no other folder."""
    return _TOKEN.fullmatch(text) is not None


def _write(folder: Path, work: Work) -> None:
    """Written whole before it has its name: nobody meets half a state."""
    raw = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(work).items()
    }
    fresh = folder / f"{_STATE}.new"
    fresh.write_text(json.dumps(raw, default=str))
    fresh.replace(folder / _STATE)


def _read(folder: Path, kind: type[W]) -> W | None:
    try:
        raw = json.loads((folder / _STATE).read_text())
        hints = get_type_hints(kind)
        return kind(**{name: _typed(value, hints[name]) for name, value in raw.items()})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _typed(value: Any, hint: Any) -> Any:
    """What JSON has no kind for."""
    if hint is datetime:
        return datetime.fromisoformat(value)
    if get_origin(hint) is tuple:
        return tuple(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
