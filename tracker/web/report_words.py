"""How a report is named and summed up in a line, wherever it is spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.reporting import Changes, Move, ReportKind, Tally
from tracker.models import ReportState
from tracker.services.reports.reading.listing import ListedReport, WaitingReport

KINDS = {
    "pdf": ("PDF", _l("att läsa och skriva ut")),
    "docx": ("Word", _l("att lägga i ärendet")),
    "xlsx": ("Excel", _l("åtgärderna som kalkylblad")),
    "csv": ("CSV", _l("åtgärderna som text, för andra program")),
    "json": ("JSON", _l("åtgärderna som data, för andra program")),
}


@dataclass(frozen=True)
class Number:
    """One of the numbers that answer how it goes; `icon` and `tone` are those of a status."""

    number: int
    word: str
    icon: str
    tone: str


def day_in_words(day: date) -> str:
    """A day as reports write it: 20 februari 2026."""
    return str(format_date(day, "d MMMM y"))


def report_name(report: ListedReport) -> str:
    """What a report is called: as somebody named it, else by its kind and plan."""
    if report.title:
        return report.title
    if report.kind is ReportKind.FINAL:
        return str(_("Slutrapport om %(plan)s", plan=report.plan))
    return str(_("Rapport om %(plan)s", plan=report.plan))


def about(report: ListedReport) -> str:
    """Which part of the plan it is about, as a cell says it."""
    return report.committee or report.unit or str(_("Hela planen"))


def state_word(state: ReportState) -> str:
    """Utkast, Granskad or Publicerad."""
    words = {
        ReportState.DRAFT: _("Utkast"),
        ReportState.REVIEWED: _("Granskad"),
        ReportState.PUBLISHED: _("Publicerad"),
    }
    return str(words[state])


def whose_turn(waiting: WaitingReport) -> str:
    """What an unfinished report waits for."""
    if waiting.report.state is ReportState.REVIEWED:
        return str(_("Att publicera: den är granskad."))
    if waiting.owners_until is not None:
        day = day_in_words(waiting.owners_until)
        return str(_("Ägarna lämnar sina lägesrapporter till och med %(day)s.", day=day))
    return str(_("Att skriva klart och granska."))


def three_numbers(tally: Tally) -> tuple[Number, Number, Number]:
    """Genomförda, pågår, försenade: large on the first screen."""
    return (
        Number(
            tally.reached,
            str(_("genomförda av %(total)s", total=tally.total)),
            "done",
            "good",
        ),
        Number(tally.ongoing, str(_("pågår")), "ongoing", "info"),
        Number(
            tally.overdue,
            str(ngettext("försenad", "försenade", tally.overdue)),
            "overdue",
            "bad" if tally.overdue else "muted",
        ),
    )


def moves_since(changes: Changes) -> list[str]:
    """What happened since the last report: a few words for each kind of it, with its number."""
    number = {move: len(changes.of(move)) for move in Move}
    done, new, later = number[Move.DONE], number[Move.NEW], number[Move.DELAYED]
    earlier, dropped = number[Move.EARLIER], number[Move.DROPPED]
    again, left = number[Move.REOPENED], number[Move.LEFT]
    told = (
        (done, ngettext("%(num)s har blivit klar", "%(num)s har blivit klara", done)),
        (new, ngettext("%(num)s är ny", "%(num)s är nya", new)),
        (later, ngettext("%(num)s har fått senare dag", "%(num)s har fått senare dag", later)),
        (
            earlier,
            ngettext("%(num)s har fått tidigare dag", "%(num)s har fått tidigare dag", earlier),
        ),
        (again, ngettext("%(num)s har öppnats igen", "%(num)s har öppnats igen", again)),
        (dropped, ngettext("%(num)s har avbrutits", "%(num)s har avbrutits", dropped)),
        (left, ngettext("%(num)s ingår inte längre", "%(num)s ingår inte längre", left)),
    )
    return [words for count, words in told if count]


def since_last(changes: Changes) -> str:
    """Sedan rapporten om läget 31 augusti 2025: 2 har blivit klara, 1 är ny."""
    day = day_in_words(changes.since)
    moves = moves_since(changes)
    if not moves:
        return str(_("Inget har ändrats sedan förra rapporten, om läget %(day)s.", day=day))
    told = ", ".join(moves)
    return str(_("Sedan förra rapporten, om läget %(day)s: %(moves)s.", day=day, moves=told))


def size_words(size: int) -> str:
    """84 kB, or 1,2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{format_decimal(round(size / 1_000_000, 1))} MB"
