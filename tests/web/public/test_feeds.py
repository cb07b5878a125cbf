"""The feeds: valid, absolute, and whole whatever stands in a title."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient

from tests.helpers.cast import NOW, Cast
from tests.helpers.opened import NOTHING, open_to_all, publish
from tests.helpers.pages import Page
from tests.helpers.told import CHINESE, CONTROLS, EMOJI, MARKUP, RIGHT_TO_LEFT
from tracker.extensions import db

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = (EMOJI, CHINESE, RIGHT_TO_LEFT, CONTROLS.replace("\x00", ""), MARKUP, "=1+1 & <b>")


@pytest.fixture
def many(cast: Cast) -> list[int]:
    """Reports with hostile titles, and a plan with another; the last is replaced."""
    cast.plan.title = f"{MARKUP[:60]} \x0b {EMOJI}"
    db.session.commit()
    keys = [
        publish(cast, title=title, as_of=date(2026, 1, 1 + n)).id for n, title in enumerate(HOSTILE)
    ]
    keys.append(publish(cast, replaces_id=keys[0], ordinal=2).id)
    open_to_all(cast)
    return keys


def test_atom(client: FlaskClient, cast: Cast, many: list[int]) -> None:
    """What RFC 4287 wants of a feed and of each entry."""
    response = client.get("/public/reports.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = fromstring(response.data)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Testköping"
    assert feed.findtext(f"{ATOM}id") == "http://localhost/public"
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links["self"] == "http://localhost/public/reports.atom"
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert sorted(ids) == sorted(f"http://localhost/public/reports/{key}" for key in many)
    for entry in entries:
        assert entry.findtext(f"{ATOM}title")
        assert entry.findtext(f"{ATOM}summary")
        moment = datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "")
        assert moment == NOW
        [page] = [one for one in entry.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        assert client.get(page.get("href")).status_code == 200
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated") or "") >= NOW
    assert b"<script>" not in response.data
    assert "<script>" in "".join(feed.itertext())


def test_json_feed(client: FlaskClient, cast: Cast, many: list[int]) -> None:
    """What version 1.1 wants."""
    response = client.get("/public/reports.json")
    assert response.mimetype == "application/feed+json"
    feed = json.loads(response.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/public/reports.json"
    assert feed["authors"][0]["name"] == "Testköping"
    assert feed["language"] == "sv"
    assert len({item["id"] for item in feed["items"]}) == len(many)
    for item in feed["items"]:
        assert item["id"] == item["url"]
        assert item["title"]
        assert item["content_text"]
        assert datetime.fromisoformat(item["date_published"]) == NOW
    replaced = [item for item in feed["items"] if "ersatt" in item["content_text"]]
    assert [item["id"] for item in replaced] == [f"http://localhost/public/reports/{many[0]}"]


def test_csv_feed(client: FlaskClient, cast: Cast, many: list[int]) -> None:
    """A row for each report; no cell is a formula; no data where actions are not shown."""
    response = client.get("/public/reports.csv")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(many)
    assert not [row for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert [row["Ersatt"] for row in rows].count("ja") == 1
    assert all(row["JSON"].endswith(".json") for row in rows)
    open_to_all(cast, NOTHING)
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/public/reports.csv").data.decode("utf-8-sig")), delimiter=";"
        )
    )
    assert not any(row["JSON"] or row["CSV"] for row in rows)
    assert all(row["PDF"] for row in rows)


def test_pages_name_the_feeds(app: Flask, client: FlaskClient, cast: Cast, many: list[int]) -> None:
    """Readers of feeds find them by themselves."""
    for path in ("/public", f"/public/plans/{cast.plan.id}", f"/public/reports/{many[0]}"):
        page = Page(client.get(path), path)
        found = {one.get("type"): one.get("href") for one in page.all("link", rel="alternate")}
        assert found == {
            "application/atom+xml": "/public/reports.atom",
            "application/feed+json": "/public/reports.json",
            "text/csv": "/public/reports.csv",
        }
