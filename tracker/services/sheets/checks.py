"""The rules that a spreadsheet's rows must keep, all of them at once and without asking the
database row by row. The writers check again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import KEPT, LONG, NUMBER, REASON
from tracker.domain.statuses import OPEN, REACHED, STATUS_MARKS, ActionStatus
from tracker.models import Action, Unit, User
from tracker.services.actions import rules, who
from tracker.services.sheets.table import Directory, Value

_LONGEST = {name: rules.COST_MAX if name == "cost" else rules.TEXT_MAX for name in LONG}
_NO_UNIT = N_("Välj den förvaltning som ska göra jobbet.")


@dataclass
class Found:
    """The faults by field, and why the owner might be the wrong one."""

    faults: list[tuple[str, RuleBroken]] = field(default_factory=list)
    outside: RuleBroken | None = None

    def check(self, name: str, rule: Callable[[], object]) -> None:
        """Keep what the rule says, if it says no."""
        try:
            rule()
        except RuleBroken as why:
            self.faults.append((name, why))


def of_change(
    action: Action,
    meant: Mapping[str, Any],
    reason: str,
    directory: Directory,
    *,
    by: User,
    today: date,
) -> Found:
    """What stands against changing these fields of an action."""
    found = Found()
    found.check(NUMBER, lambda: rules.check_open(action))
    found.check(NUMBER, lambda: rules.check_plan_open(action.plan))
    if found.faults:
        return found
    _check_texts(found, meant)
    deadline = meant.get("deadline", action.deadline)
    if deadline != action.deadline:
        found.check("deadline", lambda: rules.check_deadline(deadline, today))
        found.check(REASON, lambda: _check_reason(reason))
    starts_on = meant.get("starts_on", action.starts_on)
    found.check("starts_on", lambda: rules.check_start(starts_on, deadline))
    if "status" in meant:
        found.check("status", lambda: _check_status(meant["status"]))
    unit = directory.unit(meant["unit"]) if "unit" in meant else action.unit
    if unit is None or unit is not action.unit:
        found.check("unit", lambda: _check_unit(unit, by, Deed.ACTION_EDIT))
    owner = directory.person(meant["owner"]) if "owner" in meant else action.owner
    if (owner, unit) != (action.owner, action.unit):
        found.outside = _outside(owner, unit)
    return found


def of_new(meant: Mapping[str, Any], directory: Directory, *, by: User, today: date) -> Found:
    """What stands against adding such an action."""
    found = Found()
    _check_texts(found, {"title": "", **meant})
    deadline = meant.get("deadline")
    found.check("deadline", lambda: rules.check_deadline(deadline, today))
    found.check("starts_on", lambda: rules.check_start(meant.get("starts_on"), deadline))
    unit = directory.unit(meant.get("unit"))
    found.check("unit", lambda: _check_unit(unit, by, Deed.ACTION_CREATE))
    found.outside = _outside(directory.person(meant.get("owner", "")), unit)
    return found


def new_status(value: Value) -> tuple[Value, RuleBroken | None]:
    """The status that a new action gets, and a remark where it is not the one that was written.

    Raises:
        RuleBroken: it was dropped, which needs a reason and somebody who decided.
    """
    if value.meant is ActionStatus.DROPPED:
        raise RuleBroken("Avbrutna åtgärder läses inte in. Ta bort raden.")
    if value.meant not in REACHED:
        return value, None
    ongoing = ActionStatus.ONGOING
    return Value(STATUS_MARKS[ongoing].label, ongoing), RuleBroken(
        "Läses in som pågående. Markera den som genomförd i Åtgärda, med ett underlag."
    )


def _check_texts(found: Found, meant: Mapping[str, Any]) -> None:
    if "title" in meant:
        found.check("title", lambda: rules.check_title(meant["title"]))
    for name, text in meant.items():
        most = rules.TEXT_MAX if name.startswith(f"{KEPT}:") else _LONGEST.get(name)
        if most:
            found.check(name, partial(rules.check_length, text, name, most))


def _check_reason(reason: str) -> None:
    missing = N_("Skriv varför slutdatumet ändras.")
    rules.check_written(reason, REASON, missing, rules.REPORT_MAX)


def _check_status(status: ActionStatus) -> None:
    if status not in OPEN:
        raise RuleBroken(
            "Välj planerad, pågår eller pausad. Övrigt sätts i Åtgärda, på åtgärdens sida."
        )


def _check_unit(unit: Unit | None, by: User, deed: Deed) -> None:
    """The same rule as rules.reachable_unit, of a unit that is known already."""
    if unit is None:
        raise RuleBroken(_NO_UNIT)
    scope = by.scope(deed)
    if not scope.everything and unit.id not in scope.units:
        raise RuleBroken("Du kan bara lägga åtgärder på din egen förvaltning.")


def _outside(owner: User | None, unit: Unit | None) -> RuleBroken | None:
    try:
        who.check_belongs(owner, unit, outside_ok=False)
    except RuleBroken as why:
        return why
    return None
