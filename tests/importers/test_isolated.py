"""The child process: what it reads, what it may cost, and what is said when it costs more."""

from __future__ import annotations

import io
import os
import select
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.helpers.hostile import whole
from tests.importers.granvik import granvik
from tracker.domain.errors import NotFound, RuleBroken
from tracker.importers import isolated, read_file
from tracker.importers.child import LIMITS, draw_page
from tracker.importers.isolated import read_isolated, render_page

HEARD = "import sys, json; d = sys.stdin.buffer.read(); "


@pytest.mark.parametrize("ending", [".txt", ".docx", ".pptx", ".xlsx", ".pdf"])
def test_the_child_reads_what_we_would_read_ourselves(ending: str) -> None:
    data = whole(ending)
    assert read_isolated(data, f"report{ending}") == read_file(data, f"report{ending}")


def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    read_isolated(whole(".pptx"), "deck.pptx", lambda done, of: told.append((done, of)))
    assert told == [(n, 5) for n in range(1, 6)]


def test_the_sentence_is_the_readers_own() -> None:
    with pytest.raises(RuleBroken, match=r"Filen heter \.pdf men är en TXT-fil"):
        read_isolated(granvik().encode(), "report.pdf")


MISBEHAVING = {
    "never answers": ("import time; time.sleep(60)", "för lång tid"),
    "never listens, never ends": ("while True: pass", "för lång tid"),
    "closes its output and stays": (
        "import os, time; os.close(1); time.sleep(60)", "gick inte att läsa",
    ),
    "talks without end": (HEARD + "\nwhile True: print(json.dumps({'a': 'x' * 9999}))", "för tung"),
    "talks without a line end": (HEARD + "\nwhile True: print('x' * 99999, end='')", "för tung"),
    "asks for memory": (
        "from tracker.importers.child import limit_myself; limit_myself(); x = bytes(2**30)",
        "för tung",
    ),
    "crashes": (HEARD + "import os; os.abort()", "gick inte att läsa"),
    "ends without a word": (HEARD, "gick inte att läsa"),
    "answers nonsense": (HEARD + "print('<html>')", "gick inte att läsa"),
    "answers a list": (HEARD + "print('[1]')", "gick inte att läsa"),
    "answers another shape": (HEARD + "print('{\"reading\": {\"draft\": 7}}')", "gick inte att"),
    "answers a half sentence": (HEARD + "print('{\"broken\": {\"message\": 1}}')", "gick inte att"),
    "answers a number as a text": (
        HEARD + "print(json.dumps({'broken': {'message': 'a', 'params': {'b': [1]}}}))",
        "gick inte att läsa",
    ),
    "answers a sentence that grows": (
        HEARD + "print(json.dumps({'broken': {'message': '%(a)9999999d', 'params': {'a': 1}}}))",
        "gick inte att läsa",
    ),
    "answers nested without end": (HEARD + "print('[' * 100000)", "gick inte att läsa"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "sentence"), MISBEHAVING.values(), ids=MISBEHAVING)
def test_whatever_the_child_does_one_sentence_comes_of_it(
    code: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1 if sentence == "för lång tid" else 2  # who begins late is no less slow
    root = Path(isolated.__file__).parents[2]
    monkeypatch.setattr(isolated, "_RUN", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}")
    with pytest.raises(RuleBroken, match=sentence):
        read_isolated(b"x" * 1_000_000, "report.txt", limits=replace(LIMITS, seconds=seconds))


def test_a_server_without_room_for_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise BlockingIOError("no room")

    monkeypatch.setattr(isolated.subprocess, "Popen", no_room)
    with pytest.raises(RuleBroken, match="Försök igen om en stund"):
        read_isolated(b"x", "report.txt")


def test_nothing_of_ours_is_in_the_childs_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "never to be seen")
    told = HEARD + "import os; print(json.dumps({'missing': 'SECRET_KEY' not in os.environ}))"
    monkeypatch.setattr(isolated, "_RUN", told)
    with pytest.raises(NotFound):
        read_isolated(b"", "report.txt")


def test_no_child_outlives_its_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    fork = "import os, time; print('{\"progress\": [0, %d]}' % os.fork(), flush=True)"
    started: list[int] = []

    def stop_at_both(_done: int, pid: int) -> None:
        started.append(pid)
        if len(started) == 2:
            raise RuleBroken("stop")

    monkeypatch.setattr(isolated, "_RUN", f"{fork}; time.sleep(60)")
    with pytest.raises(RuleBroken, match="stop"):
        read_isolated(b"", "a.txt", stop_at_both)
    assert max(started) > 0 and _ends(max(started))


def _ends(pid: int) -> bool:
    """Whether a process is gone, or goes within ten seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


def test_a_page_is_drawn() -> None:
    image = Image.open(io.BytesIO(render_page(whole(".pdf"), 1, 400)))
    assert image.format == "PNG" and image.width == 400 and image.height > 500
    assert draw_page(whole(".pdf"), 1, 400) == render_page(whole(".pdf"), 1, 400)


@pytest.mark.parametrize("page", [0, -1, 10_000])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(NotFound):
        render_page(whole(".pdf"), page, 400)


def test_a_page_of_no_pdf() -> None:
    with pytest.raises(RuleBroken, match="som bild"):
        render_page(b"%PDF-1.7 or not", 1, 400)
