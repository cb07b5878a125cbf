"""The appendices: what moved since the last report, every decision, and every action."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.domain.reporting import Change, Move, Promise, ReportRow
from tracker.domain.statuses import ActionStatus
from tracker.reports.content import Block, Column, Heading, Inline, Paragraph, Table
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.deviations import in_table, other_deviations
from tracker.services.reports.telling.sections.opening import note_of
from tracker.services.reports.telling.sections.telling import Telling
from tracker.services.reports.telling.words import MOVES, Words, initial

_LAST_AREA = 1000


def changes(telling: Telling) -> Iterator[Block]:
    """What the last report promised and what came of it, then all that moved."""
    found, w = telling.facts.changes, telling.words
    if found is None:
        return
    day = w.day(found.since)
    since = w.gettext("Jämfört med förra rapporten, som visade läget den %(day)s.", day=day)
    if found.of_whole:
        since = w.gettext(
            "Jämfört med rapporten om hela planen, som visade läget den %(day)s.", day=day
        )
    yield Paragraph(since)
    if found.promises:
        kept = sum(one.kept for one in found.promises)
        yield Paragraph(_kept(kept, len(found.promises), w))
        yield _promises(found.promises, telling)
    if found.changes:
        yield _moved(found.changes, telling)
    else:
        yield Paragraph(w.gettext("Ingen åtgärd har genomförts, flyttats eller avbrutits."))


def _kept(kept: int, promised: int, w: Words) -> str:
    if promised == 1:
        done = w.gettext("Den åtgärd som skulle vara klar vid det här laget är genomförd.")
        late = w.gettext("Den åtgärd som skulle vara klar vid det här laget är inte genomförd.")
        return done if kept else late
    if kept == promised == 2:
        return w.gettext("Båda åtgärderna som skulle vara klara vid det här laget är genomförda.")
    if kept == promised:
        return w.gettext(
            "Alla %(num)s åtgärder som skulle vara klara vid det här laget är genomförda.",
            num=promised,
        )
    if not kept:
        return w.gettext(
            "Ingen av de %(num)s åtgärder som skulle vara klara vid det här laget är genomförd.",
            num=promised,
        )
    return w.ngettext(
        "Av de %(promised)s åtgärder som skulle vara klara vid det här laget är %(num)s genomförd.",
        "Av de %(promised)s åtgärder som skulle vara klara vid det här laget är %(num)s "
        "genomförda.",
        kept,
        promised=promised,
    )


def _promises(found: tuple[Promise, ...], telling: Telling) -> Table:
    w = telling.words
    rows = tuple(
        (w.title(one.before), w.short_day(one.before.deadline), _became(one, telling))
        for one in found
    )
    return Table(
        w.gettext("Det som skulle vara klart"),
        (
            Column(w.gettext("Åtgärd"), width=4),
            Column(w.gettext("Skulle vara klar"), width=1.3),
            Column(w.gettext("Det här hände"), width=2.2),
        ),
        rows,
    )


def _became(one: Promise, telling: Telling) -> str:
    now, w = one.now, telling.words
    if now is None:
        return w.gettext("Ingår inte längre")
    if now.reached:
        return _done(now, w)
    if not now.open:
        return w.status(now)
    if now.deadline > one.before.deadline:
        moved = w.gettext("Flyttad till %(day)s", day=w.short_day(now.deadline))
        return _going_on(moved, now, w)
    if telling.opened:
        return _going_on(w.status(now), now, w)
    late = w.gettext("Försenad") if now.overdue(telling.facts.as_of) else w.status(now)
    return _going_on(_with_forecast(late, now, w), now, w)


def _going_on(said: str, row: ReportRow, w: Words) -> str:
    return ", ".join(filter(None, (said, w.going_on(row))))


def _done(row: ReportRow, w: Words) -> str:
    if row.done_on is None:
        return w.gettext("Genomförd")
    return w.gettext("Genomförd %(day)s", day=w.short_day(row.done_on))


def _with_forecast(said: str, row: ReportRow, w: Words) -> str:
    if row.forecast is None:
        return said
    forecast = w.gettext("prognos %(day)s", day=w.short_day(row.forecast))
    return f"{said}, {forecast}"


def _moved(found: tuple[Change, ...], telling: Telling) -> Table:
    w = telling.words
    order = list(Move)
    rows = tuple(
        (w.gettext(MOVES[one.move]), _name(one, w), _from_to(one, w))
        for one in sorted(found, key=lambda one: order.index(one.move))
    )
    return Table(
        w.gettext("Det som har ändrats"),
        (
            Column(w.gettext("Ändring"), width=1.2),
            Column(w.gettext("Åtgärd"), width=4),
            Column(w.gettext("Så här"), width=2.8),
        ),
        rows,
    )


def _name(one: Change, w: Words) -> str:
    row = one.now or one.before
    return w.title(row) if row is not None else w.gettext("Åtgärd utan rubrik")


def _from_to(one: Change, w: Words) -> str:
    before, now = one.before, one.now
    if now is None:
        return "–" if before is None else w.gettext("Var %(status)s", status=_low(before, w))
    if one.move is Move.DONE:
        return _done(now, w)
    if one.move is Move.DROPPED and now.dropped_on is not None:
        return w.gettext("Avbruten %(day)s", day=w.short_day(now.dropped_on))
    if one.move is Move.LEFT:
        return w.gettext("Var %(status)s", status=_low(before or now, w))
    if before is not None and one.move in (Move.DELAYED, Move.EARLIER):
        return w.gettext(
            "%(before)s till %(after)s",
            before=w.short_day(before.deadline),
            after=w.short_day(now.deadline),
        )
    return w.gettext(
        "%(status)s, klar senast %(day)s", status=w.status(now), day=w.short_day(now.deadline)
    )


def _low(row: ReportRow, w: Words) -> str:
    return w.status(row).lower()


def history(telling: Telling) -> Iterator[Block]:
    """Of a last report: every decision about the plan, with what it said."""
    facts, w = telling.facts, telling.words
    if not telling.final:
        return
    if not facts.decisions:
        yield Paragraph(w.gettext("Inga beslut om planen finns registrerade."))
        return
    kinds = {
        "adopted": w.gettext("Antagen"),
        "followed_up": w.gettext("Redovisad"),
        "closed": w.gettext("Avslutad"),
    }
    rows = tuple(
        (
            w.short_day(one.decided_on),
            w.gettext("%(body)s § %(section)s", body=one_line(one.body), section=one.section),
            one_line(one.record_number) or "–",
            " ".join(filter(None, (f"{kinds.get(one.kind, initial(one.kind))}.", note_of(one)))),
        )
        for one in facts.decisions
    )
    yield Table(
        w.gettext("Besluten om planen"),
        (
            Column(w.gettext("Datum"), width=1.1),
            Column(w.gettext("Beslut"), width=2.2),
            Column(w.gettext("Diarienummer"), width=1.3),
            Column(w.gettext("Innehåll"), width=3),
        ),
        rows,
    )


def actions(telling: Telling) -> Iterator[Block]:
    """The deviations that have no place in the text, then every action by area, each once."""
    facts, w = telling.facts, telling.words
    if in_table(telling) and not telling.opened:
        yield from other_deviations(telling)
        yield Heading(2, w.gettext("Alla åtgärder"))
    if not facts.rows:
        yield Paragraph(w.gettext("Planen har inga åtgärder att redovisa."))
        return
    yield _table(telling)
    if not telling.opened and any(one.said for one in facts.rows):
        yield Paragraph(
            w.gettext("Den senaste lägesrapporten om varje åtgärd står i rapportens Excelfil.")
        )


def _table(telling: Telling) -> Table:
    """Every action once, under the first of its areas; those without any stand last."""
    facts, w = telling.facts, telling.words
    numbered = any(one.areas for one in facts.rows)
    # Sorting keeps the order of the plan within an area.
    rows = sorted(facts.rows, key=lambda one: one.areas[:1] or (_LAST_AREA,))
    columns = [
        Column(w.gettext("Åtgärd"), width=5.7),
        Column(w.gettext("Ansvarig"), width=5.3),
        Column(w.gettext("Klar senast"), width=1.9),
        Column(w.gettext("Läge"), width=2.3),
    ]
    caption = w.gettext("Alla åtgärder")
    if numbered:
        columns.insert(0, Column(w.gettext("Omr."), width=0.9))
        caption = w.gettext(
            "Alla åtgärder efter område (Omr.). Områdenas namn står i avsnittet Läget per område."
        )
    return Table(caption, tuple(columns), tuple(_row(one, telling, numbered) for one in rows))


def _row(row: ReportRow, telling: Telling, numbered: bool) -> tuple[Inline, ...]:
    w = telling.words
    areas = (", ".join(map(str, row.areas)) or "–",) if numbered else ()
    return (
        *areas,
        w.title(row),
        _responsible(row, telling),
        w.short_day(row.deadline),
        standing_of(row, telling),
    )


def _responsible(row: ReportRow, telling: Telling) -> str:
    """The owner over the unit; the telling for everybody names no owner, and does not say whether
    there is one."""
    w = telling.words
    unit = one_line(row.unit)
    if row.open and not telling.opened and unit and not one_line(row.owner):
        return f"{w.gettext('Ingen ansvarig')}\n{unit}"
    return initial(w.responsible(row, between="\n"))


def standing_of(row: ReportRow, telling: Telling) -> str:
    """Genomförd 2026-01-28; pågår, försenad, prognos 2026-08-31."""
    w = telling.words
    ended = {
        ActionStatus.DONE: row.done_on,
        ActionStatus.VERIFIED: row.verified_on,
        ActionStatus.DROPPED: row.dropped_on,
    }.get(row.status)
    if not row.open:
        return f"{w.status(row)} {w.short_day(ended)}" if ended else w.status(row)
    said = w.status(row)
    if telling.opened:  # what is late is told among the deviations, where those are shown
        return _going_on(said, row, w)
    if row.overdue(telling.facts.as_of):
        said = w.gettext("%(status)s, försenad", status=said)
    return _going_on(_with_forecast(said, row, w), row, w)
