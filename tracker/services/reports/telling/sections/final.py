"""What the last report about a plan tells in its own way: results, what was left, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.domain.reporting import AreaState, NextPlan, ReportRow
from tracker.domain.statuses import ActionStatus
from tracker.reports.content import Align, Block, Bullets, Column, Inline, Paragraph, Table
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.opening import LONGEST_PURPOSE, going_on, points_of
from tracker.services.reports.telling.sections.state import rows_in
from tracker.services.reports.telling.sections.telling import Telling, led
from tracker.services.reports.telling.words import Words, initial, sentence, shortened

LONGEST_REASON = 220
LONGEST_IN_TABLE = 200
MOST_NAMED = 8  # titles in one sentence


def results(telling: Telling) -> Iterator[Block]:
    """What came of the plan in each area and of each of its points, what was never done, and where
    it went."""
    facts, w = telling.facts, telling.words
    shown = [(area, rows_in(facts, area)) for area in facts.areas]
    told = [_area(area, rows, w) for area, rows in shown if rows]
    by_point = tuple(_points(telling))
    if told:
        yield Bullets(tuple(told))
    yield from by_point
    if told or by_point:
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
            "0 av %(num)s åtgärd är genomförd.",
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


def _points(telling: Telling) -> Iterator[Block]:
    """How many of the actions that answer each of the plan's own points are done; an action that
    answers several counts in each."""
    facts, w = telling.facts, telling.words
    if not any(one.plan_points for one in facts.rows):
        return
    counted = [one for one in facts.rows if one.status is not ActionStatus.DROPPED]
    groups = [
        (
            sentence(f"{one_line(label)}. {shortened(text, LONGEST_IN_TABLE)}"),
            [one for one in counted if label in one.plan_points],
        )
        for label, text in facts.points
    ]
    loose = [one for one in counted if not one.plan_points]
    if loose:
        name = w.gettext("Åtgärder som inte hör till någon av planens punkter")
        groups.append((name, loose))
    yield Table(
        w.gettext("Åtgärderna under planens punkter"),
        (
            Column(w.gettext("Punkt"), width=7),
            Column(w.gettext("Åtgärder"), Align.RIGHT, 1.5),
            Column(w.gettext("Genomförda"), Align.RIGHT, 1.9),
        ),
        tuple((name, str(len(rows)), str(_done_of(rows))) for name, rows in groups),
    )
    if any(len(one.plan_points) > 1 for one in counted):
        yield Paragraph(
            w.gettext("En åtgärd som hör till flera punkter räknas i var och en av dem.")
        )


def _done_of(rows: list[ReportRow]) -> int:
    return sum(one.reached for one in rows)


def _never_done(telling: Telling) -> Iterator[Block]:
    facts, w = telling.facts, telling.words
    left = [one for one in facts.rows if not one.reached]
    if not left:
        if facts.rows:
            yield Paragraph(w.gettext("Inget i planen blev ogjort."))
        return
    open_ones = [one for one in left if one.open]
    told_later = {one.row.id for one in facts.deviations}
    others = [one for one in left if one.id not in told_later]
    deviating = len(left) - len(others)
    lead = _not_done(len(open_ones), len(left) - len(open_ones), w)
    told = (lead, went(open_ones, w), _told_elsewhere(deviating, len(left), w))
    yield Paragraph(" ".join(filter(None, told)))
    apart = len({one.taken_over_by for one in open_ones}) > 1
    yield Bullets(tuple(_left(one, w, apart=apart) for one in others))


def _told_elsewhere(deviating: int, left: int, w: Words) -> str:
    """How many of those that are left stand among the deviations."""
    if not deviating:
        return ""
    if deviating == left:
        return w.ngettext(
            "Den beskrivs under Avvikelser som återstår.",
            "De beskrivs under Avvikelser som återstår.",
            deviating,
        )
    return w.gettext(
        "%(num)s av de %(left)s beskrivs under Avvikelser som återstår, de övriga här:",
        num=deviating,
        left=left,
    )


def _not_done(still_open: int, dropped: int, w: Words) -> str:
    """18 åtgärder är inte genomförda och 3 har avbrutits."""
    if not still_open:
        return w.ngettext(
            "%(num)s åtgärd har avbrutits.", "%(num)s åtgärder har avbrutits.", dropped
        )
    if not dropped:
        return w.ngettext(
            "%(num)s åtgärd är fortfarande öppen.",
            "%(num)s åtgärder är fortfarande öppna.",
            still_open,
        )
    return w.ngettext(
        "%(num)s åtgärd är fortfarande öppen och %(dropped)s har avbrutits.",
        "%(num)s åtgärder är fortfarande öppna och %(dropped)s har avbrutits.",
        still_open,
        dropped=dropped,
    )


def went(open_ones: Sequence[ReportRow], w: Words) -> str:
    """Where the open actions went: other plans took over all, some or none of them."""
    stays = sum(not one.taken_over_by for one in open_ones)
    if not stays:
        return going_on(open_ones, w)
    if stays == len(open_ones):
        return w.gettext("Ingen ny plan har tagit över det som är öppet.")
    told = w.ngettext(
        "%(num)s har inte tagits över av någon ny plan.",
        "%(num)s har inte tagits över av någon ny plan.",
        stays,
    )
    return f"{going_on(open_ones, w)} {told}"


def _left(row: ReportRow, w: Words, *, apart: bool) -> Inline:
    """How it stood; `apart`: not all go the same way, so that each says where."""
    if row.open:
        said = w.gettext(
            "%(status)s, klar senast den %(day)s.", status=w.status(row), day=w.day(row.deadline)
        )
        if apart and row.taken_over_by:
            said = f"{said} {sentence(initial(w.going_on(row)))}"
    else:
        reason = sentence(shortened(row.dropped_reason, LONGEST_REASON))
        said = " ".join(filter(None, (f"{w.status(row)}.", reason)))
    return led(sentence(w.title(row)), said)


def ahead(telling: Telling) -> Iterator[Block]:
    """The next plan: its period, what it is for, its points and what it took over."""
    after, w = telling.facts.coming.plan, telling.words
    if after is None:
        yield Paragraph(w.gettext("Ingen plan för nästa period är beslutad."))
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
