"""Files made to do harm, or merely broken: each is read or refused, and nothing else happens."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from tests.helpers.hostile import EACH, ENDINGS, NAMED, mutated
from tests.importers.granvik import granvik
from tracker.domain.errors import RuleBroken
from tracker.importers.isolated import read_isolated

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_mutated_files_crash_nothing(ending: str) -> None:
    code = f"from tests.helpers.hostile import serve; serve({ending!r})"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    told = run.stdout.splitlines()
    assert run.returncode == 0, f"after {told[-1:]}: {run.stderr[-800:]}"
    assert len(told) == EACH
    assert not [line for line in told if "Traceback" in line or line.endswith("memory")]


SAID = {
    "empty.pdf": "är tom",
    "truncated.pdf": "skadad eller ofullständig",
    "truncated.docx": "inte att läsa som DOCX",
    "a-pdf.docx": "men är en PDF-fil",
    "a-word.pdf": "men är en DOCX-fil",
    "no-ending": "saknar ändelse",
    "huge.txt": "25 MB",
    "encrypted.pdf": "ta bort lösenordet|utan lösenord",
    "scanned.pdf": "textigenkänning",
    "ten-thousand-pages.pdf": "fler än 1000 sidor",
    "macros.pptx": "innehåller makron",
    "bomb.xlsx": "för stort när det packas upp",
    "liar.docx": "inte att läsa som DOCX",
}


@pytest.mark.parametrize("name", NAMED, ids=[repr(name)[1:30] for name in NAMED])
def test_bad_files_are_answered_with_one_sentence(name: str) -> None:
    with pytest.raises(RuleBroken, match=SAID.get(name)) as told:
        read_isolated(NAMED[name](), name)
    sentence = str(told.value)
    assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) < 400
    assert "\n" not in sentence and "Traceback" not in sentence


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sample_of_them_goes_the_whole_way(ending: str) -> None:
    """One of those damaged as they are, and one damaged below the packing."""
    for name, data in islice(mutated(ending), 0, EACH, 25):
        with suppress(RuleBroken):
            assert read_isolated(data, name).lines
    assert not _children()


def _children() -> list[str]:
    """The readers that this process has started and that still run."""
    found = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())],
        check=False,
        capture_output=True,
        text=True,
    )
    return [line for line in found.stdout.splitlines() if "importers.child" in line]


def test_marks_that_turn_the_reading_direction_do_not_reach_the_draft() -> None:
    text = granvik().replace("Utveckla dialogen", "\u202eUtveckla\u200b dialogen\u202c\u2066")
    reading = read_isolated(text.encode(), "granvik.txt")
    assert "Utveckla dialogen med unga" in [p.text for p in reading.draft.areas[0].improvements]


def test_there_are_at_least_three_hundred_mutated_files() -> None:
    assert len(ENDINGS) * EACH >= 300
