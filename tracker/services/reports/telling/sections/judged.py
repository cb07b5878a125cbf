"""How the actions that are going on are judged."""

from __future__ import annotations

from tracker.domain.reporting import ReportFacts
from tracker.domain.statuses import ActionStatus, Health
from tracker.services.reports.telling.words import Words


def judged(facts: ReportFacts, w: Words) -> str:
    """Of those that are going on, how many deviate, and what the owners say of the others; empty
    where none is said to follow the plan."""
    deviating = {one.row.id for one in facts.deviations}
    ongoing = [one for one in facts.rows if one.status is ActionStatus.ONGOING]
    said = [one.health for one in ongoing if one.id not in deviating]
    fine, risky = said.count(Health.ON_TRACK), said.count(Health.AT_RISK)
    unsaid, off = len(said) - fine - risky, len(ongoing) - len(said)
    if not fine:
        return ""
    if fine == len(ongoing):
        return w.ngettext(
            "Den enda pågående åtgärden bedöms följa planen.",
            "Alla %(num)s pågående åtgärder bedöms följa planen.",
            fine,
        )
    told = [w.gettext("bedöms %(num)s följa planen", num=fine)]
    if risky:
        told.append(
            w.ngettext(
                "%(num)s riskerar att bli försenad", "%(num)s riskerar att bli försenade", risky
            )
        )
    if off:
        told.append(w.gettext("%(num)s avviker från den", num=off))
    if unsaid:
        told.append(w.gettext("%(num)s saknar bedömning", num=unsaid))
    return w.gettext(
        "Av de %(all)s pågående åtgärderna %(how)s.", all=len(ongoing), how=w.joined(told)
    )
