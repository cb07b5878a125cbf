"""What a working copy says otherwise than the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.services.review_cases import FIRST_NEW, READ, fresh
from tracker.importers.draft import SubAreaDraft
from tracker.services.acceptance import DraftHead
from tracker.services.review import edits
from tracker.services.review.changes import Change, ChangeKind, changes
from tracker.services.review.work import ItemKind, Work

POINT, STRENGTH = ItemKind.POINT, ItemKind.STRENGTH
K = ChangeKind
PP = ("point", "point")


def only(*done: Callable[[Work], Work]) -> list[Change]:
    """The changes after these edits."""
    work = fresh()
    for one in done:
        work = one(work)
    return list(changes(READ, work))


def test_nothing_done_nothing_told() -> None:
    assert only() == []
    assert only(lambda w: edits.settle(w, 4)) == []
    assert only(lambda w: edits.set_subareas(w, {4: ["1.1"]})) == []


CASES: list[tuple[list[Callable[[Work], Work]], Change]] = [
    (
        [lambda w: edits.edit(w, 3, text="Nya ord", kind=POINT, area=1)],
        Change(K.EDITED, ("Punkt ett",), ("Nya ord",), (1, 1), PP, item_id=3),
    ),
    (
        [lambda w: edits.edit(w, 3, text="Punkt ett", kind=POINT, area=None)],
        Change(K.MOVED, ("Punkt ett",), ("Punkt ett",), (1, None), PP, item_id=3),
    ),
    (
        [lambda w: edits.edit(w, 3, text="Punkt ett", kind=STRENGTH, area=1)],
        Change(K.MOVED, ("Punkt ett",), ("Punkt ett",), (1, 1), ("point", "strength"), item_id=3),
    ),
    (
        [lambda w: edits.split(w, 3, ["Punkt", "ett"])],
        Change(K.SPLIT, ("Punkt ett",), ("Punkt", "ett"), (1, 1), PP, item_id=3),
    ),
    (
        [lambda w: edits.merge(w, 4, 3)],
        Change(
            K.MERGED, ("Punkt ett", "Punkt två"), ("Punkt ett. Punkt två",), (1, 1), PP, item_id=4
        ),
    ),
    (
        [lambda w: edits.drop(w, 3, "Rubrik")],
        Change(K.DROPPED, ("Punkt ett",), (), (1, 1), PP, item_id=3, reason="Rubrik"),
    ),
    (
        # A part of what was split was wrong: what is left of it is a split all the same.
        [
            lambda w: edits.split(w, 3, ["Punkt", "ett"]),
            lambda w: edits.drop(w, FIRST_NEW, "Sidfot"),
        ],
        Change(K.SPLIT, ("Punkt ett",), ("Punkt",), (1, 1), PP, item_id=3),
    ),
    (
        # Merged, then dropped as one: both are gone, for the same reason.
        [lambda w: edits.merge(w, 3, 4), lambda w: edits.drop(w, 3, "Inledning")],
        Change(
            K.DROPPED, ("Punkt ett", "Punkt två"), (), (1, 1), PP, item_id=3, reason="Inledning"
        ),
    ),
    (
        [lambda w: edits.add(w, kind=POINT, area=2, text="Ny punkt", page=4)],
        Change(K.ADDED, (), ("Ny punkt",), (2, 2), PP, item_id=FIRST_NEW),
    ),
    (
        [lambda w: edits.set_head(w, replace(w.head, month="2024-04"), None)],
        Change(K.FACT, ("2024-03",), ("2024-04",), name="month"),
    ),
    (
        [lambda w: edits.set_head(w, replace(w.head, ordinal=None), None)],
        Change(K.FACT, ("1",), (), name="ordinal"),
    ),
    (
        [lambda w: edits.set_head(w, w.head, 455)],
        Change(K.FACT, (), ("455",), name="total_stated"),
    ),
    (
        [lambda w: edits.rate(w, 1, score=0, subareas=w.area(1).subareas)],
        Change(K.SCORE, ("27",), ("0",), (1, 1), name="1"),
    ),
    (
        [lambda w: edits.rate(w, 1, score=27, subareas=[SubAreaDraft("1.1", "Ett", 12, 30)])],
        Change(K.SCORE, ("Två: 15/30",), (), (1, 1), name="1.2"),
    ),
    (
        [
            lambda w: edits.rate(
                w, 2, score=None, subareas=[*w.area(2).subareas, SubAreaDraft("2.10", "Tio", 3)]
            )
        ],
        Change(K.SCORE, (), ("Tio: 3/–",), (2, 2), name="2.10"),
    ),
]


@pytest.mark.parametrize(("done", "wanted"), CASES)
def test_one_change(done: list[Callable[[Work], Work]], wanted: Change) -> None:
    assert only(*done) == [wanted]


def test_an_item_may_be_reworded_and_moved() -> None:
    found = only(lambda w: edits.edit(w, 3, text="Nytt", kind=POINT, area=2))
    assert [change.kind for change in found] == [K.EDITED, K.MOVED]


def test_facts_come_first_then_scores_then_items() -> None:
    found = only(
        lambda w: edits.drop(w, 3, "Fel"),
        lambda w: edits.rate(w, 2, score=5, subareas=w.area(2).subareas),
        lambda w: edits.set_head(w, DraftHead("Alby", "2024-03", 1, "kommunkompassen-2020"), None),
    )
    assert [change.kind for change in found] == [K.FACT, K.SCORE, K.DROPPED]


def test_a_total_of_nought_is_not_no_total() -> None:
    (found,) = only(lambda w: edits.set_head(w, w.head, 0))
    assert (found.name, found.before, found.after) == ("total_stated", (), ("0",))


def test_every_kind_has_a_word() -> None:
    assert all(kind.label for kind in K)
    assert len({kind.label for kind in K}) == len(K)
