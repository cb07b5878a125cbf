"""Reports while they are read: begun, followed, cut off, over, forgotten."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import report_text
from tests.services.test_evaluations import HEAD, count
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers import Reading as Read
from tracker.importers import read_file
from tracker.importers.lines import Progress
from tracker.models import ImportDraft
from tracker.services import drafts
from tracker.services.held_folders import Stage
from tracker.services.readings import (
    KEPT_FOR,
    MOST_AT_ONCE,
    Claim,
    Known,
    Readings,
    carry_out,
)
from tracker.services.sources import Sources

HOLD = """
import fcntl, signal, sys
lock = open(sys.argv[1], "ab")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
signal.pause()
"""

Begin = Callable[..., Claim]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a child process: that has tests of its own."""
    monkeypatch.setattr(drafts, "read_isolated", read_file)


@pytest.fixture
def readings(tmp_path: Path) -> Readings:
    return Readings(tmp_path / "readings")


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path / "sources")


@pytest.fixture
def begin(cast: Cast, readings: Readings, request: pytest.FixtureRequest) -> Begin:
    """`begin(text, name)`: the director's claim, let go of when the test ends."""

    def start(text: str = "", name: str = "rapport.txt", **how: object) -> Claim:
        values = {"by": cast.director, "now": NOW, **how}
        claim = readings.begin(name, text.encode(), **values)  # type: ignore[arg-type]
        request.addfinalizer(claim.close)
        return claim

    return start


def folders(readings: Readings) -> list[Path]:
    return [one for one in readings.root.iterdir() if one.is_dir()]


class TestFollowed:
    def test_every_process_sees_how_far_it_has_come(
        self, cast: Cast, readings: Readings, begin: Begin
    ) -> None:
        claim = begin("text")
        token = claim.work.token
        elsewhere = Readings(readings.root)
        seen = elsewhere.find(token, cast.director)
        assert (seen.stage, seen.page, seen.of) == (Stage.GOING_ON, 0, 0)
        claim.tell(12, 42)
        seen = elsewhere.find(token, cast.director)
        assert (seen.page, seen.of, seen.file_name, seen.started_at) == (12, 42, "rapport.txt", NOW)

    def test_nobody_else_sees_it(self, cast: Cast, readings: Readings, begin: Begin) -> None:
        token = begin("text").work.token
        with pytest.raises(NotFound):
            readings.find(token, cast.unit_director)
        with pytest.raises(NotFound):
            readings.resume(token, by=cast.unit_director)
        with pytest.raises(Forbidden):
            readings.find(token, cast.owner)
        with pytest.raises(Forbidden):
            readings.begin("a.txt", b"", by=cast.owner, now=NOW)

    @pytest.mark.parametrize("token", ["", "..", "../..", ".lock", "x" * 43, "å" * 43, "a/" * 22])
    def test_what_is_no_reading(self, cast: Cast, readings: Readings, token: str) -> None:
        with pytest.raises(NotFound):
            readings.find(token, cast.director)

    @pytest.mark.parametrize("state", ["", "[]", "{}", '{"stage": "going_on"}'])
    def test_a_damaged_state(
        self, cast: Cast, readings: Readings, begin: Begin, state: str
    ) -> None:
        token = begin("text").work.token
        (readings.root / token / "state.json").write_text(state)
        with pytest.raises(NotFound):
            readings.find(token, cast.director)

    def test_only_we_may_look_into_the_folder(self, readings: Readings, begin: Begin) -> None:
        begin("text")
        for folder in (readings.root, *folders(readings)):
            assert folder.stat().st_mode & 0o077 == 0


class TestCutOff:
    def test_one_that_nobody_holds_can_be_taken_up(
        self, cast: Cast, readings: Readings, begin: Begin
    ) -> None:
        claim = begin("text")
        token = claim.work.token
        assert readings.resume(token, by=cast.director) is None
        claim.tell(3, 9)
        claim.close()
        assert readings.find(token, cast.director).stage is Stage.CUT_OFF
        again = readings.resume(token, by=cast.director)
        assert again is not None
        assert again.data() == b"text"
        assert readings.find(token, cast.director).stage is Stage.GOING_ON
        assert readings.resume(token, by=cast.director) is None
        again.close()

    def test_one_that_is_over_is_not_cut_off(
        self, cast: Cast, readings: Readings, begin: Begin
    ) -> None:
        claim = begin("text")
        claim.fail(RuleBroken("Filen har %(n)s fel.", n=3))
        claim.close()
        seen = readings.find(claim.work.token, cast.director)
        assert seen.stage is Stage.FAILED
        assert str(seen.error) == "Filen har 3 fel."
        assert readings.resume(seen.token, by=cast.director) is None

    @pytest.mark.waits
    def test_a_process_that_is_killed_lets_go(
        self, cast: Cast, readings: Readings, begin: Begin
    ) -> None:
        claim = begin("text")
        claim.close()
        token = claim.work.token
        lock = readings.root / token / "lock"
        with subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            held = readings.find(token, cast.director).stage
            other.kill()
        assert held is Stage.GOING_ON
        assert readings.find(token, cast.director).stage is Stage.CUT_OFF


class TestBounds:
    def test_so_many_at_once(self, cast: Cast, readings: Readings, begin: Begin) -> None:
        claims = [begin("text") for _each in range(MOST_AT_ONCE)]
        with pytest.raises(RuleBroken, match="Just nu läses 3 andra rapporter"):
            begin("text")
        assert len(folders(readings)) == MOST_AT_ONCE
        claims[0].close()
        begin("text")
        with pytest.raises(RuleBroken, match="Just nu"):
            readings.resume(claims[0].work.token, by=cast.director)

    def test_old_ones_are_removed(self, readings: Readings, begin: Begin) -> None:
        for hours in (0, 2):
            begin("text", now=NOW + timedelta(hours=hours)).close()
        held = begin("text")
        (readings.root / ".halv").mkdir()
        begin("text", now=NOW + KEPT_FOR + timedelta(hours=1))
        left = {folder.name for folder in folders(readings)}
        assert len(left) == 3
        assert held.work.token in left
        assert ".halv" not in left

    def test_forgetting(self, cast: Cast, readings: Readings, begin: Begin) -> None:
        claim = begin("text")
        claim.close()
        readings.forget(claim.work.token)
        readings.forget(claim.work.token)
        assert folders(readings) == []


class TestCarryOut:
    def read(self, claim: Claim, sources: Sources) -> None:
        db.session.commit()
        carry_out(claim, clock=lambda: NOW + timedelta(minutes=count(ImportDraft)), sources=sources)

    def test_a_report_becomes_a_draft(
        self, cast: Cast, readings: Readings, begin: Begin, sources: Sources
    ) -> None:
        claim = begin(report_text())
        self.read(claim, sources)
        seen = readings.find(claim.work.token, cast.director)
        assert (seen.stage, seen.known) == (Stage.DONE, Known.NEW)
        [draft] = db.session.query(ImportDraft)
        assert seen.draft_id == draft.id
        assert not (readings.root / seen.token / "source").exists()

    def test_the_pages_are_told(
        self, monkeypatch: pytest.MonkeyPatch, begin: Begin, sources: Sources
    ) -> None:
        claim = begin(report_text())
        told = []

        def read(data: bytes, name: str, progress: Progress) -> Read:
            progress(2, 5)
            told.append((claim.work.page, claim.work.of))
            return read_file(data, name)

        monkeypatch.setattr(drafts, "read_isolated", read)
        self.read(claim, sources)
        assert told == [(2, 5)]

    def test_a_file_that_is_here_already(self, cast: Cast, begin: Begin, sources: Sources) -> None:
        claims = [begin(report_text()) for _each in range(3)]
        for claim in claims[:2]:
            self.read(claim, sources)
        draft = db.session.query(ImportDraft).one()
        drafts.accept_draft(draft.id, HEAD, draft.version, by=cast.director, now=NOW)
        self.read(claims[2], sources)
        assert [claim.work.known for claim in claims] == [
            Known.NEW,
            Known.WAITING,
            Known.ANSWERED,
        ]
        assert {claim.work.draft_id for claim in claims} == {draft.id}

    def test_an_answered_draft_is_read_once_more(
        self, cast: Cast, begin: Begin, sources: Sources
    ) -> None:
        self.read(begin(report_text()), sources)
        draft = db.session.query(ImportDraft).one()
        drafts.discard_draft(draft.id, draft.version, by=cast.director, now=NOW)
        claim = begin("", draft_before=draft.id)
        self.read(claim, sources)
        assert claim.work.known is Known.NEW
        assert claim.work.draft_id not in (None, draft.id)

    @pytest.mark.parametrize("pasted", [True, False])
    def test_only_pasted_text_is_given_back(
        self, cast: Cast, readings: Readings, begin: Begin, sources: Sources, pasted: bool
    ) -> None:
        claim = begin("{\\rtf1 hej", pasted=pasted)
        self.read(claim, sources)
        seen = readings.find(claim.work.token, cast.director)
        assert seen.stage is Stage.FAILED
        assert "Filtypen läses inte" in str(seen.error)
        assert (readings.root / seen.token / "source").exists() == pasted
        if pasted:
            assert readings.text(seen.token) == "{\\rtf1 hej"
        assert count(ImportDraft) == 0
        assert not sources.root.exists()

    def test_a_fault_of_ours_is_told_and_logged(
        self,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        begin: Begin,
        sources: Sources,
    ) -> None:
        def fall_over(*_args: object) -> Read:
            raise ZeroDivisionError

        monkeypatch.setattr(drafts, "read_isolated", fall_over)
        claim = begin(report_text())
        with caplog.at_level(logging.ERROR):
            self.read(claim, sources)
        assert claim.work.stage is Stage.FAILED
        assert "Något gick fel hos oss" in str(claim.work.error)
        assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("inside", [False, True])
def test_a_disk_that_takes_no_more_is_told(cast: Cast, tmp_path: Path, inside: bool) -> None:
    root = tmp_path / "readings"
    if inside:
        (root / ".lock").mkdir(parents=True)
    else:
        root.write_text("a file where a folder should be")
    with pytest.raises(RuleBroken, match="Servern kan inte spara filen"):
        Readings(root).begin("a.txt", b"x", by=cast.director, now=NOW)
