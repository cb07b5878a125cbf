"""What apps share must not let one test's data or words into another one's."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Map

from tests.helpers import kept
from tests.helpers.kept import CompiledSql, KeptRule, TemplateCode
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


def test_a_route_asks_its_own_map_for_its_words() -> None:
    class Doubled(IntegerConverter):
        def to_url(self, value: int) -> str:
            return super().to_url(2 * value)

    addresses = []
    for converter in (IntegerConverter, Doubled, IntegerConverter):
        rules = Map(converters={"number": converter})
        rules.add(KeptRule("/things/<number:id>", endpoint="thing"))
        addresses.append(rules.bind("localhost").build("thing", {"id": 21, "q": "a b"}))
    assert addresses == ["/things/21?q=a+b", "/things/42?q=a+b", "/things/21?q=a+b"]
