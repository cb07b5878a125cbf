"""Files made to do harm, or merely broken: each is read or refused, and nothing else happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from tests.helpers.hostile import EACH, ENDINGS, NAMED, mutated
from tests.importers.granvik import granvik
from tracker.domain.errors import RuleBroken
from tracker.importers import read_file
from tracker.importers.isolated import read_isolated

ROOT = Path(__file__).parents[2]


def test_mutated_files_crash_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from tests.helpers.hostile import serve; serve()"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = run.stdout.splitlines()
    assert run.returncode == 0, f"after {told[-1:]}: {run.stderr[-800:]}"
    assert len(told) == len(ENDINGS) * EACH >= 300
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
# What may bring its reader down, or the talk with it: these go the whole way, through a child.
HARMFUL = re.compile(r"bomb|liar|endless|entities|loop|huge|thousand|noise\.pdf|\n|x{99}")


@pytest.mark.parametrize("name", NAMED, ids=[repr(name)[1:30] for name in NAMED])
def test_bad_files_are_answered_with_one_sentence(name: str) -> None:
    answer = read_isolated if HARMFUL.search(name) else read_file
    with pytest.raises(RuleBroken, match=SAID.get(name)) as told:
        answer(NAMED[name](), name)
    sentence = str(told.value)
    assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) < 400
    assert "\n" not in sentence and "Traceback" not in sentence


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sample_of_them_goes_the_whole_way(ending: str) -> None:
    """One of those damaged as they are, and of packed ones one damaged below the packing."""
    step = EACH if ending in (".txt", ".md") else 25
    for name, data in islice(mutated(ending), 0, EACH, step):
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
