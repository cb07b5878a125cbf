"""Exports that are made beside the requests: one at a time, each for whoever asked, for a day."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask

from config import Config
from tests.helpers import reported
from tests.helpers.cast import NOW, Cast, make_user
from tracker.domain.errors import Forbidden, NotFound, RuleBroken, Unavailable
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import RoleAssignment, User
from tracker.services.held_folders import Stage
from tracker.services.records import making
from tracker.services.records.making import KEPT_FOR, Claim, Exports, carry_out
from tracker.services.reports.reading.files import KINDS, sizes


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "exports")


@pytest.fixture
def config(app: Flask) -> Config:
    found: Config = app.extensions["settings"]
    return found


@pytest.fixture
def other_admin(cast: Cast) -> User:
    user = make_user("Alva Andra", RoleAssignment(role=Role.ADMIN))
    db.session.add(user)
    db.session.commit()
    return user


def made(exports: Exports, cast: Cast, config: Config) -> Claim:
    claim = exports.begin(by=cast.admin, now=NOW)
    carry_out(claim, config=config, clock=lambda: NOW)
    return claim


def test_from_beginning_to_end(exports: Exports, cast: Cast, config: Config) -> None:
    assert exports.of(cast.admin, now=NOW) == []
    claim = exports.begin(by=cast.admin, now=NOW)
    assert exports.of(cast.admin, now=NOW) == [claim.work]
    claim.tell(3, 68)
    (seen,) = exports.of(cast.admin, now=NOW)
    assert (seen.stage, seen.step, seen.of) == (Stage.GOING_ON, 3, 68)
    with pytest.raises(NotFound):
        exports.file(claim.work.token, by=cast.admin, now=NOW)
    with pytest.raises(RuleBroken, match="görs just nu"):
        exports.begin(by=cast.admin, now=NOW)
    with pytest.raises(RuleBroken, match="görs just nu"):
        exports.remove(claim.work.token, by=cast.admin)
    carry_out(claim, config=config, clock=lambda: NOW)
    (done,) = exports.of(cast.admin, now=NOW)
    found, path = exports.file(done.token, by=cast.admin, now=NOW)
    assert (found, found.stage, path.stat().st_size) == (done, Stage.DONE, done.size)
    exports.remove(done.token, by=cast.admin)
    assert not path.exists()
    assert exports.of(cast.admin, now=NOW) == []


def test_nobody_elses(exports: Exports, cast: Cast, config: Config, other_admin: User) -> None:
    token = made(exports, cast, config).work.token
    assert exports.of(other_admin, now=NOW) == []
    for call in (
        lambda: exports.file(token, by=other_admin, now=NOW),
        lambda: exports.remove(token, by=other_admin),
        lambda: exports.file("x" * 43, by=cast.admin, now=NOW),
        lambda: exports.file("../" + token, by=cast.admin, now=NOW),
    ):
        with pytest.raises(NotFound):
            call()
    for person in (cast.director, cast.owner):
        for forbidden in (
            lambda: exports.begin(by=person, now=NOW),  # noqa: B023 - called at once
            lambda: exports.of(person, now=NOW),  # noqa: B023
            lambda: exports.file(token, by=person, now=NOW),  # noqa: B023
            lambda: exports.remove(token, by=person),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                forbidden()
    assert exports.file(token, by=cast.admin, now=NOW)


def test_it_goes_after_a_day(exports: Exports, cast: Cast, config: Config) -> None:
    token = made(exports, cast, config).work.token
    last, over = NOW + KEPT_FOR - timedelta(seconds=1), NOW + KEPT_FOR
    exports.forget_old(last)
    assert exports.file(token, by=cast.admin, now=last)
    assert exports.of(cast.admin, now=over) == []
    with pytest.raises(NotFound):
        exports.file(token, by=cast.admin, now=over)
    exports.forget_old(over)
    assert not (exports.root / token).exists()
    exports.forget_old(over)


def test_one_that_was_cut_off(exports: Exports, cast: Cast) -> None:
    claim = exports.begin(by=cast.admin, now=NOW)
    claim.close()  # as when the process ends
    (seen,) = exports.of(cast.admin, now=NOW)
    assert seen.stage is Stage.CUT_OFF
    exports.begin(by=cast.admin, now=NOW).close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(OSError(28, "full"), "disken kan vara full"), (RuleBroken("Nej."), "Nej.")],
)
def test_one_that_failed(
    *,
    exports: Exports,
    cast: Cast,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    sentence: str,
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(making, "export_records", fail)
    with caplog.at_level(logging.CRITICAL):
        claim = made(exports, cast, config)
    (seen,) = exports.of(cast.admin, now=NOW)
    assert seen.stage is Stage.FAILED
    assert sentence in str(seen.error)
    with pytest.raises(NotFound):
        exports.file(claim.work.token, by=cast.admin, now=NOW)


def test_no_room(cast: Cast, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a folder cannot be made, the sentence says whom to tell; the worker goes on."""
    (tmp_path / "exports").write_bytes(b"a file")
    blocked = Exports(tmp_path / "exports" / "below")
    with caplog.at_level(logging.CRITICAL), pytest.raises(Unavailable, match="driften"):
        blocked.begin(by=cast.admin, now=NOW)
    blocked.forget_old(NOW)


def test_files_that_nobody_fetched_come_along(exports: Exports, cast: Cast, config: Config) -> None:
    """A report was published, and its files have been asked for by nobody: all the same they are
    in the export, and kept from then on."""
    read = reported.published(cast)
    claim = made(exports, cast, config)
    assert (claim.work.stage, claim.work.lacking) == (Stage.DONE, ())
    with ZipFile(claim.path) as archive:
        inside = [name for name in archive.namelist() if name.startswith("files/")]
    assert claim.work.files == len(inside) == len(KINDS)
    assert set(sizes(read.id)) == set(KINDS)
