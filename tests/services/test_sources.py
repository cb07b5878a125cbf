"""Files that are kept by what they hold."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tracker.domain.errors import RuleBroken
from tracker.services.sources import Sources


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path / "sources")


def files(sources: Sources) -> list[Path]:
    return [path for path in sources.root.rglob("*") if path.is_file()]


def test_what_is_kept_comes_back(sources: Sources) -> None:
    data = bytes(range(256)) * 40
    digest = sources.keep(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert sources.read(digest) == data
    assert sources.size(digest) == len(data)


def test_the_same_bytes_are_kept_once_also_at_the_same_moment(sources: Sources) -> None:
    with ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(sources.keep, [b"rapport"] * 8))
    assert len(digests) == len(files(sources)) == 1


def test_only_we_may_read_them(sources: Sources) -> None:
    digest = sources.keep(b"rapport")
    [path] = files(sources)
    assert path.name == digest
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["gone", "changed", "a folder"])
def test_a_file_that_is_not_what_it_was_is_not_given(sources: Sources, harm: str) -> None:
    digest = sources.keep(b"rapport")
    [path] = files(sources)
    path.unlink()
    if harm == "changed":
        path.write_bytes(b"en annan rapport")
    elif harm == "a folder":
        path.mkdir()
    with pytest.raises(RuleBroken, match="finns inte kvar"):
        sources.read(digest)


def test_a_damaged_file_is_made_whole_by_the_same_report(sources: Sources) -> None:
    digest = sources.keep(b"rapport")
    [path] = files(sources)
    path.write_bytes(b"rapportx")
    assert sources.keep(b"rapport") == digest
    assert sources.read(digest) == b"rapport"


def test_the_size_of_one_that_was_never_there(sources: Sources) -> None:
    assert sources.size("0" * 64) is None
