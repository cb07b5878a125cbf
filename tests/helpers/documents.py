"""A document with every kind of block, for whoever tests a renderer; all of it is made up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tracker.reports.charts import DumbbellRow, DumbbellWords, Name, dumbbell
from tracker.reports.content import (
    Align,
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Figure,
    Heading,
    Notice,
    PageBreak,
    Paragraph,
    Span,
    Table,
)

AT = datetime(2031, 9, 1, 8, 30, tzinfo=UTC)
TEXT = (
    "Granviks kommun har under året gjort det lättare att följa vad som händer med en synpunkt. "
    "Arbetet har kommit olika långt, och två åtgärder saknar ännu någon som svarar för dem. "
)
CHART = dumbbell(
    [DumbbellRow("1 Samspel", 40, 55, "+15"), DumbbellRow("2 Utveckling", 50, 45, "−5")],
    name=Name("granvik", "Områdena då och nu", "Ett steg, ett föll."),
    words=DumbbellWords("2028", "2031", "Procent av max"),
)


def table(rows: int) -> Table:
    """A table of so many actions, numbered from 1."""
    columns = (
        Column("Nr", Align.RIGHT, 0.5),
        Column("Åtgärd", width=3),
        Column("Ansvarig", width=2),
        Column("Läge", Align.CENTER, 1.4),
    )
    actions = tuple(
        (str(at), f"Ordna rutin {at}", (Span("Bygg", strong=True), Span(" och miljö")), "Pågår")
        for at in range(1, rows + 1)
    )
    return Table("Åtgärderna den 31 augusti", columns, actions)


EVERY: tuple[Block, ...] = (
    Heading(1, "Förslag till beslut"),
    Bullets(("Nämnden godkänner rapporten.", "Nämnden får en ny i mars."), ordered=True),
    Heading(2, "Sammanfattning"),
    Paragraph(TEXT * 2),
    Paragraph(
        (
            Span("Fyra", strong=True),
            Span(" är "),
            Span("sena", emphasis=True),
            Span(", se "),
            Span("Granvik", link="https://granvik.example/plan?id=1&x=2"),
        )
    ),
    Bullets(("En punkt", "En till")),
    Facts((("Ansvarig", "Bygg och miljö"), ("Beslut", "2029-02-12 § 34"))),
    Notice("Versionerna är olika.", "Att tänka på"),
    Figure(CHART, "Ett område steg och ett föll.", "Områdena då och nu", table(2)),
    PageBreak(),
    Heading(1, "Alla åtgärder"),
    table(3),
)


def document(*blocks: Block, title: str = "Uppföljning av handlingsplanen") -> Document:
    """A document with those blocks, or with one of every kind."""
    return Document(
        title,
        "sv",
        date(2031, 9, 1),
        blocks or EVERY,
        sender="Granviks kommun",
        subtitle="Läget den 31 augusti",
        kind="Tjänsteskrivelse",
        meta=(("Diarienummer", "KS 2031/17"), ("Till", "Kommunstyrelsen")),
        footer="KS 2031/17",
    )


def everywhere(text: str) -> Document:
    """A document with `text` in each place that takes one."""
    spans = (Span(text, strong=True), Span(text, emphasis=True, link=text), Span(text))
    drawn = dumbbell(
        [DumbbellRow(text, 1, 2, text, text)],
        name=Name("hostile", text, text),
        words=DumbbellWords(text, text, text),
    )
    one = Table(text, (Column(text), Column(text, Align.RIGHT)), ((text, spans), (text, text)))
    blocks: tuple[Block, ...] = (
        Heading(1, text),
        Paragraph(text),
        Paragraph(spans),
        Bullets((text, spans)),
        Bullets((text, spans), ordered=True),
        Facts(((text, text), (text, spans))),
        Notice(text, text),
        one,
        Figure(drawn, text, text, one),
    )
    pair = ((text, text),)
    return Document(text, "en", date(2031, 9, 1), blocks, text, text, text, pair, text, text)
