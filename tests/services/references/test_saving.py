"""Preview, save, take back; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.others import EDITION, brought_in, csv
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import JournalEntry, ReferenceScore
from tracker.services.references import listing, saving
from tracker.services.references.saving import Fate

GRANBY = f"Granby,2021-02,{EDITION},79,72,87,89,88,82,85,80,662,en källa"
SJOBY = f"Sjöby kommun,2022,{EDITION},,,,,,,,,455,"


def kept() -> list[tuple[str, date, bool, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(ReferenceScore).order_by(ReferenceScore.place_key))
    return [(row.municipality, row.month, row.whole_year, row.total) for row in rows]


def entries() -> list[JournalEntry]:
    query = select(JournalEntry).where(JournalEntry.subject == "reference")
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def test_saved_once_and_journaled_once(any_app: Flask, cast: Cast) -> None:
    saved = brought_in(cast.director, GRANBY, SJOBY)
    assert (saved.added, saved.changed) == (2, 0)
    assert kept() == [
        ("Granby", date(2021, 2, 1), False, 662),
        ("Sjöby kommun", date(2022, 1, 1), True, 455),
    ]
    (entry,) = entries()
    assert (entry.id, entry.deed) == (saved.import_id, "reference.import")
    assert entry.actor == cast.director.name
    assert entry.data["file"] == "andra.csv"
    assert [one["state"][0] for one in entry.data["rows"]] == [None, None]
    row = db.session.scalars(select(ReferenceScore).limit(1)).one()
    assert row.areas == [79, 72, 87, 89, 88, 82, 85, 80]
    assert row.added_by_id == cast.director.id


def test_again_changes_what_differs(any_app: Flask, cast: Cast) -> None:
    brought_in(cast.director, GRANBY, SJOBY)
    same = brought_in(cast.director, GRANBY)
    assert (same.import_id, same.added, same.changed) == (None, 0, 0)
    shown = saving.preview(
        csv(GRANBY, SJOBY.replace("455", "460"), SJOBY.replace("2022", "2023"), "x"),
        by=cast.director,
        today=TODAY,
    )
    assert [fate for _row, fate in shown.fates] == [Fate.SAME, Fate.CHANGED, Fate.NEW]
    assert shown.to_save == 2
    assert len(shown.file.refused) == 1
    saved = brought_in(cast.director, GRANBY, SJOBY.replace("455", "460"))
    assert (saved.added, saved.changed) == (0, 1)
    assert [row[3] for row in kept()] == [662, 460]


def test_names_are_spelled_as_known(app: Flask, cast: Cast) -> None:
    own = cast.municipality.name
    brought_in(
        None,
        f"{own.upper()} KOMMUN,2021-02,{EDITION},,,,,,,,,500,",
        f"nynäshamns kommun,2023-01,{EDITION},,,,,,,,,455,",
    )
    assert {row[0] for row in kept()} == {own, "Nynäshamn"}
    again = saving.preview(csv(f"Nynäshamn,2023-01,{EDITION},,,,,,,,,455,"), by=None, today=TODAY)
    assert [fate for _row, fate in again.fates] == [Fate.SAME]


def test_an_import_is_taken_back(app: Flask, cast: Cast) -> None:
    brought_in(cast.director, GRANBY)
    saved = brought_in(cast.admin, GRANBY.replace("en källa", "en bättre"), SJOBY)
    undone = saving.remove_import(saved.import_id or 0, by=cast.director, now=NOW)
    assert (undone.restored, undone.left) == (2, 0)
    (row,) = db.session.scalars(select(ReferenceScore))
    assert (row.municipality, row.source) == ("Granby", "en källa")
    assert [one.deed for one in entries()][-1] == "reference.undo"
    with pytest.raises(RuleBroken, match="redan"):
        saving.remove_import(saved.import_id or 0, by=cast.director, now=NOW)


def test_what_was_changed_since_stays(app: Flask, cast: Cast) -> None:
    first = brought_in(cast.director, GRANBY, SJOBY)
    brought_in(cast.director, SJOBY.replace("455", "460"))
    undone = saving.remove_import(first.import_id or 0, by=cast.director, now=NOW)
    assert (undone.restored, undone.left) == (1, 1)
    assert [row[3] for row in kept()] == [460]


def test_one_row_is_removed(app: Flask, cast: Cast) -> None:
    brought_in(cast.director, GRANBY, SJOBY)
    row = db.session.scalars(select(ReferenceScore).order_by(ReferenceScore.place_key)).first()
    assert row is not None
    assert saving.remove(row.id, by=cast.director, now=NOW) == "Granby"
    assert [one[0] for one in kept()] == ["Sjöby kommun"]
    entry = entries()[-1]
    assert (entry.deed, entry.data["state"][0]["total"]) == ("reference.remove", 662)


@pytest.mark.parametrize("key", [0, 999_999])
def test_what_is_not_there(app: Flask, cast: Cast, key: int) -> None:
    with pytest.raises(NotFound):
        saving.remove(key, by=cast.director, now=NOW)
    with pytest.raises(NotFound):
        saving.remove_import(key, by=cast.director, now=NOW)


def test_another_deed_is_no_import(app: Flask, cast: Cast) -> None:
    saved = brought_in(cast.director, GRANBY)
    saving.remove_import(saved.import_id or 0, by=cast.director, now=NOW)
    with pytest.raises(NotFound):
        saving.remove_import(entries()[-1].id, by=cast.director, now=NOW)


def test_nothing_to_save_is_said(app: Flask, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Ingen rad"):
        brought_in(cast.director, "x,,,,,,,,,,,,")
    assert not entries()


@pytest.mark.parametrize("who", ["unit_director", "owner", "member"])
def test_only_those_who_manage(app: Flask, cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    saved = brought_in(cast.admin, GRANBY)
    attempts: list[Callable[[], Any]] = [
        lambda: brought_in(person, SJOBY),
        lambda: saving.preview(csv(SJOBY), by=person, today=TODAY),
        lambda: saving.remove(1, by=person, now=NOW),
        lambda: saving.remove_import(saved.import_id or 0, by=person, now=NOW),
        lambda: listing.latest_imports(by=person),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert len(kept()) == 1
    assert listing.references_page(by=person)[1] == 1


def test_a_page_of_the_list(any_app: Flask, cast: Cast, count_queries: Any) -> None:
    lines = [f"Kommun {n:02}a,2021-02,{EDITION},,,,,,,,,{400 + n}," for n in range(35)]
    brought_in(cast.director, *lines, GRANBY, GRANBY.replace("2021", "2023"))
    listing.references_page(by=cast.member)  # loads the person
    with count_queries() as counted:
        rows, total = listing.references_page(by=cast.member, number=2, size=30)
    assert counted.number == 2
    assert (len(rows), total) == (7, 37)
    assert len(listing.references_page(by=cast.member, number=99, size=30)[0]) == 7
    found, total = listing.references_page(by=cast.member, text="GRAN")
    assert [f"{row.month:%Y}" for row in found] == ["2023", "2021"]
    assert total == 2
    for odd in ("%", "_", "\\", "x" * 10_000, "\0", "😀"):
        assert listing.references_page(by=cast.member, text=odd)[1] in (0, 37)
    (latest,) = listing.latest_imports(by=cast.admin)
    assert (latest.file, latest.rows) == ("andra.csv", 37)
