"""Status updates: said, sent twice, put right, and what of them the action repeats."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.cast import NOW, TODAY
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, StatusUpdate
from tracker.services import journal
from tracker.services.actions.reports import (
    Report,
    check_correctable,
    correct_report,
    report_status,
    reports_shown,
)
from tracker.services.actions.rules import Refused

SECOND = timedelta(seconds=1)
NUMBERS = count()
LATER = NOW + timedelta(hours=1)


def deeds_of(action):
    return [entry.deed for entry in reversed(journal.history("action", action.id))]


def updates_of(action):
    return db.session.query(StatusUpdate).filter_by(action_id=action.id).count()


def report(action, by, text="Går bra.", health=Health.ON_TRACK, now=NOW, **more):
    return report_status(action.id, Report(health, text, **more), by=by, now=now, today=TODAY)


def correct(action, by, text="Går sämre.", health=Health.AT_RISK, now=LATER, *, of=None, **more):
    said = Report(health, text, **more)
    latest = of or action.updates[0].id
    return correct_report(action.id, latest, said, by=by, now=now, today=TODAY)


def repeats(action):
    """Assert that the action repeats its latest update, and give that."""
    db.session.expire_all()
    row = db.session.get(Action, action.id)
    last = row.updates[0]
    assert (row.health, row.percent, row.forecast, row.reported_at) == (
        last.health,
        last.percent,
        last.forecast,
        last.at,
    )
    return last


class TestReport:
    def test_the_owner_reports(self, any_app, cast):
        report(cast.action, cast.owner, "Mallen är\nute\x00 på remiss.", Health.AT_RISK)
        update = db.session.query(StatusUpdate).one()
        assert (update.health, update.text) == (Health.AT_RISK, "Mallen är ute på remiss.")
        assert (update.author_id, update.at) == (cast.owner.id, NOW)
        assert deeds_of(cast.action) == ["action.report"]

    def test_the_first_report_sets_a_planned_action_going(self, app, cast):
        report(cast.colleague_action, cast.colleague)
        assert cast.colleague_action.status is ActionStatus.ONGOING

    def test_a_paused_action_stays_paused(self, app, cast):
        cast.action.status = ActionStatus.PAUSED
        db.session.commit()
        report(cast.action, cast.owner)
        assert cast.action.status is ActionStatus.PAUSED

    @pytest.mark.parametrize(
        ("again", "number"),
        [
            ({"now": NOW}, 1),
            ({"now": NOW + 60 * SECOND}, 1),
            ({"now": NOW + 61 * SECOND}, 2),
            ({"now": NOW + 5 * SECOND, "health": Health.AT_RISK}, 2),
            ({"now": NOW + 5 * SECOND, "text": "Går bättre."}, 2),
        ],
    )
    def test_a_double_click_is_one_report(self, app, cast, again, number):
        report(cast.action, cast.owner)
        report(cast.action, cast.owner, **again)
        assert updates_of(cast.action) == number
        assert len(deeds_of(cast.action)) == number

    def test_two_people_may_say_the_same(self, app, cast):
        report(cast.action, cast.owner)
        report(cast.action, cast.unit_director)
        assert updates_of(cast.action) == 2

    def test_what_is_finished_is_not_reported(self, app, cast):
        with pytest.raises(RuleBroken, match="Åtgärden är avslutad"):
            report(cast.done_action, cast.owner)

    def test_a_line_has_its_length(self, app, cast):
        report(cast.action, cast.owner, "x" * 1000)
        with pytest.raises(RuleBroken, match="högst 1000 tecken") as error:
            report(cast.action, cast.owner, "x" * 1001)
        assert error.value.field == "text"

    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("owner", None),
            ("unit_director", None),
            ("director", None),
            ("colleague", NotFound),
            ("stranger", NotFound),
            ("member", Forbidden),
            ("admin", Forbidden),
        ],
    )
    def test_who_may_report(self, app, cast, who, error):
        if error is None:
            report(cast.action, getattr(cast, who))
            return
        with pytest.raises(error):
            report(cast.action, getattr(cast, who))
        assert updates_of(cast.action) == 0

    def test_percent_and_forecast_come_along(self, app, cast):
        report(cast.action, cast.owner, percent=40, forecast=date(2026, 4, 15))
        last = repeats(cast.action)
        assert (last.percent, last.forecast) == (40, date(2026, 4, 15))
        data = journal.history("action", cast.action.id)[0].data
        assert (data["percent"], data["forecast"]) == (40, "2026-04-15")

    def test_the_version_stays(self, app, cast):
        before = cast.action.version
        report(cast.action, cast.owner)
        assert cast.action.version == before
        before = cast.colleague_action.version
        report(cast.colleague_action, cast.colleague)
        assert cast.colleague_action.version == before + 1, "planned became ongoing"

    @pytest.mark.parametrize(
        ("percent", "right"), [(0, True), (100, True), (-1, False), (101, False), (10**30, False)]
    )
    def test_percent_has_its_bounds(self, app, cast, percent, right):
        if right:
            report(cast.action, cast.owner, percent=percent)
            return
        with pytest.raises(Refused, match="från 0 till 100") as error:
            report(cast.action, cast.owner, percent=percent)
        assert error.value.field == "percent"

    @pytest.mark.parametrize(
        ("days", "health", "message"),
        [
            (0, Health.ON_TRACK, ""),
            (-1, Health.AT_RISK, "redan passerat"),
            (59, Health.ON_TRACK, ""),  # the deadline itself
            (60, Health.ON_TRACK, "men slutdatumet är 2026-04-30"),
            (60, Health.AT_RISK, ""),
            (60, Health.OFF_TRACK, ""),
        ],
    )
    def test_a_forecast_agrees_with_what_is_said(self, app, cast, days, health, message):
        day = TODAY + timedelta(days=days)
        if not message:
            report(cast.action, cast.owner, health=health, forecast=day)
            assert repeats(cast.action).forecast == day
            return
        with pytest.raises(Refused, match=message) as error:
            report(cast.action, cast.owner, health=health, forecast=day)
        assert error.value.field == "forecast"
        assert updates_of(cast.action) == 0

    def test_all_that_is_wrong_is_said_at_once(self, app, cast):
        with pytest.raises(Refused) as error:
            report(cast.action, cast.owner, "x" * 1001, percent=101, forecast=date(2020, 1, 1))
        fields = [problem.field for problem in error.value.problems]
        assert fields == ["text", "percent", "forecast"]


class TestCorrect:
    def test_both_are_kept_word_for_word(self, any_app, cast):
        report(cast.action, cast.owner, percent=90)
        correct(cast.action, cast.owner, percent=10)
        newer, older = reports_shown(cast.action, cast.owner)
        assert (newer.correction, newer.corrected, newer.report.text) == (True, False, "Går sämre.")
        assert (older.correction, older.corrected, older.report.text) == (False, True, "Går bra.")
        assert repeats(cast.action).percent == 10
        entry = journal.history("action", cast.action.id)[0]
        assert entry.deed == "action.correct_report"
        assert entry.data["text"] == ["Går bra.", "Går sämre."]
        assert entry.data["percent"] == [90, 10]

    def test_a_correction_can_be_corrected(self, app, cast):
        report(cast.action, cast.owner)
        correct(cast.action, cast.owner)
        correct(cast.action, cast.owner, "Går bra igen.", Health.ON_TRACK, LATER + 120 * SECOND)
        assert [one.corrected for one in reports_shown(cast.action, cast.owner)] == [
            False,
            True,
            True,
        ]

    def test_a_double_click_corrects_once(self, app, cast):
        report(cast.action, cast.owner)
        first = cast.action.updates[0].id
        correct(cast.action, cast.owner, of=first)
        correct(cast.action, cast.owner, of=first, now=LATER + 5 * SECOND)
        assert updates_of(cast.action) == 2

    def test_only_the_latest(self, app, cast):
        report(cast.action, cast.owner)
        first = cast.action.updates[0].id
        report(cast.action, cast.owner, "Nytt läge.", now=LATER)
        with pytest.raises(RuleBroken, match="nyare lägesrapport"):
            correct(cast.action, cast.owner, of=first)
        with pytest.raises(RuleBroken, match="nyare lägesrapport"):
            check_correctable(cast.action, first, by=cast.owner)

    def test_nothing_changed_is_no_correction(self, app, cast):
        report(cast.action, cast.owner)
        with pytest.raises(RuleBroken, match="Ingenting är ändrat"):
            correct(cast.action, cast.owner, "Går bra.", Health.ON_TRACK)

    def test_not_a_colleagues(self, app, cast):
        cast.action.contributors = [cast.colleague]
        db.session.commit()
        report(cast.action, cast.owner)
        with pytest.raises(RuleBroken, match="Bara den som skrev"):
            correct(cast.action, cast.colleague)
        correct(cast.action, cast.unit_director)
        assert updates_of(cast.action) == 2

    def test_another_actions_report_is_not_there(self, app, cast):
        report(cast.action, cast.owner)
        latest = cast.action.updates[0].id
        with pytest.raises(NotFound):
            correct(cast.colleague_action, cast.director, of=latest)
        with pytest.raises(NotFound):
            correct(cast.action, cast.director, of=2**31 - 1)

    def test_not_when_finished(self, app, cast):
        report(cast.action, cast.owner)
        cast.action.status, cast.action.done_on = ActionStatus.DONE, TODAY
        cast.action.done_by = cast.owner
        db.session.commit()
        with pytest.raises(RuleBroken, match="avslutad"):
            correct(cast.action, cast.owner)
        assert not any(one.correctable for one in reports_shown(cast.action, cast.owner))

    @pytest.mark.parametrize(
        ("who", "first", "second"),
        [
            ("owner", True, False),
            ("director", True, True),
            ("unit_director", True, True),
            ("member", False, False),
        ],
    )
    def test_who_is_offered_it(self, app, cast, who, first, second):
        by = getattr(cast, who)
        report(cast.action, cast.owner)
        assert reports_shown(cast.action, by)[0].correctable is first
        report(cast.action, cast.director, "Jag ser det annorlunda.")
        db.session.expire_all()
        newest, older = reports_shown(cast.action, by)
        assert (newest.correctable, older.correctable) == (second, False)


@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(Health),
            st.none() | st.integers(0, 100),
            st.none() | st.integers(0, 59),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_action_always_repeats_the_latest(app, cast, told):
    """Whatever is reported and corrected."""
    for again, health, percent, days in told:
        number = next(NUMBERS)
        more = {"percent": percent, "forecast": TODAY + timedelta(days=days) if days else None}
        db.session.expire_all()
        act = correct if again and cast.action.updates else report
        act(cast.action, cast.owner, f"Rapport {number}", health, NOW + number * SECOND, **more)
        assert repeats(cast.action).text == f"Rapport {number}"
