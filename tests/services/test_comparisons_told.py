"""A comparison in sentences, and one area and one action of it, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.effects import Told, two_evaluations
from tests.helpers.second import add_evaluation
from tracker.domain.effect import Drift, Effect, Finding, Group, Shortfall
from tracker.domain.errors import NotFound
from tracker.domain.references import NoDrift, SharedDrift
from tracker.domain.scores import Verdict
from tracker.models import Evaluation
from tracker.services.comparisons import sentences
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations
from tracker.services.comparisons.details import AreaKey, area_told, key_of, keys_by_group
from tracker.services.comparisons.sentences import Sentence
from tracker.services.comparisons.story import action_story, was_followed


def words(said: list[Sentence]) -> list[str]:
    return [one.message % one.params for one in said]


def an_effect(
    finding: Finding = Finding.ROSE_MORE, reasons: tuple[Shortfall, ...] = (), **changed: Any
) -> Effect:
    known: dict[str, Any] = {
        "in_place": Group(16, 12.4, 40.0),
        "not_in_place": Group(20, 3.1, 50.0),
        "difference": 9.3,
        "adjusted": 8.0,
        "low": 3.2,
        "high": 12.8,
        "level": 0.95,
        "ceiling": 0,
        "floor": 0,
        "drift_from": None,
    }
    return Effect(finding=finding, reasons=reasons, **{**known, **changed})


def test_an_effect_in_numbers() -> None:
    assert words(sentences.effect(an_effect())) == [
        "Där åtgärder var på plats steg andelen i snitt 12.4 procentenheter.",
        "Där inga var på plats steg den 3.1.",
        "Skillnaden, räknad från samma utgångsläge, är 8.0 procentenheter; med 95 procents "
        "säkerhet mellan 3.2 och 12.8.",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (-2.0, "Där inga var på plats sjönk den 2.0."),
        (0.04, "Där inga var på plats var den oförändrad."),
        (-0.04, "Där inga var på plats var den oförändrad."),
        (0.05000001, "Där inga var på plats steg den 0.1."),
    ],
)
def test_a_movement_is_named_as_it_is_shown(change: float, sentence: str) -> None:
    found = an_effect(not_in_place=Group(20, change, 50.0))
    assert words(sentences.effect(found))[1] == sentence


@pytest.mark.parametrize(
    ("finding", "part"),
    [
        (Finding.ROSE_MORE, "också med den lägsta siffran steg det mer"),
        (Finding.ROSE_LESS, "också med den högsta siffran steg det mindre"),
        (Finding.CANNOT_TELL, "skillnaden kan bero på slumpen"),
        (Finding.TOO_LITTLE, "underlaget är för litet"),
    ],
)
def test_how_sure_it_is(finding: Finding, part: str) -> None:
    (said,) = words(sentences.sureness(an_effect(finding)))
    assert part in said


@pytest.mark.parametrize(
    ("finding", "ends", "said"),
    [
        (Finding.ROSE_MORE, (8.0, 3.2, 12.8), ("8.0 procentenheter mer", "mellan 3.2 och 12.8")),
        (Finding.ROSE_LESS, (-8.0, -12.8, -3.2), ("8.0 procentenheter mindre", "3.2 och 12.8")),
        (Finding.CANNOT_TELL, (2.0, -3.0, 7.0), ("2.0 procentenheter", "mellan -3.0 och 7.0")),
    ],
)
def test_in_short_the_numbers_stand_with_it(
    finding: Finding, ends: tuple[float, float, float], said: tuple[str, str]
) -> None:
    adjusted, low, high = ends
    (told,) = words([sentences.in_short(an_effect(finding, adjusted=adjusted, low=low, high=high))])
    assert all(part in told for part in said)


def test_in_short_too_little_has_no_number() -> None:
    few = an_effect(Finding.TOO_LITTLE, adjusted=None, low=None, high=None)
    (told,) = words([sentences.in_short(few)])
    assert told.startswith("Underlaget är för litet")


def test_how_many_fell(cast: Cast) -> None:
    later = add_evaluation(cast.municipality, date(2026, 2, 1), {1: (2, 15), 2: (20, 8)})
    told = words(sentences.risen(compared(cast, cast.evaluation, later)))
    assert told[-1] == "1 sjönk mer än 5.0."


def test_too_little_says_why_and_gives_no_number() -> None:
    reasons = (Shortfall.FEW_IN_ALL, Shortfall.FEW_IN_PLACE)
    few = an_effect(Finding.TOO_LITTLE, reasons, adjusted=None, low=None, high=None)
    assert sentences.effect(few) == []
    assert words(sentences.sureness(few))[1:] == [
        "För få delområden kan jämföras.",
        "För få delområden hade åtgärder på plats.",
    ]
    assert sentences.limits(few, None) == []


def test_what_a_difference_rests_on() -> None:
    said = sentences.limits(an_effect(ceiling=2, floor=1, drift_from=7), None)
    assert [" ".join(words(one)) for one in said] == [
        "Skillnaden är räknad på 36 delområden: 16 med åtgärder på plats och 20 utan.",
        "Hur andra kommuner utvecklades under samma tid är avräknat. Den siffran kommer från "
        "minst 7 kommuner per område.",
        "Delområden som redan låg nära taket och inte är med i skillnaden: 2.",
        "Delområden som började på noll och inte kunde sjunka: 1.",
    ]


@pytest.mark.parametrize(
    ("shared", "why"),
    [
        (None, "Det går bara mellan utvärderingar av samma version."),
        (
            SharedDrift(None, {1: NoDrift.FEW}, 2),
            "Färre än tre andra kommuner har två utvärderingar av samma version.",
        ),
        (
            SharedDrift(Drift({}), {2: NoDrift.FEW}, 9),
            "Det finns bara siffror för några av områdena.",
        ),
    ],
)
def test_why_no_drift_was_taken_off(shared: SharedDrift | None, why: str) -> None:
    assert words(sentences.limits(an_effect(), shared)[1]) == [
        "Hur andra kommuner har utvecklats är inte avräknat.",
        why,
    ]


def compared(cast: Cast, before: Evaluation, after: Evaluation) -> ComparisonShown:
    return compare_evaluations(before.id, after.id, by=cast.director)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            {1: (12, 15), 2: (20, 8)},
            [
                "Inget av de 4 jämförbara delområdena steg med mer än 5.0 procentenheter.",
                "Inget sjönk mer än 5.0.",
            ],
        ),
        (
            {1: (18, 15), 2: (20, 8)},
            [
                "1 av 4 jämförbara delområden steg med mer än 5.0 procentenheter.",
                "I inget av dem var åtgärder på plats.",
                "Inget sjönk mer än 5.0.",
            ],
        ),
        (
            {1: (None, None), 2: (None, None)},
            ["Inget delområde går att jämföra mellan de två utvärderingarna."],
        ),
    ],
)
def test_how_many_rose(
    cast: Cast, ends: dict[int, tuple[int | None, int | None]], said: list[str]
) -> None:
    later = add_evaluation(cast.municipality, date(2026, 2, 1), ends)
    assert words(sentences.risen(compared(cast, cast.evaluation, later))) == said


def test_backwards_nothing_rose(cast: Cast) -> None:
    later = add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 8)})
    assert words(sentences.risen(compared(cast, later, cast.evaluation))) == [
        "0 av 4 jämförbara delområden ligger mer än 5.0 procentenheter högre i den tidigare "
        "utvärderingen."
    ]


def test_an_area_is_told_within_the_reader_s_scope(any_app: Flask, cast: Cast) -> None:
    told = two_evaluations(cast)
    shown = compared(cast, told.before, told.after)
    area = area_told(shown, AreaKey(1), by=cast.member)
    first, second = area.groups[0].behind, area.groups[1].behind
    assert [action.id for action in first.actions] == [told.actions[0].id]
    assert first.actions[0].standing.unverified
    assert first.actions[0].outcome.verdict is Verdict.ACTION_AND_IMPROVEMENT
    assert [point.text for point in first.points] == [told.points[0].text]
    assert (second.points, second.actions, second.unseen) == ((), (), 0)
    assert area.previous is None
    assert area.next is not None
    assert key_of(area.next.area) == AreaKey(2)
    for_others = area_told(shown, AreaKey(1), by=cast.other_member).groups[0].behind
    assert (for_others.actions, for_others.unseen, for_others.unseen_in_place) == ((), 1, 1)
    for_admin = area_told(shown, AreaKey(1), by=cast.admin).groups[0].behind
    assert [point.text for point in for_admin.points] == [None]
    with pytest.raises(NotFound):
        area_told(shown, AreaKey(1, new=True), by=cast.member)


def test_every_group_has_its_area(cast: Cast) -> None:
    told = two_evaluations(cast)
    shown = compared(cast, told.before, told.after)
    assert keys_by_group(shown).keys() == {row.group for row in shown.result.subareas}


def test_an_action_s_story(app: Flask, cast: Cast) -> None:
    told = two_evaluations(cast)
    story = action_story(told.actions[2].id, by=cast.member)
    assert story.shown is not None
    assert (story.shown.before.id, story.shown.after.id) == (told.before.id, told.after.id)
    assert story.outcome is not None
    assert story.outcome.verdict is Verdict.ACTION_AND_IMPROVEMENT
    assert [whole.before.code for whole in story.rows if whole.before] == ["2.1"]
    assert [point.id for point in story.points] == [told.points[2].id]
    with pytest.raises(NotFound):
        action_story(told.actions[2].id, by=cast.other_member)


def test_a_point_about_a_whole_area_rests_on_it(cast: Cast) -> None:
    add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (26, 10)})
    story = action_story(cast.colleague_action.id, by=cast.director)
    assert story.outcome is not None
    assert story.outcome.verdict is Verdict.NO_ACTION_IMPROVEMENT
    assert story.rows == ()
    assert [area.before.number for area in story.areas if area.before] == [2]


def test_whether_we_were_evaluated_again(cast: Cast, count_queries: Callable[[], Any]) -> None:
    told = two_evaluations(cast)
    assert was_followed([told.before.month])
    assert was_followed([cast.evaluation.month, told.after.month])
    assert not was_followed([cast.evaluation.month])
    with count_queries() as counted:
        assert not was_followed([])
    assert counted.number == 0


def test_the_command_line_says_it_in_a_line_or_two(
    cast: Cast, flask_command: Callable[..., Any]
) -> None:
    told: Told = two_evaluations(cast)
    answer = flask_command("evaluation", "compare", str(told.before.id), str(told.after.id))
    lines = answer.output.splitlines()
    assert lines[2] == "Totalen gick från 350 till 454 poäng."
    assert lines[3].startswith("16 av 32 jämförbara delområden steg med mer än 5 procentenheter.")
    assert "med 95 procents säkerhet mellan" in lines[4]
    assert lines[5].startswith("Så säkert är det: också med den lägsta siffran")
