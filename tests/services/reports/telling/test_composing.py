"""The telling of a report as a whole: sections, own texts, hashes, the open telling, its length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pypdfium2
import pytest

from tests.helpers.told import (
    AS_OF,
    LONG,
    empty_facts,
    facts,
    final_facts,
    hostile_facts,
    of_rows,
)
from tests.helpers.told_rows import row
from tracker.domain.languages import LANGUAGES
from tracker.domain.reporting import Part, ReportFacts, Section
from tracker.domain.statuses import ActionStatus
from tracker.models.reports import TextMode
from tracker.reports.content import (
    Block,
    Bullets,
    Figure,
    Heading,
    Notice,
    PageBreak,
    Paragraph,
    Table,
    plain,
)
from tracker.reports.pdf import render_pdf
from tracker.services.reports.snapshots import OwnText, Snapshot, Told, frozen, thawed
from tracker.services.reports.telling.composing import basis_of, compose, generated, usual_title

AT = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
KINDS: dict[str, Callable[[], ReportFacts]] = {
    "progress": facts,
    "final": final_facts,
    "empty": empty_facts,
    "hostile": cache(lambda: hostile_facts(60)),
}
PEOPLE = {"Maria Lindgren": "kommundirektören", "Eva Nyström": "en chef"}


def words_of(block: Block) -> Iterable[str]:
    """Every text of a block."""
    match block:
        case Heading():
            yield block.text
        case Paragraph():
            yield plain(block.text)
        case Bullets():
            yield from map(plain, block.items)
        case Table():
            yield block.caption
            yield from (column.title for column in block.columns)
            yield from (plain(cell) for line in block.rows for cell in line)
        case Figure():
            yield from (block.alt, block.caption, *(words_of(block.table) if block.table else ()))
        case Notice():
            yield plain(block.text)


def text_of(sections: Iterable[Told]) -> str:
    """Everything that the sections say."""
    return "\n".join(word for told in sections for block in told.blocks for word in words_of(block))


@cache
def told(kind: str, locale: str = "sv") -> Snapshot:
    """The report of one kind of facts."""
    return compose(KINDS[kind](), {}, locale=locale, at=AT, people=PEOPLE)


def section(snapshot: Snapshot, key: Section) -> Told:
    """One section."""
    return next(one for one in snapshot.sections if one.key == key)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", ["sv", "en", "nb", "de"])
def test_every_kind_is_told_in_every_language(kind: str, locale: str) -> None:
    """No text shows what only a program understands, and no block is empty."""
    snapshot = told(kind, locale)
    assert snapshot.head.language == (locale if locale in LANGUAGES else "sv")
    for sections in (snapshot.sections, snapshot.open_sections):
        said = text_of(sections)
        if kind != "hostile":
            assert not re.search(r"None(?! of )|\[|\]|%\(|[a-z]+_[a-z]+|  ", said)
        for one in sections:
            assert isinstance(one.blocks[0], Heading)
            for block in one.blocks:
                assert isinstance(block, PageBreak) or any(map(str.strip, words_of(block)))


@pytest.mark.parametrize("kind", KINDS)
def test_sections_stand_in_their_order(kind: str) -> None:
    """The order of the enum, each once; questions and effects only where there are any."""
    keys = [one.key for one in told(kind).sections]
    assert keys == [one for one in Section if one in keys]
    always = {Section.PROPOSAL, Section.SUMMARY, Section.BACKGROUND, Section.STATE}
    always |= {Section.ECONOMY, Section.CHILDREN, Section.SIGNATURE, Section.ACTIONS}
    assert always <= set(keys)


def test_headings_of_a_report() -> None:
    """What a reader sees in the outline."""
    headings = [
        (block.level, block.text)
        for one in told("progress").sections
        for block in one.blocks
        if isinstance(block, Heading)
    ]
    assert headings == [
        (1, "Förslag till beslut"),
        (1, "Sammanfattning"),
        (1, "Ärendet"),
        (2, "Bakgrund"),
        (2, "Läget per område"),
        (2, "Det som har gjorts sedan förra rapporten"),
        (2, "Avvikelser och vad som görs åt dem"),
        (2, "Frågor från tidigare möten"),
        (2, "Vad den nya utvärderingen visar"),
        (2, "Det som kommer"),
        (1, "Ekonomiska konsekvenser"),
        (1, "Konsekvenser för barn"),
        (1, "Underskrift"),
        (1, "Bilaga 1. Åtgärderna"),
        (2, "Sedan förra rapporten"),
        (2, "Alla åtgärder"),
    ]


@pytest.mark.parametrize("kind", ["progress", "final", "hostile"])
def test_each_action_stands_once_in_the_appendix(kind: str) -> None:
    """As many lines as actions, each with its deadline."""
    last = section(told(kind), Section.ACTIONS).blocks
    table = next(block for block in reversed(last) if isinstance(block, Table))
    rows = KINDS[kind]().rows
    assert len(table.rows) == len(rows)
    at = [one.title for one in table.columns].index("Klar senast")
    assert Counter(plain(line[at]) for line in table.rows) == Counter(
        one.deadline.isoformat() for one in rows
    )


@pytest.mark.parametrize("kind", ["progress", "final"])
def test_each_action_of_the_sample_stands_once(kind: str) -> None:
    """By name."""
    table = next(
        block for block in section(told(kind), Section.ACTIONS).blocks if isinstance(block, Table)
    )
    at = [one.title for one in table.columns].index("Åtgärd")
    titles = [plain(line[at]) for line in table.rows]
    assert sorted(titles) == sorted(one.title for one in facts().rows)


@pytest.mark.parametrize("number", [0, 1, 5, 12, 13, 60])
def test_each_deviation_is_told_once(number: int) -> None:
    """In the text or, where they are many, in the appendix; never in both, never in none."""
    late = tuple(
        row(at, f"Sen åtgärd nummer {at}.", ActionStatus.ONGOING, AS_OF.replace(day=1 + at % 20))
        for at in range(1, number + 1)
    )
    snapshot = compose(of_rows(late), {}, locale="sv", at=AT)
    text = "\n".join(
        word
        for one in snapshot.sections
        if one.key == Section.DEVIATIONS
        for block in one.blocks
        for word in words_of(block)
    )
    tables = [
        plain(line[0])
        for block in section(snapshot, Section.ACTIONS).blocks
        if isinstance(block, Table) and block.columns[0].title == "Åtgärd"
        if block.columns[2].title == "Avvikelse"
        for line in block.rows
    ]
    for one in late:
        times = len(re.findall(rf"{re.escape(one.title)}(?!\d)", text))
        assert times + tables.count(one.title) == 1
    assert (number > 12) == bool(tables)
    if number == 60:
        assert "Ytterligare 52 avvikelser står i bilagan." in text


def test_a_deviation_somebody_wrote_of_is_in_the_text() -> None:
    """However far down it comes."""
    late = tuple(
        row(at, f"Sen {at}.", ActionStatus.ONGOING, AS_OF.replace(day=1)) for at in range(1, 31)
    )
    own = {"deviation:30": OwnText("Vi har bytt leverantör.")}
    snapshot = compose(of_rows(late), own, locale="sv", at=AT)
    found = section(snapshot, Section.DEVIATIONS)
    assert "Vi har bytt leverantör." in text_of([found])
    said = [plain_of(found.blocks[at]) for at in found.own]
    assert said == ["Det här görs: Vi har bytt leverantör."]
    assert "Ingen har angett" not in plain_of(found.blocks[found.own[0] - 1])


def plain_of(block: Block) -> str:
    """The text of a paragraph."""
    assert isinstance(block, Paragraph)
    return plain(block.text)


@pytest.mark.parametrize("key", [*Section, "deviation:104"])
@pytest.mark.parametrize("mode", TextMode)
def test_own_text_stands_after_or_instead(key: str, mode: TextMode) -> None:
    """In every section, word for word, marked as somebody's; what it replaces is gone."""
    mine = "Det här skrev vi själva.\n\n- ett\n- två"
    snapshot = compose(facts(), {key: OwnText(mine, mode)}, locale="sv", at=AT)
    where = Section.DEVIATIONS if key.startswith("deviation:") else Section(key)
    found = section(snapshot, where)
    own = [found.blocks[at] for at in found.own]
    lead = "Det här görs: " if key == "deviation:104" and mode is TextMode.ADD else ""
    assert own == [Paragraph(f"{lead}Det här skrev vi själva."), Bullets(("ett", "två"))]
    data = {block for block in generated(facts(), key, "sv") if not isinstance(block, Figure)}
    kept = {block for block in found.blocks if block in data}
    # What says only that nobody has said anything goes once somebody has.
    stays = mode is TextMode.ADD and key not in (Section.ECONOMY, Section.CHILDREN)
    assert (kept == data) if stays else not kept
    assert isinstance(found.blocks[0], Heading)


def test_blank_own_text_changes_nothing() -> None:
    """Spaces are no text, even instead of another."""
    blank = {"summary": OwnText(" \n ", TextMode.REPLACE), "economy": OwnText("")}
    assert compose(facts(), blank, locale="sv", at=AT).sections == (
        compose(facts(), {}, locale="sv", at=AT).sections
    )


def test_what_was_written_instead_of_all_deviations_keeps_the_single_ones() -> None:
    """Nothing that somebody wrote is dropped."""
    own = {
        "deviations": OwnText("Två saker är sena.", TextMode.REPLACE),
        "deviation:105": OwnText("Avtalet är klart."),
    }
    said = text_of([section(compose(facts(), own, locale="sv", at=AT), Section.DEVIATIONS)])
    assert said.index("Två saker är sena.") < said.index("Avtalet är klart.")
    assert "avviker från planen:" not in said


def test_a_basis_changes_with_the_data_only() -> None:
    """The same facts give the same hash; a changed one another."""
    first = basis_of(generated(facts(), "summary", "sv"))
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert first == basis_of(generated(facts(), Section.SUMMARY, "sv"))
    changed = replace(facts().tally, overdue=7)
    assert first != basis_of(generated(facts(tally=changed), "summary", "sv"))


@pytest.mark.parametrize("key", ["deviation:1", "deviation:", "nothing", ""])
def test_nothing_is_generated_for_what_is_not_there(key: str) -> None:
    """An action that does not deviate, or no section at all."""
    assert generated(facts(), key, "sv") == ()


@pytest.mark.parametrize("kind", ["progress", "final"])
def test_the_open_telling_names_nobody(kind: str) -> None:
    """Owners and the one who signs are roles and units there; the other telling names them."""
    snapshot = told(kind)
    names = {one.owner for one in KINDS[kind]().rows if one.owner} | {"Maria Lindgren"}
    closed, opened = text_of(snapshot.sections), text_of(snapshot.open_sections)
    assert all(name in closed for name in names)
    parts = {part for name in names for part in name.split()}
    assert not [part for part in parts if re.search(rf"\b{part}\b", opened)]
    assert "Ansvarig: Serviceförvaltningen." in opened
    assert "Kommundirektör" in opened
    assert "ingen utsedd" in opened  # who has none is not the same as who is not named


@pytest.mark.parametrize(
    ("signed", "told"),
    [
        ("Maria Lindgren", "Kommundirektören"),
        ("Maria Lindgren, kommundirektör", "Kommundirektör"),
        ("Maria Okänd", "Björkhaga kommun"),
        ("", "Björkhaga kommun"),
    ],
)
def test_who_signs_is_a_role_in_the_open(signed: str, told: str) -> None:
    """Whose name nobody knows a role for is left out whole."""
    snapshot = compose(facts(signed_by=signed), {}, locale="sv", at=AT, people=PEOPLE)
    found = next(one for one in snapshot.open_sections if one.key == Section.SIGNATURE)
    assert plain_of(found.blocks[1]) == told


def test_who_dropped_an_action_is_a_role_in_the_open() -> None:
    """Within the sentence, without a capital letter."""
    one = facts().deviations[-1]
    one = replace(one, row=replace(one.row, dropped_by="Maria Lindgren"))
    snapshot = compose(facts(deviations=(one,)), {}, locale="sv", at=AT, people=PEOPLE)
    said = text_of(snapshot.open_sections)
    assert "avbröts den 16 februari 2026 efter beslut av kommundirektören." in said


def test_names_in_texts_are_replaced_too() -> None:
    """In what owners and editors wrote, and in an own title."""
    first = replace(facts().rows[3], said="Eva Nyström tar över i maj.")
    about = replace(facts().deviations[0], row=first)
    snapshot = compose(
        facts(rows=(first,), deviations=(about,)),
        {"summary": OwnText("Maria Lindgren har läst.")},
        locale="sv",
        at=AT,
        title="Maria Lindgrens rapport",
        people=PEOPLE,
    )
    opened = text_of(snapshot.open_sections)
    assert "en chef tar över i maj." in opened.lower()
    assert "ommundirektören har läst." in opened
    assert snapshot.head.title == "Maria Lindgrens rapport"
    assert "Lindgren" not in snapshot.open_head.title


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_the_same_after_it_was_kept(kind: str) -> None:
    """Frozen and thawed; and told twice, it is the same."""
    snapshot = told(kind)
    assert thawed(frozen(snapshot)) == snapshot
    again = compose(KINDS[kind](), {}, locale="sv", at=AT, people=PEOPLE)
    assert frozen(again) == frozen(snapshot)


def test_the_sample_has_two_to_six_pages() -> None:
    """What a committee reads before a meeting, with its appendix."""
    made = render_pdf(told("progress").document(), at=AT)
    assert 2 <= len(pypdfium2.PdfDocument(made)) <= 6


@pytest.mark.parametrize(
    ("made", "title"),
    [
        (facts, "Handlingsplan efter utvärderingen 2024: läget den 30 april 2026"),
        (
            lambda: facts(part=Part.UNIT, part_name="Serviceförvaltningen"),
            "Handlingsplan efter utvärderingen 2024: läget den 30 april 2026, Serviceförvaltningen",
        ),
        (final_facts, "Slutrapport 2024–2026 och utblick 2027–2028"),
        (
            lambda: final_facts(coming=facts().coming),
            "Slutrapport: Handlingsplan efter utvärderingen 2024, 2024–2026",
        ),
        (
            lambda: final_facts(coming=facts().coming, ends_on=None, as_of=date(2027, 2, 1)),
            "Slutrapport: Handlingsplan efter utvärderingen 2024, 2024–2027",
        ),
        (
            lambda: final_facts(coming=facts().coming, starts_on=None, ends_on=None),
            "Slutrapport: Handlingsplan efter utvärderingen 2024",
        ),
    ],
)
def test_the_usual_title(made: Callable[[], ReportFacts], title: str) -> None:
    """What it is, of when, and of which part."""
    assert usual_title(made(), "sv") == title


def test_the_head_says_where_it_belongs() -> None:
    """To whom, under which number, of which day, which meeting, which version."""
    head = compose(facts(), {}, locale="sv", at=AT, ordinal=2, logo=b"png").head
    assert head.meta == (
        ("Till", "Kommunstyrelsen"),
        ("Diarienummer", "KS 2026/0117"),
        ("Visar läget", "30 april 2026"),
        ("Sammanträde", "1 juni 2026"),
        ("Version", "2"),
    )
    assert (head.kind, head.sender, head.logo) == (
        "Tjänsteskrivelse",
        "Björkhaga kommun",
        "cG5n",
    )


def test_long_texts_are_cut_where_they_would_fill_pages() -> None:
    """Five thousand words of purpose are a paragraph; the cut shows."""
    found = text_of([section(told("hostile"), Section.BACKGROUND)])
    assert len(found) < 20_000
    assert LONG[:200] in found
    assert "…" in found
