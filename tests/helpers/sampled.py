"""A snapshot of a report, as files are made from it: our own telling of the facts of `told`."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from tests.helpers.documents import EVERY
from tests.helpers.logos import logo
from tracker.domain.reporting import ReportFacts
from tracker.reports.content import Block, Bullets, Column, Heading, PageBreak, Paragraph, Table
from tracker.services.reports.snapshots import SCHEMA, Head, Snapshot, Told

AT = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
ACTIONS = "Alla åtgärder, deras ägare och hur de står"


def sample(
    facts: ReportFacts, *, ordinal: int = 1, language: str = "sv", at: datetime = AT
) -> Snapshot:
    """A report that tells the facts plainly, with a block of every kind and a logo."""
    head = Head(
        title=f"Lägesrapport: {facts.plan_title}",
        kind="Tjänsteskrivelse",
        sender=facts.municipality,
        language=language,
        date=facts.written_on,
        subtitle="Läget den 30 april 2026",
        meta=(("Diarienummer", facts.record_number), ("Till", facts.reader)),
        header=f"Lägesrapport · {facts.record_number}",
        footer=facts.record_number,
        logo=base64.b64encode(logo()).decode(),
    )
    told = (Told("summary", EVERY), Told("state", blocks_of(facts)))
    return Snapshot(SCHEMA, at, ordinal, facts, head, told, head, told)


def blocks_of(facts: ReportFacts) -> tuple[Block, ...]:
    """The purpose, the deviations and a table of every action."""
    columns = (
        Column("Nr", width=0.6),
        Column("Åtgärd", width=3),
        Column("Ägare", width=1.6),
        Column("Slutdatum", width=1.3),
    )
    rows = tuple((str(one.id), one.title, one.owner, str(one.deadline)) for one in facts.rows)
    return (
        Heading(1, "Läget"),
        Paragraph(facts.purpose),
        Heading(2, "Avvikelser"),
        Bullets(tuple(f"{one.row.title}: {one.row.said}" for one in facts.deviations[:30])),
        PageBreak(),
        Heading(1, "Bilaga"),
        Table(ACTIONS, columns, rows),
    )
