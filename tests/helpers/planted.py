"""Fields that no form of ours has, sent with every form: nothing may become of them."""

from __future__ import annotations

import re
from functools import cache

from sqlalchemy import Boolean, Integer, cast, or_, select
from sqlalchemy.types import String

from tests.helpers.source import ROOT
from tracker.extensions import db
from tracker.models import Base

# Without letters, so that no page gives them back as what somebody wrote.
WORD, NUMBER = "424242-717171", 424_242


@cache
def planted_fields() -> dict[str, str]:
    """Every column of the database that no page asks for, with a value that is found again."""
    asked = _asked_for()
    fields = {"is_admin": "1", "admin": "1", "roles": "1"}
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.name not in asked:
                whole = isinstance(column.type, Integer)
                flag = isinstance(column.type, Boolean)
                fields[column.name] = "1" if flag else str(NUMBER) if whole else WORD
    return fields


def _asked_for() -> set[str]:
    """The names of our fields: attributes of form classes, and what views and templates name."""
    words: set[str] = set()
    for folder, pattern in (("tracker/web", "*.py"), ("templates", "*.html")):
        for path in (ROOT / folder).rglob(pattern):
            text = path.read_text(encoding="utf-8")
            words |= set(re.findall(r"^    (\w+) = ", text, re.MULTILINE))
            words |= set(re.findall(r"[\"'](\w+)[\"']", text))
    return words


def traces() -> list[str]:
    """Where in the database a planted value stands."""
    found = []
    for table in Base.metadata.tables.values():
        marks = [
            cast(column, String).like(f"%{WORD}%")
            if not isinstance(column.type, Integer)
            else column == NUMBER
            for column in table.columns
        ]
        if db.session.execute(select(1).select_from(table).where(or_(*marks))).first():
            found.append(table.name)
    return found
