"""Reports as files: kept ones, those that are made while one waits, and what goes wrong."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from threading import Event

import pytest
from flask import Flask

from tests.helpers import reported
from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import Report, ReportFile
from tracker.services.reports.reading import files, formats
from tracker.services.reports.reading.stored import stored
from tracker.services.reports.snapshots import Snapshot
from tracker.web.reports import files as web


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let files be made by somebody else than the renderers; gives the kinds that were made."""

    def install(make: Callable[[str], bytes] = lambda kind: kind.encode()) -> list[str]:
        made: list[str] = []

        def instead(_snapshot: Snapshot, kind: str) -> bytes:
            made.append(kind)
            return make(kind)

        monkeypatch.setattr(web, "made", instead)
        monkeypatch.setattr(files, "made", instead)
        return made

    return install


def test_a_published_file_is_made_once_and_kept(
    any_app: Flask, cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """The first download keeps it; the next ones are the very same bytes, whatever would be made
    by then."""
    made = makes()
    report = reported.published(cast)
    response = visit(cast.member).get(f"/reports/{report.id}/pdf").response
    assert response.data == b"pdf"
    assert response.mimetype == "application/pdf"
    assert "attachment" in response.headers["Content-Disposition"]
    makes(lambda _kind: b"another")
    assert visit(cast.director).get(f"/reports/{report.id}/pdf").response.data == b"pdf"
    assert made == ["pdf"]
    assert files.sizes(report.id) == {"pdf": 3}
    assert files.keep(report.id, "pdf", b"another") == b"pdf"


def test_all_files_are_kept_when_it_is_published(
    app: Flask, cast: Cast, makes: Callable[..., list[str]]
) -> None:
    """In the background, and once; not at all where they are made when they are asked for."""
    made = makes()
    report = reported.published(cast)
    assert web.start_making(report) is None
    app.config["KEEP_REPORTS_AT_ONCE"] = True
    for _time in range(2):
        thread = web.start_making(report)
        assert thread is not None
        db.session.commit()  # as the request that published it ends
        thread.join(30)
    assert made == list(files.KINDS)
    assert set(files.sizes(report.id)) == set(files.KINDS)


def test_all_files_can_be_made_by_a_command(cast: Cast, makes: Callable[..., list[str]]) -> None:
    """What is kept already is not made again; progress tells how many of how many."""
    made = makes()
    report, told = reported.published(cast), []
    files.keep(report.id, "csv", b"kept")
    files.keep_all(report.id, stored(report).snapshot, lambda done, of: told.append((done, of)))
    assert made == ["pdf", "docx", "xlsx", "json"]
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert files.kept(report.id, "csv") == b"kept"


def test_bytes_that_are_not_those_kept_are_not_given_out(cast: Cast, visit: Visits) -> None:
    """The page says so, and where to read the report meanwhile."""
    report = reported.published(cast)
    row = ReportFile(report_id=report.id, kind="pdf", content=b"x", sha256="0" * 64, size=1)
    db.session.add(row)
    page = visit(cast.member).ask("GET", f"/reports/{report.id}/pdf")
    assert page.status == 400
    assert "säg till den som sköter driften" in page.text


def test_a_draft_is_made_anew_each_time(
    cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """It may say something else by now, and keeps nothing; a reviewed one stays the same."""
    made = makes()
    draft, reviewed = reported.draft(cast), reported.reviewed(cast)
    for report in (draft, draft, reviewed, reviewed):
        visit(cast.director).get(f"/reports/{report.id}/docx")
    assert made == ["docx"] * 3
    assert not files.sizes(draft.id)
    assert not files.sizes(reviewed.id)
    visit(cast.director).get(f"/reports/{draft.id}/zip", 404)
    visit(cast.member).get(f"/reports/{reviewed.id}/pdf", 404)


def test_nobody_waits_longer_than_the_patience(
    app: Flask, cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """Then a page says how it goes, and hands the file over; another who asks joins in."""
    app.config["READING_PATIENCE"] = 0.01
    go_on = Event()

    def slow(_kind: str) -> bytes:
        go_on.wait(30)
        return b"%PDF"

    made = makes(slow)
    report = reported.reviewed(cast)
    path = f"/reports/{report.id}/pdf"
    visitor = visit(cast.director)
    assert visitor.get(path, 302).response.location == f"{path}?wait=1"
    page = visitor.get(f"{path}?wait=1")
    assert page.response.headers["Refresh"] == f"2; url={path}?wait=1"
    assert "av 4" in page.text
    visitor.get(path, 302)
    go_on.set()
    end_of_threads()
    page = visitor.get(f"{path}?wait=1")
    assert page.response.headers["Refresh"] == f"0; url={path}?take=1"
    assert page.links["Hämta som PDF"] == f"{path}?take=1"
    assert visitor.get(f"{path}?take=1").response.data == b"%PDF"
    assert made == ["pdf"]


def end_of_threads() -> None:
    """Wait for what is being made."""
    for thread in threading.enumerate():
        if thread.name == web.THREAD:
            thread.join(30)


def test_a_failure_is_told_and_can_be_tried_again(
    app: Flask, cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """A glyph that no font has, or a rule: a sentence, never a bare fault."""

    def fail(_kind: str) -> bytes:
        raise RuleBroken("Ett tecken saknas.")

    makes(fail)
    report = reported.published(cast)
    page = visit(cast.member).get(f"/reports/{report.id}/pdf", 302, follow=False)
    page = visit(cast.member).get(page.response.location)
    assert "Ett tecken saknas." in page.text
    assert "Refresh" not in page.response.headers
    makes()
    again = page.links["Försök igen"]
    assert visit(cast.member).get(again).response.data == b"pdf"


def test_the_real_files_are_those_of_the_snapshot(cast: Cast, visit: Visits) -> None:
    """The small ones; the large have tests of their own."""
    report = reported.published(cast)
    for kind in ("csv", "json"):
        data = visit(cast.member).get(f"/reports/{report.id}/{kind}").response.data
        assert data == formats.made(stored(report).snapshot, kind)
        row = db.session.query(ReportFile).filter_by(report_id=report.id, kind=kind).one()
        assert row.sha256 == hashlib.sha256(data).hexdigest()


def test_a_removed_draft_makes_nothing(cast: Cast, visit: Visits) -> None:
    """Somebody threw it away while another waited."""
    draft: Report = reported.draft(cast)
    path = f"/reports/{draft.id}/csv"
    db.session.delete(draft)
    visit(cast.director).get(path, 404)
