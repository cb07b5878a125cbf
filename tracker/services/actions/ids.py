"""Ids read and given in one piece: a thousand rows or parameters would cost more than finding
them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, select
from sqlalchemy.dialects import postgresql

from tracker.extensions import db


def each(ids: Collection[int] | str) -> Select[Any]:
    """A query for these ids, all in one parameter; a text is one that `in_one_text` gave."""
    text = ids if isinstance(ids, str) else ",".join(map(str, ids))
    if db.session.get_bind().dialect.name == "postgresql":
        listed = cast(func.string_to_array(text, ","), postgresql.ARRAY(Integer))
        return select(func.unnest(listed))
    return select(func.json_each(f"[{text}]").table_valued("value").c.value)


def in_one_text(query: Select[int]) -> str:
    """The ids that a query gives, for `each`: thousands that nobody here looks at."""
    return db.session.scalar(select(_text(query))) or ""


def gathered(*queries: Select[int]) -> list[list[int]]:
    """For each query the ids that it gives, in no order."""
    return [_read(text) for text in _each_in_one(_text(query) for query in queries)]


def gathered_by(query: Select[Any, int]) -> dict[Any, list[int]]:
    """The ids that a query gives beside each key, which is its first column."""
    key, ids = query.subquery().c
    texts = select(key, func.aggregate_strings(cast(ids, Text), ",")).group_by(key)
    return {key: _read(text) for key, text in db.session.execute(texts)}


def counted(*queries: Select[int], most: int) -> list[int]:
    """For each query how many ids it gives, counted no further than to `most` + 1."""
    return _each_in_one(
        select(func.count()).select_from(query.limit(most + 1).subquery()).scalar_subquery()
        for query in queries
    )


def _text(query: Select[int]) -> ColumnElement[str]:
    (column,) = query.subquery().c
    return select(func.aggregate_strings(cast(column, Text), ",")).scalar_subquery()


def _read(text: str | None) -> list[int]:
    return list(map(int, text.split(","))) if text else []


def _each_in_one(columns: Iterable[ColumnElement[Any]]) -> list[Any]:
    wanted = list(columns)
    return list(db.session.execute(select(*wanted)).one()) if wanted else []
