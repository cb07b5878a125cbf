"""Status updates: how the owner says it goes. Nothing is written over; a new one puts right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, StatusUpdate, User
from tracker.services import journal, scope
from tracker.services.actions import rules

SAME_REPORT = timedelta(minutes=1)


@dataclass(frozen=True)
class Report:
    """What somebody says of an action.

    `percent` (0 to 100) is how much is done; `forecast` is the day on which it is expected to be.
    """

    health: Health
    text: str = ""
    percent: int | None = None
    forecast: date | None = None


@dataclass(frozen=True)
class ReportShown:
    """A report with its author; `correctable` tells whether the reader may put it right now.

    `corrected` is set on one that a later report put right, `correction` on that later one.
    """

    id: int
    at: datetime
    author: str
    report: Report
    corrected: bool
    correction: bool
    correctable: bool


def report_status(
    action_id: int, report: Report, *, by: User, now: datetime, today: date
) -> Action:
    """Append what the owner says of an open action; the first report sets a planned one going.

    The very same words by the same person within a minute are one report that was sent twice.

    Raises:
        Forbidden, NotFound: outside what this person may report on.
        RuleBroken, Refused: the action is finished, or what was typed breaks rules.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_REPORT)
    add_report(action, report, by=by, now=now, today=today)
    db.session.commit()
    return action


def add_report(
    action: Action, report: Report, *, by: User, now: datetime, today: date, **how: Any
) -> None:
    """As report_status, for an action that is locked; does not commit. The journal keeps `how` the
    report came, where that is worth knowing."""
    rules.check_open(action)
    report = _checked(report, action, today)
    last = _latest(action.id)
    if last is not None and _is_same(last, report, by=by, now=now):
        return
    data: dict[str, Any] = {}
    if action.status is ActionStatus.PLANNED:
        data["status"] = [action.status.value, ActionStatus.ONGOING.value]
        action.status = ActionStatus.ONGOING
    written = _append(action, report, None, by=by, now=now)
    data |= {"update": written.id, **_readable(report), **how}
    journal.record("action.report", "action", action.id, data, by=by, now=now)


def correct_report(
    action_id: int, update_id: int, report: Report, *, by: User, now: datetime, today: date
) -> Action:
    """Put the latest report of an open action right by a new one; both are kept.

    Raises:
        Forbidden, NotFound: no such report within what this person may report on.
        RuleBroken, Refused: not theirs to correct, no longer the latest, nothing changed, or
            what was typed breaks rules.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_REPORT)
    asked = _of(action, update_id)
    rules.check_open(action)
    last = _latest(action.id)
    report = _checked(report, action, today)
    if last is not None and last.corrects_id == asked.id and _is_same(last, report, by=by, now=now):
        return action
    _check_correctable(asked, last, action, by)
    before, after = _readable(_report_of(asked)), _readable(report)
    if before == after:
        raise RuleBroken("Ingenting är ändrat. Ändra det som blev fel, eller gå tillbaka.")
    written = _append(action, report, asked.id, by=by, now=now)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    data = {"update": written.id, "corrects": asked.id, **changed}
    journal.record("action.correct_report", "action", action.id, data, by=by, now=now)
    db.session.commit()
    return action


def reports_shown(action: Action, by: User) -> tuple[ReportShown, ...]:
    """The reports of an action that is loaded with the reader's right to see it, newest first."""
    rows = db.session.execute(
        select(StatusUpdate, User.name)
        .join(User, User.id == StatusUpdate.author_id)
        .where(StatusUpdate.action_id == action.id)
        .order_by(StatusUpdate.id.desc())
    ).all()
    corrected = {one.corrects_id for one, _name in rows}
    open_to = action.status in OPEN and by.may(Deed.ACTION_REPORT)
    return tuple(
        ReportShown(
            id=one.id,
            at=one.at,
            author=name,
            report=_report_of(one),
            corrected=one.id in corrected,
            correction=one.corrects_id is not None,
            correctable=open_to and place == 0 and _is_theirs(one, action, by),
        )
        for place, (one, name) in enumerate(rows)
    )


def reported(action_id: int, update_id: int, *, by: User) -> tuple[Action, Report]:
    """An action and one of its reports.

    Raises:
        Forbidden, NotFound: no such report within what this person may report on.
    """
    action = scope.load_action(action_id, by=by, deed=Deed.ACTION_REPORT)
    return action, _report_of(_of(action, update_id))


def check_correctable(action: Action, update_id: int, *, by: User) -> None:
    """Raise RuleBroken unless `by` may put that report of the loaded action right now."""
    rules.check_open(action)
    _check_correctable(_of(action, update_id), _latest(action.id), action, by)


def _checked(report: Report, action: Action, today: date) -> Report:
    """The report as it is kept; raises Refused with everything that is wrong with it."""
    report = Report(report.health, rules.one_line(report.text), report.percent, report.forecast)
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        rules.check_length(report.text, "text", rules.REPORT_MAX)
    with rules.collecting(problems):
        _check_percent(report.percent)
    with rules.collecting(problems):
        _check_forecast(report, action.deadline, today)
    if problems:
        raise rules.Refused(problems)
    return report


def _check_percent(percent: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        raise RuleBroken(
            N_("Skriv hur mycket som är klart som ett helt tal från 0 till 100."), field="percent"
        )


def _check_forecast(report: Report, deadline: date, today: date) -> None:
    if report.forecast is None:
        return
    passed = N_("Den dagen har redan passerat. Välj i dag eller en senare dag.")
    rules.check_ahead(report.forecast, today, "forecast", passed)
    if report.forecast > deadline and report.health is Health.ON_TRACK:
        raise RuleBroken(
            "Du räknar med att bli klar %(forecast)s, men slutdatumet är %(deadline)s. Välj "
            "”Risk för försening” eller ”Följer inte planen”, eller en dag senast på slutdatumet.",
            field="forecast",
            forecast=report.forecast.isoformat(),
            deadline=deadline.isoformat(),
        )


def _check_correctable(
    asked: StatusUpdate, last: StatusUpdate | None, action: Action, by: User
) -> None:
    if last is None or last.id != asked.id:
        raise RuleBroken(
            N_("Det finns en nyare lägesrapport. Rätta den, eller lämna en ny lägesrapport.")
        )
    if not _is_theirs(asked, action, by):
        raise RuleBroken(
            N_(
                "Bara den som skrev lägesrapporten, eller direktören, kan rätta den. Lämna en ny "
                "lägesrapport i stället."
            )
        )


def _is_theirs(one: StatusUpdate, action: Action, by: User) -> bool:
    """A report is its author's, and the director's who answers for the action."""
    return one.author_id == by.id or (
        by.may(Deed.ACTION_EDIT) and scope.may_on(by, Deed.ACTION_EDIT, action)
    )


def _append(
    action: Action, report: Report, corrects_id: int | None, *, by: User, now: datetime
) -> StatusUpdate:
    written = StatusUpdate(
        action_id=action.id, author_id=by.id, at=now, corrects_id=corrects_id, **vars(report)
    )
    db.session.add(written)
    db.session.flush()
    table = Action.__table__
    # Past the mapper: what a report says makes nobody's open form of the action old.
    db.session.execute(
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == action.id)
        .values(
            health=report.health,
            percent=report.percent,
            forecast=report.forecast,
            reported_at=now,
        )
    )
    return written


def _of(action: Action, update_id: int) -> StatusUpdate:
    asked = db.session.get(StatusUpdate, update_id)
    if asked is None or asked.action_id != action.id:
        raise NotFound
    return asked


def _latest(action_id: int) -> StatusUpdate | None:
    return db.session.scalar(
        select(StatusUpdate)
        .where(StatusUpdate.action_id == action_id)
        .order_by(StatusUpdate.id.desc())
        .limit(1)
    )


def _report_of(one: StatusUpdate) -> Report:
    return Report(one.health, one.text, one.percent, one.forecast)


def _readable(report: Report) -> dict[str, Any]:
    """The report as the journal keeps it, word for word."""
    return {
        "health": report.health.value,
        "text": report.text,
        "percent": report.percent,
        "forecast": report.forecast.isoformat() if report.forecast else None,
    }


def _is_same(last: StatusUpdate, report: Report, *, by: User, now: datetime) -> bool:
    """Whether `last` is this very report, sent twice."""
    said = _report_of(last) == report
    return said and last.author_id == by.id and now - last.at <= SAME_REPORT
