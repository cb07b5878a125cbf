"""No byte of an export changes unseen."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.cast import NOW
from tracker.services.records.archive import MANIFEST, SEAL, Archive, sealed_part
from tracker.services.records.verifying import Checked, check_export

ENTRIES = {
    "README.txt": b"All there is.\n" * 20,
    "tables/action.jsonl": b'{"id":1,"title":"Rusta"}\n' * 40,
    "tables/empty.jsonl": b"",
    "evidence/ab/abcd": bytes(range(256)) * 3,
}


def export() -> bytes:
    file = io.BytesIO()
    archive = Archive(file, NOW)
    for name, data in ENTRIES.items():
        archive.add(name, [data[:7], data[7:]])
    archive.close()
    return file.getvalue()


EXPORT = export()
SIZE = len(EXPORT)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export") / "export.zip"


def checked(path: Path, data: bytes) -> Checked:
    path.write_bytes(data)
    return check_export(path)


quick = settings(max_examples=60, deadline=None)


def test_a_whole_one(path: Path) -> None:
    found = checked(path, EXPORT)
    assert found
    assert (found.entries, found.sealed, found.readable) == (4, True, True)


@quick
@given(st.integers(0, SIZE - 1), st.integers(1, 255))
def test_a_changed_byte(path: Path, at: int, by: int) -> None:
    assert not checked(path, EXPORT[:at] + bytes([EXPORT[at] ^ by]) + EXPORT[at + 1 :])


def test_each_single_byte() -> None:
    """Not by chance: every position, headers and the seal itself included."""
    for at in range(SIZE):
        changed = bytearray(EXPORT)
        changed[at] ^= 1
        assert sealed_part(io.BytesIO(changed)).hexdigest().encode() != changed[-SEAL:], at


@quick
@given(st.integers(0, SIZE - 1), st.integers(1, 200))
def test_bytes_that_are_gone(path: Path, at: int, number: int) -> None:
    assert not checked(path, EXPORT[:at] + EXPORT[at + number :])


@quick
@given(st.integers(0, SIZE), st.binary(min_size=1, max_size=100))
def test_bytes_that_came_in(path: Path, at: int, more: bytes) -> None:
    assert not checked(path, EXPORT[:at] + more + EXPORT[at:])


@quick
@given(st.binary(max_size=300))
def test_what_never_was_an_export(path: Path, data: bytes) -> None:
    assert not checked(path, data)


def rewritten(changes: dict[str, bytes | None], kind: int = ZIP_DEFLATED) -> bytes:
    """The archive as another tool packs it, some entries changed, left out (None) or added."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(EXPORT)) as ours, ZipFile(file, "w", kind) as theirs:
        theirs.comment = ours.comment
        entries = {name: ours.read(name) for name in ours.namelist()}
        for name, data in {**entries, **changes}.items():
            if data is not None:
                theirs.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("changes", "changed", "missing", "added"),
    [
        ({}, (), (), ()),
        ({"README.txt": b"Less."}, ("README.txt",), (), ()),
        ({"evidence/ab/abcd": None}, (), ("evidence/ab/abcd",), ()),
        ({"extra.txt": b""}, (), (), ("extra.txt",)),
        (
            {"README.txt": b"", "tables/empty.jsonl": None, "../up": b"x"},
            *(("README.txt",), ("tables/empty.jsonl",), ("../up",)),
        ),
    ],
)
@pytest.mark.parametrize("kind", [ZIP_DEFLATED, ZIP_STORED])
def test_which_entries(
    path: Path,
    *,
    changes: dict[str, bytes | None],
    changed: tuple[str, ...],
    missing: tuple[str, ...],
    added: tuple[str, ...],
    kind: int,
) -> None:
    """What was unpacked and packed again is no longer the file, and says what differs in it."""
    found = checked(path, rewritten(changes, kind))
    assert not found
    assert not found.sealed
    assert (found.readable, found.changed, found.missing, found.added) == (
        *(True, changed, missing),
        added,
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_stands_there_twice(path: Path) -> None:
    file = io.BytesIO(EXPORT)
    with ZipFile(file, "a") as archive:
        archive.writestr("README.txt", "another")
    assert checked(path, file.getvalue()).added == ("README.txt",)


@pytest.mark.parametrize("manifest", [None, b"nonsense", b"\xff\xfe", b"0" * 64])
def test_a_list_of_sums_that_is_none(path: Path, manifest: bytes | None) -> None:
    found = checked(path, rewritten({MANIFEST: manifest}))
    assert (bool(found), found.readable) == (False, False)


def test_another_export_is_whole_but_another(path: Path) -> None:
    """Whoever makes it anew can make the sums anew: then the journal's sum tells them apart."""
    file = io.BytesIO()
    archive = Archive(file, NOW)
    archive.add("README.txt", [b"forged"])
    digest = archive.close()
    found = checked(path, file.getvalue())
    assert found
    assert found.sha256 == digest != checked(path, EXPORT).sha256
