"""What a pack holds, for whom, and what is left of it when it is narrowed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tests.helpers.pieces import evidence
from tests.helpers.second import add_evaluation
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    CarriedAction,
    Disposition,
    Evaluation,
    Evidence,
    ImprovementPoint,
    Municipality,
    PlanPoint,
    PointSubArea,
    RoleAssignment,
    User,
)
from tracker.models.dispositions import Answer
from tracker.services.packs.facts import (
    Elsewhere,
    Only,
    Pack,
    PackFilter,
    Part,
    State,
    Why,
    narrowed,
)
from tracker.services.packs.reading import our_evaluations, pack_of

ZONE = ZoneInfo("Europe/Stockholm")


def pack(by: User, evaluation_id: int | None = None) -> Pack:
    found = pack_of(evaluation_id, by=by, today=TODAY, zone=ZONE)
    assert found is not None
    return found


def part(found: Pack, code: str, area: int | None = 1) -> Part:
    return next(
        one
        for whole in found.areas
        if whole.number == area
        for one in whole.parts
        if one.code == code
    )


def finish(action: Action, who: User, verifier: User | None = None) -> None:
    action.status = ActionStatus.VERIFIED if verifier else ActionStatus.DONE
    action.done_on, action.done_by = date(2026, 2, 10), who
    if verifier:
        action.verified_on, action.verified_by = date(2026, 2, 20), verifier
    db.session.commit()


def settle(point_id: int, answer: Answer, **values: Any) -> None:
    db.session.add(Disposition(point_id=point_id, answer=answer, at=NOW, **values))
    db.session.commit()


def test_everything_has_its_place(any_app: Flask, cast: Cast) -> None:
    found = pack(cast.director)
    assert [(area.number, [one.code for one in area.parts]) for area in found.areas] == [
        (1, ["1.1", "1.2", ""]),
        (2, ["2.1", "2.2", ""]),
        (None, [""]),
    ]
    first = part(found, "1.1")
    assert (first.score, first.max, first.missing) == (12, 30, 18)
    assert [(one.number, one.page, one.actions) for one in first.points] == [(1, 4, 1)]
    assert [one.title for one in first.under_way] == ["Återkoppla synpunkter på webben"]
    assert first.state is State.UNDER_WAY
    assert part(found, "1.2").state is State.GAP
    assert part(found, "", None).state is State.GAP
    assert (found.tally.in_place, found.tally.under_way) == (0, 2)
    assert (found.tally.gaps, found.tally.open_points) == (3, 2)
    assert found.day == TODAY


def test_in_place_with_who_when_and_what_shows_it(app: Flask, cast: Cast) -> None:
    cast.action.expected_effect, cast.action.effect_measure = "Fler svar", "Svar per månad"
    finish(cast.action, cast.owner, cast.director)
    db.session.add(evidence(cast.action))
    db.session.add(
        Evidence(
            action_id=cast.action.id,
            title="Sidan",
            url="https://testkoping.example/svar",
            added_at=NOW,
            added_by_id=cast.owner.id,
        )
    )
    db.session.commit()
    (action,) = part(pack(cast.director), "1.1").in_place
    assert (action.done_on, action.done_by) == (date(2026, 2, 10), "Olle Ägare")
    assert (action.verified_on, action.verified_by) == (date(2026, 2, 20), "Dag Direktör")
    assert (action.expected_effect, action.effect_measure) == ("Fler svar", "Svar per månad")
    assert [(one.title, one.file_name, one.url) for one in action.evidence] == [
        ("Protokoll", "protokoll.txt", ""),
        ("Sidan", "", "https://testkoping.example/svar"),
    ]
    assert {one.added_on for one in action.evidence} == {TODAY}
    assert action.verified
    assert not action.lacks_evidence


def test_done_but_unverified_and_without_evidence_is_counted(cast: Cast) -> None:
    finish(cast.action, cast.owner)
    found = pack(cast.director)
    assert part(found, "1.1").state is State.IN_PLACE
    counts = found.tally
    assert (counts.in_place, counts.unverified, counts.without_evidence) == (1, 1, 1)


def test_an_action_of_two_sub_areas_is_told_in_both_and_counted_once(cast: Cast) -> None:
    second = cast.evaluation.score_sets[0].areas[0].subareas[1]
    cast.points[0].subarea_links.append(PointSubArea(sub_area=second, rank=1))
    finish(cast.action, cast.owner)
    found = pack(cast.director)
    assert part(found, "1.1").in_place == part(found, "1.2").in_place
    assert found.tally.in_place == 1


def test_what_we_chose_not_to_do_is_no_gap(cast: Cast) -> None:
    settle(cast.points[3].id, Answer.NO_ACTION, reason="Görs redan", decided_by="KS")
    settle(cast.points[1].id, Answer.MERGED, merged_into_id=cast.points[0].id)
    found = pack(cast.director)
    general = part(found, "", None)
    assert general.state is State.SETTLED
    assert (general.points[0].reason, general.points[0].decided_by) == ("Görs redan", "KS")
    assert part(found, "").points[0].merged_into == 1
    assert found.tally.open_points == 0


def test_a_sub_area_without_points(cast: Cast) -> None:
    sub = cast.evaluation.score_sets[0].areas[0].subareas[1]
    states = {
        (30, 30): State.FULL,
        (None, 30): State.UNKNOWN,
        (0, 30): State.GAP,
        (12, None): State.UNKNOWN,
    }
    for (score, most), state in states.items():
        sub.score, sub.max = score, most
        db.session.commit()
        assert part(pack(cast.director), "1.2").state is state, (score, most)


def test_the_dropped_is_left_out(cast: Cast) -> None:
    cast.action.status, cast.action.dropped_on = ActionStatus.DROPPED, TODAY
    cast.action.dropped_by, cast.action.dropped_reason = "KS", "För dyrt."
    db.session.commit()
    found = pack(cast.director)
    assert part(found, "1.1").state is State.GAP
    assert part(found, "1.1").points[0].is_gap


def test_others_actions_are_only_counted(any_app: Flask, cast: Cast) -> None:
    finish(cast.action, cast.owner)
    seen = pack(cast.other_member)
    first = part(seen, "1.1")
    assert (first.actions, first.elsewhere) == ((), Elsewhere(1, 0))
    assert first.state is State.IN_PLACE
    assert not first.open_points
    whole = pack(cast.director).tally
    assert (seen.tally.elsewhere, whole.elsewhere) == (2, 0)
    assert replace(seen.tally, elsewhere=0) == whole, "everybody reads the same"
    assert (whole.in_place, whole.unverified, whole.without_evidence) == (1, 1, 1)
    assert [one.action.title for one in seen.apart] == ["Elevernas egna frågor"]
    assert seen.apart_elsewhere == Elsewhere(1, 0)
    assert seen.tally.gaps == pack(cast.director).tally.gaps


@pytest.fixture
def newer(cast: Cast) -> Evaluation:
    """An evaluation after the cast's, with one point in 1.2 and none in 1.1."""
    made = add_evaluation(cast.municipality, date(2026, 1, 1), {1: (13, 14), 2: (10, 10)})
    area = made.score_sets[0].areas[0]
    point = ImprovementPoint(evaluation=made, area_id=area.id, position=1, text="Ny punkt.")
    db.session.add(point)
    db.session.flush()
    db.session.add(PointSubArea(point_id=point.id, sub_area_id=area.subareas[1].id, rank=0))
    db.session.commit()
    return made


def test_work_of_an_earlier_round_stands_under_its_sub_area(
    app: Flask, cast: Cast, newer: Evaluation
) -> None:
    found = pack(cast.director)
    assert found.evaluation.id == newer.id
    first = part(found, "1.1")
    assert first.state is State.UNDER_WAY
    assert [(one.title, one.rounds) for one in first.under_way] == [
        (cast.action.title, (cast.evaluation.month,))
    ]
    loose = part(found, "", 2)
    assert [one.title for one in loose.under_way] == [cast.colleague_action.title]
    assert part(found, "1.2").state is State.GAP
    assert {one.action.title for one in found.apart}.isdisjoint(
        {cast.action.title, cast.colleague_action.title}
    )
    assert (found.tally.under_way, found.tally.other_rounds) == (2, 0)
    finish(cast.action, cast.owner)
    found = pack(cast.director)
    assert part(found, "1.1").state is State.IN_PLACE
    assert (found.tally.in_place, found.tally.other_rounds) == (1, 1)


def test_it_is_told_as_of_another_round_only_where_it_answers_nothing(
    cast: Cast, newer: Evaluation
) -> None:
    point = db.session.scalars(select(ImprovementPoint).filter_by(evaluation_id=newer.id)).one()
    cast.action.points = [*cast.action.points, point]
    db.session.commit()
    found = pack(cast.director)
    assert [one.rounds for one in part(found, "1.2").actions] == [()]
    assert [one.rounds for one in part(found, "1.1").actions] == [(cast.evaluation.month,)]
    assert part(found, "1.2").points[0].actions == 1


def test_what_was_in_place_then_is_no_news(cast: Cast, newer: Evaluation) -> None:
    finish(cast.action, cast.owner)
    cast.action.done_on = newer.month
    db.session.commit()
    found = pack(cast.director)
    assert part(found, "1.1").state is State.GAP
    assert cast.action.title in {one.action.title for one in found.apart}


def test_others_work_of_an_earlier_round_is_counted_too(cast: Cast, newer: Evaluation) -> None:
    found = pack(cast.other_member)
    assert part(found, "1.1").elsewhere == Elsewhere(0, 1)
    assert part(found, "1.1").state is State.UNDER_WAY
    assert found.tally.elsewhere == 2


def test_what_answers_no_point_stands_apart_with_its_reason(app: Flask, cast: Cast) -> None:
    cast.plan.points.append(PlanPoint(position=1, label="IV", text="Mer dialog"))
    old = add_evaluation(cast.municipality, date(2023, 5, 1), {1: (10, 10)})
    earlier = make_action(
        cast.plan, "Klar samma dag", owner=cast.owner, status=ActionStatus.DONE,
        done_on=cast.evaluation.month, done_by=cast.owner,
    )  # fmt: skip
    carried = make_action(cast.plan, "Flyttad", owner=cast.owner)
    tied = make_action(cast.plan, "Planens egen", owner=cast.owner, plan_points=cast.plan.points)
    long_done = make_action(
        cast.plan, "För länge sedan", owner=cast.owner, status=ActionStatus.DONE,
        done_on=date(2025, 10, 31), done_by=cast.owner,
    )  # fmt: skip
    db.session.add_all([earlier, carried, tied, long_done])
    db.session.flush()
    db.session.add(
        CarriedAction(
            action_id=carried.id,
            from_plan_id=cast.plan.id,
            to_plan_id=cast.plan.id,
            at=NOW,
            status=ActionStatus.ONGOING,
            deadline=TODAY,
        )
    )
    earlier.points = [ImprovementPoint(evaluation=old, position=1, text="Gammal punkt")]
    db.session.commit()
    found = pack(cast.director)
    assert {one.action.title: (one.why, one.labels) for one in found.apart} == {
        "Klar samma dag": (Why.EARLIER, ()),
        "Flyttad": (Why.CARRIED, ()),
        "Planens egen": (Why.PLAN_POINT, ("IV",)),
        "En kalender för alla samråd": (Why.NO_POINT, ()),
        "Elevernas egna frågor": (Why.NO_POINT, ()),
    }
    assert [one.month.year for one in our_evaluations(cast.director)] == [2025, 2023]
    assert pack(cast.director, old.id).evaluation.id == old.id


def test_who_may_and_which(cast: Cast) -> None:
    other = add_evaluation(Municipality(name="Grannköping"), date(2026, 1, 1), {1: (10, 10)})
    for missing in (other.id, 9999, 2**40):
        with pytest.raises(NotFound):
            pack_of(missing, by=cast.director, today=TODAY, zone=ZONE)
    for nobody in (make_user("Ingen Roll"), cast.admin):
        with pytest.raises(Forbidden):
            pack_of(None, by=nobody, today=TODAY, zone=ZONE)


def test_no_evaluation_is_no_pack(app: Flask) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    assert pack_of(None, by=director, today=TODAY, zone=ZONE) is None


def test_a_filter_narrows_and_keeps_the_numbers_of_the_whole(cast: Cast) -> None:
    finish(cast.action, cast.owner)
    whole = pack(cast.director)
    area = narrowed(whole, PackFilter(area=2))
    assert [one.number for one in area.areas] == [2]
    assert area.apart == ()
    assert [one.number for one in narrowed(whole, PackFilter(area=0)).areas] == [None]
    gaps = narrowed(whole, PackFilter(only=Only.GAPS))
    assert [(one.number, [p.code for p in one.parts]) for one in gaps.areas] == [
        (1, ["1.2", ""]),
        (2, ["2.1", "2.2"]),
        (None, [""]),
    ]
    bare = narrowed(whole, PackFilter(only=Only.NO_EVIDENCE))
    assert [[p.code for p in one.parts] for one in bare.areas] == [["1.1"]]
    assert bare.areas[0].parts[0].partial
    assert [one.action.title for one in bare.apart] == ["En kalender för alla samråd"]
    assert not narrowed(whole, PackFilter(area=7)).areas
    assert {one.tally for one in (area, gaps, bare)} == {whole.tally}


def test_an_open_point_beside_an_answered_one_is_a_gap_of_its_own(cast: Cast) -> None:
    first = cast.evaluation.score_sets[0].areas[0].subareas[0]
    cast.points[1].subarea_links = [PointSubArea(sub_area=first, rank=0)]
    db.session.commit()
    gaps = narrowed(pack(cast.director), PackFilter(area=1, only=Only.GAPS))
    shown = part(gaps, "1.1")
    assert [one.number for one in shown.points] == [2]
    assert (shown.actions, shown.partial) == ((), True)


def test_thirty_actions_cost_no_more_queries_than_one(
    cast: Cast, count_queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    def cost(by: User) -> int:
        db.session.expire_all()
        assert by.roles, "who asks is known before the counting begins"
        with count_queries() as counted:
            pack(by)
        return int(counted.number)

    readers = (cast.director, cast.other_member, cast.owner)
    few = [cost(by) for by in readers]
    made = [
        make_action(cast.plan, f"Åtgärd {n}", owner=cast.owner, points=[cast.points[n % 4]])
        for n in range(30)
    ]
    db.session.add_all(made)
    db.session.flush()
    db.session.add_all(evidence(one) for one in made)
    db.session.commit()
    assert [cost(by) for by in readers] == few
