"""What a report says in its summary of what has happened."""

from __future__ import annotations

from tracker.domain.reporting import Changes, Move, Tally
from tracker.services.reports.telling.sections.telling import Telling
from tracker.services.reports.telling.words import Words


def _moves(telling: Telling) -> list[str]:
    """2 har genomförts, 1 är ny …: each kind of change with how many."""
    facts, w = telling.facts, telling.words
    if facts.changes is None:
        return []
    count = {move: len(facts.changes.of(move)) for move in Move}
    told = {
        Move.DONE: w.gettext("%(num)s har genomförts", num=count[Move.DONE]),
        Move.NEW: w.ngettext("%(num)s är ny", "%(num)s är nya", count[Move.NEW]),
        Move.REOPENED: w.gettext("%(num)s har öppnats igen", num=count[Move.REOPENED]),
        Move.DELAYED: w.gettext("%(num)s har fått ett senare klardatum", num=count[Move.DELAYED]),
        Move.EARLIER: w.gettext("%(num)s har fått ett tidigare klardatum", num=count[Move.EARLIER]),
        Move.DROPPED: w.gettext("%(num)s har avbrutits", num=count[Move.DROPPED]),
        Move.LEFT: w.gettext("%(num)s ingår inte längre", num=count[Move.LEFT]),
    }
    return [text for move, text in told.items() if count[move]]


def moved(telling: Telling) -> str:
    """What happened since the last report; in a last report, while the plan went on."""
    changes, w = telling.facts.changes, telling.words
    if telling.final:
        return _in_all(telling.facts.tally, w)
    if changes is None:
        return ""
    since = _since(changes, w)
    kinds = [(move, number) for move in Move if (number := len(changes.of(move)))]
    if not kinds:
        return w.gettext(
            "%(since)s, har ingen åtgärd genomförts, flyttats eller avbrutits.", since=since
        )
    if len(kinds) == 1:
        return f"{since}, {_one_kind(*kinds[0], w)}."
    return w.gettext(
        "%(since)s, har detta hänt med åtgärderna: %(moves)s.",
        since=since,
        moves=w.joined(_moves(telling)),
    )


def _in_all(tally: Tally, w: Words) -> str:
    """What was done and dropped while the plan went on."""
    if not tally.dropped:
        return ""
    if not tally.reached:
        return w.ngettext(
            "Under planens tid har %(num)s åtgärd avbrutits.",
            "Under planens tid har %(num)s åtgärder avbrutits.",
            tally.dropped,
        )
    return w.ngettext(
        "Under planens tid har %(num)s åtgärd genomförts och %(dropped)s avbrutits.",
        "Under planens tid har %(num)s åtgärder genomförts och %(dropped)s avbrutits.",
        tally.reached,
        dropped=tally.dropped,
    )


def _since(changes: Changes, w: Words) -> str:
    day = w.day(changes.since)
    if changes.of_whole:
        return w.gettext("Sedan rapporten om hela planen, som visade läget den %(day)s", day=day)
    return w.gettext("Sedan förra rapporten, som visade läget den %(day)s", day=day)


def _one_kind(move: Move, number: int, w: Words) -> str:
    """har 1 åtgärd genomförts."""
    if move is Move.LEFT:
        return w.ngettext(
            "ingår %(num)s åtgärd inte längre", "ingår %(num)s åtgärder inte längre", number
        )
    forms = {
        Move.NEW: w.gettext("tillkommit"),
        Move.DONE: w.gettext("genomförts"),
        Move.REOPENED: w.gettext("öppnats igen"),
        Move.DELAYED: w.gettext("fått ett senare klardatum"),
        Move.EARLIER: w.gettext("fått ett tidigare klardatum"),
        Move.DROPPED: w.gettext("avbrutits"),
    }
    return w.ngettext(
        "har %(num)s åtgärd %(what)s", "har %(num)s åtgärder %(what)s", number, what=forms[move]
    )
