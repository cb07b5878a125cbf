"""What people say in a round belongs to its report; how things stood stays as of its day."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from tests.helpers.cast import NOW, Cast, make_action
from tests.helpers.lived import at, edited, when
from tests.services.reports.facts.test_gathering import facts, publish
from tracker.domain.reporting import Gap, ReportFacts, ReportRow
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import FollowUpRound, StatusUpdate
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.reports import Report, report_status
from tracker.services.actions.steps import complete_action

MEASURED = date(2026, 3, 5)


def a_round(cast: Cast, **values: Any) -> FollowUpRound:
    """Asked from 1 to 15 March about 5 March."""
    days = {"opens_on": date(2026, 3, 1), "due_on": date(2026, 3, 15), "as_of": MEASURED}
    told = {"name": "Våren", "created_at": NOW, "created_by_id": cast.director.id}
    one = FollowUpRound(**{**days, **told, **values})
    db.session.add(one)
    db.session.commit()
    return one


def of(told: ReportFacts, cast: Cast) -> ReportRow:
    (row,) = (row for row in told.rows if row.id == cast.action.id)
    return row


def lived(cast: Cast) -> None:
    """Said on 4, 10, 12 and 20 March; moved on 11 March, done on the 20th."""
    for day, text, forecast in [
        (4, "Vi har börjat.", None),
        (10, "Vi väntar på svar.", date(2026, 8, 20)),
        (12, "Svaret har kommit.", date(2026, 7, 1)),
    ]:
        said = Report(Health.AT_RISK, text, day, forecast)
        report_status(cast.action.id, said, by=cast.owner, **when(3, day))
        if day == 10:
            moved = {"deadline": date(2026, 9, 1), "deadline_reason": "Sen leverans."}
            edited(cast.action, cast.director, 3, 11, **moved)
    complete_action(cast.action.id, NewEvidence("Den är klar."), by=cast.owner, **when(3, 20))


def test_the_answers_of_a_round(app: Flask, cast: Cast) -> None:
    lived(cast)
    one = a_round(cast)
    cases = [
        (None, 5, "Vi har börjat."),
        (None, 9, "Vi har börjat."),
        (None, 11, "Vi väntar på svar."),
        (None, 15, "Svaret har kommit."),
        (None, 25, "Svaret har kommit."),  # what is said when the round has ended is not its
        (10, 25, "Vi väntar på svar."),
        (10, 4, "Vi har börjat."),
        (3, 25, "Vi har börjat."),  # closed before its own day, of which it tells anyway
    ]
    for closed, written, text in cases:
        one.closed_on = date(2026, 3, closed) if closed else None
        db.session.commit()
        told = facts(cast, MEASURED, round_id=one.id, written_on=date(2026, 3, written))
        assert of(told, cast).said == text, (closed, written)


def test_how_it_stood_is_of_the_day_alone(any_app: Flask, cast: Cast) -> None:
    before = of(facts(cast, MEASURED), cast)
    assert (before.said, before.said_on) == ("", None)
    lived(cast)
    one = a_round(cast)
    with_answer = of(facts(cast, MEASURED, round_id=one.id, written_on=date(2026, 3, 25)), cast)
    assert (with_answer.said_on, with_answer.percent) == (date(2026, 3, 12), 12)
    assert (with_answer.health, with_answer.forecast) == (Health.AT_RISK, date(2026, 7, 1))
    for name in ("deadline", "done_on", "evidence", "owner"):
        assert getattr(with_answer, name) == getattr(before, name), name
    assert with_answer.status is ActionStatus.ONGOING
    plain = of(facts(cast, MEASURED, written_on=date(2026, 3, 25)), cast)
    assert plain.said == "Vi har börjat."


def test_the_first_answer_after_the_day_began_nothing_on_it(app: Flask, cast: Cast) -> None:
    """An action that came with its dates has no journal: only what was said by then counts."""
    done = {"status": ActionStatus.DONE, "done_on": date(2026, 3, 14), "done_by_id": cast.owner.id}
    one = make_action(cast.plan, "Kom med sina datum", **done)
    db.session.add(one)
    db.session.flush()
    said = {"at": at(date(2026, 3, 10)), "health": Health.ON_TRACK, "text": "Nu börjar vi."}
    db.session.add(StatusUpdate(action_id=one.id, author_id=cast.owner.id, **said))
    told = facts(cast, MEASURED, round_id=a_round(cast).id, written_on=date(2026, 3, 16))
    (row,) = (row for row in told.rows if row.id == one.id)
    assert (row.status, row.said) == (ActionStatus.PLANNED, "Nu börjar vi.")


def silent(told: ReportFacts) -> int:
    return {one.gap: one.number for one in told.missing}.get(Gap.NO_REPORT, 0)


def test_an_answer_counts_in_the_report_that_tells_it(app: Flask, cast: Cast) -> None:
    one = a_round(cast)
    said = Report(Health.ON_TRACK, "Svar efter mätdagen.")
    report_status(cast.action.id, said, by=cast.owner, **when(3, 10))
    asked: dict[str, Any] = {"round_id": one.id, "written_on": date(2026, 3, 16)}
    told = facts(cast, MEASURED, **asked)
    assert (silent(facts(cast, MEASURED)), silent(told)) == (3, 2)
    publish(cast, told)
    # What the last report told is nothing new in the next one.
    assert silent(facts(cast, date(2026, 4, 1))) == 3
    report_status(cast.action.id, said, by=cast.owner, **when(3, 30))
    assert silent(facts(cast, date(2026, 4, 1))) == 2
