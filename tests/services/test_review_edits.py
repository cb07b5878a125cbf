"""What a person can do to a working copy, one edit at a time and in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.review_cases import FIRST_NEW, READ, first_subareas, fresh, texts
from tracker.domain.editions import edition
from tracker.domain.errors import NotFound, RuleBroken
from tracker.importers.draft import SubAreaDraft
from tracker.services.acceptance import DraftHead
from tracker.services.review import edits
from tracker.services.review.changes import changes
from tracker.services.review.work import ItemKind, Work, begin, finish, from_json, to_json

POINT, STRENGTH = ItemKind.POINT, ItemKind.STRENGTH
Edit = Callable[[Work], Work]


class TestEach:
    def test_settle(self) -> None:
        work = edits.settle(fresh(), 4)
        assert [item.id for item in work.doubts] == [6, 10]
        assert work.item(4).subareas == ("1.2",)

    def test_edit_the_words(self) -> None:
        item = edits.edit(
            fresh(), 4, text="  Ny \n text ", kind=POINT, area=1, subareas=["1.2", "1.2", ""]
        ).item(4)
        assert (item.text, item.subareas, item.settled) == ("Ny text", ("1.2",), True)
        assert (item.page, item.lines, item.origin) == (3, (32,), (4,))

    def test_edit_moves_to_another_area_where_the_old_codes_mean_nothing(self) -> None:
        item = edits.edit(fresh(), 4, text="x", kind=POINT, area=2, subareas=["1.2"]).item(4)
        assert (item.area, item.subareas) == (2, ())

    def test_edit_moves_to_an_area_that_the_reader_did_not_find(self) -> None:
        work = edits.edit(fresh(), 4, text="x", kind=POINT, area=5)
        assert [area.number for area in work.areas] == [1, 2, 5]
        known = edition("kommunkompassen-2020")
        assert known is not None
        assert work.area(5).name == known.areas[4].name
        assert (work.area(5).score, work.area(5).max, work.area(5).subareas) == (None, 100, ())

    def test_a_point_becomes_a_strength_and_loses_its_codes(self) -> None:
        item = edits.edit(fresh(), 3, text="x", kind=STRENGTH, area=1, subareas=["1.1"]).item(3)
        assert (item.kind, item.subareas) == (STRENGTH, ())

    def test_split(self) -> None:
        work = edits.split(fresh(), 4, ["Första delen", "  ", "Andra", "Tredje"])
        made = [item for item in work.items if item.origin == (4,)]
        assert [(i.id, i.text) for i in made] == [
            (4, "Första delen"),
            (FIRST_NEW, "Andra"),
            (FIRST_NEW + 1, "Tredje"),
        ]
        assert [work.items.index(i) for i in made] == [3, 4, 5]
        assert {(i.subareas, i.page, i.settled) for i in made} == {(("1.2", "1.1"), 3, True)}

    @pytest.mark.parametrize(("one", "other", "kept"), [(3, 4, 3), (4, 3, 4)])
    def test_merge(self, one: int, other: int, kept: int) -> None:
        work = edits.merge(fresh(), one, other)
        item = work.item(kept)
        assert (item.text, item.origin, item.page) == ("Punkt ett. Punkt två", (3, 4), 3)
        assert item.lines == (30, 31, 32)
        assert set(item.subareas) == {"1.1", "1.2"}
        assert len(work.items) == FIRST_NEW - 2

    def test_merge_across_areas_keeps_no_foreign_codes(self) -> None:
        assert edits.merge(fresh(), 8, 3).item(8).subareas == ("2.1",)
        assert edits.merge(fresh(), 9, 3).item(9).subareas == ()
        assert edits.merge(fresh(), 1, 3).item(1).subareas == ()

    def test_drop(self) -> None:
        work = edits.drop(fresh(), 4, "  Bara en  rubrik ")
        assert work.item(4).dropped == "Bara en rubrik"
        assert [item.id for item in work.doubts] == [6, 10]

    def test_drop_what_a_person_added(self) -> None:
        work = edits.add(fresh(), kind=POINT, area=1, text="x")
        assert edits.drop(work, FIRST_NEW, "") == fresh()

    def test_add(self) -> None:
        work = edits.add(fresh(), kind=POINT, area=2, text="Ny", subareas=["2.1"], page=4)
        item = work.items[-1]
        assert (item.id, item.text, item.area, item.page) == (FIRST_NEW, "Ny", 2, 4)
        assert (item.origin, item.subareas, item.settled) == ((), ("2.1",), True)
        assert finish(work, READ).areas[1].improvements[-1].text == "Ny"

    def test_set_subareas(self) -> None:
        work = edits.set_subareas(fresh(), {3: ["1.2", "1.1"], 4: []})
        assert (work.item(3).subareas, work.item(4).subareas) == (("1.2", "1.1"), ())
        assert [item.id for item in work.doubts] == [6, 10]

    def test_rate(self) -> None:
        subareas = [SubAreaDraft("1.1", "Nytt namn", 30, 30), SubAreaDraft("1.3", "Tre", 1, 40)]
        work = edits.rate(fresh(), 1, score=31, subareas=subareas)
        area = work.area(1)
        assert (area.score, area.max) == (31, 60)
        # The words of the report about a sub-area stay with its number.
        assert [(s.code, s.body) for s in area.subareas] == [("1.1", "Om ett."), ("1.3", "")]
        # What is no longer there is nobody's.
        assert [work.item(n).subareas for n in (3, 4)] == [("1.1",), ("1.1",)]

    def test_rate_gives_an_area_without_a_max_the_editions(self) -> None:
        assert edits.rate(fresh(), 2, score=None, subareas=()).area(2).max == 100

    def test_the_editions_subareas_by_default(self) -> None:
        work = edits.edit(fresh(), 4, text="x", kind=POINT, area=5)
        area = edits.use_defaults(work, 5).area(5)
        known = edition("kommunkompassen-2020")
        assert known is not None
        assert [s.code for s in area.subareas] == [s.code for s in known.areas[4].subareas]
        assert {s.score for s in area.subareas} == {None}
        assert edits.use_defaults(work, 1) == work

    def test_set_head(self) -> None:
        head = DraftHead("", "i fjol", None, "")
        work = edits.set_head(fresh(), head, 455)
        assert (work.head, work.total_stated) == (head, 455)


REFUSED: list[tuple[Edit, str | None]] = [
    (lambda w: edits.edit(w, 3, text=" ", kind=POINT, area=1), "text"),
    (lambda w: edits.edit(w, 3, text="x" * 5001, kind=POINT, area=1), "text"),
    (lambda w: edits.edit(w, 3, text="x", kind=STRENGTH, area=None), "area"),
    (lambda w: edits.edit(w, 3, text="x", kind=POINT, area=1, subareas=["2.1"]), "subareas-3"),
    (lambda w: edits.split(w, 3, ["bara en", " "]), "parts"),
    (lambda w: edits.merge(w, 3, 3), "other"),
    (lambda w: edits.merge(_long(w), 3, 4), "other"),
    (lambda w: edits.drop(w, 3, " "), "reason"),
    (lambda w: edits.drop(w, 3, "x" * 501), "reason"),
    (lambda w: edits.drop(edits.drop(w, 3, "x"), 3, "y"), None),
    (lambda w: edits.edit(edits.drop(w, 3, "x"), 3, text="x", kind=POINT, area=1), None),
    (lambda w: edits.merge(edits.drop(w, 3, "x"), 4, 3), None),
    (lambda w: edits.restore(_added(w), FIRST_NEW, READ), None),
    (lambda w: edits.add(w, kind=STRENGTH, area=None, text="x"), "area"),
    (lambda w: edits.add(w, kind=POINT, area=1, text="", page=1), "text"),
    (lambda w: edits.add(w, kind=POINT, area=1, text="x", page=0), "page"),
    (lambda w: edits.add(w, kind=POINT, area=1, text="x", page=2**31), "page"),
    (lambda w: edits.set_subareas(w, {3: ["1.1", "9.1"]}), "subareas-3"),
    (lambda w: edits.set_subareas(_wide(w), {3: ["1.1", "1.2", "1.3", "1.4"]}), "subareas-3"),
    (lambda w: edits.rate(w, 1, score=101, subareas=()), "score"),
    (lambda w: edits.rate(w, 1, score=-1, subareas=()), "score"),
    (lambda w: _rated(w, SubAreaDraft("1", "x")), "code-1"),
    (lambda w: _rated(w, SubAreaDraft("2.1", "x")), "code-2.1"),
    (lambda w: _rated(w, SubAreaDraft("1.1", "x"), SubAreaDraft("1.1", "y")), "code-1.1"),
    (lambda w: _rated(w, SubAreaDraft("1.1", "")), "name-1.1"),
    (lambda w: _rated(w, SubAreaDraft("1.1", "x" * 201)), "name-1.1"),
    (lambda w: _rated(w, SubAreaDraft("1.1", "x", 1, 0)), "max-1.1"),
    (lambda w: _rated(w, SubAreaDraft("1.1", "x", 101, 100)), "score-1.1"),
    (lambda w: edits.use_defaults(edits.set_head(w, DraftHead("", "", None, ""), None), 2),
     "edition"),
    (lambda w: edits.set_head(w, w.head, 801), "total_stated"),
    (lambda w: edits.set_head(w, w.head, -1), "total_stated"),
]  # fmt: skip


def _long(work: Work) -> Work:
    items = tuple(replace(i, text="x" * 2600) if i.id in {3, 4} else i for i in work.items)
    return replace(work, items=items)


def _added(work: Work) -> Work:
    return edits.add(work, kind=POINT, area=1, text="x")


def _rated(work: Work, *subareas: SubAreaDraft) -> Work:
    return edits.rate(work, 1, score=1, subareas=subareas)


def _wide(work: Work) -> Work:
    return _rated(work, *(SubAreaDraft(f"1.{n}", "x") for n in range(1, 5)))


@pytest.mark.parametrize(("edit", "field"), REFUSED)
def test_refused(edit: Edit, field: str | None) -> None:
    with pytest.raises(RuleBroken) as caught:
        edit(fresh())
    assert caught.value.field == field
    assert not isinstance(caught.value, NotFound)


@pytest.mark.parametrize(
    "edit",
    [
        lambda w: edits.settle(w, FIRST_NEW),
        lambda w: edits.merge(w, 3, FIRST_NEW),
        lambda w: edits.restore(w, FIRST_NEW, READ),
        lambda w: edits.rate(w, 9, score=1, subareas=()),
        lambda w: edits.use_defaults(w, 9),
        lambda w: edits.add(w, kind=POINT, area=9, text="x"),
        lambda w: edits.edit(w, 3, text="x", kind=POINT, area=0),
    ],
)
def test_what_is_not_there(edit: Edit) -> None:
    with pytest.raises(NotFound):
        edit(fresh())


@pytest.mark.parametrize(
    "done",
    [
        [lambda w: edits.edit(w, 4, text="x", kind=STRENGTH, area=2)],
        [lambda w: edits.drop(w, 4, "x")],
        [lambda w: edits.split(w, 4, ["a", "b", "c"])],
        [lambda w: edits.merge(w, 4, 5)],
        [lambda w: edits.merge(w, 5, 4)],
        # From one end of the report to the other: each goes back to its own place.
        [lambda w: edits.merge(w, 9, 4)],
        [lambda w: edits.merge(w, 4, 9), lambda w: edits.merge(w, 1, 4)],
        [lambda w: edits.split(w, 4, ["a", "b"]), lambda w: edits.merge(w, FIRST_NEW, 8)],
    ],
)
def test_restore(done: list[Edit]) -> None:
    work = fresh()
    for edit in done:
        work = edit(work)
    assert work != fresh()
    of_it = next(item.id for item in work.items if 4 in item.origin)
    assert edits.restore(work, of_it, READ) == fresh()


def test_restore_leaves_the_others_alone() -> None:
    work = edits.drop(edits.split(_added(fresh()), 4, ["a", "b"]), 3, "x")
    work = edits.restore(work, 4, READ)
    assert work.item(3).dropped == "x"
    assert texts(work) == [*texts(edits.drop(fresh(), 3, "x")), "x"]


numbers = st.integers(1, FIRST_NEW + 3)
areas = st.one_of(st.none(), st.integers(1, 3))
kinds = st.sampled_from(ItemKind)
words = st.text("åb ", min_size=0, max_size=4)
codes = st.lists(st.sampled_from(["1.1", "1.2", "2.1"]), max_size=2)
STEPS = st.one_of(
    st.tuples(st.just("settle"), st.fixed_dictionaries({"item_id": numbers})),
    st.tuples(
        st.just("edit"),
        st.fixed_dictionaries(
            {"item_id": numbers, "text": words, "kind": kinds, "area": areas, "subareas": codes}
        ),
    ),
    st.tuples(
        st.just("split"),
        st.fixed_dictionaries({"item_id": numbers, "parts": st.lists(words, max_size=3)}),
    ),
    st.tuples(st.just("merge"), st.fixed_dictionaries({"item_id": numbers, "other_id": numbers})),
    st.tuples(st.just("drop"), st.fixed_dictionaries({"item_id": numbers, "reason": words})),
    st.tuples(
        st.just("restore"), st.fixed_dictionaries({"item_id": numbers, "read": st.just(READ)})
    ),
    st.tuples(
        st.just("add"),
        st.fixed_dictionaries({"kind": kinds, "area": areas, "text": words, "subareas": codes}),
    ),
)


def after(steps: list[tuple[str, dict[str, Any]]]) -> Work:
    """The working copy after these edits; what is refused changes nothing."""
    work = fresh()
    for name, values in steps:
        try:
            work = getattr(edits, name)(work, **values)
        except RuleBroken:
            continue
    return work


@settings(max_examples=50, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_nothing_that_was_read_is_ever_lost(steps: list[tuple[str, dict[str, Any]]]) -> None:
    work = after(steps)
    assert {number for item in work.items for number in item.origin} == set(range(1, FIRST_NEW))
    assert len({item.id for item in work.items}) == len(work.items)
    assert all(item.text for item in work.items)
    assert from_json(to_json(work)) == work
    done = finish(work, READ)
    kept = [
        *(one.text for a in done.areas for one in (*a.strengths, *a.improvements)),
        *(one.text for one in done.general_improvements),
    ]
    assert sorted(kept) == sorted(texts(work))
    assert finish(begin(done), done) == first_subareas(done)


@settings(max_examples=50, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_everything_can_be_put_back(steps: list[tuple[str, dict[str, Any]]]) -> None:
    work = after(steps)
    for number in range(1, FIRST_NEW):
        of_it = next(item.id for item in work.items if number in item.origin)
        work = edits.restore(work, of_it, READ)
    for item in work.items:
        if not item.origin:
            work = edits.drop(work, item.id, "")
    assert work.items == fresh().items
    assert changes(READ, work) == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_every_change_is_told_and_can_be_undone(
    steps: list[tuple[str, dict[str, Any]]],
) -> None:
    work = after(steps)
    told = changes(READ, work)
    lost = {text for text in texts(fresh()) if texts(fresh()).count(text) > texts(work).count(text)}
    assert lost <= {text for change in told for text in change.before}
    for change in told:
        if change.item_id is not None and change.before:
            assert change not in changes(READ, edits.restore(work, change.item_id, READ))
