"""What the last report about a plan tells in its own way: results, what was left, what is next."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.domain.reporting import AreaState, NextPlan, ReportRow
from tracker.domain.statuses import ActionStatus
from tracker.reports.content import Block, Bullets, Inline, Paragraph
from tracker.services.reports.telling.sections.opening import LONGEST_PURPOSE, points_of
from tracker.services.reports.telling.sections.state import rows_in
from tracker.services.reports.telling.sections.telling import Telling, led
from tracker.services.reports.telling.words import Words, sentence, shortened

LONGEST_REASON = 220
MOST_NAMED = 8  # titles in one sentence


def results(telling: Telling) -> Iterator[Block]:
    """What came of the plan in each area, what was never done, and where it went."""
    facts, w = telling.facts, telling.words
    shown = [(area, rows_in(facts, area)) for area in facts.areas]
    told = [_area(area, rows, w) for area, rows in shown if rows]
    if told:
        yield Bullets(tuple(told))
    else:
        return
    yield from _never_done(telling)


def _area(area: AreaState, rows: tuple[ReportRow, ...], w: Words) -> Inline:
    counted = [one for one in rows if one.status is not ActionStatus.DROPPED]
    done = [one for one in counted if one.reached]
    return led(
        f"{w.area(area)}.", " ".join(filter(None, (_share(done, counted, w), _named(done, w))))
    )


def _share(done: list[ReportRow], counted: list[ReportRow], w: Words) -> str:
    if not counted:
        return w.gettext("Alla åtgärder i området avbröts.")
    if not done:
        return w.ngettext(
            "Den enda åtgärden är inte genomförd.",
            "Ingen av de %(num)s åtgärderna är genomförd.",
            len(counted),
        )
    if len(done) == len(counted) == 2:
        return w.gettext("Båda åtgärderna är genomförda:")
    if len(done) == len(counted):
        return w.ngettext(
            "Den enda åtgärden är genomförd:",
            "Alla %(num)s åtgärder är genomförda:",
            len(counted),
        )
    return w.ngettext(
        "%(num)s av %(total)s åtgärder är genomförd:",
        "%(num)s av %(total)s åtgärder är genomförda:",
        len(done),
        total=len(counted),
    )


def _named(done: list[ReportRow], w: Words) -> str:
    if not done:
        return ""
    named = [w.quoted(one) for one in done[:MOST_NAMED]]
    more = len(done) - len(named)
    if more:
        named.append(w.ngettext("%(num)s till", "%(num)s till", more))
    return f"{w.joined(named)}."


def _never_done(telling: Telling) -> Iterator[Block]:
    facts, w = telling.facts, telling.words
    left = [one for one in facts.rows if not one.reached]
    if not left:
        if facts.rows:
            yield Paragraph(w.gettext("Inget i planen blev ogjort."))
        return
    open_ones = [one for one in left if one.open]
    lead = w.ngettext(
        "%(num)s åtgärd i planen blev inte genomförd.",
        "%(num)s åtgärder i planen blev inte genomförda.",
        len(left),
    )
    told_later = {one.row.id for one in facts.deviations}
    others = [one for one in left if one.id not in told_later]
    deviating = len(left) - len(others)
    where = w.ngettext(
        "%(num)s av dem beskrivs under rubriken om avvikelser.",
        "%(num)s av dem beskrivs under rubriken om avvikelser.",
        deviating,
    )
    told = (lead, where if deviating else "", went(len(open_ones), telling))
    yield Paragraph(" ".join(filter(None, told)))
    yield Bullets(tuple(_left(one, w) for one in others))


def went(number: int, telling: Telling) -> str:
    """Where the open actions went: the next plan took over all, some or none of them."""
    after, w = telling.facts.coming.plan, telling.words
    if not number:
        return ""
    if after is None or not after.taken_over:
        return w.ngettext(
            "%(num)s åtgärd är fortfarande öppen och har inte tagits över av någon ny plan.",
            "%(num)s åtgärder är fortfarande öppna och har inte tagits över av någon ny plan.",
            number,
        )
    return w.ngettext(
        "%(num)s åtgärd fortsätter i ”%(plan)s”.",
        "%(num)s åtgärder fortsätter i ”%(plan)s”.",
        after.taken_over,
        plan=shortened(after.title, 200),
    )


def _left(row: ReportRow, w: Words) -> Inline:
    if row.open:
        said = w.gettext(
            "%(status)s, klar senast den %(day)s.", status=w.status(row), day=w.day(row.deadline)
        )
    else:
        reason = sentence(shortened(row.dropped_reason, LONGEST_REASON))
        said = " ".join(filter(None, (f"{w.status(row)}.", reason)))
    return led(sentence(w.title(row)), said)


def ahead(telling: Telling) -> Iterator[Block]:
    """The next plan: its period, what it is for, its points and what it took over."""
    after, w = telling.facts.coming.plan, telling.words
    if after is None:
        yield Paragraph(w.gettext("Någon plan för nästa period finns inte än."))
        return
    yield Paragraph(_period(after, w))
    yield Paragraph(shortened(after.purpose, LONGEST_PURPOSE))
    if after.points:
        yield Paragraph(w.gettext("Den nya planen har följande punkter:"))
        yield Bullets(tuple(points_of(after.points)))
    if after.taken_over:
        yield Paragraph(
            w.ngettext(
                "Den tar över %(num)s åtgärd som inte blev klar.",
                "Den tar över %(num)s åtgärder som inte blev klara.",
                after.taken_over,
            )
        )


def _period(after: NextPlan, w: Words) -> str:
    title = shortened(after.title, 200)
    if after.starts_on and after.ends_on:
        return w.gettext(
            "Arbetet fortsätter i ”%(plan)s”, som gäller från den %(start)s till den %(end)s.",
            plan=title,
            start=w.day(after.starts_on),
            end=w.day(after.ends_on),
        )
    return w.gettext("Arbetet fortsätter i ”%(plan)s”.", plan=title)
