"""A report's files, made from its snapshot alone: the same snapshot gives the same bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tracker.domain.errors import N_, NotFound
from tracker.domain.reporting import Part, ReportKind
from tracker.mail.catalogue import catalogue
from tracker.reports.docx import render_docx
from tracker.reports.pdf import render_pdf
from tracker.reports.report_rows import report_csv, report_json
from tracker.reports.report_sheet import SheetHead, report_sheet
from tracker.services.reports.snapshots import Snapshot

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_NAMES = {ReportKind.PROGRESS: N_("lagesrapport"), ReportKind.FINAL: N_("slutrapport")}
_LONGEST_READER = 60  # characters
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"})


def made(snapshot: Snapshot, kind: str) -> bytes:
    """The file of that kind (a key of CONTENT_TYPES).

    Raises:
        NotFound: there is no such kind.
        RuleBroken: the PDF could not be made.
    """
    if kind not in _MAKERS:
        raise NotFound
    return _MAKERS[kind](snapshot)


def file_name(snapshot: Snapshot, kind: str) -> str:
    """What the file is called: what it is, for whom and of which day, in letters that every system
    takes; the version is named from the second on."""
    facts = snapshot.facts
    reader = facts.reader if facts.part is Part.WHOLE else facts.part_name
    version = f"version-{snapshot.ordinal}" if snapshot.ordinal > 1 else ""
    words = catalogue(snapshot.head.language).gettext
    parts = (words(_NAMES[facts.kind]), _plain(reader), facts.as_of.isoformat(), version)
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(ch for ch in bare if not unicodedata.combining(ch))
    return re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST_READER].strip("-")


def _pdf(snapshot: Snapshot) -> bytes:
    return render_pdf(snapshot.document(), at=snapshot.at)


def _docx(snapshot: Snapshot) -> bytes:
    return render_docx(snapshot.document(), at=snapshot.at)


def _xlsx(snapshot: Snapshot) -> bytes:
    say = catalogue(snapshot.head.language).gettext
    facts, head = snapshot.facts, snapshot.head
    told = (
        (N_("Kommun"), facts.municipality),
        (N_("Handlingsplan"), facts.plan_title),
        (N_("Avser"), facts.part_name),
        (N_("Läget den"), facts.as_of.isoformat()),
        (N_("Jämfört med"), facts.changes.since.isoformat() if facts.changes else ""),
        (N_("Till"), facts.reader),
        (N_("Diarienummer"), facts.record_number),
        (N_("Version"), str(snapshot.ordinal)),
    )
    pairs = tuple((say(term), text) for term, text in told if text)
    return report_sheet(facts, SheetHead(head.title, head.sender, pairs, snapshot.at), say)


def _csv(snapshot: Snapshot) -> bytes:
    return report_csv(snapshot.facts, catalogue(snapshot.head.language).gettext)


def _json(snapshot: Snapshot) -> bytes:
    return report_json(snapshot.facts, title=snapshot.head.title, ordinal=snapshot.ordinal)


_MAKERS: dict[str, Callable[[Snapshot], bytes]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
}
