"""The child process that reads one file, or draws one page, within limits of its own.

It is told on standard input what to do (one line of JSON, then the file's bytes) and answers on
standard output in lines of JSON: {"progress": [done, of]} as it goes, and last one of {"reading":
…}, {"png": …}, {"sheet": …}, {"broken": {"message", "params"}}, {"missing": true} or
{"failed": …}.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from tracker.domain.errors import NotFound, RuleBroken
from tracker.importers import MAX_BYTES, read_file
from tracker.importers.lines import lines_to_json
from tracker.importers.sheets import read_sheet


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of address space, seconds by the clock and by the processor,
    bytes of output."""

    memory: int = 512 * 1024 * 1024
    seconds: int = 30
    output: int = 30_000_000


LIMITS = Limits()
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
_MOST_PIXELS = 6_000_000


def limit_myself(limits: Limits = LIMITS) -> None:
    """Set the limits that the system keeps for us; called before anything is parsed.

    A system that knows no such limit goes without it: the parent's clock counts everywhere.
    (RLIMIT_NPROC does not bind root.)
    """
    most = {
        resource.RLIMIT_AS: (limits.memory, limits.memory),
        resource.RLIMIT_CPU: (limits.seconds, limits.seconds + 1),  # told first, then killed
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_NPROC: (0, 0),
    }
    os.nice(5)
    for which, pair in most.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(which, pair)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    """Do what standard input says, once."""
    limit_myself()
    # Whatever a library prints must end up neither among our answers nor in a log: it may quote
    # the file.
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        answer = _answer(answers)
    except RuleBroken as error:
        answer = _broken(error)
    except MemoryError:
        answer = {"failed": "memory"}
    except Exception as error:  # a hostile file may fail anywhere in any library
        answer = {"failed": _place(error)}
    _say(answers, answer)


def _answer(answers: BinaryIO) -> dict[str, Any]:
    task = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if task["do"] == "draw":
        return {"png": b64encode(draw_page(data, task["page"], task["width"])).decode()}
    if task["do"] == "sheet":
        return {"sheet": asdict(read_sheet(data, task["filename"]))}

    def progress(done: int, of: int) -> None:
        _say(answers, {"progress": [done, of]})

    reading = read_file(data, task["filename"], progress)
    return {
        "reading": {"draft": reading.draft.to_json(), "lines": lines_to_json(reading.lines)},
    }


def _say(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


def _broken(error: RuleBroken) -> dict[str, Any]:
    if isinstance(error, NotFound):
        return {"missing": True}
    return {"broken": {"message": error.message, "params": error.params}}


def _place(error: BaseException) -> str:
    """What went wrong and where in the code, for the log; never what the file holds."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"


def draw_page(data: bytes, page: int, width: int) -> bytes:
    """A page of a PDF (from 1) as PNG, `width` pixels wide unless that makes too large a picture.

    Raises:
        NotFound: there is no such page.
        RuleBroken: the file cannot be opened.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise RuleBroken("Sidan går inte att visa som bild. Läs texten i stället.") from error
    if not 1 <= page <= len(document):
        raise NotFound
    sheet = document[page - 1]
    across, down = sheet.get_size()
    if not (across > 0 and down > 0):
        raise RuleBroken("Sidan går inte att visa som bild. Läs texten i stället.")
    scale = min(width / across, (_MOST_PIXELS / (across * down)) ** 0.5)
    bitmap = sheet.render(scale=scale)
    return _png(bitmap.to_pil())


def _png(image: Any) -> bytes:
    import io

    buffer = io.BytesIO()
    image.convert("RGB").quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
