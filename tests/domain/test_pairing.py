"""Which sub-areas are compared with which: names, codes, corrections."""

from __future__ import annotations

import pytest

from tracker.domain.crosswalk import Crosswalk, SubAreaLink, crosswalk_between
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.domain.pairing import NEARLY, spelled_alike
from tracker.domain.scores import (
    ActionCount,
    AreaScore,
    Comparison,
    Match,
    ScoredEvaluation,
    SubAreaRow,
    SubAreaScore,
    Verdict,
    compare,
    same_name_in,
)
from tracker.domain.text import likeness

OLD, NEW = "kommunkompassen-2010", "kommunkompassen-2020"
AREA_NAMES = [area.name for area in edition(NEW).areas]
EIGHT = tuple(AreaScore(n, name, 50, 100) for n, name in enumerate(AREA_NAMES, start=1))


def _one_area(*subareas: SubAreaScore, number: int = 1, key: str = NEW) -> ScoredEvaluation:
    area = AreaScore(number, AREA_NAMES[number - 1], None, 100, subareas)
    return ScoredEvaluation("utvärderingen", key, (area,))


def _links(*links: tuple[str | None, str | None, Match]) -> Crosswalk:
    areas = crosswalk_between(NEW, NEW).areas
    return Crosswalk(NEW, NEW, areas, tuple(SubAreaLink(*link) for link in links))


def _compare(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
) -> Comparison:
    return compare(before, after, crosswalk_between(before.edition, after.edition), {})


def _facts(row: SubAreaRow) -> tuple[object, ...]:
    before, after = row.before and row.before.code, row.after and row.after.code
    return before, after, row.match.value, row.change_points, row.change_percent_of_max


# --- names and codes ------------------------------------------------------------------------


def test_a_name_takes_its_score_along_when_a_code_is_reused() -> None:
    before = _one_area(
        SubAreaScore("3.4", "Samspel mellan rollerna", 10, 20),
        SubAreaScore("3.5", "Koncernstyrning", 3, 15),
        number=3,
    )
    after = _one_area(
        SubAreaScore("3.4", "Tillit", 9, 15),
        SubAreaScore("3.5", "Samspel mellan rollerna", 11, 20),
        number=3,
    )
    assert [_facts(row) for row in _compare(before, after).subareas] == [
        ("3.4", "3.5", "same", 1, 5.0),
        ("3.5", None, "dropped", None, None),
        (None, "3.4", "new", None, None),
    ]


@pytest.mark.parametrize(
    ("name", "most", "match"),
    [
        ("Koncernstyrning", 15, Match.SAME),
        ("  KONCERN\u00adSTYRNING ", 15, Match.SAME),
        ("Koncernstyrning", 20, Match.REVISED),
        ("Koncernstyrning", None, Match.REVISED),
        ("Ägarstyrning", 15, Match.REVISED),
        ("", 15, Match.REVISED),
    ],
)
def test_one_code(name: str, most: int | None, match: Match) -> None:
    before = _one_area(SubAreaScore("3.5", "Koncernstyrning", 3, 15), number=3)
    after = _one_area(SubAreaScore("3.5", name, 6, most), number=3)
    (row,) = _compare(before, after).subareas
    assert row.match is match
    assert row.change_points == (3 if match is Match.SAME else None)


def test_of_two_with_one_name_the_code_decides() -> None:
    before = _one_area(
        SubAreaScore("1.1", "Strategi", 3, 15), SubAreaScore("1.2", "Strategi", 5, 15)
    )
    after = _one_area(SubAreaScore("1.2", "Strategi", 8, 15))
    assert [_facts(row) for row in _compare(before, after).subareas] == [
        ("1.1", None, "dropped", None, None),
        ("1.2", "1.2", "same", 3, 20.0),
    ]


def test_a_name_in_another_area_is_another_thing() -> None:
    before = _one_area(SubAreaScore("1.1", "Strategi", 3, 15), number=1)
    after = _one_area(SubAreaScore("2.1", "Strategi", 6, 15), number=2)
    assert [row.match for row in _compare(before, after).subareas] == [Match.DROPPED, Match.NEW]


def test_the_aliases_of_the_edition_are_known_on_request() -> None:
    before = _one_area(SubAreaScore("2.1", "Strategiskt arbete", 8, 15), number=2)
    after = _one_area(SubAreaScore("2.1", "Strategi för hållbar utveckling", 9, 15), number=2)
    crosswalk = crosswalk_between(NEW, NEW)
    (row,) = compare(before, after, crosswalk, {}, same_name=same_name_in(edition(NEW))).subareas
    assert row.match is Match.SAME
    (row,) = compare(before, after, crosswalk, {}).subareas
    assert row.match is Match.REVISED


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Civilsamhälle, näringsliv och kultur", "civilsamhälle näringsliv  och kultur", True),
        ("Arbetsmiljö", "Arbetsmiljo", False),
        ("", "", False),
        ("–", "–", False),
    ],
)
def test_spelled_alike(one: str, other: str, alike: bool) -> None:
    assert spelled_alike(one, other) is alike


def test_unknown_names_are_no_aliases_of_each_other() -> None:
    same_name = same_name_in(edition(NEW))
    assert not same_name("Vattenvård", "Luftvård")
    assert same_name("Vattenvård", "vattenvård")


def test_a_code_that_occurs_twice_is_refused() -> None:
    twice = SubAreaScore("1.1", "Strategi", 1, 10)
    with pytest.raises(RuleBroken, match=r"1\.1 står mer än en gång"):
        _one_area(twice, twice)


# --- corrections: split, merged, new, dropped -----------------------------------------------

WHOLE = SubAreaScore("1.1", "Dialog", 12, 20)
PART_A = SubAreaScore("1.1", "Dialog på webben", 8, 10)
PART_B = SubAreaScore("1.2", "Dialog i mötesrummet", 6, 15)
SPLIT = _links(("1.1", "1.1", Match.SPLIT), ("1.1", "1.2", Match.SPLIT))


def test_the_parts_of_a_split_are_compared_together() -> None:
    # 12 of 20 is 60 per cent; 8 + 6 of 10 + 15 is 56 per cent
    actions = {"1.1": ActionCount(2, 1)}
    comparison = compare(_one_area(WHOLE), _one_area(PART_A, PART_B), SPLIT, actions)
    assert [_facts(row) for row in comparison.subareas] == [
        ("1.1", "1.1", "split", None, -4.0),
        ("1.1", "1.2", "split", None, -4.0),
    ]
    for row in comparison.subareas:
        assert row.group == 0
        assert row.actions == ActionCount(2, 1)
        assert row.verdict is Verdict.ACTION_NO_IMPROVEMENT
    assert comparison.areas[0].match is Match.REVISED


def test_a_merger_takes_the_actions_of_all_its_parts() -> None:
    actions = {"1.2": ActionCount(1, 0), "1.1": ActionCount(0, 2)}
    merged = compare(_one_area(PART_A, PART_B), _one_area(WHOLE), SPLIT.reversed(), actions, 3.9)
    assert [_facts(row) for row in merged.subareas] == [
        ("1.1", "1.1", "merged", None, 4.0),
        ("1.2", "1.1", "merged", None, 4.0),
    ]
    assert {row.verdict for row in merged.subareas} == {Verdict.ACTION_AND_IMPROVEMENT}
    assert {row.actions for row in merged.subareas} == {ActionCount(1, 2)}


@pytest.mark.parametrize(
    "after",
    [(PART_A,), (PART_A, SubAreaScore("1.2", "Dialog i mötesrummet", None, 15))],
    ids=["absent", "without score"],
)
def test_a_split_with_a_part_missing_is_not_compared(after: tuple[SubAreaScore, ...]) -> None:
    rows = compare(_one_area(WHOLE), _one_area(*after), SPLIT, {}).subareas
    assert {row.match for row in rows} == {Match.SPLIT}
    assert {row.verdict for row in rows} == {Verdict.NOT_COMPARABLE}


def test_a_link_goes_before_names_and_codes() -> None:
    before = _one_area(
        SubAreaScore("1.1", "Dialog", 5, 10),
        SubAreaScore("1.2", "Insyn", 5, 10),
        SubAreaScore("1.3", "Val", 5, 10),
        SubAreaScore("1.4", "Möten", 5, 10),
    )
    after = _one_area(
        SubAreaScore("1.1", "Dialog", 6, 10),
        SubAreaScore("1.2", "Insyn", 7, 10),
        SubAreaScore("1.3", "Val", 8, 10),
        SubAreaScore("1.5", "Möten", 9, 20),
    )
    crosswalk = _links(
        ("1.1", "1.2", Match.SAME),
        ("1.2", None, Match.DROPPED),
        (None, "1.3", Match.NEW),
        ("1.4", "1.5", Match.SAME),
        ("9.9", "1.1", Match.REVISED),
        ("9.8", None, Match.DROPPED),
    )
    assert [_facts(row) for row in compare(before, after, crosswalk, {}).subareas] == [
        ("1.1", "1.2", "same", 2, 20.0),
        ("1.2", None, "dropped", None, None),
        ("1.3", None, "dropped", None, None),
        ("1.4", "1.5", "revised", None, -5.0),
        (None, "1.1", "new", None, None),
        (None, "1.3", "new", None, None),
    ]


def test_areas_outside_the_crosswalk_are_dropped_or_new() -> None:
    area = AreaScore(9, "Ett nionde", 5, 10, (SubAreaScore("9.1", "Strategi", 5, 10),))
    eight = ScoredEvaluation("utvärderingen", NEW, EIGHT)
    nine = ScoredEvaluation("utvärderingen", NEW, (*EIGHT, area))
    assert _compare(nine, eight).areas[-1].match is Match.DROPPED
    comparison = _compare(eight, nine)
    assert comparison.areas[-1].match is Match.NEW
    assert comparison.subareas[-1].match is Match.NEW
    assert comparison.total_change is None


# --- names that are spelled a little differently ---------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Strategi för demokratiutveckling och information",
            "Strategi för demokratiutveckling & information",
        ),
        ("Brukarinflytande", "Brukar-inflytande"),
        ("Strategier för ett hållbart arbetsliv", "Strategi för ett hållbart arbetsliv"),
        ("Civilsamhälle, näringsliv och kultur", "Civilsamhälle näringsliv, kultur"),
    ],
)
def test_another_spelling_is_the_same_sub_area(before: str, after: str) -> None:
    comparison = _compare(
        _one_area(SubAreaScore("1.1", before, 12, 20)),
        _one_area(SubAreaScore("1.1", after, 15, 20)),
    )
    assert _facts(comparison.subareas[0]) == ("1.1", "1.1", "same", 3, 15.0)


def test_a_name_goes_before_a_code_however_it_is_spelled() -> None:
    before = _one_area(
        SubAreaScore("1.4", "Ny teknik för effektivitet", 11, 20),
        SubAreaScore("1.5", "Samverkan för effektivitet", 12, 20),
    )
    after = _one_area(SubAreaScore("1.4", "Samverkan för effektiviteten", 16, 25))
    assert [_facts(row) for row in _compare(before, after).subareas] == [
        ("1.4", None, "dropped", None, None),
        ("1.5", "1.4", "revised", None, 4.0),
    ]


def test_no_two_sub_areas_that_we_know_are_taken_for_one_another() -> None:
    for area in edition(NEW).areas:
        names = [(part.code, name) for part in area.subareas for name in (part.name, *part.aliases)]
        for code, name in names:
            for other, its_name in names:
                assert code == other or likeness(name, its_name) < NEARLY
