"""How a report is named and summed up in a line, wherever it is spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.reporting import Changes, Move, ReportFacts, ReportKind
from tracker.domain.statuses import ActionStatus
from tracker.models import ReportState
from tracker.services.reports.reading.listing import ListedReport, WaitingReport
from tracker.web.local import day_in_words

KINDS = {
    "pdf": ("PDF", _l("att läsa och skriva ut")),
    "docx": ("Word", _l("att lägga i ärendet")),
    "xlsx": ("Excel", _l("åtgärderna som kalkylblad")),
    "csv": ("CSV", _l("åtgärderna som text, för andra program")),
    "json": ("JSON", _l("åtgärderna som data, för andra program")),
}


@dataclass(frozen=True)
class Number:
    """One of the numbers that answer how it goes; `icon` and `tone` are those of a status. `late`
    says how many of them are overdue, empty where none is."""

    number: int
    word: str
    icon: str
    tone: str
    late: str = ""


def report_name(report: ListedReport) -> str:
    """What a report is called on lists: the same as on its own pages."""
    part = report.committee or report.unit or ""
    return whole_name(report.title, report.kind, report.plan, part, report.as_of)


def whole_name(title: str, kind: ReportKind, plan: str, part: str, as_of: date) -> str:
    """A report's name wherever it is spoken of, which tells it from every other: what somebody
    named it, else its plan, with the part of it (empty for the whole) and the day."""
    day = day_in_words(as_of)
    if title:
        pieces = [title, part, day]
    elif kind is ReportKind.FINAL:
        pieces = [str(_("Slutrapport om %(plan)s", plan=plan)), part, day]
    else:
        pieces = [str(_("%(plan)s: läget den %(day)s", plan=plan, day=day)), part]
    name, *more = pieces
    return ", ".join([name, *(one for one in more if one and one not in name)])


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


def numbers_of(facts: ReportFacts) -> tuple[Number, ...]:
    """Genomförda, pågår, inte påbörjade: large on the first screen. Together they are the total,
    so the paused have a place of their own where there are any; how many of each are overdue
    stands beside it."""
    tally = facts.tally
    done = Number(
        tally.reached, str(_("genomförda av %(total)s", total=tally.total)), "done", "good"
    )
    planned = ngettext("inte påbörjad", "inte påbörjade", tally.planned)
    paused = ngettext("pausad", "pausade", tally.paused)
    left = (
        (ActionStatus.ONGOING, tally.ongoing, _("pågår"), "info"),
        (ActionStatus.PLANNED, tally.planned, planned, "muted"),
        (ActionStatus.PAUSED, tally.paused, paused, "muted"),
    )
    return done, *(
        Number(number, str(word), status.value, tone, _late(facts, status))
        for status, number, word, tone in left
        if number or status is not ActionStatus.PAUSED
    )


def _late(facts: ReportFacts, status: ActionStatus) -> str:
    late = sum(row.status is status and row.overdue(facts.as_of) for row in facts.rows)
    said = ngettext("varav %(num)s försenad", "varav %(num)s försenade", late)
    return str(said) if late else ""


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
