"""Every column that refers to a person or holds text is classified, and told of in the register."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest
from sqlalchemy import JSON, Column, Enum, ForeignKey, Integer, LargeBinary, MetaData, String, Table

from tests.helpers.source import ROOT
from tracker.domain.holdings import HOLDINGS
from tracker.domain.personal_data import OWN_ROW, TEXTS, TIES, Content, columns, tables_of_persons
from tracker.models import Base, RetentionKind
from tracker.web.privacy.words import COLUMNS, KINDS, TABLES


def refers_to_somebody(column: Column[object]) -> bool:
    return any(key.target_fullname == "user_account.id" for key in column.foreign_keys)


def holds_text(column: Column[object]) -> bool:
    is_text = isinstance(column.type, String | JSON | LargeBinary)
    return is_text and not isinstance(column.type, Enum)


def unclassified(metadata: MetaData) -> list[str]:
    """The columns that nobody has said what they are."""
    found = []
    for table in metadata.tables.values():
        for column in table.columns:
            known = TIES.get(table.name, {}) if refers_to_somebody(column) else {column.name: 1}
            told = columns(table.name, *Content) if holds_text(column) else (column.name,)
            if column.name not in known or column.name not in told:
                found.append(f"{table.name}.{column.name}")
    return found


def test_every_column_is_classified() -> None:
    assert not unclassified(Base.metadata)


@pytest.mark.parametrize(
    "column",
    [
        Column("by_id", Integer, ForeignKey("user_account.id")),
        Column("note", String(50)),
        Column("facts", JSON),
        Column("picture", LargeBinary),
    ],
    ids=lambda column: str(column.name),
)
def test_a_new_column_is_found(column: Column[object]) -> None:
    metadata = MetaData()
    Table("user_account", metadata, Column("id", Integer, primary_key=True))
    Table("comment", metadata, column)
    assert unclassified(metadata) == [f"comment.{column.name}"]


def test_nothing_is_classified_that_is_not_there() -> None:
    tables = Base.metadata.tables
    for name, ties in TIES.items():
        for column, tie in ties.items():
            assert refers_to_somebody(tables[name].c[column]), (name, column)
            assert set(tie.given) <= set(tables[name].c.keys()), (name, column)
    for name, texts in TEXTS.items():
        told = list(chain.from_iterable(texts.values()))
        assert all(holds_text(tables[name].c[column]) for column in told), name
        assert len(told) == len(set(told)), name
    assert set(OWN_ROW) <= set(tables["user_account"].c.keys())


def test_what_opens_an_account_is_never_given() -> None:
    for name, ties in TIES.items():
        hidden = set(columns(name, Content.HIDDEN))
        assert not any(hidden & set(tie.given) for tie in ties.values()), name
    assert not set(columns("user_account", Content.HIDDEN)) & set(OWN_ROW)


def test_the_register_tells_of_every_table_once() -> None:
    told = Counter(chain.from_iterable(holding.tables for holding in HOLDINGS))
    assert set(told) == tables_of_persons()
    assert set(told.values()) == {1}
    assert len({holding.key for holding in HOLDINGS}) == len(HOLDINGS)
    assert {holding.rule for holding in HOLDINGS} - {""} == set(RetentionKind)


def test_what_people_read_of_has_words() -> None:
    assert set(KINDS) == set(RetentionKind)
    assert set(TIES) <= set(TABLES)
    given = chain.from_iterable(tie.given for ties in TIES.values() for tie in ties.values())
    assert {*given, *OWN_ROW, "data"} <= set(COLUMNS)


def test_the_document_is_the_register() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = {
        cells[0]: cells
        for line in page.splitlines()
        if line.startswith("| ")
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }
    for holding in HOLDINGS:
        tables = rows[holding.key][2]
        assert set(tables.replace("`", "").replace(",", "").split()) >= set(holding.tables)
        assert bool(holding.rule) == (f"`{holding.rule}`" in rows[holding.key][4])
