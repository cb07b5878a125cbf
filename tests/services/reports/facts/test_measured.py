"""What the evaluations say in a report: areas through the editions, effects without a cause."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from tests.helpers.cast import TODAY, Cast, make_action
from tests.helpers.lived import ZONE
from tests.helpers.second import add_evaluation
from tracker.domain.reporting import Gap, ReportFacts, ReportKind
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Area, ImprovementPoint
from tracker.services.reports.facts.gathering import ReportAsked, gather

BETTER = {1: (24, 15), 2: (20, 10)}
LATER = date(2026, 10, 1)
AFTER = date(2026, 12, 31)
CAUSES = ("tack vare", "ledde till", "på grund av", "berodde på", "gav effekt")


def facts(cast: Cast, as_of: date = AFTER, locale: str = "sv", **values: Any) -> ReportFacts:
    given: dict[str, Any] = {"committee_id": None, "unit_id": None, **values}
    one = ReportAsked(
        plan_id=cast.plan.id,
        kind=ReportKind.PROGRESS,
        round_id=None,
        as_of=as_of,
        record_number="",
        written_on=as_of,
        signed_by="",
        **given,
    )
    return gather(one, zone=ZONE, locale=locale)


def finish(cast: Cast) -> None:
    cast.action.status = ActionStatus.DONE
    cast.action.done_on, cast.action.done_by = date(2026, 5, 1), cast.owner
    db.session.commit()


class TestEffects:
    def test_the_re_evaluation_beside_the_one_before(self, app: Flask, cast: Cast) -> None:
        finish(cast)
        add_evaluation(cast.municipality, LATER, BETTER)
        effects = facts(cast).effects
        assert effects is not None
        assert (effects.before.month, effects.after.month) == (date(2025, 11, 1), LATER)
        assert (effects.before.ordinal, effects.after.ordinal) == (1, 2)
        assert effects.sentences[1:3] == (
            "2 av 4 jämförbara delområden steg med mer än 5 procentenheter.",
            "I 1 av dem var åtgärder på plats.",
        )
        assert dict(effects.verdicts)["action_and_improvement"] == 1
        first = effects.rows[0]
        assert (first.area, first.code, first.start, first.end) == (1, "1.1", 40.0, 80.0)
        assert (first.change, first.verdict) == (40.0, "action_and_improvement")
        said = " ".join(effects.sentences).lower()
        assert not [cause for cause in CAUSES if cause in said]
        assert Gap.NO_EFFECTS not in {one.gap for one in facts(cast).missing}

    def test_in_the_language_of_the_reader(self, app: Flask, cast: Cast) -> None:
        add_evaluation(cast.municipality, LATER, BETTER)
        effects = facts(cast, locale="en").effects
        assert effects is not None
        assert (
            effects.sentences[1]
            == "2 of 4 comparable sub-areas rose by more than 5 percentage points."
        )

    def test_only_when_it_had_been_made(self, app: Flask, cast: Cast) -> None:
        add_evaluation(cast.municipality, LATER, BETTER)
        assert facts(cast, date(2026, 9, 30)).effects is None
        assert facts(cast, LATER).effects is not None

    def test_a_plan_that_the_two_do_not_meet(self, app: Flask, cast: Cast) -> None:
        add_evaluation(cast.municipality, LATER, BETTER)
        for starts_on, ends_on, told in [
            (date(2026, 9, 30), None, True),
            (LATER, None, False),
            (date(2025, 1, 1), date(2025, 10, 31), False),
            (date(2025, 1, 1), date(2025, 11, 2), True),
            (date(2025, 1, 1), date(2027, 12, 31), True),
        ]:
            cast.plan.starts_on, cast.plan.ends_on = starts_on, ends_on
            db.session.commit()
            found = facts(cast)
            assert (found.effects is not None) is told, (starts_on, ends_on)
            assert Gap.NO_EFFECTS not in {one.gap for one in found.missing}

    def test_of_three_those_that_meet_the_plan(self, app: Flask, cast: Cast) -> None:
        add_evaluation(cast.municipality, LATER, BETTER)
        add_evaluation(cast.municipality, date(2026, 12, 1), {1: (28, 15), 2: (20, 10)})
        cast.plan.starts_on, cast.plan.ends_on = date(2026, 1, 1), date(2026, 9, 1)
        db.session.commit()
        effects = facts(cast).effects
        assert effects is not None
        assert effects.after.month == LATER

    def test_what_cannot_be_compared_is_missing(self, app: Flask, cast: Cast) -> None:
        add_evaluation(cast.municipality, LATER, {1: (None, None), 2: (None, None)})
        found = facts(cast)
        assert found.effects is None
        assert Gap.NO_EFFECTS in {one.gap for one in found.missing}


def test_points_of_an_older_edition_lie_where_their_area_has_gone(app: Flask, cast: Cast) -> None:
    old = add_evaluation(
        cast.municipality, date(2020, 3, 1), {2: (10,), 8: (10,)}, "kommunkompassen-2010"
    )
    points = [
        ImprovementPoint(evaluation=old, area=area, position=place, text=f"Punkt {place}")
        for place, area in enumerate(old.score_sets[0].areas, start=1)
    ]
    action = make_action(cast.plan, "Gammal punkt", points=points)
    general = make_action(cast.plan, "Allmän punkt", points=[cast.points[3]])
    db.session.add_all([action, general])
    db.session.commit()
    told = facts(cast, TODAY)
    areas = {row.title: row.areas for row in told.rows}
    # Area 8 of 2010 is area 2 now; its area 2 is area 5, which the latest report does not hold.
    assert areas["Gammal punkt"] == (2,)
    assert areas["Allmän punkt"] == ()
    assert [(one.number, one.tally.total) for one in told.areas] == [(1, 1), (2, 2), (None, 3)]
    assert db.session.query(Area).count() == 4


def test_points_of_a_later_evaluation_lie_in_the_same_areas(app: Flask, cast: Cast) -> None:
    later = add_evaluation(cast.municipality, LATER, BETTER)
    area = later.score_sets[0].areas[1]
    point = ImprovementPoint(evaluation=later, area=area, position=1, text="Ny punkt")
    db.session.add(make_action(cast.plan, "Ny åtgärd", points=[point]))
    db.session.commit()
    told = facts(cast, TODAY)
    assert {row.title: row.areas for row in told.rows}["Ny åtgärd"] == (2,)
    assert told.areas[0].score == 27
    assert facts(cast).areas[0].score == 39
