"""The administrator's export: asked for, watched, fetched, removed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tests.helpers import pieces
from tests.helpers.cast import NOW, Cast
from tests.helpers.queries import count_queries
from tests.helpers.visitor import Visits
from tracker.services.records.making import Exports
from tracker.services.records.verifying import check_export


def test_the_whole_way(app: Flask, cast: Cast, visit: Visits, tmp_path: Path) -> None:
    visitor = visit(cast.admin)
    assert "/records" in visitor.get("/operations").html
    page = visitor.get("/records")
    assert "Du har inte gjort någon export det senaste dygnet." in page.text
    assert "11 kolumner är utelämnade" in page.text
    page = visitor.post("/records/export")
    assert "Hämta exporten" in page.text
    (link,) = [one for one in page.links.values() if one.endswith("/file")]
    answer = visitor.ask("GET", link).response
    assert answer.headers["Content-Disposition"].endswith("atgarda-export-2026-03-02.zip")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    path = tmp_path / "fetched.zip"
    path.write_bytes(answer.data)
    assert check_export(path)
    assert check_export(path).sha256 in page.text
    assert "exporterade allt som finns här" in visitor.get("/operations/journal").text
    page = visitor.post(link.replace("/file", "/remove"))
    assert "Exporten är borttagen från servern." in page.text
    visitor.get(link, status=404)


def test_while_it_is_made(app: Flask, cast: Cast, visit: Visits) -> None:
    """The page looks again by itself, and no second export is begun."""
    exports = Exports(app.extensions["settings"].instance_dir / "exports")
    claim = exports.begin(by=cast.admin, now=NOW)
    claim.tell(7, 68)
    visitor = visit(cast.admin)
    page = visitor.get("/records")
    assert page.response.headers["Refresh"] == "3; url=/records"
    assert 'value="7" max="68"' in page.html
    assert "Gör en export" not in page.text
    assert "En export görs just nu." in visitor.post("/records/export").text
    claim.close()
    page = visitor.get("/records")
    assert "Exporten blev avbruten" in page.text
    assert "Refresh" not in page.response.headers


def test_another_administrators_is_not_there(app: Flask, cast: Cast, visit: Visits) -> None:
    key = pieces.export_key(cast.admin)
    visit(cast.admin).get(f"/records/{key}/file")
    for person in (cast.director, cast.owner, cast.member):
        visit(person).get(f"/records/{key}/file", status=403)


def test_a_constant_number_of_queries(app: Flask, cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.admin)
    numbers = []
    for _time in range(2):
        with count_queries(app) as counted:
            visitor.get("/records")
        numbers.append(counted.number)
        pieces.export_key(cast.admin)
    assert numbers[0] == numbers[1]
