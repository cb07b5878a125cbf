"""What apps share must not let one test's data or words into another one's."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule

from tests.helpers import kept
from tests.helpers.apps import make_app, settings
from tests.helpers.kept import CompiledSql, KeptMap, TemplateCode
from tracker.models import Base, Committee


def test_a_changed_template_is_compiled_anew() -> None:
    code = TemplateCode()
    said = []
    for source in ("first {{ n }}", "second {{ n }}", "first {{ n }}"):
        page = Environment(loader=DictLoader({"page": source}), bytecode_cache=code)
        said.append(page.get_template("page").render(n=len(said)))
    assert said == ["first 0", "second 1", "first 2"]


def test_databases_share_statements_but_no_rows(tmp_path: Path) -> None:
    shared = CompiledSql()
    found = []
    for name in ("one", "other"):
        engine = create_engine(f"sqlite:///{tmp_path / name}")
        engine.update_execution_options(compiled_cache=shared)
        Base.metadata.create_all(engine, [Committee.__table__])
        with Session(engine) as session:
            session.add(Committee(name=name))
            session.commit()
            before = len(shared)
            found.append([row.name for row in session.query(Committee)])
            assert (len(shared) > before) == (name == "one"), "the second finds it compiled"
        engine.dispose()
    assert found == [["one"], ["other"]]


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "SQL_KEPT", 3)
    shared = CompiledSql()
    engine = create_engine("sqlite://")
    engine.update_execution_options(compiled_cache=shared)
    with engine.connect() as connection:
        for n in range(10):
            assert connection.scalar(text(f"SELECT {n}")) == n
            assert len(shared) <= 3
    engine.dispose()


class Doubled(IntegerConverter):
    def to_url(self, value: int) -> str:
        return super().to_url(2 * value)


def routes(converter: type[IntegerConverter] = IntegerConverter, *more: Rule) -> KeptMap:
    made = KeptMap(converters={"number": converter})
    for rule in (Rule("/things/<number:id>", endpoint="thing", methods=["GET"]), *more):
        made.add(rule)
    return made


def test_maps_with_the_same_routes_compile_them_once() -> None:
    first, second = routes(), routes()
    rules = [list(one.iter_rules()) for one in (first, second)]
    assert rules[0][0] is rules[1][0]
    for one in (first, second):
        assert one.bind("localhost").match("/things/3") == ("thing", {"id": 3})


def test_a_route_asks_its_own_map_for_its_words() -> None:
    addresses = []
    for converter in (IntegerConverter, Doubled, IntegerConverter):
        bound = routes(converter).bind("localhost")
        addresses.append(bound.build("thing", {"id": 21, "q": "a b"}))
    assert addresses == ["/things/21?q=a+b", "/things/42?q=a+b", "/things/21?q=a+b"]


@pytest.mark.parametrize(
    "other",
    [
        Rule("/more", endpoint="more"),
        Rule("/things/<number:id>", endpoint="thing", methods=["POST"]),
        Rule("/things/<number:id>", endpoint="deeper", defaults={"depth": 2}),
    ],
    ids=repr,
)
def test_a_route_more_is_nobody_elses(other: Rule) -> None:
    """Whether it is there from the beginning or comes when the map is in use."""
    used = routes()
    before = list(used.iter_rules())
    used.add(deepcopy(other))
    at_once = routes(IntegerConverter, deepcopy(other))
    assert len(list(used.iter_rules())) == len(list(at_once.iter_rules())) == 2
    assert list(routes().iter_rules()) == before


def test_an_app_keeps_to_its_own_routes(tmp_path: Path) -> None:
    """A view that a test adds to an app in use answers there and nowhere else."""
    plain, more = (make_app(settings(tmp_path)) for _ in range(2))
    everywhere = {rule.endpoint for rule in plain.url_map.iter_rules()}
    assert everywhere == {rule.endpoint for rule in more.url_map.iter_rules()}
    more.get("/more", endpoint="more")(lambda: "more")
    for app, own in ((plain, set()), (more, {"more"}), (plain, set())):
        assert {rule.endpoint for rule in app.url_map.iter_rules()} == everywhere | own
