"""What every app of a test run would work out anew alike: kept, and shared between the apps.

Each test has an app and a database of its own. Without this, most of a test's time would go to
compiling the same templates, the same routes and the same SQL once more. Only what follows from
its key alone is kept; nothing that a test writes can come to another one.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from copy import deepcopy
from functools import cache
from operator import attrgetter
from threading import Lock
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher

SQL_KEPT = 5000  # statements; a run of all tests has fewer


class TemplateCode(BytecodeCache):
    """Compiled templates by name, file and source; Jinja itself compares the source."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if this source has been compiled before."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key, bucket.checksum] = bucket.code


class CompiledSql(MutableMapping[Any, Any]):
    """SQLAlchemy's cache of compiled statements for all engines of one kind.

    SQLAlchemy's key begins with the engine's dialect object; those of one kind compile alike.
    """

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        return self._kept[key[1:]]

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self._kept) >= SQL_KEPT:
            self._kept.clear()
        self._kept[key[1:]] = value

    def __delitem__(self, key: Any) -> None:
        del self._kept[key[1:]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


class KeptMap(Map):
    """The routes of an app, read and compiled when somebody first asks for an address, and once
    for all maps that have the same routes."""

    _settled: ClassVar[dict[Any, Any]] = {}
    _settling: ClassVar[Lock] = Lock()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._added: list[Rule] = []
        self._is_settled = True

    def add(self, rulefactory: RuleFactory) -> None:
        """Note what is added; `update`, which comes before any use, does the rest."""
        self._added += rulefactory.get_rules(self)
        self._is_settled = False

    def update(self) -> None:
        """Take over what another map with these routes has made of them, or make it."""
        with self._settling:
            if self._is_settled:
                return
            same = (tuple(self.converters.items()), *map(_all_about, self._added))
            if same not in self._settled:
                self._make_anew()
                self._settled[same] = self._matcher, self._rules_by_endpoint
            self._matcher, self._rules_by_endpoint = self._settled[same]
            self._is_settled = True

    def _make_anew(self) -> None:
        self._matcher = StateMachineMatcher(self.merge_slashes)
        self._rules_by_endpoint = {}
        for rule in self._added:
            super().add(deepcopy(rule))  # the routes of an app that adds one more stay unbound
        super().update()


_plain = attrgetter(
    *("rule", "endpoint", "subdomain", "host", "build_only", "alias", "redirect_to"),
    *("strict_slashes", "merge_slashes", "websocket"),
)


def _all_about(rule: Rule) -> tuple[Any, ...]:
    flasks_own = getattr(rule, "provide_automatic_options", None)
    return *_plain(rule), frozenset(rule.methods or ()), repr(rule.defaults), flasks_own


TEMPLATES = TemplateCode()
Flask.url_map_class = KeptMap


@cache
def compiled_sql(kind: str) -> CompiledSql:
    """The statements compiled for one kind of database."""
    return CompiledSql()


def share(app: Flask, engine: Engine) -> None:
    """Let `app` and its engine use what earlier apps have compiled."""
    app.jinja_env.bytecode_cache = TEMPLATES
    engine.update_execution_options(compiled_cache=compiled_sql(engine.dialect.name))
