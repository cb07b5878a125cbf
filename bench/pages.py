"""Whether a page costs what it shows, or what the table holds: 100,000 actions against 1,000."""

from __future__ import annotations

from collections.abc import Iterator

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from bench.installation import NOW, filled
from bench.timing import seconds
from tests.helpers import postgres
from tracker.services.demo.loading import PASSWORD

SMALL, LARGE = 1_000, 100_000
DIRECTOR, MANAGER = "karin.hallstrom@bjorkhaga.example", "mattias.lundgren@bjorkhaga.example"
PAGES = (
    ("start", DIRECTOR, "/"),
    ("plan", DIRECTOR, "/actions"),
    ("plan, late only", DIRECTOR, "/actions?late=1"),
    ("an action", DIRECTOR, "/actions/20"),
    ("points", DIRECTOR, "/points"),
    ("comparison", DIRECTOR, "/comparison"),
)


def measure() -> Iterator[str]:
    """The ratio per page, on SQLite and PostgreSQL."""
    yield from _ratios("SQLite", "", "")
    with (
        postgres.running() as server,
        server.database() as small,
        server.database() as large,
    ):
        yield from _ratios("PostgreSQL", small, large)


def _ratios(name: str, small_url: str, large_url: str) -> Iterator[str]:
    with filled(SMALL, database_url=small_url) as app:
        small = _times(app)
    with filled(LARGE, database_url=large_url) as app:
        large = _times(app)
    for page, taken in large.items():
        yield f"{name}, {page}: {taken / small[page]:.2f} × with 100,000 actions against 1,000"


def _times(app: Flask) -> dict[str, float]:
    with time_machine.travel(NOW, tick=True):
        clients = {person: _logged_in(app, person) for person in (DIRECTOR, MANAGER)}
        return {
            page: seconds(lambda client=clients[person], path=path: _get(client, path))
            for page, person, path in PAGES
        }


def _logged_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.status
    return client


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)
