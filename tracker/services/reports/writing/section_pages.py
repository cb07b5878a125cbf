"""What somebody needs before them to write in a section of a draft, or to review the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.reporting import Deviation, Gap, Missing, ReportFacts, Section
from tracker.models import Report, TextMode, User
from tracker.reports.content import Block
from tracker.reports.undrawn import undrawn
from tracker.services.reports.access import load_report
from tracker.services.reports.facts.missing import FEW
from tracker.services.reports.snapshots import Snapshot
from tracker.services.reports.telling.composing import basis_of, generated
from tracker.services.reports.writing import rules
from tracker.services.reports.writing.loading import facts_of, told
from tracker.services.reports.writing.texts import (
    DEVIATION,
    NOTHING,
    WRITTEN_BY_HAND,
    Written,
    own_texts,
    written_about,
    written_in,
)


@dataclass(frozen=True)
class AboutDeviation:
    """A deviation, and what somebody wrote of it in the report under `key`."""

    key: str
    deviation: Deviation
    written: Written


@dataclass(frozen=True)
class SectionPage:
    """A section of a draft: what the data say now, and what somebody wrote. `basis` is the hash
    of the former; `changed` where it is no longer what somebody wrote instead of."""

    report: Report
    section: Section
    blocks: tuple[Block, ...]
    basis: str
    written: Written
    changed: bool
    deviations: tuple[AboutDeviation, ...]


@dataclass(frozen=True)
class ReviewPage:
    """What a draft lacks before it is reviewed: gaps of the data, sections that only people can
    write, and sections of which the data say something else than when they were written instead.
    `seen` marks what people have written by now."""

    report: Report
    missing: tuple[Missing, ...]
    unwritten: tuple[Section, ...]
    changed: tuple[Section, ...]
    seen: str


def section_page(
    report_id: int,
    key: str,
    *,
    by: User,
    now: datetime,
    zone: ZoneInfo,
    locale: str,
    municipality: str = "",
) -> SectionPage:
    """A section of a draft as its writer sees it.

    Raises:
        NotFound, Forbidden: also where there is no such section.
        RuleBroken: the report is no draft.
    """
    report = load_report(report_id, by=by, deed=Deed.REPORT_EDIT)
    if key not in set(Section):
        raise NotFound
    rules.check_draft(report)
    section = Section(key)
    facts = facts_of(report, now=now, zone=zone, locale=locale, municipality=municipality)
    blocks = generated(facts, section, locale)
    written, basis = written_in(report, key), basis_of(blocks)
    return SectionPage(
        report=report,
        section=section,
        blocks=blocks,
        basis=basis,
        written=written,
        changed=_has_changed(written, basis),
        deviations=_deviations(report, facts) if section is Section.DEVIATIONS else (),
    )


def _has_changed(written: Written, basis: str) -> bool:
    own = written.own
    return own.mode is TextMode.REPLACE and own.basis not in ("", basis)


def _deviations(report: Report, facts: ReportFacts) -> tuple[AboutDeviation, ...]:
    known = written_about(report)
    keyed = ((f"{DEVIATION}{one.row.id}", one) for one in facts.deviations)
    return tuple(AboutDeviation(key, one, known.get(key, NOTHING)) for key, one in keyed)


def review_page(
    report_id: int,
    *,
    by: User,
    now: datetime,
    zone: ZoneInfo,
    locale: str,
    municipality: str = "",
) -> ReviewPage:
    """What there is to know before a draft is frozen.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is no draft.
    """
    report = load_report(report_id, by=by, deed=Deed.REPORT_EDIT)
    rules.check_draft(report)
    facts = facts_of(report, now=now, zone=zone, locale=locale, municipality=municipality)
    texts = own_texts(report)
    replaced = [one for one in Section if one in texts and texts[one].mode is TextMode.REPLACE]
    return ReviewPage(
        report=report,
        missing=missing_in(told(report, facts, now=now, locale=locale)),
        unwritten=tuple(one for one in WRITTEN_BY_HAND if one not in texts),
        changed=tuple(
            one
            for one in replaced
            if texts[one].basis not in ("", basis_of(generated(facts, one, locale)))
        ),
        seen=rules.content_mark(report),
    )


def missing_in(snapshot: Snapshot) -> tuple[Missing, ...]:
    """What a report that is being written lacks: what it says itself, and characters of its PDF."""
    lacking = undrawn(snapshot.document())
    glyphs = (Missing(Gap.NO_GLYPHS, len(lacking), lacking[:FEW]),) if lacking else ()
    return (*snapshot.facts.missing, *glyphs)
