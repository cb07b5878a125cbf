"""Pages of a long list: the links keep the reader's address, and are steered by none of it."""

from __future__ import annotations

import pytest

from tests.helpers.found import many

# What would steer a link if the address were handed on as it is.
STEERING = "_scheme=javascript&_external=1&_anchor=x&_method=POST&endpoint=x&self=1"


@pytest.mark.parametrize("path", ["/actions", "/actions/timeline"])
def test_the_address_does_not_steer_the_links(app, cast, visit, path):
    many(cast, 35)
    page = visit(cast.director).get(f"{path}?q=åtgärd&{STEERING}")
    (following,) = (a for a in page.all("a") if "page=2" in a.get("href", ""))
    assert following.get("href").startswith(f"{path}?q=%C3%A5tg%C3%A4rd&{STEERING}")
    assert visit(cast.director).get(following.get("href")).status == 200


def test_a_page_that_is_none(app, cast, visit):
    many(cast, 35)
    for number in ("999999999999999999999", "-1", "x", "²"):
        visit(cast.director).get(f"/actions?page={number}")
