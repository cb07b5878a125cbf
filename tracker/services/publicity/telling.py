"""What the public reads of a report: its open sections as chosen, and its rows without names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from tracker.domain.reporting import ReportFacts, Section
from tracker.mail.catalogue import catalogue
from tracker.reports.content import Heading, PageBreak
from tracker.reports.pdf import render_pdf
from tracker.reports.report_rows import COLUMNS, RowColumn, report_csv, report_json
from tracker.services.publicity.reading import OpenReport
from tracker.services.publicity.settings import Shown
from tracker.services.reports.reading.formats import file_name
from tracker.services.reports.reading.stored import Stored, stored_as
from tracker.services.reports.snapshots import Head, Snapshot, Told, document_of
from tracker.services.reports.writing.people import people_words

# The sections that name single actions: a list of them, what moved, and what comes next.
_LISTING = frozenset(
    {Section.RESULTS, Section.QUESTIONS, Section.AHEAD, Section.CHANGES, Section.ACTIONS}
)
_ALWAYS = frozenset(
    {"id", "title", "areas", "unit", "committee", "status", "deadline", "first_deadline"}
    | {"created_on", "done_on", "verified_on", "dropped_on", "evidence", "said", "said_on"}
)
_DEVIATING = frozenset({"days_late", "forecast", "health", "percent", "dropped_reason"})
_WRITTEN = frozenset({"said", "said_on", "dropped_reason"})


@dataclass(frozen=True)
class Opened:
    """A report as the public reads it. `facts` hold rows without names, and none at all where
    actions are not shown; `columns` are what of a row is given out."""

    head: Head
    sections: tuple[Told, ...]
    facts: ReportFacts
    columns: tuple[RowColumn, ...]
    ordinal: int


def opened(report: OpenReport, shown: Shown) -> Opened:
    """What of a published report is shown, as it was frozen when the report was reviewed.

    Raises:
        RuleBroken: the snapshot is not what was frozen, or cannot be read.
    """
    snapshot = stored_as(report.id, report.sha256).snapshot
    return Opened(
        snapshot.open_head,
        told_sections(snapshot, shown),
        open_facts(snapshot, shown),
        columns_of(shown),
        snapshot.ordinal,
    )


def hidden_people(locale: str) -> dict[str, str]:
    """Everybody's name, and the words that stand instead."""
    return dict(people_words(locale))


def told_sections(snapshot: Snapshot, shown: Shown) -> tuple[Told, ...]:
    """The sections that are shown, without what people wrote where that is not."""
    told = snapshot.open_sections if shown.texts else snapshot.quiet_sections
    return tuple(one for one in told if _is_shown(one.key, shown) and _says_something(one))


def _is_shown(key: str, shown: Shown) -> bool:
    if key == Section.DEVIATIONS:
        return shown.deviations
    if key == Section.EFFECTS:
        return shown.effects
    return shown.actions or key not in _LISTING


def _says_something(told: Told) -> bool:
    return any(not isinstance(block, Heading | PageBreak) for block in told.blocks)


def open_facts(snapshot: Snapshot, shown: Shown) -> ReportFacts:
    """The facts with what is given out of them: the tally as it was, and the rows as they were
    frozen without names."""
    return replace(
        snapshot.facts,
        plan_title=snapshot.open_plan_title,
        purpose="",
        signed_by="",
        rows=snapshot.open_rows if shown.actions else (),
        decisions=(),
        deviations=(),
        changes=None,
        questions=(),
        missing=(),
    )


def columns_of(shown: Shown) -> tuple[RowColumn, ...]:
    """What is given out of each row."""
    names = _ALWAYS | (_DEVIATING if shown.deviations else set())
    if not shown.texts:
        names -= _WRITTEN
    return tuple(one for one in COLUMNS if one.name in names)


def csv_of(one: Opened) -> bytes:
    """The rows as CSV, headings in the report's language."""
    return report_csv(one.facts, catalogue(one.head.language).gettext, one.columns)


def json_of(one: Opened) -> bytes:
    """The rows as JSON."""
    return report_json(one.facts, title=one.head.title, ordinal=one.ordinal, columns=one.columns)


def pdf_of(report: OpenReport, shown: Shown) -> bytes:
    """The open report as PDF, made once per process and choice.

    Raises:
        RuleBroken: it cannot be made.
    """
    return _pdf(stored_as(report.id, report.sha256), shown)


@lru_cache(maxsize=16)
def _pdf(held: Stored, shown: Shown) -> bytes:
    snapshot = held.snapshot
    sections = told_sections(snapshot, shown)
    return render_pdf(document_of(snapshot.open_head, sections), at=snapshot.at)


def name_of(report: OpenReport, kind: str) -> str:
    """What a file of the report is called."""
    return file_name(stored_as(report.id, report.sha256).snapshot, kind)
