"""The telling of a report: its facts and what people wrote, as sections of blocks."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType

from tracker.domain.anonymous import without_names
from tracker.domain.frozen import canonical, sha256_of, to_plain
from tracker.domain.reporting import Part, ReportFacts, ReportKind, Section
from tracker.reports.content import Block, Bullets, Paragraph, plain
from tracker.reports.glyphs import one_line
from tracker.services.reports.snapshots import SCHEMA, Head, OwnText, Snapshot, Told
from tracker.services.reports.telling.nameless import (
    everybody,
    open_rows,
    opened,
    opened_texts,
    quieted,
)
from tracker.services.reports.telling.sections import (
    ahead,
    appendix,
    deviations,
    final,
    opening,
    state,
)
from tracker.services.reports.telling.sections.ahead import appendices
from tracker.services.reports.telling.sections.deviations import told_of
from tracker.services.reports.telling.sections.headings import headings
from tracker.services.reports.telling.sections.telling import (
    DEVIATION,
    Own,
    Piece,
    Teller,
    Telling,
    key_of,
    written,
)
from tracker.services.reports.telling.words import Words, shortened

NOBODY: Mapping[str, str] = MappingProxyType({})
_TELLERS: Mapping[Section, Teller] = {
    Section.PROPOSAL: opening.proposal,
    Section.SUMMARY: opening.summary,
    Section.BACKGROUND: opening.background,
    Section.STATE: state.state,
    Section.RESULTS: state.results,
    Section.DEVIATIONS: deviations.deviations,
    Section.QUESTIONS: ahead.questions,
    Section.EFFECTS: ahead.effects,
    Section.AHEAD: ahead.ahead,
    Section.ECONOMY: ahead.economy,
    Section.CHILDREN: ahead.children,
    Section.SIGNATURE: ahead.signature,
    Section.CHANGES: appendix.changes,
    Section.HISTORY: appendix.history,
    Section.ACTIONS: appendix.actions,
}
_UNTIL_WRITTEN = (Section.ECONOMY, Section.CHILDREN)
_FINAL_TELLERS: Mapping[Section, Teller] = {
    Section.RESULTS: final.results,
    Section.AHEAD: final.ahead,
}


def compose(
    facts: ReportFacts,
    texts: Mapping[str, OwnText],
    *,
    locale: str,
    at: datetime,
    ordinal: int = 1,
    title: str = "",
    logo: bytes = b"",
    people: Mapping[str, str] = NOBODY,
) -> Snapshot:
    """The whole report, told for its readers and for everybody.

    `title`: an own one, or empty for the usual one. `people`: name → what stands instead of it in
    the telling for everybody, which names nobody.
    """
    words = Words(locale)
    named = everybody(facts, people, words)
    telling = Telling(facts, words, texts)
    open_facts, open_texts = opened(facts, named, words), opened_texts(texts, named)
    public = Telling(open_facts, words, open_texts, opened=True)
    quiet = Telling(quieted(open_facts), words, open_texts, opened=True, quiet=True)
    own = one_line(title)
    return Snapshot(
        schema=SCHEMA,
        at=at,
        ordinal=ordinal,
        facts=facts,
        head=_head(telling, own, ordinal, logo),
        sections=tuple(_sections(telling)),
        open_head=_head(public, without_names(own, named), ordinal, logo),
        open_sections=tuple(_sections(public)),
        quiet_sections=tuple(_sections(quiet)),
        open_rows=open_rows(open_facts),
        open_plan_title=open_facts.plan_title,
    )


def generated(facts: ReportFacts, section: str, locale: str) -> tuple[Block, ...]:
    """What the data say in a section, without its heading and without what anybody wrote;
    `section` may be "deviation:<action id>". Nothing for what the report does not tell of."""
    telling = Telling(facts, Words(locale))
    if section.startswith(DEVIATION):
        about = [one for one in facts.deviations if key_of(one.row) == section]
        return tuple(block for one in about for block in told_of(one, telling.words))
    if section not in set(Section):
        return ()
    told = _teller(telling, Section(section))(telling)
    return tuple(_blocks(filter(_says_something, told)))


def basis_of(blocks: Iterable[Block]) -> str:
    """The hash of what was generated, by which one sees later that the data say something else."""
    return sha256_of(canonical(to_plain(tuple(blocks))))


def usual_title(facts: ReportFacts, locale: str) -> str:
    """What a report is called where nobody gave it a title."""
    w = Words(locale)
    plan, part = shortened(facts.plan_title, 120), one_line(facts.part_name)
    if facts.kind is ReportKind.FINAL:
        said = _final_title(facts, w)
    else:
        said = w.gettext("%(plan)s: läget den %(day)s", plan=plan, day=w.day(facts.as_of))
    return said if facts.part is Part.WHOLE or not part else f"{said}, {shortened(part, 80)}"


def _final_title(facts: ReportFacts, w: Words) -> str:
    # A plan without a last day has come as far as its last report tells.
    ended = facts.ends_on or (facts.as_of if facts.starts_on else None)
    period, after = _years(facts.starts_on, ended), facts.coming.plan
    plan = shortened(facts.plan_title, 120)
    if after is None:
        if not period:
            return w.gettext("Slutrapport: %(plan)s", plan=plan)
        return w.gettext("Slutrapport: %(plan)s, %(period)s", plan=plan, period=period)
    coming = _years(after.starts_on, after.ends_on)
    if period and coming:
        return w.gettext("Slutrapport %(period)s och utblick %(next)s", period=period, next=coming)
    if period:
        return w.gettext("Slutrapport %(period)s och utblick", period=period)
    return w.gettext("Slutrapport och utblick: %(plan)s", plan=plan)


def _years(start: date | None, end: date | None) -> str:
    """2024–2026, or 2026."""
    years = [str(one.year) for one in (start, end) if one is not None]
    return "–".join(dict.fromkeys(years))


def _head(telling: Telling, own: str, ordinal: int, logo: bytes) -> Head:
    facts, w = telling.facts, telling.words
    sender, number = one_line(facts.municipality), one_line(facts.record_number)
    meta = [
        (w.gettext("Till"), one_line(facts.reader)),
        (w.gettext("Diarienummer"), number),
        (w.gettext("Visar läget"), w.day(facts.as_of)),
    ]
    if facts.round is not None and facts.round.meets_on is not None:
        meta.append((w.gettext("Sammanträde"), w.day(facts.round.meets_on)))
    if ordinal > 1:
        meta.append((w.gettext("Version"), str(ordinal)))
    usual = usual_title(facts, telling.words.language)
    return Head(
        title=shortened(own, 300) or usual,
        kind=w.gettext("Tjänsteskrivelse"),
        sender=sender,
        language=w.language,
        date=facts.written_on,
        subtitle=_subtitle(telling),
        meta=tuple((term, text) for term, text in meta if text),
        header=" · ".join(filter(None, (shortened(own or usual, 80), number))),
        footer=" · ".join(filter(None, (sender, number))),
        logo=base64.b64encode(logo).decode(),
    )


def _subtitle(telling: Telling) -> str:
    """Which plan it is, where the title does not say, or what part of it."""
    facts, w = telling.facts, telling.words
    if telling.final and facts.coming.plan is not None:
        return shortened(facts.plan_title, 200)
    part = one_line(facts.part_name)
    if facts.part is Part.WHOLE or not part:
        return ""
    return w.gettext("Åtgärder som %(part)s svarar för", part=part)


def _sections(telling: Telling) -> Iterator[Told]:
    first = True
    for section in Section:
        pieces = list(_pieces(telling, section))
        if not pieces:
            continue
        above = headings(telling, section, first_appendix=first)
        if section in (Section.CHANGES, Section.HISTORY):
            first = False
        if section is Section.SIGNATURE:
            pieces += appendices(telling)
        told = [*above, *(one for one in pieces if not (telling.quiet and isinstance(one, Own)))]
        own = tuple(at for at, piece in enumerate(told) if isinstance(piece, Own))
        yield Told(section.value, tuple(_blocks(told)), own)


def _pieces(telling: Telling, section: Section) -> Iterator[Piece]:
    """What the data say, then or instead what somebody wrote."""
    own, replaced = telling.own(section.value), telling.replaced(section.value)
    # These say only that nothing has been said.
    replaced = replaced or (own is not None and section in _UNTIL_WRITTEN)
    # The deviations place what was written instead themselves: single ones may follow it.
    if not replaced or section is Section.DEVIATIONS:
        yield from filter(_says_something, _teller(telling, section)(telling))
    if own is not None and (not replaced or section is not Section.DEVIATIONS):
        yield from written(own.text)


def _says_something(piece: Piece) -> bool:
    if isinstance(piece, Bullets):
        return bool(piece.items)
    return not isinstance(piece, Paragraph) or bool(plain(piece.text).strip())


def _teller(telling: Telling, section: Section) -> Teller:
    special = _FINAL_TELLERS.get(section) if telling.final else None
    return special or _TELLERS[section]


def _blocks(pieces: Iterable[Piece]) -> Iterator[Block]:
    for piece in pieces:
        yield piece.block if isinstance(piece, Own) else piece
