"""Leading SQLite away from an index. Its planner has no numbers of what the tables hold, and would
rather sort all that one index finds than walk another, in order, to the first few."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.schema import Column

from tracker.extensions import db
from tracker.models import Action

_AS_IT_IS: operators.custom_op[Any] = operators.custom_op("+")


def unindexed(
    conditions: Sequence[ColumnElement[bool]], names: Collection[str] = ()
) -> list[ColumnElement[bool]]:
    """The same conditions, for whose columns of Action SQLite looks in no index: for `names`, or
    for all. PostgreSQL knows better by itself."""
    if db.session.get_bind().dialect.name != "sqlite":
        return list(conditions)

    def replaced(element: Any, **_more: Any) -> Any:
        if not isinstance(element, Column) or element.table.description != Action.__tablename__:
            return None
        if names and element.key not in names:
            return None
        # A plus in front changes nothing but that.
        return UnaryExpression(element, operator=_AS_IT_IS, type_=element.type)

    return [visitors.replacement_traverse(one, {}, replaced) for one in conditions]
