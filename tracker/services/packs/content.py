"""A pack as a document, for PDF and Word: a clean one for the evaluators, or ours to work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tracker.domain.languages import LANGUAGES
from tracker.reports.content import (
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
from tracker.services.packs.facts import (
    Apart,
    Audience,
    Pack,
    PackAction,
    PackArea,
    PackFilter,
    Part,
    State,
)
from tracker.services.packs.words import KINDS, Words


def pack_document(
    pack: Pack,
    wanted: PackFilter,
    *,
    audience: Audience,
    locale: str,
    municipality: str = "",
) -> Document:
    """The document of a pack that was narrowed by `wanted`, in the language `locale`."""
    words = Words(locale if locale in LANGUAGES else LANGUAGES[0])
    return Document(
        title=words.title(pack),
        language=words.locale,
        date=pack.day,
        blocks=tuple(_Telling(pack, wanted, audience, words).blocks()),
        sender=municipality or pack.evaluation.municipality,
        subtitle=words.t.gettext("Läget den %(day)s") % {"day": words.day(pack.day)},
        kind=words.say(KINDS[audience]),
    )


@dataclass(frozen=True)
class _Telling:
    """One document as it is told: `told` is under which place each action stood in full."""

    pack: Pack
    wanted: PackFilter
    audience: Audience
    words: Words
    told: dict[int, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        return self.audience is Audience.US

    def blocks(self) -> Iterator[Block]:
        pack, words, say = self.pack, self.words, self.words.t.gettext
        yield Paragraph(words.lead(pack, self.audience))
        if shown := words.filtered(pack, self.wanted):
            yield Notice(shown)
        yield Table(
            say("Sammanställning"),
            (Column(say("Vad"), width=4), Column(say("Antal"))),
            words.counted(pack, self.audience),
        )
        if not pack.areas:
            yield Paragraph(say("Inget i underlaget stämmer med urvalet."))
        for area in pack.areas:
            yield from self._area(area)
        yield from self._apart()

    def _area(self, area: PackArea) -> Iterator[Block]:
        """The area's parts; the evaluators meet those with news, and a line that names the rest."""
        shown = [part for part in area.parts if self.ours or part.has_news]
        if not shown and area.number is None:
            return
        yield Heading(1, self.words.area(area))
        yield Paragraph(self.words.score(area))
        for part in shown:
            yield from self._part(area, part)
        yield Paragraph(self.words.quiet([part for part in area.parts if part not in shown]))

    def _part(self, area: PackArea, part: Part) -> Iterator[Block]:
        say, words = self.words.t.gettext, self.words
        if area.number is not None:
            yield Heading(2, words.part(part))
        yield Paragraph(words.score(part))
        if self.ours and (said := words.state(part)):
            gap = part.state is State.GAP
            yield Notice(f"{say('Lucka')}. {said}") if gap else Paragraph(said)
        if part.points:
            yield Paragraph((Span(say("Vad utvärderarna skrev"), strong=True),))
            yield Bullets(tuple(self._points(part)))
        for action in part.in_place:
            yield from self._in_place(action, part.code or words.area(area))
        if part.under_way:
            yield self._under_way(part.under_way)
        yield Paragraph(words.elsewhere(part))

    def _points(self, part: Part) -> Iterator[Inline]:
        for point in part.points:
            told = [Span(f"{self.words.place(point)}: ", strong=True), Span(point.text)]
            answer = self.words.answer(point, part) if self.ours or point.settled else ""
            yield (*told, Span(f" {answer}", emphasis=True)) if answer else tuple(told)

    def _in_place(self, action: PackAction, place: str) -> Iterator[Block]:
        words = self.words
        named = f"{action.title} ({words.status(action)})"
        if action.id in self.told:
            see = words.t.gettext("se %(place)s") % {"place": self.told[action.id]}
            rounds = f". {words.rounds(action)}" if action.rounds else ""
            yield Paragraph((Span(named, strong=True), Span(f", {see}{rounds}.")))
            return
        self.told[action.id] = place
        yield Heading(3, named)
        pairs: list[tuple[str, Inline]] = list(words.facts(action))
        if action.evidence:
            pairs.append((words.t.gettext("Underlag"), _proofs(action, words, "\n")))
        yield Facts(tuple(pairs))
        if self.ours:
            for warning in words.warnings(action, self.pack):
                yield Notice(warning)

    def _under_way(self, actions: Iterable[PackAction]) -> Table:
        say, words = self.words.t.gettext, self.words
        return Table(
            say("Under arbete, inte på plats"),
            (
                Column(say("Åtgärd"), width=3),
                Column(say("Status")),
                Column(say("Ansvarig"), width=2),
                Column(say("Klar senast"), width=2),
            ),
            tuple(
                (
                    "\n".join(filter(None, (one.title, words.rounds(one)))),
                    words.status(one),
                    words.responsible(one),
                    words.due(one, self.pack.day, self.audience),
                )
                for one in actions
            ),
        )

    def _apart(self) -> Iterator[Block]:
        say, pack = self.words.t.gettext, self.pack
        hidden = self.words.elsewhere(pack)
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
                tuple(self._row(one) for one in pack.apart),
            )
        yield Paragraph(hidden)

    def _row(self, one: Apart) -> tuple[Inline, ...]:
        action, words = one.action, self.words
        nothing = words.t.gettext("saknas") if action.in_place and self.ours else "–"
        shown = _proofs(action, words, "; ") if action.evidence else nothing
        standing = words.standing(action, self.pack.day, self.audience)
        return action.title, words.why(one), standing, shown


def _proofs(action: PackAction, words: Words, between: str) -> Inline:
    """Each proof with its address or file, `between` one and the next."""
    told: list[Span] = []
    for number, one in enumerate(action.evidence):
        told += [Span(between if number else ""), Span(one.title, link=one.url)]
        told.append(Span(f" ({words.proof(one)})"))
    return tuple(told)
