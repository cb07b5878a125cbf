"""How a report begins: the proposal, the summary, and where the plan comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tracker.domain.reporting import (
    EffectFacts,
    Gap,
    MinutesLine,
    Part,
    ReportFacts,
    ReportRow,
    Tally,
    Why,
)
from tracker.domain.scores import Verdict
from tracker.reports.content import Block, Bullets, Inline, Paragraph, Span
from tracker.reports.glyphs import one_line
from tracker.services.reports.telling.sections.moved import moved
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
    left = sum(one.open and not one.taken_over_by for one in facts.rows)
    if left:
        yield w.ngettext(
            "%(num)s åtgärd som är öppen följs upp även i fortsättningen.",
            "De %(num)s åtgärder som är öppna följs upp även i fortsättningen.",
            left,
        )


def summary(telling: Telling) -> Iterator[Block]:
    """Three to six sentences: how many, what deviates, what moved, what the scores show."""
    facts, w = telling.facts, telling.words
    told = [standing(facts.tally, w), lateness(facts.tally, w), going_on(facts.rows, w)]
    yield Paragraph(" ".join(filter(None, (*told, _deviating(telling)))))
    yield Paragraph(moved(telling))
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
    left = tally.total - tally.reached
    if left < 1:
        return ""
    if left == 1:
        return _last(tally, w)
    none = w.gettext("Inga åtgärder är försenade")
    late = w.ngettext("%(num)s åtgärd är försenad", "%(num)s åtgärder är försenade", tally.overdue)
    said = late if tally.overdue else none
    if not tally.ownerless:
        return w.gettext("%(late)s, och alla som återstår har en ansvarig.", late=said)
    return w.gettext("%(late)s, och %(num)s saknar ansvarig.", late=said, num=tally.ownerless)


def _last(tally: Tally, w: Words) -> str:
    """Whether the only one left is late, and whether somebody answers for it."""
    who = w.gettext("Den") if tally.total == 1 else w.gettext("Den som återstår")
    if tally.overdue and tally.ownerless:
        return w.gettext("%(who)s är försenad och saknar ansvarig.", who=who)
    if tally.overdue:
        return w.gettext("%(who)s är försenad men har en ansvarig.", who=who)
    if tally.ownerless:
        return w.gettext("%(who)s är inte försenad men saknar ansvarig.", who=who)
    return w.gettext("%(who)s är inte försenad och har en ansvarig.", who=who)


def going_on(rows: Iterable[ReportRow], w: Words) -> str:
    """5 åtgärder fortsätter i ”Handlingsplan 2027–2028”: a sentence for each plan that took over
    some, empty where none did."""
    taken = Counter(one.taken_over_by for one in rows if one.open and one.taken_over_by)
    return " ".join(
        w.ngettext(
            "%(num)s åtgärd fortsätter i ”%(plan)s”.",
            "%(num)s åtgärder fortsätter i ”%(plan)s”.",
            number,
            plan=shortened(title, 200),
        )
        for title, number in taken.items()
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
    # Everybody may read the summary also where single actions are not shown.
    if telling.opened or Why.OVERDUE not in latest.whys or latest.days_late < 1:
        return said
    if sum(one.days_late > 0 for one in deviations) == 1:
        late = w.ngettext(
            "%(title)s är %(num)s dag försenad.",
            "%(title)s är %(num)s dagar försenad.",
            latest.days_late,
            title=w.quoted(latest.row),
        )
        return f"{said} {late}"
    longest = w.ngettext(
        "Längst har förseningen blivit för %(title)s, %(num)s dag.",
        "Längst har förseningen blivit för %(title)s, %(num)s dagar.",
        latest.days_late,
        title=w.quoted(latest.row),
    )
    return f"{said} {longest}"


def _effect(telling: Telling) -> str:
    """The two totals and, where something of the report was in place when the later one was made,
    in how many of the municipality's sub-areas with an action in place the share rose."""
    effects, w = telling.facts.effects, telling.words
    if effects is None:
        return ""
    totals, places = totals_of(effects, w), ""
    if in_place(telling.facts):
        places = _places(effects, w)
    if not totals or not places:
        return sentence(initial(totals or places))
    return w.gettext("%(totals)s, och %(places)s.", totals=totals, places=places)


def in_place(facts: ReportFacts) -> bool:
    """Whether any action of the report was done when the re-evaluation was made."""
    if facts.effects is None:
        return False
    month = facts.effects.after.month
    return any(one.reached and one.done_on and one.done_on <= month for one in facts.rows)


def _places(effects: EffectFacts, w: Words) -> str:
    counts = dict(effects.verdicts)
    rose = counts.get(Verdict.ACTION_AND_IMPROVEMENT.value, 0)
    of = rose + counts.get(Verdict.ACTION_NO_IMPROVEMENT.value, 0)
    if not of:
        return ""
    if not rose:
        return w.ngettext(
            "i hela kommunen steg resultatet inte i det enda delområde där åtgärder fanns på plats",
            "i hela kommunen steg resultatet inte i något av de %(num)s delområden där åtgärder "
            "fanns på plats",
            of,
        )
    if rose == of:
        return w.ngettext(
            "i hela kommunen steg resultatet i det enda delområde där åtgärder fanns på plats",
            "i hela kommunen steg resultatet i alla %(num)s delområden där åtgärder fanns på plats",
            of,
        )
    return w.gettext(
        "i hela kommunen steg resultatet i %(rose)s av %(of)s delområden där åtgärder fanns på "
        "plats",
        rose=rose,
        of=of,
    )


def totals_of(effects: EffectFacts, w: Words) -> str:
    """Utvärderingen i mars 2026 gav 471 av 800 poäng, mot 434 i januari 2024; empty where one of
    them has no total."""
    before, after = w.total(effects.before), w.total(effects.after)
    if before and effects.before.max == effects.after.max:
        before = str(effects.before.total)
    if not before or not after:
        return ""
    return w.gettext(
        "Utvärderingen i %(month)s gav %(after)s, mot %(before)s i %(earlier)s",
        month=w.month(effects.after.month),
        after=after,
        before=before,
        earlier=w.month(effects.before.month),
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
            "Den har redovisats %(num)s gång, för %(decision)s.",
            "Den har redovisats %(num)s gånger, senast för %(decision)s.",
            len(earlier),
            decision=w.minutes_of(earlier[-1:]),
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
