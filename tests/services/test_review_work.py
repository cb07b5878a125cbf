"""The working copy: what it begins as, what it amounts to, and how it is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.services.review_cases import FIRST_NEW, READ, first_subareas, fresh
from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.errors import NotFound
from tracker.importers.draft import AreaDraft, PointDraft, ReportDraft
from tracker.services.acceptance import DraftHead
from tracker.services.review.work import (
    Item,
    ItemKind,
    begin,
    family,
    finish,
    from_json,
    next_id,
    to_json,
)


def test_it_begins_as_what_was_read() -> None:
    work = fresh()
    assert work.head == DraftHead("Sjövik", "2024-03", 1, "kommunkompassen-2020")
    assert [item.id for item in work.items] == list(range(1, FIRST_NEW))
    assert [item.origin for item in work.items] == [(n,) for n in range(1, FIRST_NEW)]
    assert [item.area for item in work.items] == [1] * 5 + [2] * 3 + [None] * 2
    assert "".join(item.kind[0] for item in work.items) == "ssppp" + "spp" + "pp"
    assert work.item(4) == Item(
        4, ItemKind.POINT, 1, "Punkt två", 3, 32, (32,), False, False, ("1.2", "1.1"), (4,)
    )
    assert all(area.strengths == area.improvements == () for area in work.areas)


@pytest.mark.parametrize("read", [READ, ReportDraft(), replace(READ, areas=())])
def test_untouched_it_amounts_to_what_was_read(read: ReportDraft) -> None:
    assert finish(begin(read), read) == first_subareas(read)


def test_a_report_that_says_little_leaves_the_head_open() -> None:
    assert begin(ReportDraft()).head == DraftHead("", "", None, "")


@pytest.mark.parametrize("count", [7, 8])
def test_a_sum_over_some_areas_is_no_total(count: int) -> None:
    areas = tuple(AreaDraft(n, f"Område {n}", 10) for n in sorted(AREA_NUMBERS)[:count])
    done = finish(begin(ReportDraft(areas=areas)), ReportDraft())
    assert done.total_summed == (80 if count == 8 else None)


def test_what_is_dropped_is_left_out_and_what_is_settled_is_certain() -> None:
    work = fresh()
    items = tuple(
        replace(one, dropped="Dubblett") if one.id in {1, 3, 9} else replace(one, settled=True)
        for one in work.items
    )
    done = finish(replace(work, items=items), READ)
    first, second = done.areas
    assert [one.text for one in first.strengths] == ["Styrka två"]
    assert [one.text for one in first.improvements] == ["Punkt två", "Punkt tre"]
    assert [one.text for one in done.general_improvements] == ["Punkt sju"]
    assert all(
        one.certain for one in (*first.improvements, *second.strengths, *done.general_improvements)
    )


def test_codes_of_no_subarea_are_left_out() -> None:
    work = fresh()
    items = tuple(replace(one, subareas=("1.1", "9.9")) for one in work.items)
    done = finish(replace(work, items=items), READ)
    assert [point.subareas for point in done.areas[0].improvements] == [("1.1",)] * 3
    assert [point.subareas for point in done.areas[1].improvements] == [()] * 2


@pytest.mark.parametrize("read", [READ, ReportDraft()])
def test_it_is_kept_as_json(read: ReportDraft) -> None:
    work = begin(read)
    assert from_json(json.loads(json.dumps(to_json(work)))) == work
    dropped = replace(work, items=tuple(replace(i, dropped="x", settled=True) for i in work.items))
    assert from_json(json.loads(json.dumps(to_json(dropped)))) == dropped


@pytest.mark.parametrize("name", ["head", "total_stated", "areas", "items"])
def test_another_shape_is_refused(name: str) -> None:
    raw = to_json(fresh())
    del raw[name]
    with pytest.raises(KeyError):
        from_json(raw)


@pytest.mark.parametrize(
    ("certain", "settled", "dropped", "doubt"),
    [
        (False, False, "", True),
        (True, False, "", False),
        (False, True, "", False),
        (False, False, "Fel", False),
    ],
)
def test_doubt(certain: bool, settled: bool, dropped: str, doubt: bool) -> None:
    item = Item(1, ItemKind.POINT, 1, "x", certain=certain, settled=settled, dropped=dropped)
    assert item.in_doubt is doubt


def test_the_doubts_of_a_report() -> None:
    assert [item.id for item in fresh().doubts] == [4, 6, 10]


def test_finding() -> None:
    work = fresh()
    assert work.area(2).name == "Utveckling"
    assert [item.id for item in work.items_of(None)] == [9, 10]
    assert work.items_of(8) == ()
    with pytest.raises(NotFound):
        work.item(FIRST_NEW)
    with pytest.raises(NotFound):
        work.area(3)


@pytest.mark.parametrize(
    ("origins", "of", "wanted"),
    [
        ([(1,), (2,)], 0, {0}),
        ([(1,), (1,), (2,)], 0, {0, 1}),
        # Merged with one that had been split: all of it hangs together.
        ([(1, 2), (2,), (3,)], 1, {0, 1}),
        ([(1, 2), (2, 3), (3,), (4,)], 0, {0, 1, 2}),
        ([(), ()], 0, {0}),
    ],
)
def test_family(origins: list[tuple[int, ...]], of: int, wanted: set[int]) -> None:
    items = tuple(
        Item(n, ItemKind.POINT, 1, "x", origin=origin) for n, origin in enumerate(origins)
    )
    work = replace(fresh(), items=items)
    assert {one.id for one in family(work, items[of])} == wanted


def test_a_number_is_never_given_twice() -> None:
    assert next_id(()) == 1
    assert next_id((Item(3, ItemKind.POINT, 1, "x"),)) == 4
    # The highest that was ever read counts, also where its item is gone into another.
    assert next_id((Item(3, ItemKind.POINT, 1, "x", origin=(3, 9)),)) == 10


def test_a_point_keeps_its_place() -> None:
    done = finish(fresh(), READ)
    assert done.areas[0].improvements[0] == PointDraft("Punkt ett", 3, 30, True, ("1.1",), (30, 31))
