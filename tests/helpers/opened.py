"""A plan that is open to the public, with published reports about it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from tests.helpers.cast import NOW, Cast
from tests.helpers.published import add_report
from tests.helpers.told import facts
from tracker.domain.anonymous import without_names
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import ReportFacts
from tracker.extensions import db
from tracker.models import PlanPublicity, Report, TextMode
from tracker.services.publicity.settings import Shown
from tracker.services.reports.snapshots import OwnText, Snapshot, frozen
from tracker.services.reports.telling.composing import compose
from tracker.services.reports.writing.people import people_words

ALL = Shown(actions=True, deviations=True, effects=True, texts=True)
NOTHING = Shown(actions=False, deviations=False, effects=False, texts=False)
OWN = "Kontoret har skrivit detta för hand"


def open_to_all(cast: Cast, shown: Shown = ALL, opened_at: datetime = NOW) -> None:
    """Open the cast's plan, or change what of it is shown."""
    kept = db.session.get(PlanPublicity, cast.plan.id)
    if kept is None:
        given = {"opened_at": opened_at, "opened_by_id": cast.director.id}
        kept = PlanPublicity(plan_id=cast.plan.id, **given)
        db.session.add(kept)
    for one in fields(Shown):
        setattr(kept, f"shows_{one.name}", getattr(shown, one.name))
    db.session.commit()


def publish(cast: Cast, told: ReportFacts | None = None, title: str = "", **values: Any) -> Report:
    """A published report about the whole plan, with what somebody wrote in its summary; its
    facts are those of `told` (made up, of another municipality) unless given."""
    people = tuple(sorted(people_words().items()))
    text = _snapshot(told or facts(), title, people)
    given = {"snapshot": text, "sha256": sha256_of(text), "whole": True, "as_of": date(2026, 2, 1)}
    return add_report(cast, **{**given, **values})


@cache
def _snapshot(told: ReportFacts, title: str, people: tuple[tuple[str, str], ...]) -> str:
    made = _composed(told, people)
    if title:
        hidden = without_names(title, dict(people))
        made = replace(made, open_head=replace(made.open_head, title=hidden))
    return frozen(made)


@cache
def _composed(told: ReportFacts, people: tuple[tuple[str, str], ...]) -> Snapshot:
    own = {
        "summary": OwnText(f"{OWN}, sa {told.rows[0].owner if told.rows else ''}.", TextMode.ADD),
        "deviations": OwnText(f"{OWN} om avvikelser.", TextMode.ADD),
    }
    return compose(told, own, locale="sv", at=NOW, people=dict(people))
