"""How the reminders of an action are said on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.ladder import ROUNDS, Reason, To
from tracker.models import OutboxState
from tracker.services.actions.reminded import Reminded, Told
from tracker.web.local import clock_time, local_day, long_date, zone


@dataclass(frozen=True)
class Line:
    """One reminder in words."""

    day: date
    recipient: str
    why: str
    fate: str
    tone: str


def lines(told: Reminded | None) -> list[Line]:
    """The reminders in words, newest first."""
    rows = told.rows if told else ()
    return [Line(local_day(row.at), row.recipient, why(row), fate(row), _tone(row)) for row in rows]


def why(told: Told) -> str:
    """What the reminder was about: "7 dagar före slutdatum"."""
    if told.reason in ROUNDS:
        return _about_round(told)
    if told.reason is Reason.ESCALATED:
        return _escalated(told)
    if told.reason is Reason.ASSIGNED:
        return str(_("ansvaret blev mottagarens"))
    if told.reason is Reason.ON:
        return str(_("på slutdatumet"))
    return str(_counted(told.reason, abs(told.days)) if told.days else _uncounted(told.reason))


def _counted(reason: Reason, days: int) -> str:
    counted: dict[Reason, str] = {
        Reason.SILENT: ngettext(
            "ingen lägesrapport på %(num)s dag", "ingen lägesrapport på %(num)s dagar", days
        ),
        Reason.BEFORE: ngettext("%(num)s dag före slutdatum", "%(num)s dagar före slutdatum", days),
        Reason.AFTER: ngettext(
            "%(num)s dag efter slutdatum", "%(num)s dagar efter slutdatum", days
        ),
    }
    return counted[reason]


def _uncounted(reason: Reason) -> str:
    """Where the rung has left the ladder since, and nobody knows its days."""
    uncounted: dict[Reason, str] = {
        Reason.SILENT: _("ingen lägesrapport på länge"),
        Reason.BEFORE: _("före slutdatum"),
        Reason.AFTER: _("efter slutdatum"),
    }
    return uncounted[reason]


def _escalated(told: Told) -> str:
    to = told.step.to if told.step else None
    if to is To.UNIT_DIRECTOR:
        return str(_("eskalerad till förvaltningens direktör"))
    if to is To.MUNICIPAL_DIRECTOR:
        return str(_("eskalerad till kommunens direktör"))
    return str(_("eskalerad"))


def _about_round(told: Told) -> str:
    name = told.round_name or _("uppföljningen")
    if told.nudged:
        return str(_("%(round)s: en extra påminnelse", round=name))
    if told.reason is Reason.ROUND_OPEN:
        return str(_("%(round)s öppnade", round=name))
    if told.reason is Reason.ROUND_LATE:
        return str(_("%(round)s: sista dagen har passerat", round=name))
    return str(_("%(round)s: sista dagen närmar sig", round=name))


def fate(told: Told) -> str:
    """What became of the letter."""
    if told.sent_at is not None:
        day, time = long_date(local_day(told.sent_at)), told.sent_at.astimezone(zone()).time()
        return str(_("Skickad %(day)s kl. %(time)s", day=day, time=clock_time(time)))
    if told.withdrawn:
        return str(_("Återtagen, eftersom den inte längre gällde"))
    fates = {
        OutboxState.DEAD: _("Gick inte att leverera"),
        OutboxState.CANCELLED: _("Inställd"),
        OutboxState.UNCERTAIN: _("Kan ha kommit fram, skickas en gång till"),
    }
    return str(fates.get(told.fate, _("Väntar på att skickas"))) if told.fate else ""


def _tone(told: Told) -> str:
    if told.sent_at is not None:
        return "good"
    return "bad" if told.fate is OutboxState.DEAD else "muted"
