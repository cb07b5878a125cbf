"""Access is denied unless stated: every endpoint × role × own, other's and missing things.

Nothing here lists endpoints: what to expect follows from the table in domain/permissions.py.
"""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from werkzeug.routing import Rule

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import NOW, Cast, Keys, People, found_cast
from tests.helpers.planted import planted_fields, traces
from tests.helpers.queries import count_queries
from tests.helpers.source import the_house
from tests.helpers.things import Thing, Things
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.permissions import PERMISSIONS, Deed
from tracker.extensions import db
from tracker.models import Action, Report, User
from tracker.web.access import PUBLIC

ANONYMOUS = "anonymous"
ROLES = [*(field.name for field in fields(People)), ANONYMOUS]
METHODS = ("GET", "POST")
# An empty form is answered by the page again (422), by a rule (400, 409) or by going on (302).
WRITING = ("INSERT", "UPDATE", "DELETE")
LET_IN = {"GET": {200, 302}, "POST": {200, 302, 303, 400, 409, 422}}


def rules_of(app: Flask) -> list[Rule]:
    """Every address of the product, logging out last."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return sorted(rules, key=lambda rule: (rule.endpoint == "auth.logout", rule.rule))


def deed_of(app: Flask, rule: Rule) -> str | None:
    """The deed that an endpoint's view names."""
    return getattr(app.view_functions[rule.endpoint], "deed", None)


@dataclass(frozen=True)
class Step:
    """One request of the walk; what its address names stands here by key, since each role walks
    through a copy of the same database."""

    method: str
    path: str
    deed: str
    exists: bool = True
    action_id: int | None = None
    report_id: int | None = None
    only_for_id: int | None = None

    @classmethod
    def on(cls, method: str, path: str, deed: str, thing: Thing) -> Step:
        """The request that an address makes of a thing."""
        named = (thing.action, thing.report, thing.only_for)
        return cls(method, path, deed, thing.exists, *(one.id if one else None for one in named))

    @property
    def thing(self) -> Thing:
        """What the address names, found in this database."""

        def found(kind: type[Any], key: int | None) -> Any:
            return db.session.get_one(kind, key) if key else None

        return Thing(
            {},
            self.exists,
            found(Action, self.action_id),
            found(User, self.only_for_id),
            found(Report, self.report_id),
        )

    def allowed(self, user: User | None) -> set[int]:
        """The statuses that the permission table allows as an answer."""
        if self.deed == PUBLIC:
            return LET_IN[self.method] if self.exists else {404}
        if user is None:
            return {302}
        if not user.may(Deed(self.deed)):
            return {403}
        thing = self.thing
        if not thing.exists or not thing.within(user.scope(Deed(self.deed)), user):
            return {404}
        return LET_IN[self.method]


def steps(app: Flask, things: Things, method: str) -> Iterator[Step]:
    """Every endpoint that takes the method, on each thing that its address may name."""
    addresses = app.url_map.bind("localhost")
    for rule in rules_of(app):
        if method in (rule.methods or ()):
            for thing in things.named_by(rule):
                path = addresses.build(rule.endpoint, thing.values, method)
                yield Step.on(method, path, deed_of(app, rule) or "", thing)


@dataclass(frozen=True)
class Walk:
    """A municipality in which everything exists that an address can name, and the requests."""

    folder: Path
    steps: dict[str, list[Step]]


@pytest.fixture(scope="module")
def walk(
    sqlite_with_cast: tuple[Path, Keys], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Made once: making the things takes longer than asking for them."""
    folder, (database, keys) = tmp_path_factory.mktemp("walk"), sqlite_with_cast
    shutil.copy(database, folder / "atgarda.db")
    with time_machine.travel(NOW), entered(make_app(settings(folder))) as made:
        things = Things(found_cast(keys))
        asked = {method: list(steps(made, things, method)) for method in METHODS}
        db.session.commit()
    yield Walk(folder, asked)


@pytest.fixture
def app(walk: Walk, tmp_path: Path) -> Iterator[Flask]:
    """The product on a copy of the municipality in which everything exists."""
    shutil.copytree(walk.folder, tmp_path, dirs_exist_ok=True)
    with entered(make_app(settings(tmp_path))) as made:
        yield made


def test_every_endpoint_names_its_deed(app: Flask) -> None:
    """A view without @requires or @public, or with a deed that no row allows, fails here."""
    known = {PUBLIC, *PERMISSIONS}
    nameless = [r.endpoint for r in rules_of(app) if deed_of(app, r) not in known]
    assert not nameless


def test_every_endpoint_is_walked(
    app: Flask, walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The walk leaves no address and method out, and asks each that names a thing also about one
    that is missing."""
    addresses, found = app.url_map.bind("localhost"), defaultdict(list)
    for step in chain(*walk.steps.values()):
        endpoint, _values = addresses.match(urlsplit(step.path).path, step.method)
        found[endpoint, step.method].append(step)
    listed = {(rule.endpoint, one) for rule in rules_of(app) for one in rule.methods or ()}
    assert set(found) == {one for one in listed if one[1] not in ("HEAD", "OPTIONS")}
    naming = {rule.endpoint for rule in rules_of(app) if rule.arguments}
    asked = {endpoint for (endpoint, _), made in found.items() if any(not s.exists for s in made)}
    assert naming <= asked
    requests = sum(map(len, found.values()))
    with capsys.disabled():
        print(
            f"\n{len({one for one, _ in found})} endpoints, {len(found)} ways to ask them, all "
            f"walked: {requests} requests for each of {len(ROLES)} roles"
        )


def test_the_check_sees_an_endpoint_without_a_deed(app: Flask) -> None:
    """The rule above can fail."""
    app.add_url_rule("/bare", "bare", lambda: "")
    assert [r.endpoint for r in rules_of(app) if deed_of(app, r) is None] == ["bare"]


def test_every_deed_is_allowed_to_somebody_and_used(app: Flask) -> None:
    """The table has a row for each deed, and no row that nothing asks about."""
    assert set(PERMISSIONS) == set(Deed)
    assert all(PERMISSIONS.values())
    asked = {deed_of(app, rule) for rule in rules_of(app)}
    for module in the_house():
        if module.room == "cli":
            asked |= {
                Deed[node.attr]
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Deed"
            }
    assert set(Deed) - asked == set()


@pytest.mark.parametrize(
    "who", [(role, method) for role in ROLES for method in METHODS], ids="-".join
)
def test_the_table_decides(
    app: Flask, walk: Walk, cast: Cast, visit: Visits, who: tuple[str, str]
) -> None:
    """Whoever may gets an answer, who may not 403, outside one's scope 404, strangers log in.

    Looking (GET) writes nothing, whoever looks; and of what no form asks nothing is taken.
    """
    role, method = who
    user: User | None = None if role == ANONYMOUS else getattr(cast, role)
    visitor = visit(user)
    wrong, tried = [], 0
    # What is posted may change what is allowed next.
    ahead = {one: one.allowed(user) for one in walk.steps[method] if method == "GET"}
    with count_queries(app) as counted:
        for step in walk.steps[method]:
            allowed, before = ahead.get(step) or step.allowed(user), counted.number
            page = visitor.ask(method, step.path, planted_fields())
            tried += 1
            sent = counted.statements[before:]
            if method == "GET" and any(one.startswith(WRITING) for one in sent):
                wrong.append(f"GET {step.path} as {role} writes to the database")
            if page.status not in allowed:
                wrong.append(f"{method} {step.path} as {role}: {page.status}, not in {allowed}")
            elif user is None and step.deed != PUBLIC:
                assert page.response.location.startswith("/login"), step.path
    assert tried
    assert not wrong, "\n".join(wrong)
    assert not traces(), "a field that no form has was taken"


def test_a_planted_value_is_found(app: Flask, cast: Cast) -> None:
    """The check for fields that no form has can fail."""
    assert not traces()
    cast.owner.password_hash = planted_fields()["password_hash"]
    db.session.commit()
    assert traces() == ["user_account"]


def test_nothing_is_accepted_without_a_token(
    app: Flask, walk: Walk, cast: Cast, visit: Visits
) -> None:
    """Each posting endpoint refuses a form that was not fetched from us."""
    visitor = visit(cast.director)
    for step in walk.steps["POST"]:
        with count_queries(app) as counted:
            page = visitor.ask("POST", step.path, {"csrf_token": None})
        # A link to answer by is its own token; an empty form says nothing.
        refused = {404, 409, 422} if step.path.startswith("/answer/") else {400}
        assert page.status in refused, step.path
        assert not any(sent.startswith(WRITING) for sent in counted.statements), step.path


def test_a_closed_account_is_logged_out(cast: Cast, visit: Visits) -> None:
    """Deactivation ends what the person has open."""
    visitor: Visitor = visit(cast.owner)
    visitor.get("/my-actions")
    cast.owner.deactivated_at = NOW
    page = visitor.ask("GET", "/my-actions")
    assert page.status == 302
    assert page.response.location.startswith("/login")
