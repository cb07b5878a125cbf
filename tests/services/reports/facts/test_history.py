"""The actions of a plan as they stood: an action lives by real deeds, and is asked for each day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import TODAY, Cast, make_action
from tests.helpers.lived import ZONE, Lived, at, days_between, edited, live, when
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.reporting import ReportRow
from tracker.domain.statuses import OPEN, REACHED, ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, JournalEntry
from tracker.services import journal
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report, report_status
from tracker.services.actions.serving import tie_points, untie_point
from tracker.services.actions.steps import (
    complete_action,
    drop_action,
    reopen_action,
    undo_step,
    verify_action,
)
from tracker.services.actions.undo import undo_edit
from tracker.services.actions.wording import changes_of, edit_action
from tracker.services.departures import Heirs, deactivate_person
from tracker.services.reports.facts.history import Stood, end_of, stood

PLANNED, ONGOING, PAUSED, DONE, VERIFIED, DROPPED = ActionStatus


@pytest.fixture
def lived(the_app: Flask, cast: Cast) -> Lived:
    return live(cast)


def of(lived: Lived, cast: Cast, day: date) -> ReportRow | None:
    return stood(cast.plan.id, day, zone=ZONE).rows.get(lived.action.id)


# What changes, on the day that it does; what is not named stands as the day before.
TURNS: list[tuple[date, dict[str, object]]] = [
    (
        date(2026, 3, 3),
        {
            "title": "Öppna ett servicecenter",
            "status": PLANNED,
            "deadline": date(2026, 6, 1),
            "owner": "Olle Ägare",
            "unit": "Kommunledningsförvaltningen",
            "committee": "Kommunstyrelsen",
            "created_on": date(2026, 3, 3),
        },
    ),
    (date(2026, 3, 10), {"deadline": date(2026, 7, 1)}),
    (
        date(2026, 3, 15),
        {
            "status": ONGOING,
            "health": Health.ON_TRACK,
            "percent": 20,
            "forecast": date(2026, 6, 20),
            "said": "Lokalen är hyrd.",
            "said_on": date(2026, 3, 15),
        },
    ),
    (
        date(2026, 3, 16),
        {
            "health": Health.OFF_TRACK,
            "forecast": None,
            "said": "Lokalen är uppsagd.",
            "said_on": date(2026, 3, 16),
        },
    ),
    (
        date(2026, 3, 20),
        {"title": "Öppna två servicecenter", "deadline": date(2026, 9, 1)},
    ),
    (date(2026, 3, 25), {"owner": "Karin Kollega"}),
    (date(2026, 3, 28), {"unit": "Skolförvaltningen", "committee": "Skolnämnden"}),
    (date(2026, 4, 1), {"status": DONE, "done_on": date(2026, 4, 1), "evidence": 1}),
    (date(2026, 4, 3), {"status": VERIFIED, "verified_on": date(2026, 4, 3)}),
    (date(2026, 4, 6), {"status": ONGOING, "done_on": None, "verified_on": None}),
    (date(2026, 4, 7), {"evidence": 2}),
    (date(2026, 4, 8), {"evidence": 1}),
    (date(2026, 4, 9), {"evidence": 2}),
    (
        date(2026, 4, 10),
        {
            "status": DROPPED,
            "dropped_on": date(2026, 4, 10),
            "dropped_by": "Nämnden",
            "dropped_reason": "Pengarna räcker inte.",
        },
    ),
    (
        date(2026, 4, 12),
        {"status": PLANNED, "dropped_on": None, "dropped_by": "", "dropped_reason": ""},
    ),
    (date(2026, 4, 20), {"status": DONE, "done_on": date(2026, 4, 20), "evidence": 3}),
]


def test_an_action_stands_each_day_as_it_did(any_app: Flask, lived: Lived, cast: Cast) -> None:
    expected = ReportRow(
        lived.action.id, "", PLANNED, date(2026, 6, 1), date(2026, 6, 1), date(2026, 3, 3)
    )
    turns = dict(TURNS)
    for day in days_between(date(2026, 3, 3), date(2026, 4, 14)):
        expected = replace(expected, **turns.get(day, {}))  # type: ignore[arg-type]
        assert of(lived, cast, day) == expected, day
    assert of(lived, cast, date(2026, 3, 2)) is None


def test_what_was_carried_belongs_to_the_plan_until_that_day(lived: Lived, cast: Cast) -> None:
    number = lived.action.id
    for day, plan_id in [
        (date(2026, 4, 14), cast.plan.id),
        (date(2026, 4, 15), lived.next_plan.id),
        (date(2026, 4, 20), lived.next_plan.id),
    ]:
        assert number in stood(plan_id, day, zone=ZONE).members
    assert number not in stood(cast.plan.id, date(2026, 4, 15), zone=ZONE).members
    assert number not in stood(lived.next_plan.id, date(2026, 4, 14), zone=ZONE).members
    later = stood(cast.plan.id, date(2026, 4, 20), zone=ZONE, also=[number])
    assert number not in later.members
    assert later.rows[number].status is DONE


def test_places_and_points_are_those_of_the_day(lived: Lived, cast: Cast) -> None:
    number = lived.action.id
    first, third = cast.points[0].id, cast.points[2].id
    ours, theirs = (
        (place.id, unit.id)
        for place, unit in (
            (cast.committee, cast.unit),
            (cast.other_committee, cast.other_unit),
        )
    )
    for day, points, place in [
        (date(2026, 3, 21), {first}, ours),
        (date(2026, 3, 22), {first, third}, ours),
        (date(2026, 3, 28), {first, third}, theirs),
        (date(2026, 3, 29), {third}, theirs),
    ]:
        found = stood(cast.plan.id, day, zone=ZONE)
        assert (set(found.points[number]), found.places[number]) == (points, place), day


def test_a_day_ends_at_midnight_of_the_municipality(app: Flask, cast: Cast) -> None:
    day = date(2026, 3, 10)
    assert end_of(day, ZONE) == at(day, 23) + timedelta(minutes=30)
    # The night on which the clocks go forward is an hour shorter.
    assert end_of(date(2026, 3, 29), ZONE) - end_of(date(2026, 3, 28), ZONE) == timedelta(hours=23)
    action = cast.action
    for number, title in enumerate(["Sent på kvällen", "Tidigt nästa dag"]):
        edit_action(
            action.id,
            replace(changes_of(action), title=title),
            action.version,
            by=cast.director,
            now=end_of(day, ZONE) - timedelta(seconds=1 - number),
            today=TODAY,
        )
    assert stood(cast.plan.id, day, zone=ZONE).rows[action.id].title == "Sent på kvällen"
    before = stood(cast.plan.id, day - timedelta(days=1), zone=ZONE)
    assert before.rows[action.id].title == "Återkoppla synpunkter på webben"


def test_what_was_taken_back_was_there_until_then(app: Flask, cast: Cast) -> None:
    edited(cast.action, cast.director, 3, 5, owner_text=cast.colleague.email)
    entry = db.session.scalar(select(JournalEntry).order_by(JournalEntry.id.desc()))
    assert entry is not None
    undo_edit(cast.action.id, entry.id, by=cast.director, now=at(date(2026, 3, 6), 9))
    drop_action(cast.action.id, "Klart nog.", "Nämnden", by=cast.director, **when(3, 8))
    undo_step(cast.action.id, by=cast.director, now=at(date(2026, 3, 9)))
    for day, owner, status in [
        (4, "Olle Ägare", ONGOING),
        (5, "Karin Kollega", ONGOING),
        (6, "Olle Ägare", ONGOING),
        (8, "Olle Ägare", DROPPED),
        (9, "Olle Ägare", ONGOING),
    ]:
        row = stood(cast.plan.id, date(2026, 3, day), zone=ZONE).rows[cast.action.id]
        assert (row.owner, row.status) == (owner, status), day


def test_who_leaves_owned_until_then(app: Flask, cast: Cast) -> None:
    heirs = Heirs(everything=cast.colleague.email)
    deactivate_person(cast.owner.id, heirs, by=cast.admin, now=at(date(2026, 3, 5)))
    for day, owner in [(4, "Olle Ägare"), (5, "Karin Kollega")]:
        row = stood(cast.plan.id, date(2026, 3, day), zone=ZONE).rows[cast.action.id]
        assert row.owner == owner


def test_an_old_entry_knows_its_owner_by_name_alone(app: Flask, cast: Cast) -> None:
    data = {"owner": ["Ingrid Inflyttad", "Olle Ägare"], "deadline": ["2026-03-31", "2026-04-30"]}
    now = at(date(2026, 3, 6))
    journal.record("action.edit", "action", cast.action.id, data, by=cast.director, now=now)
    row = stood(cast.plan.id, date(2026, 3, 5), zone=ZONE).rows[cast.action.id]
    assert (row.owner, row.deadline) == ("Ingrid Inflyttad", date(2026, 3, 31))


BY_DATES: list[tuple[dict[str, int], int, ActionStatus]] = [
    ({"done_on": 10}, 10, DONE),
    ({"done_on": 10}, 9, PLANNED),
    ({"done_on": 10, "verified_on": 12}, 12, VERIFIED),
    ({"done_on": 10, "verified_on": 12}, 11, DONE),
    ({"done_on": 10, "verified_on": 12}, 9, PLANNED),
    ({"dropped_on": 10}, 10, DROPPED),
    ({"dropped_on": 10}, 9, PLANNED),
]


def with_dates(cast: Cast, dates: dict[str, int]) -> Action:
    """An action that came finished, with dates in March and nothing in the journal."""
    values: dict[str, object] = {key: date(2026, 3, on) for key, on in dates.items()}
    if "dropped_on" in dates:
        values |= {"dropped_by": "Nämnden", "dropped_reason": "Behövs inte."}
        return make_action(cast.plan, "Avbruten", status=DROPPED, **values)
    if "verified_on" in dates:
        values["verified_by"] = cast.director
    status = VERIFIED if "verified_on" in dates else DONE
    return make_action(cast.plan, "Klar", status=status, done_by=cast.owner, **values)


def test_where_the_journal_is_silent_the_dates_speak(app: Flask, cast: Cast) -> None:
    actions = [with_dates(cast, dates) for dates, _, _ in BY_DATES]
    db.session.add_all(actions)
    db.session.commit()
    for action, (dates, day, status) in zip(actions, BY_DATES, strict=True):
        row = stood(cast.plan.id, date(2026, 3, day), zone=ZONE).rows[action.id]
        assert row.status is status, (dates, day)
        assert (row.done_on is not None) == (status in REACHED)
        assert (row.verified_on is not None) == (status is VERIFIED)
        assert bool(row.dropped_reason) == (status is DROPPED)


def test_what_the_journal_says_goes_before_a_date_that_is_lost(app: Flask, cast: Cast) -> None:
    """Opened again: the date of its end is gone, and no entry tells of that end."""
    reopen_action(cast.done_action.id, "Det höll inte.", by=cast.director, now=at(TODAY, 15))
    row = stood(cast.plan.id, date(2026, 3, 1), zone=ZONE).rows[cast.done_action.id]
    assert (row.status, row.done_on) == (DONE, None)
    row = stood(cast.plan.id, TODAY, zone=ZONE).rows[cast.done_action.id]
    assert row.status is ONGOING


def test_today_is_as_the_tables_have_it(app: Flask, cast: Cast, lived: Lived) -> None:
    """Whatever has been done, what is told of today is what stands there."""
    today = date(2026, 4, 20)
    for plan_id in (cast.plan.id, lived.next_plan.id):
        found = stood(plan_id, today, zone=ZONE)
        actions = db.session.scalars(select(Action).where(Action.plan_id == plan_id)).all()
        assert found.members == {action.id for action in actions}
        for action in actions:
            row = found.rows[action.id]
            assert row.title == action.title
            assert row.owner == (action.owner.name if action.owner else "")
            assert row.unit == (action.unit.name if action.unit else "")
            for name in (
                *("status", "deadline", "first_deadline", "done_on", "verified_on", "dropped_on"),
                *("health", "percent", "forecast", "expected_effect"),
            ):
                assert getattr(row, name) == getattr(action, name), name
            assert row.evidence == len(action.evidence)
            assert found.points.get(action.id, frozenset()) == {one.id for one in action.points}


DEEDS: list[Callable[[Action, Cast, Random, datetime, date], object]] = [
    lambda one, cast, chance, now, today: edit_action(
        one.id,
        replace(
            changes_of(one),
            title=f"Rubrik {chance.randrange(9)}",
            deadline=today + timedelta(days=chance.randrange(1, 90)),
            deadline_reason="Ny tid.",
            owner_text=chance.choice([cast.owner, cast.colleague, cast.stranger]).email,
            unit_id=chance.choice([cast.unit, cast.other_unit]).id,
            outside_ok=True,
            status=chance.choice(OPEN),
        ),
        one.version,
        by=cast.director,
        now=now,
        today=today,
    ),
    lambda one, cast, chance, now, today: report_status(
        one.id,
        Report(chance.choice(list(Health)), f"Läge {chance.randrange(9)}"),
        by=cast.director,
        now=now,
        today=today,
    ),
    lambda one, cast, chance, now, today: complete_action(
        one.id, NewEvidence("Den är på plats.", ""), by=cast.owner, now=now, today=today
    ),
    lambda one, cast, chance, now, today: verify_action(
        one.id, by=cast.director, now=now, today=today
    ),
    lambda one, cast, chance, now, today: reopen_action(
        one.id, "Det höll inte.", by=cast.director, now=now
    ),
    lambda one, cast, chance, now, today: drop_action(
        one.id, "Behövs inte.", "Nämnden", by=cast.director, now=now, today=today
    ),
    lambda one, cast, chance, now, today: undo_step(one.id, by=cast.director, now=now),
    lambda one, cast, chance, now, today: tie_points(
        one.id, [chance.choice(cast.points).id], by=cast.director, now=now
    ),
    lambda one, cast, chance, now, today: untie_point(
        one.id, chance.choice(cast.points).id, by=cast.director, now=now
    ),
]


@pytest.mark.parametrize("seed", range(2))
def test_each_day_is_told_later_as_it_was_told_then(app: Flask, cast: Cast, seed: int) -> None:
    """Whatever people do: what is told of a day never changes."""
    chance = Random(seed)
    told: dict[date, Stood] = {}
    actions = [cast.action, cast.colleague_action, cast.other_action]
    done = 0
    for today in days_between(date(2026, 3, 3), date(2026, 3, 20)):
        for hour in (8, 15, 23):
            try:
                chance.choice(DEEDS)(chance.choice(actions), cast, chance, at(today, hour), today)
                done += 1
            except (RuleBroken, NotFound):
                db.session.rollback()
        told[today] = stood(cast.plan.id, today, zone=ZONE)
    assert done > 15
    for day, then in told.items():
        assert stood(cast.plan.id, day, zone=ZONE) == then, day
