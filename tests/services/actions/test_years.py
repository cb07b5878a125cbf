"""Every day that somebody types lies in years that people plan for; the sentence names the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.cast import NOW, TODAY
from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.services.actions.milestones import add_milestone, change_milestone
from tracker.services.actions.reports import Report, correct_report, report_status
from tracker.services.actions.rules import Refused
from tracker.services.actions.wording import NewAction, changes_of, create_action, edit_action
from tracker.services.plans.rules import check_period

LAST = date(2100, 12, 31)
FAR = {"deadline": LAST}


def create(cast, **changes):
    wanted = NewAction(title="Ny", unit_id=cast.unit.id, deadline=date(2026, 6, 30))
    create_action(replace(wanted, **changes), by=cast.director, now=NOW, today=TODAY)


def edit(cast, **changes):
    wanted = replace(changes_of(cast.action), deadline_reason="Upphandlingen drar ut.", **changes)
    version = cast.action.version
    edit_action(cast.action.id, wanted, version, by=cast.director, now=NOW, today=TODAY)


def piece(cast, due):
    cast.action.deadline = LAST
    db.session.commit()
    add_milestone(cast.action.id, "Utkast", due, by=cast.director, now=NOW, today=TODAY)


def piece_again(cast, due):
    cast.action.deadline = LAST
    db.session.commit()
    first = cast.action.milestones[0].id
    change_milestone(cast.action.id, first, "Utkast", due, by=cast.director, now=NOW, today=TODAY)


def report(cast, forecast):
    said = Report(Health.AT_RISK, "Går trögt.", forecast=forecast)
    report_status(cast.action.id, said, by=cast.owner, now=NOW, today=TODAY)


def correct(cast, forecast):
    report(cast, None)
    said = Report(Health.AT_RISK, "Går trögt.", forecast=forecast)
    last = cast.action.updates[0].id
    correct_report(cast.action.id, last, said, by=cast.owner, now=NOW, today=TODAY)


TYPED = {
    "a new deadline": (lambda cast, day: create(cast, deadline=day), "deadline"),
    "a moved deadline": (lambda cast, day: edit(cast, deadline=day), "deadline"),
    "a new milestone": (piece, "due"),
    "a moved milestone": (piece_again, "due"),
    "one in the action's form": (
        lambda cast, day: edit(cast, milestone_title="Del", milestone_due=day, **FAR),
        "milestone_due",
    ),
    "a forecast": (report, "forecast"),
    "a forecast put right": (correct, "forecast"),
}
STARTS = {
    "a new start": lambda cast, day: create(cast, starts_on=day, **FAR),
    "a moved start": lambda cast, day: edit(cast, starts_on=day, **FAR),
}


COMING = [
    (date(26, 4, 1), "Datumet ligger år 26. Kontrollera årtalet."),
    (date(1999, 12, 31), "Datumet ligger år 1999. Kontrollera årtalet."),
    (date(2026, 3, 1), "har redan passerat. Välj i dag eller en senare dag."),
    (date(2101, 1, 1), "Datumet ligger år 2101. Kontrollera årtalet."),
    (date(9999, 12, 31), "Datumet ligger år 9999. Kontrollera årtalet."),
]


@pytest.mark.parametrize("typed", TYPED)
def test_days_to_come(app, cast, typed):
    put, field = TYPED[typed]
    for day, words in COMING:
        with pytest.raises(Refused) as error:
            put(cast, day)
        problem = next(one for one in error.value.problems if one.field == field)
        assert str(problem).endswith(words), day
        db.session.rollback()
    for day in (TODAY, LAST):
        put(cast, day)


@pytest.mark.parametrize("typed", STARTS)
def test_a_start_may_have_been(app, cast, typed):
    for day in (date(1999, 12, 31), date(2101, 1, 1)):
        with pytest.raises(Refused) as error:
            STARTS[typed](cast, day)
        assert [problem.field for problem in error.value.problems] == ["starts_on"], day
        assert "Kontrollera årtalet" in str(error.value), day
        db.session.rollback()
    for day in (date(2000, 1, 1), LAST):
        STARTS[typed](cast, day)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (date(2000, 1, 1), LAST, None),
        (None, None, None),
        (date(1999, 12, 31), LAST, "starts_on"),
        (date(2026, 1, 1), date(2101, 1, 1), "ends_on"),
        (date(2026, 1, 2), date(2026, 1, 1), "ends_on"),
    ],
)
def test_a_plans_period(starts_on, ends_on, field):
    if field is None:
        check_period(starts_on, ends_on)
        return
    with pytest.raises(RuleBroken) as error:
        check_period(starts_on, ends_on)
    assert error.value.field == field
