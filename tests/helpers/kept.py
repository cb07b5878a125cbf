"""What every app of a test run would work out anew alike: kept, and shared between the apps.

Each test has an app and a database of its own. Without this, most of a test's time would go to
compiling the same templates, the same routes and the same SQL once more. Only what follows from
its key alone is kept; nothing that a test writes can come to another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

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


@dataclass
class Parsed:
    """What reading one address pattern gives: the parts to match, the trace to build by, and how
    to make the converters, which belong to one map each."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: list[tuple[str, str, tuple[Any, ...], Mapping[str, Any]]]


class KeptRule(Rule):
    """A route whose pattern is read, and its address builder compiled, once for all maps that
    hold the same route."""

    _builders: ClassVar[dict[Any, Any]] = {}
    _parsed: ClassVar[dict[str, Parsed]] = {}

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        if rule not in self._parsed:
            begun = len(self._trace)
            self._made: list[Any] = []
            parts = list(super()._parse_rule(rule))
            self._parsed[rule] = Parsed(parts, self._trace[begun:], self._made)
            return parts
        known = self._parsed[rule]
        self._trace.extend(known.trace)
        for name, *how in known.converters:
            self._converters[name] = super().get_converter(name, *how)
            self.arguments.add(name)
        return known.parts

    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter:
        """Note how a converter is made, beside making it."""
        self._made.append((variable_name, converter_name, args, kwargs))
        return super().get_converter(variable_name, converter_name, args, kwargs)

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        # The function finds its converters through the rule that it is bound to afterwards.
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


TEMPLATES = TemplateCode()
Flask.url_rule_class = KeptRule


@cache
def compiled_sql(kind: str) -> CompiledSql:
    """The statements compiled for one kind of database."""
    return CompiledSql()


def share(app: Flask, engine: Engine) -> None:
    """Let `app` and its engine use what earlier apps have compiled."""
    app.jinja_env.bytecode_cache = TEMPLATES
    engine.update_execution_options(compiled_cache=compiled_sql(engine.dialect.name))
