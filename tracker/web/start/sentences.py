"""The state of a plan in one line, as the first pages begin."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.services.dashboards import CommitteeState, Tally


def plan_lead(tally: Tally) -> str:
    """12 av 31 åtgärder är genomförda. 4 är försenade, 2 saknar ägare."""
    if not tally.total:
        return str(_("Det finns inga åtgärder i planen än."))
    return f"{_reached(tally)}. {_troubles(tally)}."


def committee_lead(state: CommitteeState, *, now: bool = False) -> str:
    """Kommunstyrelsen: 5 av 9 åtgärder är genomförda, 1 är försenad. Below a report of another day
    it says that it tells of `now`, and of whose actions."""
    if not state.tally.total:
        return str(_("%(name)s: inga åtgärder i den antagna planen.", name=state.name))
    late = _late(state.tally.overdue) if state.tally.overdue else _("ingen är försenad")
    said = f"{_reached(state.tally)}, {late}."
    if not now:
        return f"{state.name}: {said}"
    return str(
        _("I dag, bland de åtgärder som %(name)s svarar för: %(said)s", name=state.name, said=said)
    )


def _reached(tally: Tally) -> str:
    if tally.total == 1:
        words = (
            _("1 av 1 åtgärd är genomförd") if tally.reached else _("0 av 1 åtgärd är genomförd")
        )
        return str(words)
    return str(
        ngettext(
            "%(num)s av %(total)s åtgärder är genomförd",
            "%(num)s av %(total)s åtgärder är genomförda",
            tally.reached,
            total=tally.total,
        )
    )


def _troubles(tally: Tally) -> str:
    if not tally.overdue and not tally.ownerless:
        return str(_("Inga åtgärder är försenade och alla har en ägare"))
    late = _late(tally.overdue) if tally.overdue else _("Ingen är försenad")
    lost = (
        ngettext("%(num)s saknar ägare", "%(num)s saknar ägare", tally.ownerless)
        if tally.ownerless
        else _("alla har en ägare")
    )
    return f"{late}, {lost}"


def _late(number: int) -> str:
    return str(ngettext("%(num)s är försenad", "%(num)s är försenade", number))
