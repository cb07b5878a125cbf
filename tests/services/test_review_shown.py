"""A draft as the pages of its review show it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.cast import NOW, Cast
from tests.services.review_cases import READ
from tracker.domain.errors import NotFound
from tracker.importers.draft import Problem, ReportDraft
from tracker.models import ImportDraft
from tracker.services.acceptance import DraftHead
from tracker.services.drafts import Draft
from tracker.services.review import edits
from tracker.services.review.shown import (
    area_names,
    area_shown,
    items_shown,
    neighbours,
    next_area,
    next_doubt,
    overview,
    twin_of,
)
from tracker.services.review.work import ItemKind, Work, begin


def draft_of(work: Work | None = None, read: ReportDraft = READ) -> Draft:
    return Draft(ImportDraft(), read, work or begin(read))


def test_how_far_each_area_has_come() -> None:
    one, two, *rest = overview(draft_of()).areas
    assert (one.doubts, one.unconfirmed, one.done) == (1, 2, False)
    assert (one.score, one.summed, one.mismatch) == (27, 27, False)
    assert two.found
    assert not any(state.found or state.done for state in rest)
    work = edits.set_subareas(begin(READ), {3: ("1.1",), 4: ("1.2",), 5: ()})
    assert overview(draft_of(work)).areas[0].done


def test_a_sum_that_does_not_match() -> None:
    work = edits.rate(begin(READ), 1, score=30, subareas=begin(READ).area(1).subareas)
    seen = overview(draft_of(work))
    assert [state.number for state in seen.mismatches] == [1]
    work = edits.set_subareas(work, {3: (), 4: (), 5: ()})
    assert overview(draft_of(work)).mismatches  # a person brought it about, and it still holds
    told = Problem("warning", "area 1", "Område 1: delområdenas poäng summerar till 27, inte 30.")
    read = replace(READ, areas=(replace(READ.areas[0], score=30),), problems=(told,))
    seen = overview(draft_of(read=read))
    assert ([state.number for state in seen.mismatches], seen.remarks) == ([1], ())
    done = edits.set_subareas(begin(read), {3: (), 4: (), 5: ()})
    assert not overview(draft_of(done, read)).mismatches


def test_why_an_item_is_in_doubt() -> None:
    said = Problem("warning", "line 32", "Två punkter på en rad.")
    read = replace(READ, problems=(Problem("warning", "area 1", "Poängen skiljer."), said))
    doubts = items_shown(draft_of(read=read), begin(read).doubts)
    assert [one.why for one in doubts if one.item.id == 4] == [said]
    assert {one.why for one in doubts if one.item.id != 4} == {None}


@pytest.mark.parametrize(
    ("where", "area"),
    [
        ("area 1", 1),
        ("area 5", 5),
        ("area 9", None),
        ("line 31", 1),
        ("line 1", None),
        ("report", None),
        ("area many", None),
    ],
)
def test_where_a_remark_leads(where: str, area: int | None) -> None:
    read = replace(READ, problems=(Problem("info", where, "Se efter."),))
    [remark] = overview(draft_of(read=read)).notes
    assert remark.area == area


def test_warnings_stand_first_and_what_is_done_last() -> None:
    problems = [Problem(kind, where, where) for kind, where in
                [("info", "report"), ("warning", "area 1"), ("warning", "area 2")]]  # fmt: skip
    read = replace(READ, problems=tuple(problems))
    seen = overview(draft_of(read=read))
    assert [remark.problem.message for remark in seen.remarks] == ["area 1", "area 2"]
    assert [remark.problem.message for remark in seen.notes] == ["report"]
    assert seen.to_look_at == len(seen.doubts) + 2
    work = edits.set_subareas(begin(read), {3: (), 4: (), 5: ()})
    seen = overview(draft_of(work, read))
    assert [remark.problem.message for remark in seen.remarks] == ["area 2"]
    assert [remark.problem.message for remark in seen.handled] == ["area 1"]


def test_doubts_come_first_and_what_is_left_out_apart() -> None:
    work = edits.drop(begin(READ), 3, "Rubrik")
    shown = area_shown(draft_of(work), 1)
    assert [one.item.id for one in shown.points] == [4, 5]
    assert [one.item.id for one in shown.strengths] == [1, 2]
    assert [one.item.id for one in shown.dropped] == [3]
    assert area_shown(draft_of(), None).area is None
    with pytest.raises(NotFound):
        area_shown(draft_of(), 9)


def test_the_best_suggestion_is_offered_until_one_is_chosen() -> None:
    [shown] = items_shown(draft_of(), [begin(READ).item(4)])
    assert shown.offered == ("1.2",)
    work = edits.set_subareas(begin(READ), {4: ("1.1", "1.2")})
    [shown] = items_shown(draft_of(work), [work.item(4)])
    assert shown.offered == ("1.1", "1.2")


def test_what_the_report_says_where_it_was_changed() -> None:
    work = edits.merge(begin(READ), 3, 4)
    work = edits.edit(work, 5, text="Annat", kind=ItemKind.POINT, area=1)
    work = edits.add(work, kind=ItemKind.POINT, area=1, text="Ny")
    shown = {one.item.id: one for one in items_shown(draft_of(work), work.items)}
    assert shown[3].original == ("Punkt ett", "Punkt två")
    assert shown[5].original == ("Punkt tre",)
    assert not shown[1].changed
    assert (shown[work.items[-1].id].changed, shown[work.items[-1].id].original) == (True, ())


def test_the_nearest_items_are_offered_first() -> None:
    work = begin(READ)
    assert [one.id for one in neighbours(work, work.item(3))] == [4, 5, 1, 2]
    assert [one.id for one in neighbours(work, work.item(1))] == [2, 3, 4, 5]
    dropped = edits.drop(work, 4, "Rubrik")
    assert [one.id for one in neighbours(dropped, dropped.item(3))] == [5, 1, 2]


def test_the_next_doubt() -> None:
    work = begin(READ)
    first, *_others = work.doubts
    assert next_doubt(work, 1) == first
    settled = work
    for item in work.doubts:
        settled = edits.settle(settled, item.id)
    assert next_doubt(settled, 1) is None
    alone = replace(settled, items=tuple(
        replace(one, settled=one.id != first.id) for one in settled.items))  # fmt: skip
    assert next_doubt(alone, first.id) is None
    found = next_doubt(alone, 99)
    assert found is not None and found.id == first.id


def test_the_areas_in_turn() -> None:
    work = begin(READ)
    assert [next_area(work, number) for number in (1, 8, 0)] == [2, 0, None]
    assert [next_area(work, number, step=-1) for number in (1, 8, 0)] == [None, 7, 8]
    alone = replace(work, items=work.items_of(1))
    assert [next_area(alone, number) for number in (7, 8)] == [8, None]
    assert area_names(work)[1] == "Samspel"
    assert area_names(work)[4] == "Effektivitet"


def test_an_evaluation_of_the_same_month(cast: Cast) -> None:
    month = f"{cast.evaluation.month:%Y-%m}"
    head = DraftHead(cast.municipality.name, month, None, "kommunkompassen-2020")
    assert twin_of(head, NOW) == cast.evaluation.id
    assert twin_of(replace(head, month="2019-01"), NOW) is None
    assert twin_of(replace(head, month="i våras"), NOW) is None
