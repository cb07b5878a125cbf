"""Files in the making: one making for all who wait, and what is left of those that ended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.cast import NOW
from tracker.domain.errors import RuleBroken, Unavailable
from tracker.services.held_folders import Stage
from tracker.services.reports.reading.making import (
    KEPT_FOR,
    MOST_AT_ONCE,
    Busy,
    Claim,
    Makings,
    Step,
    Wanted,
    carry_out,
)


@pytest.fixture
def makings(tmp_path: Path) -> Makings:
    """Files in the making, in a folder that is not there yet."""
    return Makings(tmp_path / "making")


def a_file(number: int = 7) -> Wanted:
    """A file of a report that is in no database."""
    return Wanted(number, "pdf", f"{number:x}".rjust(64, "a"))


def begun(makings: Makings, number: int = 7, *, again: bool = True) -> Claim:
    """A file that nobody else is at."""
    claim = makings.begin(a_file(number), now=NOW, again=again)
    assert claim is not None
    return claim


def test_two_who_ask_wait_for_one(makings: Makings) -> None:
    """The second begins nothing, and both see how it goes and get the same bytes."""
    claim = begun(makings)
    key = a_file().key
    assert makings.begin(a_file(), now=NOW, again=True) is None
    claim.tell(Step.DRAWING)
    seen = makings.find(key)
    assert seen is not None and seen.step is Step.DRAWING
    carry_out(claim, lambda _tell: (b"%PDF", "rapport.pdf"))
    seen = makings.find(key)
    assert seen is not None and (seen.stage, seen.name) == (Stage.DONE, "rapport.pdf")
    assert makings.content(seen) == b"%PDF"
    assert makings.begin(a_file(), now=NOW, again=False) is None
    begun(makings).close()


def test_what_was_cut_off_can_be_begun_again(makings: Makings) -> None:
    """A process that ended left its folder, and held nothing any more."""
    begun(makings).close()
    seen = makings.find(a_file().key)
    assert seen is not None and seen.stage is Stage.CUT_OFF
    begun(makings, again=False).close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuleBroken("Det gick inte: %(why)s", why="fel"), "Det gick inte"),
        (ValueError("a glyph is missing"), "hämta ett annat format"),
    ],
)
def test_a_failure_says_what_to_do(makings: Makings, error: Exception, words: str) -> None:
    """In a sentence, whatever failed; and it lets go."""

    def fail(_tell: object) -> tuple[bytes, str]:
        raise error

    carry_out(begun(makings), fail)
    seen = makings.find(a_file().key)
    assert seen is not None and seen.stage is Stage.FAILED
    assert words in seen.error.message
    assert makings.content(seen) is None
    begun(makings).close()


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    (tmp_path / "full").touch()
    with pytest.raises(Unavailable):
        Makings(tmp_path / "full").begin(a_file(), now=NOW, again=True)


def test_only_so_many_at_once_and_old_ones_go(makings: Makings) -> None:
    """Those that are being made stay, however old."""
    claims = [begun(makings, number) for number in range(1, MOST_AT_ONCE + 1)]
    with pytest.raises(Busy):
        begun(makings, 99)
    carry_out(claims[0], lambda _tell: (b"x", "x"))
    later = NOW + KEPT_FOR + timedelta(seconds=1)
    last = makings.begin(a_file(99), now=later, again=True)
    assert last is not None
    kept = {folder.name.split("-")[0] for folder in makings.root.iterdir() if folder.is_dir()}
    assert kept == {"2", "3", "99"}
    for claim in (*claims, last):
        claim.close()


def test_changed_bytes_are_not_given_out(makings: Makings) -> None:
    """Nor those that somebody removed, nor half a state."""
    carry_out(begun(makings), lambda _tell: (b"%PDF", "rapport.pdf"))
    key = a_file().key
    seen = makings.find(key)
    assert seen is not None
    file = makings.root / key / "file"
    file.write_bytes(b"%PDF!")
    assert makings.content(seen) is None
    file.unlink()
    assert makings.content(seen) is None
    (makings.root / key / "state.json").write_text('{"key": 1')
    assert makings.find(key) is None
    assert makings.find("7-csv-0") is None
