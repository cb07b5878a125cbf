"""The forecast against the rules asked every day, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.calendar import is_working_day
from tracker.domain.forecasting import news
from tracker.domain.ladder import Ladder, Reason, standard_ladder
from tracker.domain.reminders import ActionFacts, Decision, Round, decide
from tracker.domain.staff import Away, Staff

START = date(2026, 12, 14)  # Christmas, New Year and Epiphany lie in the thirty days
LADDER = standard_ladder()
WORKING = [day for number in range(30) if is_working_day(day := START + timedelta(days=number))]
OWNER, CHIEF, TOP, DELEGATE = 1, 2, 3, 4
near = st.integers(-120, 50).map(lambda days: START + timedelta(days=days))
people = st.sampled_from([None, OWNER, CHIEF, TOP, DELEGATE])
passed_days = st.integers(0, 200).map(lambda days: START - timedelta(days=days))


@st.composite
def facts(draw: st.DrawFn) -> ActionFacts:
    reported = draw(st.none() | passed_days)
    return ActionFacts(
        action_id=1,
        is_open=True,
        deadline=draw(near),
        deadline_rev=draw(st.integers(1, 3)),
        deadline_set_on=draw(passed_days),
        assigned_on=draw(st.none() | passed_days),
        last_heard_on=draw(passed_days),
        owner_id=draw(people),
        unit_director_id=draw(people),
        municipal_director_id=draw(people),
        created_on=draw(passed_days),
        reported_on=reported,
        rounds=tuple(draw(st.lists(rounds(), max_size=3))),
    )


@st.composite
def rounds(draw: st.DrawFn) -> Round:
    opens = START + timedelta(days=draw(st.integers(-30, 28)))
    due = opens + timedelta(days=draw(st.integers(1, 20)))
    closed = draw(st.none() | st.integers(0, 40).map(lambda days: opens + timedelta(days=days)))
    return Round(draw(st.integers(1, 9)), opens, due, closed)


@st.composite
def staff(draw: st.DrawFn) -> Staff:
    absences = []
    for person in draw(st.lists(st.sampled_from([OWNER, CHIEF, TOP, DELEGATE]), max_size=4)):
        first = START + timedelta(days=draw(st.integers(-10, 28)))
        last = first + timedelta(days=draw(st.integers(0, 12)))
        others = [one for one in (OWNER, CHIEF, TOP, DELEGATE) if one != person]
        absences.append(Away(person, draw(st.sampled_from(others)), first, last))
    weekdays = draw(
        st.dictionaries(st.sampled_from([OWNER, CHIEF, TOP, DELEGATE]), st.integers(0, 4))
    )
    return Staff.of(absences, weekdays)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """The standard ladder, some rungs of it new since a day or gone."""
    steps = []
    for step in LADDER.steps:
        since = draw(
            st.none() | st.integers(-10, 28).map(lambda days: START + timedelta(days=days))
        )
        if draw(st.integers(0, 5)):
            steps.append(replace(step, since=since))
    return Ladder(LADDER.morning, tuple(steps))


def every_day(
    one: ActionFacts, ladder: Ladder, team: Staff, written_to: frozenset[int]
) -> list[tuple[int, Decision]]:
    """What the rules say when they are asked on each working day, as the planner does."""
    known: frozenset[tuple[str, int, int]] = frozenset()
    found = []
    for place, day in enumerate(WORKING):
        for decision in decide(one, known, ladder, day, team):
            send = decision.send
            if place == 0 and send.recipient_id in written_to and send.reason != Reason.ASSIGNED:
                continue
            dues = (send, *decision.superseded)
            known |= {(due.key, due.deadline_rev, due.recipient_id) for due in dues}
            found.append((place, decision))
    return found


@settings(max_examples=30)
@given(facts(), ladders(), staff(), st.frozensets(st.sampled_from([OWNER, CHIEF, TOP, DELEGATE])))
def test_no_day_is_missed(
    one: ActionFacts, ladder: Ladder, team: Staff, written_to: frozenset[int]
) -> None:
    foreseen = list(news(one, frozenset(), ladder, WORKING, team, written_to=written_to))
    assert foreseen == every_day(one, ladder, team, written_to)


def test_a_quiet_action_is_asked_about_twice() -> None:
    quiet = ActionFacts(
        *(1, True, START + timedelta(days=300), 1, START, None, START, OWNER, CHIEF, TOP)
    )
    assert list(news(quiet, frozenset(), LADDER, WORKING, Staff())) == []
