"""Bringing a report in, and following it while it is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page
from tests.helpers.reports import report_text
from tests.helpers.visitor import Visits
from tests.web.test_evaluations import file_of, upload
from tracker.extensions import db
from tracker.importers import Reading, read_file
from tracker.importers.lines import Progress
from tracker.models import ImportDraft
from tracker.services import drafts
from tracker.services.readings import MOST_AT_ONCE, Claim, Readings

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a child process: that has tests of its own."""
    monkeypatch.setattr(drafts, "read_isolated", read_file)


def sent_to(visit: Visits, cast: Cast, **data: Any) -> str:
    """Where an upload leads."""
    visitor = visit(cast.director)
    visitor.get("/evaluations/import")
    page = visitor.post("/evaluations/import", data, 302, follow=False)
    return str(page.response.location)


def put_away(page: Page) -> None:
    """Close what the test client had laid on disk for a large request; nobody else does."""
    page.response.request.environ["wsgi.input"].close()


def readings_of(app: Flask) -> Readings:
    return Readings(app.extensions["settings"].instance_dir / "readings")


def left_behind(app: Flask) -> list[str]:
    """What readings have left."""
    root = readings_of(app).root
    return [one.name for one in root.iterdir() if one.is_dir()] if root.exists() else []


class TestUpload:
    def test_a_file_leads_to_its_draft(self, app: Flask, cast: Cast, visit: Visits) -> None:
        assert sent_to(visit, cast, file=file_of(report_text())) == "/drafts/1"
        assert left_behind(app) == []

    def test_pasted_text_leads_to_its_draft(self, cast: Cast, visit: Visits) -> None:
        text = report_text().replace("\n", "\r\n")
        assert sent_to(visit, cast, text=text) == "/drafts/1"
        assert db.session.query(ImportDraft).one().file_name == "inklistrad-text.txt"

    def test_a_file_that_waits_already(self, cast: Cast, visit: Visits) -> None:
        for _time in range(2):
            assert sent_to(visit, cast, file=file_of(report_text())) == "/drafts/1"
        page = visit(cast.director).get("/evaluations")
        assert "Rapporten är redan inläst och väntar på granskning." in page.text

    def test_a_file_that_is_accepted_already(self, cast: Cast, visit: Visits) -> None:
        sent_to(visit, cast, file=file_of(report_text()))
        draft = db.session.query(ImportDraft).one()
        draft.evaluation_id = cast.evaluation.id
        assert sent_to(visit, cast, file=file_of(report_text())) == "/drafts/1"
        page = visit(cast.director).get("/evaluations")
        assert "Rapporten är redan inläst och godkänd." in page.text

    def test_nothing_chosen(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, status=422)
        assert "Välj en fil, eller klistra in rapportens text." in page.text
        assert page.title.startswith("Fel:")

    def test_both_chosen_keeps_the_text(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()), text="min text", status=422)
        assert "inte båda" in page.text
        assert page.form.fields["text"] == "min text"

    def test_pasted_nonsense_is_kept(self, app: Flask, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, text="{\\rtf1\x01 hej}", status=422)
        assert "Filtypen läses inte" in " ".join(page.by_id("text-error").itertext())
        assert page.form.fields["text"] == "{\\rtf1 hej}"
        assert left_behind(app) == []

    def test_ten_megabytes_of_pasted_text(self, cast: Cast, visit: Visits) -> None:
        """A browser sends the form in parts, of which the server refuses one so large."""
        words = "ord " * (10 * MEGABYTE // 4)
        page = upload(visit, cast, text=words, file=file_of("", ""), status=413)
        put_away(page)
        assert "inklistrad text högst 2 MB" in page.text
        assert page.h1 == "Läs in en rapport"

    def test_three_megabytes_sent_as_one(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, text="x" * 3 * MEGABYTE, status=422)
        assert "Texten är för lång." in " ".join(page.by_id("text-error").itertext())

    def test_a_file_that_is_too_large(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(b"x" * (27 * MEGABYTE)), status=413)
        put_away(page)
        assert "högst 25 MB" in page.text

    def test_too_much_from_one_who_may_not(self, cast: Cast, visit: Visits) -> None:
        visitor = visit(cast.owner)
        sent = {"text": "x" * 3 * MEGABYTE, "file": file_of("", "")}
        page = visitor.post("/evaluations/import", sent, status=413)
        put_away(page)
        assert page.h1 == "Filen är för stor"

    def test_only_directors(self, cast: Cast, visit: Visits) -> None:
        for person in (cast.owner, cast.member, cast.admin):
            visit(person).get("/evaluations/import", status=403)
        visit(None).get("/evaluations/import", status=302)


class Slow:
    """A reader that has read 12 pages of 42 and goes on when it is let."""

    def __init__(self) -> None:
        self.at_twelve = threading.Event()
        self._go_on = threading.Event()

    def read(self, data: bytes, name: str, progress: Progress) -> Reading:
        """Read as the product does, with a rest."""
        progress(12, 42)
        self.at_twelve.set()
        self._go_on.wait(30)
        return read_file(data, name)

    def finish(self) -> None:
        """Let every reading come to its end, and wait for that."""
        self._go_on.set()
        for thread in threading.enumerate():
            if thread.name.startswith("reading "):
                thread.join(30)


@pytest.fixture
def slow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Reports take longer than anybody waits for."""
    made = Slow()
    app.config["READING_PATIENCE"] = 0
    monkeypatch.setattr(drafts, "read_isolated", made.read)
    yield made
    made.finish()


class TestFollowed:
    def begin(self, visit: Visits, cast: Cast, slow: Slow, **data: Any) -> str:
        path = sent_to(visit, cast, **(data or {"file": file_of(report_text())}))
        assert path.startswith("/readings/")
        assert slow.at_twelve.wait(10)
        return path

    def test_the_page_says_how_far_it_has_come(self, cast: Cast, visit: Visits, slow: Slow) -> None:
        path = self.begin(visit, cast, slow)
        page = visit(cast.director).get(path)
        assert page.h1 == "Rapporten läses"
        assert "Rapporten läses: sida 12 av 42." in page.text
        [bar] = page.all("progress")
        assert (bar.get("value"), bar.get("max")) == ("12", "42")
        assert page.links["Visa hur långt det har kommit"] == path
        assert "Refresh" not in page.response.headers
        assert visit(cast.director).post(path, follow=False).response.location == path

    def test_the_script_asks_for_the_same(self, cast: Cast, visit: Visits, slow: Slow) -> None:
        path = self.begin(visit, cast, slow)
        client = visit(cast.director).client
        seen = client.get(path, headers={"Accept": "application/json"})
        assert seen.json == {
            "stage": "going_on",
            "page": 12,
            "of": 42,
            "sentence": "Rapporten läses: sida 12 av 42.",
        }
        slow.finish()
        seen = client.get(path, headers={"Accept": "application/json"})
        assert seen.json["stage"] == "done"

    def test_when_it_is_read_the_page_leads_on(self, cast: Cast, visit: Visits, slow: Slow) -> None:
        path = self.begin(visit, cast, slow)
        slow.finish()
        for _time in range(2):
            page = visit(cast.director).get(path, status=302)
            assert page.response.location == "/drafts/1"

    def test_pasted_text_comes_back_with_the_sentence(
        self, cast: Cast, visit: Visits, slow: Slow
    ) -> None:
        path = self.begin(visit, cast, slow, text="{\\rtf1 åäö}")
        slow.finish()
        for _time in range(2):
            page = visit(cast.director).get(path, status=422)
            assert "Filtypen läses inte" in " ".join(page.by_id("text-error").itertext())
            assert page.form.fields["text"] == "{\\rtf1 åäö}"
            assert page.form.action == "/evaluations/import"

    def test_a_bad_file_comes_back_with_the_sentence(
        self, cast: Cast, visit: Visits, slow: Slow
    ) -> None:
        path = self.begin(visit, cast, slow, file=file_of("hej", "rapport.pdf"))
        slow.finish()
        page = visit(cast.director).get(path, status=422)
        assert page.by_id("file-error") is not None
        assert page.title.startswith("Fel:")

    def test_it_is_nobody_elses(self, cast: Cast, visit: Visits, slow: Slow) -> None:
        path = self.begin(visit, cast, slow)
        visit(cast.unit_director).get(path, status=404)
        visit(cast.unit_director).post(path, status=404)
        visit(cast.owner).get(path, status=403)

    def test_the_rest_of_the_product_goes_on(self, cast: Cast, visit: Visits, slow: Slow) -> None:
        """Neither the page nor the thread keeps SQLite's write lock meanwhile."""
        self.begin(visit, cast, slow)
        page = visit(cast.unit_director).post("/language", {"locale": "en", "next": "/evaluations"})
        assert page.status == 200

    def test_so_many_at_once(self, app: Flask, cast: Cast, visit: Visits, slow: Slow) -> None:
        for number in range(MOST_AT_ONCE):
            self.begin(visit, cast, slow, file=file_of(report_text(extra_points=number)))
        page = upload(visit, cast, text="min text", status=422)
        assert "Just nu läses 3 andra rapporter." in " ".join(page.by_id("text-error").itertext())
        assert page.form.fields["text"] == "min text"
        assert len(left_behind(app)) == MOST_AT_ONCE


class TestCutOff:
    def claim(self, app: Flask, cast: Cast) -> Claim:
        data = report_text().encode()
        return readings_of(app).begin("rapport.txt", data, by=cast.director, now=NOW)

    def test_it_can_be_read_again(self, app: Flask, cast: Cast, visit: Visits) -> None:
        claim = self.claim(app, cast)
        claim.close()
        path = f"/readings/{claim.work.token}"
        page = visit(cast.director).get(path)
        assert page.h1 == "Läsningen blev avbruten"
        assert page.form.buttons == ["Läs igen"]
        visit(cast.director).submit(page.form, follow=False)
        page = visit(cast.director).get(path, status=302)
        assert page.response.location == "/drafts/1"

    def test_not_while_others_are_read(self, app: Flask, cast: Cast, visit: Visits) -> None:
        self.claim(app, cast).close()
        [token] = left_behind(app)
        held = [self.claim(app, cast) for _each in range(MOST_AT_ONCE)]
        page = visit(cast.director).post(f"/readings/{token}")
        for claim in held:
            claim.close()
        assert "Just nu läses 3 andra rapporter." in page.text
        assert page.form.buttons == ["Läs igen"]


class TestAgain:
    def accepted(self, cast: Cast, visit: Visits) -> ImportDraft:
        sent_to(visit, cast, file=file_of(report_text()))
        draft = db.session.query(ImportDraft).one()
        draft.evaluation_id = cast.evaluation.id
        db.session.commit()
        return draft

    def again(self, cast: Cast, visit: Visits) -> str:
        page = visit(cast.director).post("/drafts/1/again", follow=False)
        return str(page.response.location)

    def test_an_accepted_report_is_read_as_a_new_draft(self, cast: Cast, visit: Visits) -> None:
        self.accepted(cast, visit)
        path = self.again(cast, visit)
        assert visit(cast.director).get(path, status=302).response.location == "/drafts/2"
        path = self.again(cast, visit)
        assert visit(cast.director).get(path, status=302).response.location == "/drafts/2"

    def test_one_that_waits_needs_no_second(self, cast: Cast, visit: Visits) -> None:
        sent_to(visit, cast, file=file_of(report_text()))
        assert self.again(cast, visit) == "/drafts/1"
        assert db.session.query(ImportDraft).count() == 1

    def test_a_file_that_is_gone(self, cast: Cast, visit: Visits) -> None:
        self.accepted(cast, visit).file_sha256 = "0" * 64
        path = self.again(cast, visit)
        assert visit(cast.director).get(path, status=302).response.location == "/drafts/1"
        assert "finns inte kvar på servern" in visit(cast.director).get("/evaluations").text

    def test_not_while_others_are_read(self, app: Flask, cast: Cast, visit: Visits) -> None:
        self.accepted(cast, visit)
        begin = readings_of(app).begin
        held = [begin("a.txt", b"", by=cast.director, now=NOW) for _each in range(MOST_AT_ONCE)]
        assert self.again(cast, visit) == "/drafts/1"
        for claim in held:
            claim.close()
        assert "Just nu läses 3" in visit(cast.director).get("/evaluations").text

    def test_the_file_of_a_draft(self, cast: Cast, visit: Visits) -> None:
        sent_to(visit, cast, file=file_of(report_text(), "Rapport.txt"))
        answer = visit(cast.director).get("/drafts/1/source").response
        assert answer.data.decode() == report_text()
        assert answer.headers["Content-Disposition"] == "attachment; filename=Rapport.txt"
        assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_missing_and_forbidden(self, cast: Cast, visit: Visits) -> None:
        visit(cast.director).get("/drafts/4711/source", status=404)
        visit(cast.director).post("/drafts/4711/again", status=404)
        visit(cast.owner).get("/drafts/1/source", status=403)
        visit(cast.owner).post("/drafts/1/again", status=403)
