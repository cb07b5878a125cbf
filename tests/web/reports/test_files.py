"""Reports as files: kept ones, those that are made while one waits, and what goes wrong."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.helpers import reported
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.visitor import Visits
from tracker.domain.errors import RuleBroken
from tracker.domain.reporting import ReportFacts
from tracker.extensions import db
from tracker.models import Report, ReportFile, ReportState
from tracker.services import journal
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.reading import files, formats
from tracker.services.reports.reading.stored import stored
from tracker.services.reports.snapshots import OwnText, Snapshot
from tracker.services.reports.writing import loading
from tracker.services.reports.writing.texts import write_text
from tracker.web.reports import files as web


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let files be made by somebody else than the renderers; gives the kinds that were made."""

    def install(make: Callable[[str], bytes] = lambda kind: kind.encode()) -> list[str]:
        made: list[str] = []

        def instead(_snapshot: Snapshot, kind: str, *, mark: str = "") -> bytes:
            made.append(kind)
            return make(kind) + mark.encode()

        monkeypatch.setattr(web, "made", instead)
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
    assert files.keep(report.id, "pdf", b"another", now=NOW) == b"pdf"


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


def test_bytes_that_are_not_those_kept_are_not_given_out(cast: Cast, visit: Visits) -> None:
    """The page says so, and where to read the report meanwhile."""
    report = reported.published(cast)
    files.keep(report.id, "pdf", b"x", now=NOW)
    files.keep(report.id, "csv", b"x", now=NOW)
    db.session.execute(text("DROP TRIGGER report_file_no_update"))
    changes = {"pdf": (b"y", "0" * 64), "csv": ("y", hashlib.sha256(b"y").hexdigest())}
    for kind, values in changes.items():
        change = text("UPDATE report_file SET content = :a, sha256 = :b WHERE kind = :kind")
        db.session.execute(change, {"a": values[0], "b": values[1], "kind": kind})
        page = visit(cast.member).ask("GET", f"/reports/{report.id}/{kind}")
        assert page.status == 503
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


def test_a_draft_that_was_changed_is_another_file(
    cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """So whoever goes back to the page on which they waited gets what it says by now; what is
    done elsewhere makes no difference."""
    draft, elsewhere = reported.draft(cast), reported.published(cast).id
    path, made = f"/reports/{draft.id}/csv", makes()
    for _time in range(2):
        visit(cast.director).get(f"{path}?take=1")
    assert made == ["csv"]
    write_text(draft.id, "economy", OwnText("Ryms."), "", by=cast.director, now=NOW)
    visit(cast.director).get(f"{path}?take=1")
    journal.record("report.decide", "report", elsewhere, {}, by=None, now=NOW)
    visit(cast.director).get(f"{path}?take=1")
    journal.record("action.change", "action", cast.action.id, {}, by=None, now=NOW)
    visit(cast.director).get(f"{path}?take=1")
    assert made == ["csv"] * 3
    keys = {files.asked_file(draft, "csv", today=day).key for day in (TODAY, reported.AS_OF)}
    assert len(keys) == 2


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
    assert visitor.get(f"{path}?take=1").response.data.startswith(b"%PDF")
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


def test_a_file_says_until_it_is_published_that_it_is_not(
    app: Flask, cast: Cast, visit: Visits, makes: Callable[..., list[str]]
) -> None:
    """And what was made of the reviewed one is never handed out as the published one."""
    makes()
    director = visit(cast.director)
    draft = reported.draft(cast, as_of=NOW.date())
    said = director.get(f"/reports/{draft.id}/docx").response.data.decode()
    assert re.fullmatch(r"docxUtkast \d{4}-\d{2}-\d{2}, inte granskad", said)
    report = reported.reviewed(cast)
    said = director.get(f"/reports/{report.id}/docx").response.data.decode()
    assert said == "docxGranskad, inte publicerad"
    with db.session.no_autoflush:
        report.state = ReportState.PUBLISHED
        report.published_at, report.published_by_id = NOW, cast.director.id
    db.session.commit()
    assert director.get(f"/reports/{report.id}/docx").response.data == b"docx"


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


def test_a_draft_is_told_as_the_installation_is_set(
    app: Flask, cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its language, and under the name that it gives the municipality, page and file alike."""
    asked: list[tuple[str, str]] = []
    gather = loading.gather

    def noted(one: ReportAsked, **said: Any) -> ReportFacts:
        asked.append((one.municipality, said["locale"]))
        return gather(one, **said)

    monkeypatch.setattr(loading, "gather", noted)
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, municipality="Björkhaga stad", locale="en")
    key, director = reported.draft(cast).id, visit(cast.director)
    pages = ("", "/review", "/sections/summary", "/csv", "/json")
    told = [director.get(f"/reports/{key}{page}").response for page in pages]
    assert asked == [("Björkhaga stad", "en")] * len(pages)
    assert json.loads(told[-1].data)["municipality"] == "Björkhaga stad"
