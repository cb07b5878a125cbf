"""The maps between editions, and what a corrected map may not say."""

from __future__ import annotations

import pytest

from tracker.domain.crosswalk import AreaLink, Crosswalk, Match, SubAreaLink, crosswalk_between
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.domain.scores import AreaScore, ScoredEvaluation, compare

OLD, MIDDLE, NEW = (f"kommunkompassen-{year}" for year in (2010, 2016, 2020))
OLD_TO_NEW = [(1, 1), (2, 5), (3, 3), (4, 8), (5, 4), (6, 7), (7, 6), (8, 2)]


def _pairs(crosswalk: Crosswalk) -> list[tuple[int, int]]:
    return [(link.before, link.after) for link in crosswalk.areas]


@pytest.mark.parametrize("before", [OLD, MIDDLE])
def test_the_old_areas_lead_to_the_new(before: str) -> None:
    crosswalk = crosswalk_between(before, NEW)
    assert (crosswalk.before_edition, crosswalk.after_edition) == (before, NEW)
    assert _pairs(crosswalk) == OLD_TO_NEW
    assert {link.match for link in crosswalk.areas} == {Match.REVISED}


@pytest.mark.parametrize("after", [OLD, MIDDLE])
def test_the_way_back_is_the_same_map(after: str) -> None:
    back = crosswalk_between(NEW, after)
    assert (back.before_edition, back.after_edition) == (NEW, after)
    assert _pairs(back) == [(new, old) for old, new in OLD_TO_NEW]
    assert back.reversed() == crosswalk_between(after, NEW)


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        (NEW, NEW, Match.SAME),
        (OLD, OLD, Match.SAME),
        ("kommunkompassen-2002", "kommunkompassen-2002", Match.SAME),
    ],
)
def test_an_edition_answers_to_itself(before: str, after: str, match: Match) -> None:
    crosswalk = crosswalk_between(before, after)
    assert _pairs(crosswalk) == [(number, number) for number in range(1, 9)]
    assert {link.match for link in crosswalk.areas} == {match}


@pytest.mark.parametrize(("before", "after"), [(OLD, MIDDLE), (MIDDLE, OLD)])
def test_between_2010_and_2016_only_the_seventh_area_was_renamed(before: str, after: str) -> None:
    crosswalk = crosswalk_between(before, after)
    assert _pairs(crosswalk) == [(number, number) for number in range(1, 9)]
    names = [
        (one.name, other.name)
        for one, other in zip(edition(before).areas, edition(after).areas, strict=True)
    ]
    assert [link.match is Match.SAME for link in crosswalk.areas] == [
        one == other for one, other in names
    ]
    assert [link.before for link in crosswalk.areas if link.match is Match.REVISED] == [7]


def test_no_points_are_claimed_between_editions_for_an_area_that_kept_its_name() -> None:
    def scored(key: str, score: int) -> ScoredEvaluation:
        areas = tuple(AreaScore(number, f"Område {number}", score, 100) for number in range(1, 9))
        return ScoredEvaluation(key, key, areas)

    result = compare(scored(OLD, 40), scored(MIDDLE, 50), crosswalk_between(OLD, MIDDLE), {})
    assert {row.match for row in result.areas} == {Match.REVISED}
    assert {row.change_points for row in result.areas} == {None}
    assert {row.change_percent_of_max for row in result.areas} == {10.0}
    assert result.total_change is None


def test_an_unknown_way_is_refused_with_a_sentence() -> None:
    with pytest.raises(RuleBroken) as refused:
        crosswalk_between("kommunkompassen-2002", NEW)
    assert str(refused.value).startswith("kommunkompassen-2002 och kommunkompassen-2020 kan inte")


def _corrected(*links: tuple[str | None, str | None, Match]) -> Crosswalk:
    areas = (AreaLink(1, 1, Match.SAME),)
    return Crosswalk(NEW, NEW, areas, tuple(SubAreaLink(*link) for link in links))


def _group(crosswalk: Crosswalk, place: int) -> tuple[set[str], set[str]]:
    before, after = crosswalk.group(crosswalk.subareas[place])
    return set(before), set(after)


def test_reversing_turns_a_split_into_a_merger_and_new_into_dropped() -> None:
    there = _corrected(
        ("1.1", "1.1", Match.SPLIT),
        ("1.1", "1.2", Match.SPLIT),
        (None, "1.3", Match.NEW),
        ("1.4", "1.4", Match.REVISED),
    )
    back = there.reversed()
    assert [(x.before_code, x.after_code, x.match) for x in back.subareas] == [
        ("1.1", "1.1", Match.MERGED),
        ("1.2", "1.1", Match.MERGED),
        ("1.3", None, Match.DROPPED),
        ("1.4", "1.4", Match.REVISED),
    ]
    assert back.reversed() == there


def test_a_group_is_all_that_hangs_together() -> None:
    crosswalk = _corrected(
        ("1.1", "1.1", Match.SPLIT),
        ("1.1", "1.2", Match.SPLIT),
        ("1.2", "1.2", Match.MERGED),
        ("1.3", "1.3", Match.SAME),
        ("1.4", None, Match.DROPPED),
    )
    assert _group(crosswalk, 0) == ({"1.1", "1.2"}, {"1.1", "1.2"})
    assert _group(crosswalk, 2) == ({"1.1", "1.2"}, {"1.1", "1.2"})
    assert _group(crosswalk, 3) == ({"1.3"}, {"1.3"})


@pytest.mark.parametrize(
    "links",
    [
        [(None, None, Match.SAME)],
        [(None, "1.1", Match.REVISED)],
        [("1.1", None, Match.NEW)],
        [("1.1", "1.1", Match.DROPPED)],
        [("1.1", "1.1", Match.SAME), ("1.1", "1.2", Match.SAME)],
        [("1.1", "1.1", Match.REVISED), ("1.2", "1.1", Match.MERGED)],
        [("1.1", "1.1", Match.SPLIT), ("1.1", "1.1", Match.SPLIT)],
        [("1.1", "1.1", Match.SPLIT), ("1.1", None, Match.DROPPED)],
    ],
)
def test_contradicting_links_are_refused(
    links: list[tuple[str | None, str | None, Match]],
) -> None:
    with pytest.raises(RuleBroken, match=r"Raden|Delområde"):
        _corrected(*links)


@pytest.mark.parametrize(
    "areas",
    [
        [(1, 1, Match.SAME), (1, 2, Match.SAME)],
        [(1, 1, Match.SAME), (2, 1, Match.SAME)],
        [(1, 1, Match.SPLIT)],
    ],
)
def test_an_area_has_one_counterpart(areas: list[tuple[int, int, Match]]) -> None:
    with pytest.raises(RuleBroken, match="Område"):
        Crosswalk(OLD, NEW, tuple(AreaLink(*link) for link in areas))


def test_every_relation_has_its_word() -> None:
    assert len({match.label for match in Match}) == len(Match)
