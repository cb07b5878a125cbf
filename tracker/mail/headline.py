"""What a digest is about, in one line: its subject and its heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from gettext import NullTranslations

_CLAUSES = 2


class Urgency(IntEnum):
    """What presses, most first. A round asks for a report, the others for the action itself."""

    OVERDUE = 1
    TODAY = 2
    TOMORROW = 3
    ROUND_LATE = 4
    SOON = 5
    ROUND = 6
    SILENT = 7
    ASSIGNED = 8


@dataclass(frozen=True)
class Kind:
    """All actions of one urgency: how many, the most days that are left for any of them, and, for
    those of a round, the first day on which a report is wanted, in words."""

    number: int
    days: int
    day: str = ""


def headline(kinds: Mapping[Urgency, Kind], t: NullTranslations) -> str:
    """The most urgent kind in full, the next one in short: "2 åtgärder är försenade, 1 …".

    `kinds` is not empty.
    """
    ranked = sorted(kinds)[:_CLAUSES]
    clauses = [_full(ranked[0], kinds[ranked[0]].number, t)]
    clauses += [_short(kind, kinds[kind].number, t) for kind in ranked[1:]]
    return ", ".join(
        clause % {"num": kinds[kind].number, "days": kinds[kind].days, "date": kinds[kind].day}
        for kind, clause in zip(ranked, clauses, strict=True)
    )


def _full(kind: Urgency, n: int, t: NullTranslations) -> str:
    clauses = {
        Urgency.OVERDUE: t.ngettext(
            "%(num)d åtgärd är försenad", "%(num)d åtgärder är försenade", n
        ),
        Urgency.TODAY: t.ngettext(
            "%(num)d åtgärd ska vara klar i dag", "%(num)d åtgärder ska vara klara i dag", n
        ),
        Urgency.TOMORROW: t.ngettext(
            "%(num)d åtgärd förfaller i morgon", "%(num)d åtgärder förfaller i morgon", n
        ),
        Urgency.SOON: t.ngettext(
            "%(num)d åtgärd förfaller inom %(days)d dagar",
            "%(num)d åtgärder förfaller inom %(days)d dagar",
            n,
        ),
        Urgency.SILENT: t.ngettext(
            "%(num)d åtgärd saknar ny lägesrapport", "%(num)d åtgärder saknar ny lägesrapport", n
        ),
        Urgency.ASSIGNED: t.ngettext(
            "%(num)d åtgärd är ny för dig", "%(num)d åtgärder är nya för dig", n
        ),
    }
    return clauses.get(kind) or _of_round(kind, n, t)


def _short(kind: Urgency, n: int, t: NullTranslations) -> str:
    """Never about the overdue: nothing is more urgent than they are."""
    clauses = {
        Urgency.TODAY: t.ngettext("%(num)d ska vara klar i dag", "%(num)d ska vara klara i dag", n),
        Urgency.TOMORROW: t.ngettext("%(num)d förfaller i morgon", "%(num)d förfaller i morgon", n),
        Urgency.SOON: t.ngettext(
            "%(num)d förfaller inom %(days)d dagar", "%(num)d förfaller inom %(days)d dagar", n
        ),
        Urgency.SILENT: t.ngettext(
            "%(num)d saknar ny lägesrapport", "%(num)d saknar ny lägesrapport", n
        ),
        Urgency.ASSIGNED: t.ngettext("%(num)d är ny för dig", "%(num)d är nya för dig", n),
    }
    return clauses.get(kind) or _of_round(kind, n, t)


def _of_round(kind: Urgency, n: int, t: NullTranslations) -> str:
    """The same in full and in short: here reports are counted, not actions."""
    if kind is Urgency.ROUND_LATE:
        return t.ngettext(
            "%(num)d lägesrapport är försenad", "%(num)d lägesrapporter är försenade", n
        )
    return t.ngettext(
        "%(num)d lägesrapport ska lämnas senast %(date)s",
        "%(num)d lägesrapporter ska lämnas senast %(date)s",
        n,
    )
