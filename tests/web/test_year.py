"""A whole year of the demo: three rounds, three reports, three decisions, and a last report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.helpers.visitor import Visitor
from tests.services.mailing import post
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.models import Action, Decision, FollowUpRound, Report, ReportState, User
from tracker.services.demo import load_demo
from tracker.services.demo.loading import PASSWORD

NEW_YEAR = datetime(2026, 1, 7, 8, tzinfo=UTC)
DIRECTOR, MANAGER = "karin.hallstrom@bjorkhaga.example", "mattias.lundgren@bjorkhaga.example"
# The round, a day on which somebody reports, the day after its last, and of the meeting.
YEAR = (
    ("Tertial 1 2026", date(2026, 4, 14), date(2026, 5, 4), date(2026, 5, 25)),
    ("Tertial 2 2026", date(2026, 8, 18), date(2026, 9, 1), date(2026, 9, 21)),
    ("Årsbokslut 2026", date(2026, 12, 8), date(2027, 1, 4), date(2027, 1, 25)),
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NEW_YEAR, tick=True) as traveller:
        yield traveller


def morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def one_report(visitor: Visitor, address: str, section: int, decided_on: date) -> Report:
    """From the form to the minutes, by the pages' own links and forms."""
    visitor.submit(visitor.get(address).form, follow=False)
    made = db.session.scalars(select(Report).order_by(Report.id.desc())).first()
    assert made is not None
    at = f"/reports/{made.id}"
    text = visitor.get(f"{at}/sections/economy").form
    visitor.submit(text, follow=False, text="Ryms inom beslutad budget.")
    visitor.submit(visitor.get(f"{at}/review").form, follow=False)
    visitor.submit(visitor.get(f"{at}/publish").form, follow=False)
    minutes = visitor.get(f"{at}/decision").form
    said = {"body": "Kommunstyrelsen", "decided_on": decided_on.isoformat(), "section": section}
    visitor.submit(minutes, follow=False, **said, note="Kommunstyrelsen noterar rapporten.")
    db.session.expire_all()
    return made


def test_a_year(app: Flask, clock: time_machine.Traveller) -> None:
    load_demo(post=post(), now=NEW_YEAR)
    visitor = Visitor(app.test_client()).log_in(DIRECTOR, PASSWORD)
    visitor.submit(visitor.get("/rounds/usual?year=2026").form, follow=False)
    named = {one.name: one.id for one in db.session.scalars(select(FollowUpRound))}
    assert {name for name, *_days in YEAR} <= set(named)
    reports = []
    for number, (name, told_on, closed_on, meets_on) in enumerate(YEAR):
        clock.move_to(morning(told_on))
        tell_something(app, number)
        clock.move_to(morning(closed_on))
        visitor = Visitor(app.test_client()).log_in(DIRECTOR, PASSWORD)
        if number < 2:  # the last one of the year goes on until the next opens
            visitor.submit(visitor.get(f"/rounds/{named[name]}/close").form, follow=False)
        clock.move_to(morning(meets_on))
        visitor = Visitor(app.test_client()).log_in(DIRECTOR, PASSWORD)
        address = f"/reports/new?round={named[name]}&plan=1"
        reports.append(one_report(visitor, address, 40 + number, meets_on))
    kept_bytes = [one.sha256 for one in reports]
    last = one_report(visitor, "/reports/new?plan=1&kind=final", 60, YEAR[-1][-1])
    the_year_holds(reports, last)
    assert [one.sha256 for one in reports] == kept_bytes


def tell_something(app: Flask, number: int) -> None:
    """The manager answers for the first of their open actions, with a sentence of this round."""
    manager = Visitor(app.test_client()).log_in(MANAGER, PASSWORD)
    owner = db.session.scalar(select(User).where(User.email == MANAGER))
    assert owner is not None
    action = db.session.scalars(
        select(Action).where(Action.owner_id == owner.id, Action.status == "ongoing")
    ).first()
    assert action is not None
    form = manager.get(f"/actions/{action.id}/report").form
    manager.submit(
        form, health="on_track", text=f"Omgång {number + 1}: vi håller planen.", follow=False
    )


def the_year_holds(reports: list[Report], last: Report) -> None:
    """What was published says what was said in its own round, and is as it was frozen."""
    every = [*reports, last]
    assert all(one.state is ReportState.PUBLISHED for one in every)
    for number, report in enumerate(reports, start=1):
        assert report.snapshot is not None
        assert report.sha256 == sha256_of(report.snapshot)
        said = f"Omgång {number}: vi håller planen."
        assert said in report.snapshot
        assert f"Omgång {number + 1}" not in report.snapshot
    told = [json.loads(one.snapshot or "")["facts"] for one in every]
    assert [facts["kind"] for facts in told] == ["progress"] * 3 + ["final"]
    # Each report looks back to the one before it, and knows its paragraph.
    assert [one["changes"]["since"] for one in told[1:3]] == [
        reports[0].as_of.isoformat(),
        reports[1].as_of.isoformat(),
    ]
    line = [one["section"] for one in told[3]["decisions"]]
    assert line[0] == 53
    assert line[-3:] == [40, 41, 42]
    about = db.session.scalars(
        select(Decision).where(Decision.report_id.in_([one.id for one in every]))
    )
    assert sorted(one.section for one in about) == [40, 41, 42, 60]
