"""An action that lives through everything there is, by real deeds on real days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.helpers.cast import Cast
from tracker.domain.statuses import Health
from tracker.models import Action, ActionPlan, User
from tracker.services.actions import wording
from tracker.services.actions.evidence import (
    NewEvidence,
    add_evidence,
    remove_evidence,
    restore_evidence,
)
from tracker.services.actions.reports import Report, correct_report, report_status
from tracker.services.actions.serving import tie_points, untie_point
from tracker.services.actions.steps import (
    complete_action,
    drop_action,
    reopen_action,
    verify_action,
)
from tracker.services.plans.carrying import start_next
from tracker.services.plans.editing import PlanWording
from tracker.services.sources import Sources

ZONE = ZoneInfo("Europe/Stockholm")


def at(day: date, hour: int = 12) -> datetime:
    """An instant on that day of the municipality's."""
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZONE).astimezone(UTC)


def when(month: int, day: int) -> dict[str, Any]:
    """The arguments `now` and `today`."""
    on = date(2026, month, day)
    return {"now": at(on), "today": on}


def edited(action: Action, by: User, month: int, day: int, **changes: Any) -> None:
    """Change an action on a day of 2026."""
    told = replace(wording.changes_of(action), **changes)
    wording.edit_action(action.id, told, action.version, by=by, **when(month, day))


@dataclass(frozen=True)
class Lived:
    """The action, and the plan that took it over on 15 April."""

    action: Action
    next_plan: ActionPlan


def live(cast: Cast) -> Lived:
    """From 3 March to 20 April 2026."""
    director = cast.director
    action = wording.create_action(
        wording.NewAction(
            title="Öppna ett servicecenter",
            owner_text=cast.owner.email,
            unit_id=cast.unit.id,
            deadline=date(2026, 6, 1),
            point_ids=(cast.points[0].id,),
            plan_id=cast.plan.id,
        ),
        by=director,
        **when(3, 3),
    )
    late = at(date(2026, 3, 10), 23)
    told = wording.changes_of(action)
    wording.edit_action(
        action.id,
        replace(told, deadline=date(2026, 7, 1), deadline_reason="Lokalen dröjer."),
        action.version,
        by=director,
        now=late,
        today=date(2026, 3, 10),
    )
    said = Report(Health.ON_TRACK, "Lokalen är hyrd.", 20, date(2026, 6, 20))
    report_status(action.id, said, by=cast.owner, **when(3, 15))
    right = replace(said, text="Lokalen är uppsagd.", health=Health.OFF_TRACK, forecast=None)
    update = action.updates[0]
    correct_report(action.id, update.id, right, by=cast.owner, **when(3, 16))
    edited(
        action,
        director,
        *(3, 20),
        title="Öppna två servicecenter",
        deadline=date(2026, 9, 1),
        deadline_reason="Ny lokal.",
    )
    tie_points(action.id, [cast.points[2].id], by=director, now=at(date(2026, 3, 22)))
    edited(action, director, 3, 25, owner_text=cast.colleague.email)
    edited(
        action,
        director,
        *(3, 28),
        unit_id=cast.other_unit.id,
        committee_id=cast.other_committee.id,
        outside_ok=True,
    )
    untie_point(action.id, cast.points[0].id, by=director, now=at(date(2026, 3, 29)))
    _finish(action, cast)
    next_plan = start_next(
        cast.plan.id,
        PlanWording("Nästa plan", starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31)),
        "1. Förnya.",
        [action.id],
        by=director,
        now=at(date(2026, 4, 15)),
    )
    proof = NewEvidence("Centret är öppet.", "")
    complete_action(action.id, proof, by=cast.colleague, **when(4, 20))
    return Lived(action, next_plan)


def _finish(action: Action, cast: Cast) -> None:
    """Done, verified, opened again, dropped and opened again; and a proof that goes."""
    director = cast.director
    proof = NewEvidence("Invigningen är bokad.", "")
    complete_action(action.id, proof, by=cast.colleague, **when(4, 1))
    verify_action(action.id, by=director, **when(4, 3))
    reopen_action(action.id, "Det var fel hus.", by=director, now=at(date(2026, 4, 6)))
    drawing = NewEvidence("En ritning.", "https://www.testkoping.example/ritning")
    extra = add_evidence(action.id, drawing, Sources(Path()), by=director, now=at(date(2026, 4, 7)))
    remove_evidence(action.id, extra.id, by=director, now=at(date(2026, 4, 8)))
    restore_evidence(action.id, extra.id, by=director, now=at(date(2026, 4, 9)))
    drop_action(action.id, "Pengarna räcker inte.", "Nämnden", by=director, **when(4, 10))
    reopen_action(action.id, "Pengarna räckte.", by=director, now=at(date(2026, 4, 12)))


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
