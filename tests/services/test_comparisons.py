"""Two evaluations side by side: what is counted, what is not, and what may not be compared."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.helpers.cast import Cast, make_action, make_user
from tests.helpers.others import add_reference
from tests.helpers.second import add_evaluation, add_scores
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.scores import Verdict
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    User,
)
from tracker.services.comparisons.choosing import comparable, latest_two
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations

LATER = date(2026, 2, 1)
BETTER = {1: (18, 15), 2: (20, 10)}


@pytest.fixture
def later(cast: Cast) -> Evaluation:
    return add_evaluation(cast.municipality, LATER, BETTER)


def shown(cast: Cast, later: Evaluation) -> ComparisonShown:
    return compare_evaluations(cast.evaluation.id, later.id, by=cast.director)


def finish(action: Action, on: date, who: User, verifier: User | None = None) -> None:
    action.status = ActionStatus.VERIFIED if verifier else ActionStatus.DONE
    action.done_on, action.done_by = on, who
    action.verified_on, action.verified_by = (on, verifier) if verifier else (None, None)
    db.session.commit()


def test_the_default_is_our_own_two_latest(cast: Cast, later: Evaluation) -> None:
    add_evaluation(Municipality(name="Grannköping"), date(2026, 1, 1), BETTER)
    listed = comparable(cast.director)
    assert latest_two(listed) == (cast.evaluation.id, later.id)
    assert latest_two(listed[1:]) is None
    assert listed[-1].municipality == "Grannköping"


def test_rows_hold_both_scores_and_their_change(cast: Cast, later: Evaluation) -> None:
    seen = shown(cast, later)
    rows = {row.before.code: row for row in seen.result.subareas if row.before}
    assert rows["1.1"].change_points == 6
    assert rows["1.1"].change_percent_of_max == 20.0
    assert [len(part.subareas) for part in seen.parts] == [2, 2]
    assert (seen.compared, seen.risen) == (4, 2)
    assert seen.result.total_change is None, "two areas are no total"


@pytest.mark.parametrize(
    ("done_on", "verified", "counts"),
    [
        (date(2026, 1, 31), True, (1, 0)),
        (date(2026, 2, 1), True, (1, 0)),
        (date(2026, 2, 2), True, (0, 0)),
        (date(2026, 1, 31), False, (1, 1)),
        (None, False, (0, 0)),
    ],
)
def test_only_what_stands_on_the_first_of_the_month_is_in_place(
    cast: Cast,
    later: Evaluation,
    done_on: date | None,
    verified: bool,
    counts: tuple[int, int],
) -> None:
    if done_on:
        finish(cast.action, done_on, cast.owner, cast.director if verified else None)
    seen = shown(cast, later)
    row = seen.result.subareas[0]
    in_place = counts[0]
    assert (row.actions.in_place, row.actions.not_in_place) == (in_place, 1 - in_place)
    expected = Verdict.ACTION_AND_IMPROVEMENT if in_place else Verdict.NO_ACTION_IMPROVEMENT
    assert row.verdict is expected
    assert (seen.actions.in_place, seen.actions.unverified) == counts


def test_an_action_counts_once_and_the_dropped_not_at_all(cast: Cast, later: Evaluation) -> None:
    second = cast.evaluation.score_sets[0].areas[0].subareas[1]
    cast.points[0].subarea_links.append(PointSubArea(sub_area=second, rank=1))
    cast.action.points.append(cast.points[1])
    db.session.commit()
    seen = shown(cast, later)
    assert seen.actions.total == 2, "the colleague's answers a point as well"
    assert seen.actions.unplaced == 1, "and that point names no sub-area"
    assert [row.actions.not_in_place for row in seen.result.subareas] == [1, 1, 0, 0]
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on = date(2026, 1, 1)
    cast.action.dropped_by, cast.action.dropped_reason = "Kommunstyrelsen", "För dyrt."
    db.session.commit()
    assert shown(cast, later).actions.total == 1


def test_another_municipality_shares_no_actions(cast: Cast) -> None:
    other = add_evaluation(Municipality(name="Grannköping"), LATER, BETTER)
    seen = shown(cast, other)
    assert seen.across
    assert seen.actions.total == 0
    assert not any(row.actions.not_in_place for row in seen.result.subareas)


def test_totals_are_compared_when_all_eight_areas_are_scored(cast: Cast) -> None:
    whole = dict.fromkeys(range(1, 9), (10, 10))
    one = add_evaluation(cast.municipality, date(2024, 1, 1), whole)
    other = add_evaluation(cast.municipality, date(2025, 1, 1), {**whole, 1: (20, 10)})
    seen = compare_evaluations(one.id, other.id, by=None)
    assert (seen.result.total_before, seen.result.total_after) == (160, 170)
    assert seen.before.total == 160
    assert compare_evaluations(other.id, one.id, by=None).backwards


def test_different_editions_have_no_total_and_the_shared_one_is_preferred(cast: Cast) -> None:
    old = add_evaluation(cast.municipality, date(2015, 5, 1), BETTER, "kommunkompassen-2010")
    seen = compare_evaluations(old.id, cast.evaluation.id, by=None)
    assert not seen.same_edition
    assert seen.result.total_change is None
    # 1 became 1 and 2 became 5, which this evaluation lacks; its 2 was 8.
    assert [row.match.value for row in seen.result.areas] == ["revised", "dropped", "new"]
    assert all(row.change_points is None for row in seen.result.areas)
    add_scores(cast.evaluation, BETTER, "kommunkompassen-2010")
    db.session.commit()
    seen = compare_evaluations(old.id, cast.evaluation.id, by=None)
    assert seen.same_edition
    assert len({one.id for one in comparable(None)}) == 2


def test_an_edition_that_nobody_knows_is_compared_by_the_names_of_its_areas(cast: Cast) -> None:
    before = add_evaluation(cast.municipality, date(2021, 1, 1), BETTER, "kommunkompassen-2031")
    after = add_evaluation(cast.municipality, date(2024, 1, 1), {1: (20, 20), 2: (20, 10)})
    seen = compare_evaluations(before.id, after.id, by=None)
    assert seen.guessed
    assert [row.match.value for row in seen.result.areas] == ["revised", "revised"]
    assert seen.result.subareas[0].change_percent_of_max == 6.7
    add_scores(before, BETTER, "kommunkompassen-2020")
    db.session.commit()
    seen = compare_evaluations(before.id, after.id, by=None)
    assert not seen.guessed
    assert seen.result.subareas[0].change_points == 2


def test_an_area_name_that_stands_twice_tells_nothing(cast: Cast) -> None:
    before = add_evaluation(cast.municipality, date(2021, 1, 1), BETTER, "kommunkompassen-2031")
    before.score_sets[0].areas[1].name = before.score_sets[0].areas[0].name
    after = add_evaluation(cast.municipality, date(2024, 1, 1), BETTER)
    seen = compare_evaluations(before.id, after.id, by=None)
    assert {row.match.value for row in seen.result.areas} == {"dropped", "new"}


def test_what_cannot_be_compared_is_refused(cast: Cast, later: Evaluation) -> None:
    with pytest.raises(RuleBroken, match="två olika"):
        compare_evaluations(later.id, later.id, by=cast.director)
    with pytest.raises(NotFound):
        compare_evaluations(later.id, 9999, by=cast.director)
    with pytest.raises(Forbidden):
        compare_evaluations(later.id, cast.evaluation.id, by=make_user("Ingen Roll"))


def test_the_json_has_the_promised_keys(cast: Cast, later: Evaluation) -> None:
    data = shown(cast, later).to_json()
    assert set(data) == {"before", "after", "areas", "subareas", "effect"}
    assert data["before"] == {
        "id": cast.evaluation.id,
        "municipality": "Testköping",
        "month": "2025-11",
        "edition": "kommunkompassen-2020",
        "total": None,
    }
    assert set(data["subareas"][0]) == {
        "before_code",
        "after_code",
        "match",
        "before",
        "after",
        "change_points",
        "change_percent_of_max",
        "actions",
        "verdict",
    }


def test_the_number_of_queries_is_constant(cast: Cast, count_queries: Any) -> None:
    numbers = []
    for year, areas in ((2010, 2), (2020, 8)):
        got = dict.fromkeys(range(1, areas + 1), (10,) * areas)
        one = add_evaluation(cast.municipality, date(year, 1, 1), got)
        other = add_evaluation(cast.municipality, date(year + 1, 1, 1), got)
        ids = one.id, other.id
        db.session.expunge_all()
        with count_queries() as counted:
            assert compare_evaluations(*ids, by=None).parts
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 14


def test_what_is_common_to_others_is_taken_off(cast: Cast) -> None:
    got = dict.fromkeys((1, 2, 3), (3, 12, 9, 15))
    better = dict.fromkeys((1, 2, 3), (9, 15, 10, 21))
    one = add_evaluation(cast.municipality, date(2021, 1, 1), got)
    other = add_evaluation(cast.municipality, date(2024, 1, 1), better)
    for number in (1, 2, 3):
        area = one.score_sets[0].areas[number - 1]
        for part in area.subareas[:2]:
            point = ImprovementPoint(evaluation=one, area=area, position=part.id, text="Gör mer.")
            point.subarea_links = [PointSubArea(sub_area=part, rank=0)]
            action = make_action(cast.plan, "Gör mer", points=[point], owner=cast.owner)
            db.session.add(action)
            db.session.flush()
            finish(action, date(2023, 1, 1), cast.owner)
    alone = compare_evaluations(one.id, other.id, by=None)
    assert alone.effect is not None
    assert alone.effect.n == 12
    assert alone.effect.drift_from is None
    for place in range(3):
        add_reference(f"Grannby {place}", date(2021, 1, 1), (40,) * 8)
        add_reference(f"Grannby {place}", date(2024, 1, 1), (50, 46, 40 + place) + (40,) * 5)
    db.session.commit()
    beside = compare_evaluations(one.id, other.id, by=None)
    assert beside.effect is not None
    assert beside.drift is not None
    assert beside.effect.drift_from == 3
    assert beside.drift.municipalities == 3
    assert beside.effect.n == 12


def test_the_command_prints_it(cast: Cast, later: Evaluation, flask_command: Any) -> None:
    ids = str(cast.evaluation.id), str(later.id)
    printed = flask_command("evaluation", "compare", *ids)
    assert printed.exit_code == 0, printed.output
    assert "+20.0" in printed.output
    data = json.loads(flask_command("evaluation", "compare", *ids, "--json").output)
    assert data["effect"]["finding"] == "too_little", "four sub-areas are no basis"
    assert data["effect"]["adjusted"] is None
    turned = json.loads(flask_command("evaluation", "compare", *ids[::-1], "--json").output)
    assert turned["effect"] is None, "backwards nothing has been done in between"
    refused = flask_command("evaluation", "compare", ids[0], ids[0])
    assert refused.exit_code == 1
    assert "två olika" in refused.output
