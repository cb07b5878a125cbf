"""A report's files, made from its snapshot alone: the same snapshot gives the same bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from tracker.domain.errors import N_, NotFound
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import Part, ReportKind
from tracker.mail.catalogue import catalogue
from tracker.models import ReportState
from tracker.reports.content import Notice
from tracker.reports.docx import render_docx
from tracker.reports.pdf import render_pdf
from tracker.reports.report_rows import report_csv, report_json
from tracker.reports.report_sheet import SheetHead, report_sheet
from tracker.services.reports.snapshots import Snapshot, Told

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_NAMES = {ReportKind.PROGRESS: N_("lagesrapport"), ReportKind.FINAL: N_("slutrapport")}
_WHOLE = N_("hela-planen")
_LONGEST_NAME = 60  # characters
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"})


def made(snapshot: Snapshot, kind: str, *, mark: str = "") -> bytes:
    """The file of that kind (a key of CONTENT_TYPES). `mark` says in the snapshot's language that
    it is not published; it stands on every page of what is read as pages.

    Raises:
        NotFound: there is no such kind.
        RuleBroken: the PDF could not be made.
    """
    if kind not in _MAKERS:
        raise NotFound
    return _MAKERS[kind](marked(snapshot, mark) if mark else snapshot)


def marked(snapshot: Snapshot, mark: str) -> Snapshot:
    """The snapshot with a mark before its title and on top and at the foot of its pages."""
    head = snapshot.head
    notice = Told("mark", (Notice(mark),))
    return replace(
        snapshot,
        head=replace(
            head,
            header=" · ".join(filter(None, (mark, head.header))),
            footer=" · ".join(filter(None, (mark, head.footer))),
        ),
        sections=(notice, *snapshot.sections),
    )


def unpublished_mark(state: ReportState, snapshot: Snapshot) -> str:
    """What the files of a report that is not published say of that; empty for one that is."""
    say = catalogue(snapshot.head.language).gettext
    if state is ReportState.DRAFT:
        return say(N_("Utkast %(day)s, inte granskad")) % {"day": snapshot.head.date.isoformat()}
    return say(N_("Granskad, inte publicerad")) if state is ReportState.REVIEWED else ""


def file_name(snapshot: Snapshot, kind: str) -> str:
    """What the file is called: what it is, of which plan and part and of which day, in letters that
    every system takes, and no two reports alike; the version is named from the second on."""
    facts = snapshot.facts
    version = f"version-{snapshot.ordinal}" if snapshot.ordinal > 1 else ""
    words = catalogue(snapshot.head.language).gettext
    part = words(_WHOLE) if facts.part is Part.WHOLE else _told_apart(facts.part_name)
    plan = f"plan-{facts.plan_id}"
    parts = (words(_NAMES[facts.kind]), plan, part, facts.as_of.isoformat(), version)
    return f"{'-'.join(one for one in parts if one)}.{kind}"


def _told_apart(name: str) -> str:
    """A name in plain letters; where some have none, or it is cut, a mark of the whole follows."""
    plain = _plain(name)
    whole = _in_plain_letters(name)
    if (
        plain
        and len(whole) <= _LONGEST_NAME
        and not any(ch.isalnum() and not ch.isascii() for ch in whole)
    ):
        return plain
    return "-".join(filter(None, (plain, sha256_of(name)[:8])))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _in_plain_letters(text))[:_LONGEST_NAME].strip("-")


def _in_plain_letters(text: str) -> str:
    """Small letters without what stands above and below them."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(ch for ch in bare if not unicodedata.combining(ch))


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
