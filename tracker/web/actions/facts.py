"""The facts beside an action: who answers for it, where it belongs, and its dates."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from tracker.domain.statuses import OPEN
from tracker.models import Action
from tracker.web.actions.words import slippage_sentence
from tracker.web.local import long_date

Fact = dict[str, str]


def facts_of(action: Action, contributors: Sequence[str]) -> list[Fact]:
    """The facts as ui.description_list draws them; what an action does not have is left out."""
    found = [
        (_("Nummer"), str(action.id)),
        (_("Ägare"), action.owner.name if action.owner else _("Ingen ägare än")),
        (_("Medverkande"), ", ".join(contributors)),
        (_("Förvaltning"), action.unit.name if action.unit else "–"),
        (_("Nämnd"), action.committee.name if action.committee else "–"),
        (_("Startdatum"), long_date(action.starts_on)),
        (_("Slutdatum"), _deadline(action)),
        (_("Prognos"), long_date(action.forecast) if action.status in OPEN else ""),
        (_("Kostnad"), action.cost),
    ]
    facts = [{"term": term, "value": value} for term, value in found if value]
    plan = url_for("actions.index", plan=action.plan_id)
    return [*facts, {"term": _("Plan"), "value": action.plan.title, "url": plan}]


def _deadline(action: Action) -> str:
    """The deadline, and under it how far it has moved."""
    moved = slippage_sentence(action.first_deadline, action.deadline)
    return "\n".join(filter(None, [long_date(action.deadline), moved]))
