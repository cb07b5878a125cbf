"""A report begins: about which part of a plan, as of which day, and what stands on top of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from tracker.domain.errors import N_, Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reporting import ReportKind
from tracker.domain.text import normalise_space
from tracker.extensions import db, in_turn
from tracker.models import (
    ActionPlan,
    Committee,
    Decision,
    DecisionKind,
    FollowUpRound,
    Report,
    ReportState,
    ReportText,
    Unit,
    User,
)
from tracker.services import journal, scope
from tracker.services.actions.rules import Refused, check_length, check_year, collecting
from tracker.services.plans.rules import plans_within, saved_by
from tracker.services.reports.writing import rules
from tracker.services.reports.writing.rules import Exists

TITLE_MAX = 200
RECORD_MAX = 50
DAYS_AFTER_ROUND = 31  # a report of a later day is not about what the round asked


@dataclass(frozen=True)
class NewReport:
    """A report to be, as typed: to a committee, of a unit, or (neither) of the whole plan. An
    empty title stands for the usual one."""

    plan_id: int | None
    kind: ReportKind = ReportKind.PROGRESS
    committee_id: int | None = None
    unit_id: int | None = None
    round_id: int | None = None
    as_of: date | None = None
    title: str = ""
    record_number: str = ""


@dataclass(frozen=True)
class HeadWording:
    """What stands on top of a report, as typed."""

    title: str
    record_number: str
    as_of: date | None


def create_report(new: NewReport, *, by: User, now: datetime, today: date) -> Report:
    """Begin a draft.

    Raises:
        Forbidden.
        Exists: there is such a report already, or the plan has its final one.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    scope.require(by, Deed.REPORT_EDIT)
    # Two who begin the same report wait for each other: the second is told of the first's.
    in_turn("reports")
    new = replace(
        new,
        title=normalise_space(new.title),
        record_number=normalise_space(new.record_number),
    )
    problems = _problems_of(new, by, today)
    if problems or new.plan_id is None or new.as_of is None:
        raise Refused(problems)
    _check_first(new, new.as_of)
    report = Report(**vars(new), created_at=now, created_by_id=by.id)
    db.session.add(report)
    db.session.flush()
    data = {"report": rules.name_of(report), "kind": report.kind.value}
    journal.record("report.create", "report", report.id, data, by=by, now=now)
    db.session.commit()
    return report


def _problems_of(new: NewReport, by: User, today: date) -> list[RuleBroken]:
    problems: list[RuleBroken] = []
    plan: ActionPlan | None = None
    with collecting(problems):
        plan = _plan(new.plan_id, by)
    with collecting(problems):
        _check_part(new, by)
    with collecting(problems):
        _check_round(new)
        _check_of_round(new.round_id, new.as_of, at="round_id")
    with collecting(problems):
        check_day(new.as_of, plan, today)
    for field, text, longest in _texts(new.title, new.record_number):
        with collecting(problems):
            check_length(text, field, longest)
    return problems


def _texts(title: str, record_number: str) -> tuple[tuple[str, str, int], ...]:
    return ("title", title, TITLE_MAX), ("record_number", record_number, RECORD_MAX)


def _plan(plan_id: int | None, by: User) -> ActionPlan:
    found: ActionPlan | None = None
    if plan_id is not None:
        found = db.session.scalar(
            select(ActionPlan).where(ActionPlan.id == plan_id, plans_within(by))
        )
    if found is None:
        raise RuleBroken("Välj vilken plan rapporten handlar om.", field="plan_id")
    return found


def _check_part(new: NewReport, by: User) -> None:
    reach = by.scope(Deed.REPORT_EDIT)
    if not reach.everything and new.unit_id not in reach.units:
        raise RuleBroken("Du kan bara göra rapporter för din egen förvaltning.", field="part")
    both = new.committee_id is not None and new.unit_id is not None
    chosen = (Committee, new.committee_id), (Unit, new.unit_id)
    gone = any(key is not None and db.session.get(kind, key) is None for kind, key in chosen)
    if both or gone:
        raise RuleBroken("Välj vad rapporten ska handla om.", field="part")


def _check_round(new: NewReport) -> None:
    if new.round_id is None:
        return
    found = db.session.get(FollowUpRound, new.round_id)
    if found is None or found.plan_id not in (None, new.plan_id):
        raise RuleBroken(
            "Omgången gäller inte den planen. Välj en annan omgång, eller ingen.", field="round_id"
        )


def _check_of_round(round_id: int | None, day: date | None, *, at: str) -> None:
    """A round asks about its own days, and the report of it is made soon after; `at` is the field
    that can be changed."""
    one = db.session.get(FollowUpRound, round_id) if round_id is not None else None
    if one is None or day is None:
        return
    measured = one.as_of or one.due_on
    first = min(one.opens_on, measured)
    last = max(one.due_on, measured) + timedelta(days=DAYS_AFTER_ROUND)
    if not first <= day <= last:
        raise RuleBroken(
            "Omgången %(round)s gäller dagarna %(first)s till %(last)s, och rapporten visar en "
            "annan dag. Välj en dag däremellan, en annan omgång eller ingen.",
            field=at,
            round=one.name,
            first=first.isoformat(),
            last=last.isoformat(),
        )


def check_day(day: date | None, plan: ActionPlan | None, today: date) -> None:
    """A report tells of a day that has been, when there was a plan; RuleBroken at `as_of`."""
    if day is None:
        raise RuleBroken("Välj vilken dag rapporten ska visa läget på.", field="as_of")
    check_year(day, "as_of")
    if day > today:
        raise RuleBroken(
            "Dagen har inte varit än. Välj i dag eller en tidigare dag.", field="as_of"
        )
    if plan is not None and day < (first := _first_day(plan)):
        raise RuleBroken(
            "Planen fanns inte då. Välj %(first)s eller en senare dag.",
            field="as_of",
            first=first.isoformat(),
        )


def _first_day(plan: ActionPlan) -> date:
    """The first day of which there is something to tell."""
    adopted = db.session.scalar(
        select(func.min(Decision.decided_on)).where(
            Decision.plan_id == plan.id, Decision.kind == DecisionKind.ADOPTED
        )
    )
    known = (plan.starts_on, adopted, plan.created_at.date())
    return min(day for day in known if day is not None)


def _check_first(new: NewReport, as_of: date) -> None:
    """No two reports tell of the same part of a plan on the same day; they would differ."""
    alike = (
        Report.plan_id == new.plan_id,
        Report.committee_id.is_not_distinct_from(new.committee_id),
        Report.unit_id.is_not_distinct_from(new.unit_id),
        Report.as_of == as_of,
        Report.kind == new.kind,
    )
    latest = select(Report).order_by(Report.ordinal.desc(), Report.id.desc()).limit(1)
    found = db.session.scalar(latest.where(*alike))
    if found is not None:
        raise _there_is(found)
    if new.kind is ReportKind.PROGRESS:
        _check_not_ended(new)
    if new.kind is ReportKind.FINAL:
        final = Report.plan_id == new.plan_id, Report.kind == ReportKind.FINAL
        found = db.session.scalar(latest.where(*final))
        if found is not None:
            raise Exists(
                N_(
                    "Planen har redan en slutrapport: %(report)s. Gör en ny version av den om "
                    "något ska ändras."
                ),
                found.id,
                report=rules.name_of(found),
            )


def _check_not_ended(new: NewReport) -> None:
    """The last report about a plan, or about this part of it, is the last."""
    found = rules.published_final(new.plan_id, new.committee_id, new.unit_id)
    if found is not None:
        raise Exists(
            N_(
                "Slutrapporten är publicerad: %(report)s. Efter den görs inga fler lägesrapporter. "
                "Gör en ny version av slutrapporten om något ska ändras."
            ),
            found.id,
            report=rules.name_of(found),
        )


def _there_is(found: Report) -> Exists:
    if found.state is ReportState.PUBLISHED:
        message = N_(
            "Rapporten finns redan och är publicerad: %(report)s. Gör en ny version av den om "
            "något ska ändras."
        )
    else:
        message = N_(
            "Rapporten finns redan: %(report)s. Fortsätt med den, eller välj en annan dag."
        )
    return Exists(message, found.id, report=rules.name_of(found))


def change_head(
    report_id: int, wording: HeadWording, version: int, *, by: User, now: datetime, today: date
) -> Report:
    """Change what stands on top of a draft; `version` is the one that the writer had before them.

    Raises:
        NotFound, Forbidden.
        Conflict: somebody saved in between; `current` is their version.
        Exists: another report tells of the same day.
        RuleBroken, Refused: it is no draft, or what was typed breaks rules.
    """
    in_turn("reports")
    report = rules.locked_draft(report_id, by=by)
    if report.version != version:
        raise Conflict({**head_values(report), "saved_by": saved_by("report", report.id)})
    title, number = normalise_space(wording.title), normalise_space(wording.record_number)
    problems: list[RuleBroken] = []
    for field, text, longest in _texts(title, number):
        with collecting(problems):
            check_length(text, field, longest)
    with collecting(problems):
        check_day(wording.as_of, report.plan, today)
        _check_of_round(report.round_id, wording.as_of, at="as_of")
    if problems or wording.as_of is None:
        raise Refused(problems)
    _check_alone(report, wording.as_of)
    before = _readable(report)
    report.title, report.record_number, report.as_of = title, number, wording.as_of
    after = _readable(report)
    data: dict[str, Any] = {
        name: [before[name], after[name]] for name in before if before[name] != after[name]
    }
    if data:
        data["report"] = rules.name_of(report)
        journal.record("report.change", "report", report.id, data, by=by, now=now)
    db.session.commit()
    return report


def _check_alone(report: Report, as_of: date) -> None:
    other = db.session.scalar(
        select(Report)
        .where(
            Report.plan_id == report.plan_id,
            Report.committee_id.is_not_distinct_from(report.committee_id),
            Report.unit_id.is_not_distinct_from(report.unit_id),
            Report.kind == report.kind,
            Report.as_of == as_of,
            Report.id.not_in(_versions_of(report)),
        )
        .limit(1)
    )
    if other is not None:
        raise _there_is(other)


def _versions_of(report: Report) -> list[int]:
    """The report itself and all that it replaces, one through another."""
    found = [report.id]
    before = report.replaces
    while before is not None:
        found.append(before.id)
        before = before.replaces
    return found


def head_values(report: Report) -> dict[str, Any]:
    """What stands on top of a report, in the names of the fields that change it."""
    return {
        "title": report.title,
        "record_number": report.record_number,
        "as_of": report.as_of,
        "version": report.version,
    }


def _readable(report: Report) -> dict[str, str]:
    return {
        "title": report.title,
        "record_number": report.record_number,
        "as_of": report.as_of.isoformat(),
    }


def remove_draft(report_id: int, *, by: User, now: datetime) -> str:
    """Take away a draft with all its texts, and return its name; the journal keeps that it was.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is no draft.
    """
    report = rules.locked_draft(report_id, by=by)
    name = rules.name_of(report)
    data = {"report": name, "sections": [one.section for one in report.texts]}
    db.session.execute(delete(ReportText).where(ReportText.report_id == report.id))
    db.session.expire(report, ["texts"])
    db.session.delete(report)
    journal.record("report.remove", "report", report_id, data, by=by, now=now)
    db.session.commit()
    return name
