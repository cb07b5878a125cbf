"""The parent's side of reading: a file is parsed by a child process that may die, not by us."""

from __future__ import annotations

import binascii
import json
import logging
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.importers import Reading
from tracker.importers.child import LIMITS, Limits
from tracker.importers.draft import ReportDraft
from tracker.importers.lines import Progress, lines_from_json, untold
from tracker.importers.package import too_large
from tracker.importers.shapes import conforms
from tracker.importers.sheets import Base, Sheet, SheetRow, too_many

_ROOT = str(Path(__file__).parents[2])
_RUN = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); from tracker.importers.child import main; main()"
)
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # nothing of ours: no key, no address
_CHUNK = 65_536
_TAIL = 4_000
_MANY = 10**9
_LONGEST_SENTENCE = 1_000
_PLACE = re.compile(r"%\(\w+\)[sd]|%%")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TOO_SLOW = N_(
    "Filen tog för lång tid att läsa. Spara om rapporten som en ny PDF eller DOCX och försök "
    "igen, eller klistra in dess text."
)
_TOO_BIG = N_(
    "Filen är för tung att läsa. Ta bort bilder ur den och försök igen, eller klistra in "
    "rapportens text."
)
_UNREADABLE = N_(
    "Filen gick inte att läsa; den är troligen skadad. Spara om rapporten som en ny PDF eller "
    "DOCX och försök igen, eller klistra in dess text."
)

log = logging.getLogger(__name__)


def read_isolated(
    data: bytes, filename: str, progress: Progress = untold, limits: Limits = LIMITS
) -> Reading:
    """The report in `data`, read in a child process with limits on memory, time and output.

    `progress` is called while it goes on.

    Raises:
        RuleBroken: the file cannot be read, or did not stay within the limits.
    """
    answer = _ask({"do": "read", "filename": filename}, data, progress, limits)
    try:
        reading = answer["reading"]
        found = Reading(ReportDraft.from_json(reading["draft"]), lines_from_json(reading["lines"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable("an answer of another shape") from error
    if not conforms(found, Reading):
        raise _unreadable("an answer of another shape")
    return found


def read_sheet_isolated(data: bytes, filename: str, limits: Limits = LIMITS) -> Sheet:
    """The cells of a spreadsheet, read in a child process with limits as a report is.

    Raises:
        RuleBroken: the file cannot be read, or did not stay within the limits.
    """
    task = {"do": "sheet", "filename": filename}
    try:
        answer = _ask(task, data, untold, limits)
    except RuleBroken as error:
        raise _about_a_sheet(error) from error
    try:
        told = answer["sheet"]
        rows = [SheetRow(**row) for row in told["rows"]]
        base = told["base"]
        if base is not None:
            base = {key: Base(**one) for key, one in base.items()}
        found = Sheet(told["name"], told["sheets"], rows, base)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _about_a_sheet(_unreadable("an answer of another shape")) from error
    if not conforms(found, Sheet):
        raise _about_a_sheet(_unreadable("an answer of another shape"))
    return found


def _about_a_sheet(error: RuleBroken) -> RuleBroken:
    """The same refusal in words for a spreadsheet, where the words were for a report."""
    if error.message in (_TOO_BIG, _TOO_SLOW, too_large().message):
        return too_many()
    if error.message == _UNREADABLE:
        return RuleBroken(
            "Filen gick inte att läsa; den är troligen skadad. Öppna den i Excel, spara den som "
            "ny XLSX och försök igen."
        )
    return error


def render_page(data: bytes, page: int, width: int, limits: Limits = LIMITS) -> bytes:
    """A page of a PDF (from 1) as PNG, about `width` pixels wide, drawn in a child process.

    Raises:
        NotFound: there is no such page.
        RuleBroken: it cannot be drawn within the limits.
    """
    answer = _ask({"do": "draw", "page": page, "width": width}, data, untold, limits)
    try:
        image = b64decode(answer["png"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise _unreadable("an answer of another shape") from error
    if not image.startswith(_SIGNATURE):
        raise _unreadable("an answer that is no picture")
    return image


def _ask(task: dict[str, Any], data: bytes, progress: Progress, limits: Limits) -> dict[str, Any]:
    """The child's last answer. Raises RuleBroken or NotFound where it is no success."""
    head = json.dumps(task).encode() + b"\n"
    with _child() as process:
        answer = _Talk(process, memoryview(head + data), progress, limits).answer()
    if answer.get("missing"):
        raise NotFound
    if "failed" in answer:
        raise _too_big() if answer["failed"] == "memory" else _unreadable(str(answer["failed"]))
    if broken := answer.get("broken"):
        raise _told(broken)
    return answer


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own; at the end it is gone, with all that it started."""
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-I", "-B", "-c", _RUN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        log.exception("no child process could be started")
        raise RuleBroken(
            "Servern har inte kraft att läsa filen just nu. Försök igen om en stund."
        ) from error
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        process.wait()


@dataclass
class _Talk:
    """One conversation with a child, over in time whatever the child does."""

    process: subprocess.Popen[bytes]
    unsent: memoryview
    progress: Progress
    limits: Limits
    tail: bytes = b""
    rest: bytearray = field(default_factory=bytearray)
    received: int = 0
    last: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The last thing the child said. Raises RuleBroken where it said nothing whole."""
        ends = time.monotonic() + self.limits.seconds
        self._listen(ends)
        if not self.last:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.1, ends - time.monotonic()))
            raise self._died()
        return self.last

    def _listen(self, ends: float) -> None:
        """Send and receive until the child closes its output, or the time is up."""
        assert self.process.stdin and self.process.stdout and self.process.stderr  # noqa: S101
        with selectors.DefaultSelector() as ready:
            os.set_blocking(self.process.stdin.fileno(), False)
            ready.register(self.process.stdin, selectors.EVENT_WRITE, self._send)
            ready.register(self.process.stdout, selectors.EVENT_READ, self._receive)
            ready.register(self.process.stderr, selectors.EVENT_READ, self._overhear)
            while self.process.stdout in ready.get_map():
                left = ends - time.monotonic()
                if left <= 0:
                    raise _too_slow()
                for key, _ in ready.select(left):
                    if not key.data(key.fd):
                        ready.unregister(key.fileobj)

    def _send(self, pipe: int) -> bool:
        """Send what the pipe takes; False when there is no more to do."""
        try:
            sent = os.write(pipe, self.unsent[:_CHUNK])
        except BrokenPipeError:  # it has heard enough: a file that is refused by its name
            sent = len(self.unsent)
        self.unsent = self.unsent[sent:]
        if not self.unsent and self.process.stdin:
            self.process.stdin.close()
        return bool(self.unsent)

    def _receive(self, pipe: int) -> bool:
        chunk = os.read(pipe, _CHUNK)
        self.received += len(chunk)
        if self.received > self.limits.output:
            raise _too_big()
        self.rest += chunk
        if b"\n" in chunk:
            *lines, self.rest = self.rest.split(b"\n")
            for line in lines:
                self._hear(line)
        return bool(chunk)

    def _hear(self, line: bytearray) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _unreadable("an answer that is no JSON") from error
        if not isinstance(message, dict):
            raise _unreadable("an answer of another shape")
        told = message.get("progress")
        if told is None:
            self.last = message
        elif conforms(told, list[int]) and len(told) == 2 and 0 <= told[0] <= told[1] < _MANY:
            self.progress(*told)

    def _overhear(self, pipe: int) -> bool:
        chunk = os.read(pipe, _CHUNK)
        self.tail = (self.tail + chunk)[-_TAIL:]
        return bool(chunk)

    def _died(self) -> RuleBroken:
        """What to say of a child that ended without an answer."""
        code = self.process.returncode
        if code == -signal.SIGXCPU:
            return _too_slow()
        if b"MemoryError" in self.tail:
            return _too_big()
        last = self.tail.decode(errors="replace").strip().rpartition("\n")[2]
        return _unreadable(f"no answer, exit code {code} {last}")


def _told(broken: Any) -> RuleBroken:
    """The child's own sentence, if it is one: short, and with no places but plain ones."""
    try:
        sentence, params = broken["message"], broken["params"]
        plain = conforms(sentence, str) and "%" not in _PLACE.sub("", sentence)
        if plain and conforms(params, dict[str, str | int]):
            error = RuleBroken(sentence, **params)
            if len(str(error)) < _LONGEST_SENTENCE:
                return error
    except (KeyError, TypeError, ValueError):
        pass
    return _unreadable("a sentence of another shape")


def _too_slow() -> RuleBroken:
    log.warning("reading a file took too long")
    return RuleBroken(_TOO_SLOW)


def _too_big() -> RuleBroken:
    log.warning("reading a file took too much memory")
    return RuleBroken(_TOO_BIG)


def _unreadable(cause: str) -> RuleBroken:
    log.warning("reading a file failed: %s", cause)
    return RuleBroken(_UNREADABLE)
