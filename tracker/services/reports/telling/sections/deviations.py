"""What does not follow the plan, why, and what is done about it: every deviation is told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tracker.domain.reporting import Deviation, Gap, ReportRow, Why
from tracker.reports.content import Block, Column, Paragraph, Span, Table, plain
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.telling import (
    Own,
    Piece,
    Telling,
    key_of,
    led,
    written,
)
from tracker.services.reports.telling.words import (
    GROUPS,
    LABELS,
    Words,
    initial,
    sentence,
    shortened,
)

MOST_IN_TEXT = 12
GRAVEST = 8  # so many in the text where there are more, beside those that somebody wrote about
LONGEST_SAID = 600
LONGEST_REASON = 300
LONGEST_IN_TABLE = 160


def deviations(telling: Telling) -> Iterator[Piece]:
    """How many deviate and how, then the gravest one by one."""
    w = telling.words
    if not telling.replaced("deviations"):
        yield from _intro(telling)
    elif own := telling.own("deviations"):
        yield from written(own.text)
    for one in in_text(telling):
        yield from about(telling, one)
    left = len(in_table(telling))
    if telling.opened:  # the appendix may not be shown, or be shown where deviations are not
        yield from other_deviations(telling)
    elif left and not telling.replaced("deviations"):
        yield Paragraph(
            w.ngettext(
                "Ytterligare %(num)s avvikelse står i bilagan.",
                "Ytterligare %(num)s avvikelser står i bilagan.",
                left,
            )
        )


def in_text(telling: Telling) -> tuple[Deviation, ...]:
    """The deviations told in the section itself; of a section that somebody wrote instead, those
    that somebody wrote about too."""
    found = telling.facts.deviations
    if telling.replaced("deviations"):
        return tuple(one for one in found if telling.has_own(one))
    most = len(found) if len(found) <= MOST_IN_TEXT else GRAVEST
    return tuple(one for at, one in enumerate(found) if at < most or telling.has_own(one))


def in_table(telling: Telling) -> tuple[Deviation, ...]:
    """The other deviations, told in the appendix."""
    told = {one.row.id for one in in_text(telling)}
    return tuple(one for one in telling.facts.deviations if one.row.id not in told)


def _intro(telling: Telling) -> Iterator[Block]:
    facts, w = telling.facts, telling.words
    if not facts.deviations:
        yield Paragraph(w.gettext("Ingen åtgärd avviker från planen.") if facts.rows else "")
        return
    said = [_how_many([one.whys[0] for one in facts.deviations], w)]
    silent = next((one for one in facts.missing if one.gap is Gap.NO_EXPLANATION), None)
    if silent is not None and silent.number:
        said.append(w.missing(silent, since=None))
    yield Paragraph(" ".join(said))


def _how_many(whys: list[Why], w: Words) -> str:
    counts = [(why, whys.count(why)) for why in Why if why in whys]
    if len(counts) == 1:
        return _alike(whys[0], len(whys), w)
    return w.ngettext(
        "%(num)s åtgärd avviker från planen: %(how)s.",
        "%(num)s åtgärder avviker från planen: %(how)s.",
        len(whys),
        how=w.joined([_counted(why, number, w) for why, number in counts]),
    )


def _alike(why: Why, number: int, w: Words) -> str:
    """How many deviate, where all do so in the same way."""
    if why is Why.OVERDUE:
        return w.ngettext(
            "%(num)s åtgärd avviker från planen: den är försenad.",
            "%(num)s åtgärder avviker från planen: alla är försenade.",
            number,
        )
    if why is Why.OFF_TRACK:
        return w.ngettext(
            "%(num)s åtgärd avviker från planen, enligt den ansvariga.",
            "%(num)s åtgärder avviker från planen, enligt de ansvariga.",
            number,
        )
    if why is Why.LATE_FORECAST:
        return w.ngettext(
            "%(num)s åtgärd avviker från planen: den väntas bli klar efter sitt klardatum.",
            "%(num)s åtgärder avviker från planen: alla väntas bli klara efter sina klardatum.",
            number,
        )
    if why is Why.PAUSED:
        return w.ngettext(
            "%(num)s åtgärd avviker från planen: den är pausad.",
            "%(num)s åtgärder avviker från planen: alla är pausade.",
            number,
        )
    return w.ngettext(
        "%(num)s åtgärd avviker från planen: den har avbrutits.",
        "%(num)s åtgärder avviker från planen: alla har avbrutits.",
        number,
    )


def _counted(why: Why, number: int, w: Words) -> str:
    if why is Why.OVERDUE:
        return w.ngettext("%(num)s är försenad", "%(num)s är försenade", number)
    if why is Why.OFF_TRACK:
        return w.gettext("%(num)s följer inte planen", num=number)
    if why is Why.LATE_FORECAST:
        return w.ngettext(
            "%(num)s väntas bli klar efter sitt klardatum",
            "%(num)s väntas bli klara efter sina klardatum",
            number,
        )
    if why is Why.PAUSED:
        return w.ngettext("%(num)s är pausad", "%(num)s är pausade", number)
    return w.gettext("%(num)s har avbrutits", num=number)


def about(telling: Telling, one: Deviation) -> Iterator[Piece]:
    """One deviation: its action, what the data say, and what somebody wrote after it or instead."""
    own = telling.own(key_of(one.row))
    if own is not None and telling.replaced(key_of(one.row)):
        yield Paragraph((Span(sentence(telling.words.title(one.row)), strong=True),))
        yield from written(own.text)
        return
    yield from told_of(one, telling.words, explained=own is not None or telling.quiet)
    if own is not None and not telling.quiet:
        yield from _explained(own.text, telling.words)


def _explained(text: str, w: Words) -> Iterator[Piece]:
    """What somebody wrote about a deviation, after words that say what it is."""
    for at, piece in enumerate(written(text)):
        if at == 0 and isinstance(piece.block, Paragraph):
            yield Own(Paragraph(w.gettext("Det här görs: %(text)s", text=plain(piece.block.text))))
        elif at == 0:
            yield Paragraph(w.gettext("Det här görs:"))
            yield piece
        else:
            yield piece


def told_of(one: Deviation, w: Words, *, explained: bool = False) -> Iterator[Block]:
    """What the data say of a deviation: who, why, how late, the forecast and the owner's words.
    `explained`: nobody is to be said to be silent, as their own words follow or are left out."""
    row = one.row
    said = [w.gettext("Ansvarig: %(who)s.", who=w.responsible(row)), *_whys(one, w)]
    if row.taken_over_by:
        plan = shortened(row.taken_over_by, 200)
        said.append(w.gettext("Åtgärden fortsätter i ”%(plan)s”.", plan=plan))
    if row.said.strip():
        said.append(said_lately(row, w))
    elif not row.dropped_reason.strip() and not explained:
        said.append(w.gettext("Ingen har angett orsaken eller vad som görs åt den."))
    yield Paragraph(led(sentence(w.title(row)), " ".join(said)))


def said_lately(row: ReportRow, w: Words, most: int = LONGEST_SAID) -> str:
    """The owner's latest words, with their day; at most `most` characters of them."""
    text = sentence(shortened(row.said, most))
    if row.said_on is None:
        return w.gettext("Lägesrapport: %(text)s", text=text)
    return w.gettext("Lägesrapport den %(day)s: %(text)s", day=w.day(row.said_on), text=text)


def _whys(one: Deviation, w: Words) -> Iterator[str]:
    row, whys = one.row, one.whys
    if Why.DROPPED in whys:
        yield from _dropped(row, w)
        return
    if Why.PAUSED in whys:
        yield w.gettext("Åtgärden är pausad.")
    if Why.OVERDUE in whys:
        yield w.ngettext(
            "Den skulle ha varit klar den %(day)s och är %(num)s dag försenad.",
            "Den skulle ha varit klar den %(day)s och är %(num)s dagar försenad.",
            one.days_late,
            day=w.day(row.deadline),
        )
    elif Why.LATE_FORECAST not in whys:
        yield w.gettext("Den ska vara klar den %(day)s.", day=w.day(row.deadline))
    if Why.OFF_TRACK in whys:
        yield w.gettext("Den ansvariga bedömer att åtgärden inte följer planen.")
    yield from _forecast(one, w)
    if row.deadline != row.first_deadline:
        first = w.day(row.first_deadline)
        yield w.gettext("Klardatumet var från början den %(day)s.", day=first)


def _dropped(row: ReportRow, w: Words) -> Iterator[str]:
    who = shortened(row.dropped_by, 100)
    if row.dropped_on is None:
        yield w.gettext("Åtgärden har avbrutits.")
    elif who:
        yield w.gettext(
            "Åtgärden avbröts den %(day)s efter beslut av %(who)s.",
            day=w.day(row.dropped_on),
            who=who,
        )
    else:
        yield w.gettext("Åtgärden avbröts den %(day)s.", day=w.day(row.dropped_on))
    if row.dropped_reason.strip():
        reason = sentence(shortened(row.dropped_reason, LONGEST_REASON))
        yield w.gettext("Skäl: %(reason)s", reason=reason)


def _forecast(one: Deviation, w: Words) -> Iterator[str]:
    row, overdue = one.row, Why.OVERDUE in one.whys
    if row.forecast is None:
        if overdue:
            yield w.gettext("Det finns ingen ny prognos.")
    elif overdue and row.forecast <= row.deadline + timedelta(days=one.days_late):
        yield w.gettext(
            "Även den senaste prognosen, den %(day)s, har passerats.", day=w.day(row.forecast)
        )
    elif overdue:
        yield w.gettext("Ny prognos: klar den %(day)s.", day=w.day(row.forecast))
    elif row.forecast > row.deadline:
        yield w.ngettext(
            "Den ska vara klar den %(day)s men väntas bli klar den %(forecast)s, %(num)s dag "
            "senare.",
            "Den ska vara klar den %(day)s men väntas bli klar den %(forecast)s, %(num)s dagar "
            "senare.",
            (row.forecast - row.deadline).days,
            day=w.day(row.deadline),
            forecast=w.day(row.forecast),
        )


def other_deviations(telling: Telling) -> Iterator[Block]:
    """The deviations that have no place in the text, one table for each ground."""
    w, left = telling.words, in_table(telling)
    for why in Why:
        rows = tuple(_line(one, telling) for one in left if one.whys[0] is why)
        if rows:
            columns = (
                Column(w.gettext("Åtgärd"), width=2.4),
                Column(w.gettext("Ansvarig"), width=1.7),
                Column(w.gettext("Avvikelse"), width=2.0),
                Column(w.gettext("Vad som görs"), width=2.6),
            )
            yield Table(w.gettext(GROUPS[why]), columns[: len(rows[0])], rows)


def _line(one: Deviation, telling: Telling) -> tuple[str, ...]:
    row, w = one.row, telling.words
    if telling.quiet:
        return w.title(row), initial(w.responsible(row)), _in_short(one, w)
    done = row.said if row.said.strip() else row.dropped_reason
    doing = shortened(done, LONGEST_IN_TABLE) or w.gettext("Ingen har angett något.")
    return w.title(row), initial(w.responsible(row)), _in_short(one, w), doing


def _in_short(one: Deviation, w: Words) -> str:
    said = [w.gettext(LABELS[why]) for why in one.whys if why is not Why.OVERDUE]
    if Why.OVERDUE in one.whys:
        late = w.ngettext("%(num)s dag försenad", "%(num)s dagar försenad", one.days_late)
        said.insert(0, late)
    if one.row.forecast is not None and one.row.open:
        said.append(w.gettext("prognos %(day)s", day=w.short_day(one.row.forecast)))
    if one.row.taken_over_by:
        said.append(w.going_on(one.row))
    return initial(one_line(", ".join(said)))
