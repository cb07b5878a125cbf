"""A pack as a document, for PDF and Word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracker.reports.content import (
    LANGUAGES,
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    Inline,
    Notice,
    Paragraph,
    Span,
    Table,
)
from tracker.services.packs.facts import Apart, Pack, PackAction, PackArea, PackFilter, Part, State
from tracker.services.packs.words import Words


def pack_document(
    pack: Pack, wanted: PackFilter, *, locale: str, municipality: str = ""
) -> Document:
    """The document of a pack that was narrowed by `wanted`, in the language `locale`."""
    words = Words(locale if locale in LANGUAGES else LANGUAGES[0])
    return Document(
        title=words.title(pack),
        language=words.locale,
        date=pack.day,
        blocks=tuple(_blocks(pack, wanted, words)),
        sender=municipality or pack.evaluation.municipality,
        subtitle=words.t.gettext("Läget den %(day)s") % {"day": words.day(pack.day)},
        kind=words.t.gettext("Underlag för utvärderarna"),
    )


def _blocks(pack: Pack, wanted: PackFilter, words: Words) -> Iterator[Block]:
    say = words.t.gettext
    yield Paragraph(words.lead(pack))
    if shown := words.filtered(pack, wanted):
        yield Notice(shown)
    yield Table(
        say("Sammanställning"),
        (Column(say("Vad"), width=4), Column(say("Antal"))),
        words.counted(pack),
    )
    if not pack.areas:
        yield Paragraph(say("Inget i underlaget stämmer med urvalet."))
    for area in pack.areas:
        yield Heading(1, words.area(area))
        yield Paragraph(words.score(area))
        for part in area.parts:
            yield from _part(area, part, pack, words)
    yield from _apart(pack, words)


def _part(area: PackArea, part: Part, pack: Pack, words: Words) -> Iterator[Block]:
    say = words.t.gettext
    if area.number is not None:
        yield Heading(2, words.part(part))
    yield Paragraph(words.score(part))
    if said := words.state(part):
        yield Notice(f"{say('Lucka')}. {said}") if part.state is State.GAP else Paragraph(said)
    if part.points:
        yield Paragraph((Span(say("Vad utvärderarna skrev"), strong=True),))
        yield Bullets(tuple(_points(part, words)))
    for action in part.in_place:
        yield from _in_place(action, pack, words)
    if part.under_way:
        yield _under_way(part.under_way, pack, words)
    yield Paragraph(words.elsewhere(part.elsewhere))


def _points(part: Part, words: Words) -> Iterator[Inline]:
    for point in part.points:
        told = [Span(f"{words.place(point)}: ", strong=True), Span(point.text)]
        if answer := words.answer(point, part):
            told.append(Span(f" {answer}", emphasis=True))
        yield tuple(told)


def _in_place(action: PackAction, pack: Pack, words: Words) -> Iterator[Block]:
    yield Heading(3, f"{action.title} ({words.status(action)})")
    pairs: list[tuple[str, Inline]] = list(words.facts(action))
    if action.evidence:
        pairs.append((words.t.gettext("Underlag"), _proofs(action, words, "\n")))
    yield Facts(tuple(pairs))
    for warning in words.warnings(action, pack):
        yield Notice(warning)


def _under_way(actions: Iterable[PackAction], pack: Pack, words: Words) -> Table:
    say = words.t.gettext
    return Table(
        say("Under arbete, inte på plats"),
        (
            Column(say("Åtgärd"), width=3),
            Column(say("Status")),
            Column(say("Ansvarig"), width=2),
            Column(say("Klar senast"), width=2),
        ),
        tuple(
            (one.title, words.status(one), words.responsible(one), words.due(one, pack.day))
            for one in actions
        ),
    )


def _apart(pack: Pack, words: Words) -> Iterator[Block]:
    say = words.t.gettext
    hidden = words.elsewhere(pack.apart_elsewhere)
    if not pack.apart and not hidden:
        return
    yield Heading(1, say("Åtgärder utanför utvärderingens punkter"))
    if pack.apart:
        yield Table(
            say("Åtgärder som inte svarar på någon av utvärderingens punkter"),
            (
                Column(say("Åtgärd"), width=3),
                Column(say("Varför den står här"), width=2),
                Column(say("Läge"), width=2),
                Column(say("Underlag"), width=2),
            ),
            tuple(_row(one, pack, words) for one in pack.apart),
        )
    yield Paragraph(hidden)


def _row(one: Apart, pack: Pack, words: Words) -> tuple[Inline, ...]:
    action = one.action
    nothing = words.t.gettext("saknas") if action.in_place else "–"
    shown = _proofs(action, words, "; ") if action.evidence else nothing
    return action.title, words.why(one), words.standing(action, pack.day), shown


def _proofs(action: PackAction, words: Words, between: str) -> Inline:
    """Each proof with its address or file, `between` one and the next."""
    told: list[Span] = []
    for number, one in enumerate(action.evidence):
        told += [Span(between if number else ""), Span(one.title, link=one.url)]
        told.append(Span(f" ({words.proof(one)})"))
    return tuple(told)
