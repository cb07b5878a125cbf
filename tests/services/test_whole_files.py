"""Files that are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.services.whole_files import write_whole


def test_what_stood_there_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]
    assert path.parent.stat().st_mode & 0o077 == path.stat().st_mode & 0o077 == 0


def test_what_cannot_have_its_name_is_removed(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "file", b"one")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
