"""What people corrected before comes along wherever the new report says what the old one did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.services import review_cases
from tracker.importers.draft import PointDraft, ReportDraft, StrengthDraft, SubAreaDraft
from tracker.services.review import edits
from tracker.services.review.changes import changes
from tracker.services.review.work import ItemKind, Work, begin
from tracker.services.versions.carry import Carried, carry
from tracker.services.versions.threeway import Outcome

Edit = Callable[[Work], Work]
POINT = ItemKind.POINT
SAID = "Berätta för invånarna vad som händer med deras synpunkter"
NOW_SAID = f"{SAID} varje år"
FIRST, *OTHERS = review_cases.READ.areas
READ = replace(
    review_cases.READ,
    areas=(
        replace(
            FIRST,
            improvements=(replace(FIRST.improvements[0], text=SAID), *FIRST.improvements[1:]),
        ),
        *OTHERS,
    ),
)


def fresh() -> Work:
    """The working copy of READ that nobody has touched."""
    return begin(READ)


def area(number: int, **values: Any) -> ReportDraft:
    areas = (replace(a, **values) if a.number == number else a for a in READ.areas)
    return replace(READ, areas=tuple(areas))


def point(number: int, **values: Any) -> ReportDraft:
    """The report with other words for one point of area 1 (0 is the first)."""
    points = list(READ.areas[0].improvements)
    points[number] = replace(points[number], **values)
    return area(1, improvements=tuple(points))


def edited(text: str, *, to: int | None = 1, kind: ItemKind = POINT) -> Edit:
    return lambda work: edits.edit(
        work, 3, text=text, kind=kind, area=to, subareas=("1.2",) if to == 1 else ()
    )


def settled(work: Work) -> Work:
    return edits.set_subareas(work, {3: ("1.2", "1.1")})


def rated(score: int) -> Edit:
    rows = (SubAreaDraft("1.1", "Ett", score, 30), SubAreaDraft("1.2", "Två", 15, 30))
    return lambda work: edits.rate(work, 1, score=27, subareas=rows)


def total(value: int) -> Edit:
    return lambda work: edits.set_head(work, replace(work.head, ordinal=2), value)


EDITS: dict[str, Edit] = {
    "edited": edited(f"{SAID}, rättad"),
    "moved": edited(SAID, to=2),
    "made a strength": edited(SAID, kind=ItemKind.STRENGTH),
    "dropped": lambda work: edits.drop(work, 4, "Står två gånger."),
    "added": lambda work: edits.add(work, kind=POINT, area=1, text="En som saknades helt"),
    "added elsewhere": lambda work: edits.add(work, kind=POINT, area=5, text="En ny"),
    "split": lambda work: edits.split(work, 5, ("Punkt", "tre")),
    "merged": lambda work: edits.merge(work, 3, 4),
    "sub-areas": settled,
    "settled": lambda work: edits.settle(work, 4),
    "scores": rated(13),
    "facts": total(500),
    "area score": lambda work: edits.rate(
        work, 2, score=40, subareas=(SubAreaDraft("2.1", "Ett", 8, 10), SubAreaDraft("2.2", "Två"))
    ),
}


def carried(edit: Edit, read: ReportDraft) -> Carried:
    return carry(READ, edit(fresh()), read, begin(read))


def inserted(read: ReportDraft) -> ReportDraft:
    """The report with one more strength, so that every number after it differs."""
    first, *others = read.areas
    more = (StrengthDraft("En helt annan styrka", 1), *first.strengths)
    return replace(read, areas=(replace(first, strengths=more), *others))


@pytest.mark.parametrize("name", EDITS)
def test_the_same_report_again_becomes_what_it_was_corrected_to(name: str) -> None:
    ours = EDITS[name](fresh())
    found = carried(EDITS[name], READ)
    assert [replace(i, id=0) for i in found.work.items] == [replace(i, id=0) for i in ours.items]
    assert replace(found.work, items=()) == replace(ours, items=())
    assert found.taken == len(found.rows) == len(changes(READ, ours))
    assert found.offers


@pytest.mark.parametrize("name", EDITS)
def test_other_numbers_do_not_matter_and_twice_is_once(name: str) -> None:
    read = inserted(READ)
    ours = EDITS[name](fresh())
    found = carried(EDITS[name], read)
    known = {(i.text, i.kind, i.area, i.settled, i.dropped, i.subareas) for i in found.work.items}
    assert {(i.text, i.kind, i.area, i.settled, i.dropped, i.subareas) for i in ours.items} < known
    assert len({item.id for item in found.work.items}) == len(found.work.items)
    again = carry(READ, ours, read, found.work)
    assert again.work == found.work
    assert not again.offers
    assert again.rows == ()


@pytest.mark.parametrize(
    ("edit", "read", "says"),
    [
        (edited(f"{SAID}, rättad"), point(0, text=NOW_SAID), "varje år"),
        (
            lambda work: edits.drop(work, 3, "Fel."),
            point(0, text=NOW_SAID),
            "varje år",
        ),
        (rated(13), area(1, subareas=(SubAreaDraft("1.1", "Ett", 20, 30),)), "Ett: 20/30"),
        (total(500), replace(READ, total_stated=480, ordinal=3), "3"),
        (
            lambda work: edits.add(work, kind=POINT, area=1, text="En som saknades i texten helt"),
            area(
                1,
                improvements=(
                    *READ.areas[0].improvements,
                    PointDraft("En som saknades i texten helt nu"),
                ),
            ),
            "helt nu",
        ),
    ],
)
def test_what_the_new_report_says_otherwise_goes_before(
    edit: Edit, read: ReportDraft, says: str
) -> None:
    found = carried(edit, read)
    assert {row.outcome for row in found.rows} == {Outcome.OVERTAKEN}
    assert found.rows[0].says.endswith(says)
    now = begin(read)
    assert [(i.text, i.dropped) for i in found.work.items] == [
        (i.text, i.dropped) for i in now.items
    ]
    assert replace(found.work, items=()) == replace(now, items=())
    assert not found.taken


def test_a_correction_that_the_new_report_has_itself_is_not_told() -> None:
    found = carried(edited(NOW_SAID), point(0, text=NOW_SAID))
    assert found.rows == ()
    found = carried(rated(20), area(1, subareas=(
        SubAreaDraft("1.1", "Ett", 20, 30), SubAreaDraft("1.2", "Två", 15, 30))))  # fmt: skip
    assert found.rows == ()


def test_other_words_leave_the_place_and_the_confirmed_subareas() -> None:
    read = point(0, text=NOW_SAID, subareas=("1.1",))
    found = carried(settled, read)
    assert (found.confirmed, found.rows) == (1, ())
    assert (found.work.item(3).subareas, found.work.item(3).settled) == (("1.2", "1.1"), True)
    moved = carried(edited(SAID, to=2), read)
    assert [row.outcome for row in moved.rows] == [Outcome.TAKEN]
    assert (moved.work.item(3).area, moved.work.item(3).text) == (2, NOW_SAID)


def test_new_words_that_the_reader_doubts_stay_in_doubt() -> None:
    found = carried(settled, point(0, text=NOW_SAID, certain=False))
    assert found.work.item(3).in_doubt
    assert found.work.item(3).subareas == ("1.2", "1.1")


@pytest.mark.parametrize("name", ["split", "merged"])
def test_a_split_or_a_merge_over_other_words_is_to_be_done_again(name: str) -> None:
    read = area(
        1,
        improvements=(
            PointDraft(NOW_SAID),
            *READ.areas[0].improvements[1:2],
            PointDraft("Punkt tre till nämnden"),
        ),
    )
    found = carried(EDITS[name], read)
    assert [row.outcome for row in found.rows] == [Outcome.AGAIN]
    assert found.work == begin(read)


@pytest.mark.parametrize("name", ["edited", "moved", "dropped", "sub-areas", "merged", "split"])
def test_what_somebody_has_answered_in_the_new_draft_is_left(name: str) -> None:
    new = fresh()
    for number in (3, 4, 5):
        new = edits.edit(new, number, text=f"Omskriven {number}", kind=POINT, area=1)
    assert carry(READ, EDITS[name](fresh()), READ, new).work == new


def test_a_point_that_the_new_report_lacks() -> None:
    read = area(1, improvements=READ.areas[0].improvements[1:])
    assert [r.outcome for r in carried(EDITS["edited"], read).rows] == [Outcome.OVERTAKEN]
    found = carried(lambda work: edits.drop(work, 3, "Fel."), read)
    assert found.rows == ()


def test_the_texts_and_the_scores_that_are_marked() -> None:
    both = carried(lambda work: rated(13)(EDITS["dropped"](EDITS["edited"](work))), READ)
    assert both.texts() >= {f"{SAID}, rättad", "Punkt två"}
    assert both.names() == {"1.1"}
