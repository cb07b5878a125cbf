"""What surrounds every page."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits


def test_static_files_are_named_by_their_content(client: FlaskClient) -> None:
    page = client.get("/login").text
    found = re.search(r'href="(/static/tokens\.css\?v=[0-9a-f]{8})"', page)
    assert found
    answer = client.get(found[1])
    answer.close()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].endswith("max-age=31536000")


def test_pages_are_kept_by_nobody(client: FlaskClient) -> None:
    answer = client.get("/login")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_menu_holds_what_one_may_see_and_marks_where_one_is(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison")
    assert "Personer" not in page.links
    assert "Förbättringspunkter" not in page.links
    marked = page.all("a", **{"aria-current": "page"})
    assert marked
    assert {link.attrib["href"] for link in marked} == {"/comparison"}


def test_a_page_within_a_task_belongs_to_its_list(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get(f"/actions/{cast.action.id}")
    marked = page.all("a", **{"aria-current": "page"})
    assert {link.attrib["href"] for link in marked} == {"/actions"}
