"""Questions from earlier meetings, what the scores show, what comes next, and who signs."""

from __future__ import annotations

from collections.abc import Iterator

from babel.numbers import format_decimal

from tracker.domain.reporting import Asked, Coming, EffectFacts, Gap, Part, ReportRow
from tracker.domain.scores import Verdict
from tracker.domain.text import fold
from tracker.reports.content import (
    Align,
    Block,
    Bullets,
    Column,
    Inline,
    PageBreak,
    Paragraph,
    Table,
)
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.deviations import said_lately
from tracker.services.reports.telling.sections.opening import in_place, totals_of
from tracker.services.reports.telling.sections.telling import Telling, led
from tracker.services.reports.telling.words import Words, initial, sentence, shortened

LONGEST_QUESTION = 600
LONGEST_ANSWER = 400
_WITH = (Verdict.ACTION_AND_IMPROVEMENT, Verdict.ACTION_NO_IMPROVEMENT)
_WITHOUT = (Verdict.NO_ACTION_IMPROVEMENT, Verdict.NO_ACTION_NO_IMPROVEMENT)
_ROSE = (Verdict.ACTION_AND_IMPROVEMENT, Verdict.NO_ACTION_IMPROVEMENT)


def questions(telling: Telling) -> Iterator[Block]:
    """What committees asked when they read earlier reports, each with its answer so far."""
    for one in telling.facts.questions:
        yield Paragraph(_question(one, telling.words))
        yield Paragraph(_answer(one, telling))


def _question(one: Asked, w: Words) -> Inline:
    body, day = one_line(one.body), w.day(one.asked_on)
    if one.section is None:
        lead = w.gettext("%(body)s den %(day)s:", body=body, day=day)
    else:
        lead = w.gettext(
            "%(body)s den %(day)s, § %(section)s:", body=body, day=day, section=one.section
        )
    return led(lead, shortened(one.text, LONGEST_QUESTION))


def _became(one: Asked, w: Words) -> str:
    """Which action the question is now; one that repeats the question is not named."""
    title = w.title(one.row).rstrip("…. ")
    if fold(one_line(one.text)).startswith(fold(title)):
        return w.gettext("Frågan är nu en åtgärd i planen.")
    return w.gettext("Frågan har blivit åtgärden %(title)s.", title=w.quoted(one.row))


def _answer(one: Asked, telling: Telling) -> str:
    row, w = one.row, telling.words
    said = [_became(one, w), w.gettext("Ansvarig: %(who)s.", who=w.responsible(row))]
    if row.reached and row.done_on:
        said.append(w.gettext("Den genomfördes den %(day)s.", day=w.day(row.done_on)))
    elif row.open:
        said.append(
            w.gettext(
                "Läge: %(status)s, klar senast den %(day)s.",
                status=w.status(row).lower(),
                day=w.day(row.deadline),
            )
        )
    else:
        said.append(w.gettext("Läge: %(status)s.", status=w.status(row).lower()))
    if row.said.strip():
        said.append(said_lately(row, w, LONGEST_ANSWER))
    elif row.open and not telling.quiet:
        said.append(w.gettext("Något svar har inte lämnats än."))
    return " ".join(said)


def effects(telling: Telling) -> Iterator[Block]:
    """What two evaluations show beside each other, in sentences and by area."""
    facts, w = telling.facts, telling.words
    found = facts.effects
    if found is None:
        if any(one.gap is Gap.NO_EFFECTS for one in facts.missing):
            yield Paragraph(
                w.gettext(
                    "Kommunen har utvärderats på nytt, men resultaten går inte att jämföra med "
                    "den tidigare utvärderingen."
                )
            )
        return
    if facts.part is not Part.WHOLE:
        yield Paragraph(_of_all(found, w))
        return
    told = [w.gettext("Jämförelsen gäller hela kommunen, också åtgärder utanför planen.")]
    if not in_place(facts):
        told.append(
            w.gettext("När kommunen utvärderades på nytt var ingen åtgärd i planen genomförd.")
        )
    yield Paragraph(" ".join((*told, *found.sentences)))
    if found.rows:
        yield _by_area(telling, found)
        yield Paragraph(w.gettext("Resultat räknas i procent av högsta möjliga poäng."))
    if not any(w.gettext("Varför säger talen inte.") in one for one in found.sentences):
        yield Paragraph(
            w.gettext(
                "Jämförelsen visar vad som har skett samtidigt. Den visar inte vad som är orsaken."
            )
        )


def _of_all(found: EffectFacts, w: Words) -> str:
    """What a committee or a unit is told: an evaluation has no scores of its part."""
    totals = sentence(totals_of(found, w)) or " ".join(found.sentences[:1])
    about = w.gettext(
        "Utvärderingen gäller hela kommunen, inte bara de åtgärder som redovisas här."
    )
    return " ".join(filter(None, (totals, about)))


def _by_area(telling: Telling, found: EffectFacts) -> Table:
    w, rows = telling.words, found.rows
    names = {one.number: w.area(one) for one in telling.facts.areas if one.number is not None}
    columns = [
        Column(w.gettext("Område"), width=5.0),
        Column(w.gettext("Med åtgärd på plats"), Align.RIGHT, 1.6),
        Column(w.gettext("Utan åtgärd på plats"), Align.RIGHT, 1.6),
    ]
    unknown = any(one.verdict == Verdict.NOT_COMPARABLE for one in rows)
    if unknown:
        columns.append(Column(w.gettext("Går inte att jämföra"), Align.RIGHT, 1.6))
    told = []
    for number in sorted({one.area for one in rows}):
        verdicts = [one.verdict for one in rows if one.area == number]
        last = (str(verdicts.count(Verdict.NOT_COMPARABLE)),) if unknown else ()
        name = names.get(number) or w.gettext("Område %(number)s", number=number)
        told.append((name, _share(verdicts, _WITH, w), _share(verdicts, _WITHOUT, w), *last))
    caption = w.gettext("Delområden vars resultat steg mellan utvärderingarna, per område")
    if found.threshold:
        caption = w.gettext(
            "Delområden vars resultat steg med mer än %(threshold)s procentenheter mellan "
            "utvärderingarna, per område",
            threshold=format_decimal(found.threshold, locale=w.language),
        )
    return Table(
        caption,
        tuple(columns),
        tuple(told),
    )


def _share(verdicts: list[str], of: tuple[Verdict, ...], w: Words) -> str:
    """2 av 3: how many rose of those in which there was, or was not, an action in place."""
    all_of = [one for one in verdicts if one in of]
    if not all_of:
        return "–"
    rose = sum(one in _ROSE for one in all_of)
    return w.gettext("%(rose)s av %(all)s", rose=rose, all=len(all_of))


def ahead(telling: Telling) -> Iterator[Block]:
    """The next deadlines, the next round and the next plan."""
    coming, w = telling.facts.coming, telling.words
    if coming.rows:
        yield Paragraph(w.gettext("Närmast i tur står:"))
        yield Bullets(tuple(_next(one, w) for one in coming.rows))
    said = []
    if coming.later:
        said.append(_later(coming, w))
    if not coming.rows and not coming.later:
        said.append(_nothing_ahead(telling))
    said.append(_round(telling))
    yield Paragraph(" ".join(filter(None, said)))


def _later(coming: Coming, w: Words) -> str:
    if not coming.rows:
        return w.ngettext(
            "%(num)s åtgärd har klardatum längre fram.",
            "%(num)s åtgärder har klardatum längre fram.",
            coming.later,
        )
    return w.ngettext(
        "%(num)s åtgärd till har klardatum längre fram.",
        "%(num)s åtgärder till har klardatum längre fram.",
        coming.later,
    )


def _next(row: ReportRow, w: Words) -> Inline:
    lead = w.gettext("%(day)s:", day=w.day(row.deadline))
    return led(lead, sentence(w.title(row)))


def _nothing_ahead(telling: Telling) -> str:
    w = telling.words
    if any(one.overdue(telling.facts.as_of) for one in telling.facts.rows):
        return w.gettext("Utöver de försenade åtgärderna har ingen åtgärd klardatum framöver.")
    return w.gettext("Ingen åtgärd har klardatum framöver.")


def _round(telling: Telling) -> str:
    coming, w = telling.facts.coming, telling.words
    name = shortened(coming.round_name, 100)
    if not name:
        return w.gettext("Något datum för nästa uppföljning är inte bestämt.")
    if coming.round_due_on is None:
        return w.gettext("Nästa uppföljning är %(name)s.", name=name)
    return w.gettext(
        "Nästa uppföljning är %(name)s, då de ansvariga svarar senast den %(day)s.",
        name=name,
        day=w.day(coming.round_due_on),
    )


def economy(telling: Telling) -> Iterator[Block]:
    """That nothing has been said of costs."""
    yield Paragraph(
        telling.words.gettext("Några ekonomiska konsekvenser har inte angetts i underlaget.")
    )


def children(telling: Telling) -> Iterator[Block]:
    """That nothing has been said of children."""
    yield Paragraph(
        telling.words.gettext("Några konsekvenser för barn har inte angetts i underlaget.")
    )


def signature(telling: Telling) -> Iterator[Block]:
    """Who answers for the report, line by line: name, then role."""
    facts = telling.facts
    lines = [initial(part.strip()) for part in one_line(facts.signed_by).split(",") if part.strip()]
    yield Paragraph("\n".join(lines) or one_line(facts.municipality))


def appendices(telling: Telling) -> Iterator[Block]:
    """Which appendices follow; they begin on a new page."""
    w = telling.words
    if telling.final:
        told = w.gettext("Bilaga 1. Uppföljningar och beslut\nBilaga 2. Åtgärderna")
    elif telling.facts.changes is not None and telling.facts.changes.of_whole:
        told = w.gettext(
            "Bilaga 1. Åtgärderna, med det som har hänt sedan rapporten om hela planen"
        )
    elif telling.facts.changes is not None:
        told = w.gettext("Bilaga 1. Åtgärderna, med det som har hänt sedan förra rapporten")
    else:
        told = w.gettext("Bilaga 1. Åtgärderna")
    yield Paragraph(told)
    yield PageBreak()
