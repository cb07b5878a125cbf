"""How the plan stands: in all, in each area, and what has been done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tracker.domain.reporting import (
    AreaState,
    Gap,
    Missing,
    Move,
    ReportFacts,
    ReportRow,
    RoundFacts,
    Tally,
)
from tracker.domain.statuses import ActionStatus
from tracker.reports.charts import (
    Name,
    ProgressRow,
    ProgressWords,
    progress,
    progress_on_paper,
)
from tracker.reports.content import (
    Align,
    Block,
    Bullets,
    Column,
    Figure,
    Inline,
    Paragraph,
    Table,
)
from tracker.services.reports.telling.sections.judged import judged
from tracker.services.reports.telling.sections.opening import going_on, standing
from tracker.services.reports.telling.sections.telling import Telling, led
from tracker.services.reports.telling.words import Words, initial, sentence, shortened

MOST_DONE = 8  # what is done beyond these stands in the appendix only
MOST_LATEST = 5  # as much where there is no last report to count from
MOST_TOLD = 5  # where more is done, the owners' words stand in the appendix only
LONGEST_SAID = 220


def rows_in(facts: ReportFacts, area: AreaState) -> tuple[ReportRow, ...]:
    """The actions that answer points of an area, or of none."""
    if area.number is None:
        return tuple(one for one in facts.rows if not one.areas)
    return tuple(one for one in facts.rows if area.number in one.areas)


def state(telling: Telling) -> Iterator[Block]:
    """How many stand how, the areas as a drawing and a table, and what is missing."""
    facts, w = telling.facts, telling.words
    told = [standing(facts.tally, w), _rest(facts, w), going_on(facts.rows, w)]
    yield Paragraph(" ".join(filter(None, told)))
    if facts.rows and any(area.number is not None for area in facts.areas):
        yield _figure(telling)
        if any(len(one.areas) > 1 for one in facts.rows):
            yield Paragraph(
                w.gettext("En åtgärd som hör till flera områden räknas i vart och ett av dem.")
            )
    yield Paragraph(" ".join(filter(None, _missing(telling))))


def _rest(facts: ReportFacts, w: Words) -> str:
    """How many were seen by somebody else, how the rest stand, and that some do not count."""
    tally, said = facts.tally, []
    if tally.verified and tally.reached == 1:
        said.append(
            w.gettext(
                "Den är verifierad, det vill säga kontrollerad av någon annan än den som ansvarar "
                "för den."
            )
        )
    elif tally.verified and tally.verified == tally.reached:
        said.append(
            w.gettext(
                "De är alla verifierade, det vill säga kontrollerade av någon annan än den som "
                "ansvarar för dem."
            )
        )
    elif tally.verified:
        said.append(
            w.ngettext(
                "%(num)s av dem är verifierad, det vill säga kontrollerad av någon annan än den "
                "som ansvarar för den.",
                "%(num)s av dem är verifierade, det vill säga kontrollerade av någon annan än den "
                "som ansvarar för dem.",
                tally.verified,
            )
        )
    said.append(_left(tally, w))
    if tally.dropped:
        said.append(
            w.ngettext(
                "%(num)s åtgärd som har avbrutits räknas inte med.",
                "%(num)s åtgärder som har avbrutits räknas inte med.",
                tally.dropped,
            )
        )
    return " ".join(filter(None, said))


def _left(tally: Tally, w: Words) -> str:
    counts = (tally.ongoing, tally.planned, tally.paused)
    if sum(map(bool, counts)) < 2:
        return _all_left(tally, w) if any(counts) else ""
    told = []
    if tally.ongoing:
        told.append(w.gettext("pågår %(num)s", num=tally.ongoing))
    if tally.planned and told:
        told.append(w.ngettext("%(num)s är planerad", "%(num)s är planerade", tally.planned))
    elif tally.planned:
        told.append(w.ngettext("är %(num)s planerad", "är %(num)s planerade", tally.planned))
    if tally.paused:
        told.append(w.ngettext("%(num)s är pausad", "%(num)s är pausade", tally.paused))
    if not tally.reached:
        return w.gettext("Av dem %(how)s.", how=w.joined(told))
    return w.gettext("Av de %(left)s som återstår %(how)s.", left=sum(counts), how=w.joined(told))


def _all_left(tally: Tally, w: Words) -> str:
    """How those that are left stand, where all of them stand alike."""
    left = tally.ongoing + tally.planned + tally.paused
    if tally.reached:
        who = w.ngettext("Den som återstår", "De som återstår", left)
    else:
        who = w.ngettext("Den", "Alla", left)
    if tally.ongoing:
        return w.ngettext("%(who)s pågår.", "%(who)s pågår.", left, who=who)
    if tally.planned:
        return w.ngettext("%(who)s är planerad.", "%(who)s är planerade.", left, who=who)
    return w.ngettext("%(who)s är pausad.", "%(who)s är pausade.", left, who=who)


def _counts(rows: Sequence[ReportRow], facts: ReportFacts) -> tuple[int, int, int, int]:
    """Of the actions that were not dropped: done, going on in time, late, not going on."""
    late = [one for one in rows if one.overdue(facts.as_of)]
    in_time = [one for one in rows if one.open and one not in late]
    ongoing = sum(one.status is ActionStatus.ONGOING for one in in_time)
    return sum(one.reached for one in rows), ongoing, len(late), len(in_time) - ongoing


def _figure(telling: Telling) -> Figure:
    facts, w = telling.facts, telling.words
    shown = [(area, _counts(rows_in(facts, area), facts)) for area in facts.areas]
    shown = [(area, counts) for area, counts in shown if area.number is not None or any(counts)]
    heading = w.gettext("Åtgärderna per område den %(day)s", day=w.day(facts.as_of))
    alt = _alt(shown, w)
    rows = [
        ProgressRow(w.area(area), *counts, note=w.gettext("Inga åtgärder"))
        for area, counts in shown
    ]
    name = Name("areas", heading, alt)
    words = ProgressWords(
        w.gettext("Genomförda"),
        w.gettext("Pågår i tid"),
        w.gettext("Försenade"),
        w.gettext("Planerade eller pausade"),
    )
    svg = progress(rows, name=name, words=words)
    paper = progress_on_paper(rows, name=name, words=words)
    return Figure(svg, alt, heading, _table(telling, shown), 0.85, paper)


def _alt(shown: Sequence[tuple[AreaState, tuple[int, int, int, int]]], w: Words) -> str:
    """What the drawing is, and the one thing it shows best; its figures follow in a table."""
    said = w.gettext("Liggande staplar: antal åtgärder i varje område efter läge.")
    late = [
        w.gettext("%(area)s (%(num)s)", area=w.area(area), num=counts[2])
        for area, counts in shown
        if counts[2]
    ]
    if not late:
        return f"{said} {w.gettext('Inga åtgärder är försenade.')}"
    where = w.gettext("Försenade åtgärder finns i: %(areas)s.", areas=w.joined(late))
    return f"{said} {where}"


def _table(telling: Telling, shown: Sequence[tuple[AreaState, tuple[int, ...]]]) -> Table:
    w, scored = telling.words, any(area.score is not None for area, _counts in shown)
    of = _max_of_all(shown)
    before = _points_before(telling) if of else {}
    columns = [Column(w.gettext("Område"), width=6.0 if before else 7.3)]
    effects = telling.facts.effects
    if scored and before and effects is not None:
        years = (effects.before.month.year, effects.after.month.year)
        columns += [
            Column(w.gettext("Poäng %(year)s", year=year), Align.RIGHT, 1.4) for year in years
        ]
    elif scored:
        title = w.gettext("Poäng av %(max)s", max=of) if of else w.gettext("Poäng")
        columns.append(Column(title, Align.RIGHT, 1.6))
    columns += [
        Column(title, Align.RIGHT, width)
        for title, width in (
            (w.gettext("Genomförda"), 2.05),
            (w.gettext("Pågår i tid"), 1.3),
            (w.gettext("Försenade"), 1.9),
            (w.gettext("Planerade eller pausade"), 1.9),
        )
    ]
    rows = []
    for area, counts in shown:
        figures = tuple(map(str, counts))
        score = (_score(area, w, alike=of is not None),) if scored else ()
        if scored and before:
            score = (str(before.get(area.number, "–")), *score)
        rows.append((w.area(area), *score, *figures))
    caption = _caption(telling, scored, of if before else None)
    return Table(caption, tuple(columns), tuple(rows))


def _points_before(telling: Telling) -> Mapping[int | None, int]:
    """Area → its points in the evaluation before the latest, for a last report, where the two are
    of different years and the later one is that of the other column."""
    facts, effects = telling.facts, telling.facts.effects
    if not telling.final or effects is None or effects.after not in facts.evaluations[-1:]:
        return {}
    if effects.before.month.year == effects.after.month.year:
        return {}
    return {one.area: one.before for one in effects.areas if one.before is not None}


def _caption(telling: Telling, scored: bool, of: int | None) -> str:
    w, done, effects = telling.words, telling.facts.evaluations, telling.facts.effects
    if of is not None and effects is not None:
        return w.gettext(
            "Poäng av %(max)s i utvärderingarna i %(before)s och %(after)s och antal åtgärder, "
            "per område",
            max=of,
            before=w.month(effects.before.month),
            after=w.month(effects.after.month),
        )
    if scored and done:
        return w.gettext(
            "Poäng i utvärderingen i %(month)s och antal åtgärder, per område",
            month=w.month(done[-1].month),
        )
    return w.gettext("Antal åtgärder per område")


def _max_of_all(shown: Sequence[tuple[AreaState, tuple[int, ...]]]) -> int | None:
    """What every area can get at most, where it is the same."""
    found = {area.max for area, _counts in shown if area.score is not None}
    return found.pop() if len(found) == 1 else None


def _score(area: AreaState, w: Words, *, alike: bool) -> str:
    if area.score is None:
        return "–"
    if area.max is None or alike:
        return str(area.score)
    return w.gettext("%(score)s av %(max)s", score=area.score, max=area.max)


def _missing(telling: Telling) -> Iterator[str]:
    """How many answered in the round, and what the report has to do without."""
    facts, w = telling.facts, telling.words
    since = facts.changes.since if facts.changes else None
    if facts.round is not None and facts.round.asked:
        yield _answered(facts.round, w)
    for one in facts.missing:
        # What nobody explained is told where it deviates; a last report waits for no more answers.
        if one.gap is Gap.NO_OWNER:
            yield _ownerless(one, w)
        elif one.gap is Gap.NO_REPORT and telling.final:
            continue
        elif one.number and one.gap is not Gap.NO_EXPLANATION:
            yield w.missing(one, since=since)


def _ownerless(missing: Missing, w: Words) -> str:
    """Which actions nobody answers for: the first few of them."""
    named = [w.gettext("”%(title)s”", title=shortened(one, 120)) for one in missing.titles[:3]]
    if not named:
        return ""
    more = missing.number - len(named)
    if more:
        named.append(w.ngettext("%(num)s till", "%(num)s till", more))
    return w.gettext("Ingen är ansvarig för %(titles)s.", titles=w.joined(named))


def _answered(of: RoundFacts, w: Words) -> str:
    """For how many of the actions a round got an answer."""
    name = shortened(of.name, 100)
    if not of.answered:
        return w.ngettext(
            "I uppföljningen %(name)s lämnades ingen lägesrapport för den enda åtgärden.",
            "I uppföljningen %(name)s lämnades ingen lägesrapport för någon av de %(num)s "
            "åtgärderna.",
            of.asked,
            name=name,
        )
    if of.answered == of.asked:
        return w.ngettext(
            "I uppföljningen %(name)s lämnades lägesrapport för den enda åtgärden.",
            "I uppföljningen %(name)s lämnades lägesrapport för alla %(num)s åtgärder.",
            of.asked,
            name=name,
        )
    return w.gettext(
        "I uppföljningen %(name)s lämnades lägesrapport för %(answered)s av %(asked)s åtgärder.",
        name=name,
        answered=of.answered,
        asked=of.asked,
    )


def results(telling: Telling) -> Iterator[Block]:
    """What has been done since the last report, or at all, and what goes on as planned."""
    facts, w = telling.facts, telling.words
    done = sorted(done_since(facts), key=lambda one: one.done_on or facts.as_of, reverse=True)
    if not facts.rows:
        return
    most = MOST_LATEST if facts.changes is None else MOST_DONE
    if not done:
        yield Paragraph(_nothing_done(facts, w))
    else:
        if len(done) > most:
            yield Paragraph(w.gettext("Senast genomfördes:"))
        told = len(done) <= MOST_TOLD
        yield Bullets(tuple(_done(one, telling, told=told) for one in done[:most]))
    more = len(done) - most
    if more > 0:
        yield Paragraph(
            w.ngettext(
                "Ytterligare %(num)s genomförd åtgärd står i bilagan.",
                "Ytterligare %(num)s genomförda åtgärder står i bilagan.",
                more,
            )
        )
    yield Paragraph(judged(facts, w))


def done_since(facts: ReportFacts) -> tuple[ReportRow, ...]:
    """What was done since the last report; where there is none, all that is done."""
    if facts.changes is None:
        return tuple(one for one in facts.rows if one.reached)
    moved = (change.now for change in facts.changes.of(Move.DONE))
    return tuple(one for one in moved if one is not None)


def _nothing_done(facts: ReportFacts, w: Words) -> str:
    if facts.changes is None:
        return w.gettext("Ingen åtgärd är genomförd än.")
    if facts.changes.of_whole:
        return w.gettext("Ingen åtgärd har genomförts sedan rapporten om hela planen.")
    return w.gettext("Ingen åtgärd har genomförts sedan förra rapporten.")


def _done(row: ReportRow, telling: Telling, *, told: bool) -> Inline:
    """An action that is done, where and when; with the owner's words where there is room."""
    w, said = telling.words, []
    where = w.place(row)
    if row.done_on:
        when = w.gettext("genomförd den %(day)s", day=w.day(row.done_on))
        if row.verified_on and told:
            when = w.gettext(
                "genomförd den %(done)s och verifierad den %(verified)s",
                done=w.day(row.done_on),
                verified=w.day(row.verified_on),
            )
        said.append(when)
    text = sentence(initial(", ".join(filter(None, (where, *said)))))
    more = sentence(shortened(row.said, LONGEST_SAID)) if told else ""
    return led(sentence(w.title(row)), " ".join(filter(None, (text, more))))
