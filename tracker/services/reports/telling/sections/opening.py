"""How a report begins: the proposal, the summary, and where the plan comes from."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.domain.reporting import Gap, MinutesLine, Move, Part, Tally, Why
from tracker.domain.scores import Verdict
from tracker.reports.content import Block, Bullets, Inline, Paragraph, Span
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.telling import Telling
from tracker.services.reports.telling.words import Words, initial, sentence, shortened

LONGEST_PURPOSE = 900  # characters; the plan's own page holds the rest
LONGEST_POINT = 400


def proposal(telling: Telling) -> Iterator[Block]:
    """What the reader is asked to decide."""
    facts, w = telling.facts, telling.words
    reader = one_line(facts.reader) or w.gettext("Mottagaren")
    plan, day = shortened(facts.plan_title, 200), w.day(facts.as_of)
    items = []
    if not telling.final:
        items.append(
            w.gettext(
                "%(reader)s noterar redovisningen av ”%(plan)s” per den %(day)s till protokollet.",
                reader=reader,
                plan=plan,
                day=day,
            )
        )
        if _never_adopted(telling) and facts.part is Part.WHOLE:
            items.insert(0, w.gettext("%(reader)s antar ”%(plan)s”.", reader=reader, plan=plan))
    else:
        items += _final_items(telling, reader, plan)
    yield Bullets(tuple(items), ordered=True)


def _final_items(telling: Telling, reader: str, plan: str) -> Iterator[str]:
    facts, w = telling.facts, telling.words
    yield w.gettext("%(reader)s godkänner slutrapporten för ”%(plan)s”.", reader=reader, plan=plan)
    if facts.part is Part.WHOLE:
        yield w.gettext("%(reader)s avslutar planen.", reader=reader)
    after = facts.coming.plan
    if after is not None and after.taken_over:
        yield w.ngettext(
            "%(reader)s noterar att %(num)s åtgärd går över till ”%(next)s”.",
            "%(reader)s noterar att %(num)s åtgärder går över till ”%(next)s”.",
            after.taken_over,
            reader=reader,
            next=shortened(after.title, 200),
        )


def summary(telling: Telling) -> Iterator[Block]:
    """Three to six sentences: how many, what deviates, what moved, what the scores show."""
    facts, w = telling.facts, telling.words
    told = [standing(facts.tally, w), lateness(facts.tally, w), _deviating(telling)]
    yield Paragraph(" ".join(filter(None, told)))
    yield Paragraph(_moved(telling))
    yield Paragraph(_effect(telling))


def standing(tally: Tally, w: Words) -> str:
    """3 av 11 åtgärder är genomförda."""
    if not tally.total:
        return w.gettext("Planen har inga åtgärder att redovisa.")
    if tally.total == 1:
        done = w.gettext("Den enda åtgärden är genomförd.")
        return done if tally.reached else w.gettext("Den enda åtgärden är inte genomförd än.")
    if tally.reached == tally.total == 2:
        return w.gettext("Båda åtgärderna är genomförda.")
    if tally.reached == tally.total:
        return w.gettext("Alla %(num)s åtgärder är genomförda.", num=tally.total)
    if not tally.reached:
        return w.gettext("Ingen av de %(num)s åtgärderna är genomförd än.", num=tally.total)
    return w.ngettext(
        "%(num)s av %(total)s åtgärder är genomförd.",
        "%(num)s av %(total)s åtgärder är genomförda.",
        tally.reached,
        total=tally.total,
    )


def lateness(tally: Tally, w: Words) -> str:
    """2 åtgärder är försenade och 1 saknar ansvarig; empty where there is nothing left to do."""
    if tally.total <= tally.reached:
        return ""
    none = w.gettext("Inga åtgärder är försenade")
    late = w.ngettext("%(num)s åtgärd är försenad", "%(num)s åtgärder är försenade", tally.overdue)
    said = late if tally.overdue else none
    if not tally.ownerless:
        return w.gettext("%(late)s, och alla som återstår har en ansvarig.", late=said)
    return w.gettext("%(late)s, och %(num)s saknar ansvarig.", late=said, num=tally.ownerless)


def moves(telling: Telling) -> list[str]:
    """2 har genomförts, 1 är ny …: each kind of change with how many."""
    facts, w = telling.facts, telling.words
    if facts.changes is None:
        return []
    count = {move: len(facts.changes.of(move)) for move in Move}
    told = {
        Move.DONE: w.gettext("%(num)s har genomförts", num=count[Move.DONE]),
        Move.NEW: w.ngettext("%(num)s är ny", "%(num)s är nya", count[Move.NEW]),
        Move.REOPENED: w.gettext("%(num)s har öppnats igen", num=count[Move.REOPENED]),
        Move.DELAYED: w.gettext("%(num)s har fått ett senare klardatum", num=count[Move.DELAYED]),
        Move.EARLIER: w.gettext("%(num)s har fått ett tidigare klardatum", num=count[Move.EARLIER]),
        Move.DROPPED: w.gettext("%(num)s har avbrutits", num=count[Move.DROPPED]),
        Move.LEFT: w.gettext("%(num)s ingår inte längre", num=count[Move.LEFT]),
    }
    return [text for move, text in told.items() if count[move]]


def _moved(telling: Telling) -> str:
    changes, w = telling.facts.changes, telling.words
    if changes is None:
        return ""
    day, told = w.day(changes.since), moves(telling)
    if not told:
        return w.gettext(
            "Sedan förra rapporten, som visade läget den %(day)s, har ingen åtgärd genomförts, "
            "flyttats eller avbrutits.",
            day=day,
        )
    return w.gettext(
        "Sedan förra rapporten, som visade läget den %(day)s, har detta hänt med åtgärderna: "
        "%(moves)s.",
        day=day,
        moves=w.joined(told),
    )


def _deviating(telling: Telling) -> str:
    deviations, w = telling.facts.deviations, telling.words
    if not telling.facts.rows:
        return ""
    if not deviations:
        return w.gettext("Ingen åtgärd avviker från planen.")
    said = w.ngettext(
        "%(num)s åtgärd avviker från planen.",
        "%(num)s åtgärder avviker från planen.",
        len(deviations),
    )
    latest = max(deviations, key=lambda one: one.days_late)
    if Why.OVERDUE not in latest.whys or latest.days_late < 1:
        return said
    longest = w.ngettext(
        "Längst har förseningen blivit för %(title)s, %(num)s dag.",
        "Längst har förseningen blivit för %(title)s, %(num)s dagar.",
        latest.days_late,
        title=w.quoted(latest.row),
    )
    return f"{said} {longest}"


def _effect(telling: Telling) -> str:
    """The two totals, and in how many sub-areas with an action in place the share rose."""
    effects, w = telling.facts.effects, telling.words
    if effects is None:
        return ""
    counts = dict(effects.verdicts)
    rose = counts.get(Verdict.ACTION_AND_IMPROVEMENT.value, 0)
    of = rose + counts.get(Verdict.ACTION_NO_IMPROVEMENT.value, 0)
    places = w.ngettext(
        "resultatet steg i %(rose)s av %(num)s delområde där åtgärder fanns på plats",
        "resultatet steg i %(rose)s av %(num)s delområden där åtgärder fanns på plats",
        of,
        rose=rose,
    )
    before, after = w.total(effects.before), w.total(effects.after)
    if before and effects.before.max == effects.after.max:
        before = str(effects.before.total)
    if not before or not after:
        return sentence(initial(places)) if of else ""
    totals = w.gettext(
        "Utvärderingen i %(month)s gav %(after)s, mot %(before)s i %(earlier)s",
        month=w.month(effects.after.month),
        after=after,
        before=before,
        earlier=w.month(effects.before.month),
    )
    return (
        w.gettext("%(totals)s, och %(places)s.", totals=totals, places=places)
        if of
        else f"{totals}."
    )


def background(telling: Telling) -> Iterator[Block]:
    """What the plan is for, who adopted it, and what has been told of it before."""
    facts, w = telling.facts, telling.words
    yield Paragraph(shortened(facts.purpose, LONGEST_PURPOSE))
    told = [*_about(telling), *_adopted(telling), *_reported(telling), *_evaluated(telling)]
    yield Paragraph(" ".join(told))
    if facts.points:
        yield Paragraph(w.gettext("Planen har följande punkter:"))
        yield Bullets(tuple(_points(facts.points)))


def _points(points: tuple[tuple[str, str], ...]) -> Iterator[Inline]:
    for label, text in points:
        lead = shortened(label, 20).rstrip(".")
        yield Span(f"{lead}. " if lead else "", strong=True), Span(shortened(text, LONGEST_POINT))


points_of = _points


def _about(telling: Telling) -> Iterator[str]:
    facts, w = telling.facts, telling.words
    plan = shortened(facts.plan_title, 200)
    if facts.starts_on and facts.ends_on:
        yield w.gettext(
            "”%(plan)s” gäller från den %(start)s till den %(end)s.",
            plan=plan,
            start=w.day(facts.starts_on),
            end=w.day(facts.ends_on),
        )
    part = one_line(facts.part_name)
    if facts.part is Part.WHOLE or not part:
        yield w.gettext(
            "Redovisningen gäller hela planen och visar läget den %(day)s.", day=w.day(facts.as_of)
        )
    else:
        yield w.gettext(
            "Redovisningen gäller de åtgärder i planen som %(part)s svarar för och visar läget den "
            "%(day)s.",
            part=part,
            day=w.day(facts.as_of),
        )


def _of_kind(telling: Telling, kind: str) -> tuple[MinutesLine, ...]:
    return tuple(one for one in telling.facts.decisions if one.kind == kind)


def _never_adopted(telling: Telling) -> bool:
    return not _of_kind(telling, "adopted") or any(
        one.gap is Gap.NO_DECISION for one in telling.facts.missing
    )


def _adopted(telling: Telling) -> Iterator[str]:
    w = telling.words
    if _never_adopted(telling):
        yield w.gettext("Det finns inget beslut om att anta planen.")
        return
    lines = w.minutes_of(_of_kind(telling, "adopted"))
    yield w.gettext("Planen antogs av %(decisions)s.", decisions=lines)


def _reported(telling: Telling) -> Iterator[str]:
    w, earlier = telling.words, _of_kind(telling, "followed_up")
    if earlier:
        said = w.ngettext(
            "Den har redovisats %(num)s gång tidigare, för %(decisions)s.",
            "Den har redovisats %(num)s gånger tidigare, för %(decisions)s.",
            len(earlier),
            decisions=w.minutes_of(earlier),
        )
        yield said
    else:
        yield w.gettext("Den har inte redovisats tidigare.")


def _evaluated(telling: Telling) -> Iterator[str]:
    w, done = telling.words, telling.facts.evaluations
    told = []
    for one in done:
        month, total = w.month(one.month), w.total(one)
        told.append(
            w.gettext("i %(month)s (%(total)s)", month=month, total=total)
            if total
            else w.gettext("i %(month)s", month=month)
        )
    if told:
        yield w.ngettext(
            "Kommunen har utvärderats %(num)s gång, %(months)s.",
            "Kommunen har utvärderats %(num)s gånger, %(months)s.",
            len(told),
            months=w.joined(told),
        )


def note_of(line: MinutesLine) -> str:
    """What was decided, as a sentence."""
    return initial(sentence(shortened(line.note, 300)))
