"""Every page in another language: no Swedish is left that the catalogue says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import update

from tests.helpers.cast import Cast
from tests.helpers.leftovers import Shown, swedish_in
from tests.helpers.visitor import Visits
from tests.test_access import Step, Walk, app, walk
from tracker.domain.languages import LANGUAGES
from tracker.extensions import db
from tracker.models import User

__all__ = ["app", "walk"]  # fixtures
OTHERS = [locale for locale in LANGUAGES if locale != "sv"]
# What the things of the walk are called, in words that the product has as well.
TYPED = ("Handlingsplan efter utvärderingen", "Åtgärd")


def test_no_swedish_is_left(app: Flask, walk: Walk, cast: Cast, visit: Visits) -> None:
    """Outside what people typed and what is marked as Swedish. Each page is asked for once in
    each language."""
    pages, left = 0, []
    seen: set[str] = set()
    for who in (cast.director, cast.admin, cast.owner):
        client = visit(who).client
        for step in _first_of_each_endpoint(app, walk, who, seen):
            for locale in OTHERS:
                db.session.execute(update(User).values(locale=locale))
                db.session.commit()
                answer = client.get(step.path)
                if answer.status_code != 200 or answer.mimetype != "text/html":
                    break
                pages += 1
                shown = Shown(answer.get_data(as_text=True)).texts
                found = swedish_in([one for one in shown if not one.startswith(TYPED)], locale)
                left += [f"{locale} {step.path}: {one}" for one in found]
    assert left == []
    assert pages > 70 * len(OTHERS)


def _first_of_each_endpoint(app: Flask, walk: Walk, who: User, seen: set[str]) -> Iterator[Step]:
    """The first look at each endpoint that this person may have; files are no pages."""
    addresses = app.url_map.bind("localhost")
    for step in walk.steps["GET"]:
        path = step.path.partition("?")[0]
        endpoint, _values = addresses.match(path)
        if endpoint not in seen and "." not in path and step.allowed(who) & {200}:
            seen.add(endpoint)
            yield step
