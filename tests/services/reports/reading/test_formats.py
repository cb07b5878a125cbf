"""A report's files, made from its snapshot: valid, read back, named, and the same bytes again."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import docx
import openpyxl
import pikepdf
import pytest
from docx.oxml.ns import qn

from tests.helpers.sampled import ACTIONS, AT, sample
from tests.helpers.told import empty_facts, facts, final_facts, hostile_facts
from tests.reports.test_pdf import complaints, pages
from tracker.domain.errors import NotFound
from tracker.domain.reporting import Part, ReportFacts
from tracker.reports.logo import sound_logo
from tracker.services.reports.reading.formats import CONTENT_TYPES, file_name, made
from tracker.services.reports.snapshots import Snapshot, frozen, thawed

KINDS = tuple(CONTENT_TYPES)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Every file of an ordinary report."""
    return {kind: made(sample(facts()), kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_snapshot_gives_the_same_bytes(
    kind: str, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    sound_logo.cache_clear()
    assert made(thawed(frozen(sample(facts()))), kind) == files[kind]


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
def test_another_instant_is_another_file(kind: str, files: dict[str, bytes]) -> None:
    assert made(sample(facts(), at=AT + timedelta(days=1)), kind) != files[kind]


def test_no_other_kind_is_made() -> None:
    for kind in ("exe", "PDF", ""):
        with pytest.raises(NotFound):
            made(sample(facts()), kind)


def test_a_mark_stands_in_what_is_read_as_pages() -> None:
    """First of all, and on top of every page; the next file of the same snapshot has none."""
    snapshot = sample(empty_facts())
    book = docx.Document(io.BytesIO(made(snapshot, "docx", mark="Utkast, inte granskad")))
    texts = [one.text for one in book.paragraphs]
    assert "Utkast, inte granskad" in texts
    [section] = book.sections
    assert "Utkast, inte granskad" in section.header.paragraphs[0].text
    assert "Utkast, inte granskad" in section.first_page_footer.paragraphs[0].text
    bare = docx.Document(io.BytesIO(made(snapshot, "docx")))
    assert not [one for one in bare.paragraphs if "Utkast" in one.text]
    assert complaints(made(snapshot, "pdf", mark="Utkast, inte granskad")) == []


def named(told: ReportFacts, kind: str = "pdf", ordinal: int = 1, language: str = "sv") -> str:
    return file_name(sample(told, ordinal=ordinal, language=language), kind)


def part(name: str) -> ReportFacts:
    return facts(part=Part.UNIT, part_name=name)


def of_part(name: str) -> str:
    return f"lagesrapport-plan-7-{name}-2026-04-30.pdf"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (facts(), "lagesrapport-plan-7-hela-planen-2026-04-30.pdf"),
        (final_facts(), "slutrapport-plan-7-hela-planen-2026-12-31.pdf"),
        (facts(plan_id=8), "lagesrapport-plan-8-hela-planen-2026-04-30.pdf"),
        (part("Miljö- och Byggförvaltningen"), of_part("miljo-och-byggforvaltningen")),
        (part("Ærlig Sæd Øl"), of_part("aerlig-saed-ol")),
        (part('../..\\a"\r\nb\x00'), of_part("a-b")),
        (part("漢字 🚀"), of_part("76e5522e")),
        (part("漢语"), of_part("5488298b")),
        (part("Нацка nämnd"), of_part("namnd-7dd04914")),
        (part("Å" * 300), of_part(f"{'a' * 60}-90a80ef0")),
    ],
)
def test_a_file_is_named_for_what_it_is(told: ReportFacts, name: str) -> None:
    assert named(told) == name
    assert named(told, "csv", 3) == name.replace(".pdf", "-version-3.csv")


def tags(data: bytes) -> list[tuple[str, str]]:
    """The PDF's structure in the order of reading: tag, and the words that stand for a picture."""
    with pikepdf.open(io.BytesIO(data)) as book:
        return list(_walked(book.Root.StructTreeRoot))


def _walked(node: Any) -> Iterator[tuple[str, str]]:
    if "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
    children = node.get("/K", [])
    for one in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(one, pikepdf.Dictionary) and ("/S" in one or "/K" in one):
            yield from _walked(one)


def test_the_pdf_is_to_archive_and_to_read_aloud(files: dict[str, bytes]) -> None:
    assert complaints(files["pdf"]) == []
    with pikepdf.open(io.BytesIO(files["pdf"])) as book:
        assert str(book.Root.Lang).lower() == "sv-se"
        about = book.open_metadata()
        assert about["dc:title"] == sample(facts()).head.title
        assert str(about["dc:creator"]).count("Björkhaga kommun") == 1


def test_the_pdf_is_tagged_in_the_order_of_reading(files: dict[str, bytes]) -> None:
    found = tags(files["pdf"])
    names = [name for name, _alt in found]
    headings = [name for name in names if re.fullmatch("/H[1-6]", name)]
    assert headings == ["/H1", "/H2", "/H1", "/H1", "/H2", "/H1"]
    assert names.index("/Title") < names.index("/H1")
    assert [alt for name, alt in found if name == "/Figure"] == ["Ett område steg och ett föll."]
    assert names.count("/Table") == names.count("/THead") == 3
    assert names.count("/TH") == 12
    assert names.count("/TR") == 3 + 2 + 3 + len(facts().rows)


def test_the_pdf_says_all_in_the_order_of_reading(files: dict[str, bytes]) -> None:
    shown = pages(files["pdf"])
    whole = " ".join(" ".join(shown).split())
    order = ["Björkhaga kommun", "Förslag till beslut", "Sammanfattning", "Avvikelser", ACTIONS]
    places = [whole.index(words) for words in order]
    assert places == sorted(places)
    rows = [whole.index(f"{one.id} {one.title[:20]}") for one in facts().rows]
    assert rows == sorted(rows)
    for at, text in enumerate(shown, start=1):
        assert f"Sida {at} ({len(shown)})" in text
        assert ("Lägesrapport · KS 2026/0117" in text) is (at > 1)


def test_the_word_file_is_one_to_hand_in(files: dict[str, bytes]) -> None:
    book = docx.Document(io.BytesIO(files["docx"]))
    about = book.core_properties
    assert (about.title, about.author) == (sample(facts()).head.title, "Björkhaga kommun")
    assert (about.language, about.created) == ("sv-SE", AT)
    assert book.part.package.core_properties.last_modified_by == "Björkhaga kommun"
    section = book.sections[0]
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    assert header.text == "Lägesrapport · KS 2026/0117\t2026-05-06"
    assert footer.text.startswith("KS 2026/0117\tSida ")
    assert [stop.position.cm for stop in header.paragraph_format.tab_stops] == [
        pytest.approx(16, abs=0.01)
    ]
    actions = book.tables[-1]
    assert actions._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == ACTIONS
    assert len(actions.rows) == 1 + len(facts().rows)


def test_a_page_break_leaves_no_empty_line(files: dict[str, bytes]) -> None:
    book = docx.Document(io.BytesIO(files["docx"]))
    breaking = [one.text for one in book.paragraphs if one.paragraph_format.page_break_before]
    assert breaking == ["Alla åtgärder", "Bilaga"]
    assert 'w:type="page"' not in book.element.xml


@pytest.fixture(scope="module")
def hostile() -> Snapshot:
    """A report of 500 actions whose texts are what no report should have to hold."""
    return sample(hostile_facts())


def test_500_hostile_actions_are_a_valid_pdf(hostile: Snapshot) -> None:
    data = made(hostile, "pdf")
    assert complaints(data) == []
    names = [name for name, _alt in tags(data)]
    assert names.count("/TR") == 3 + 2 + 3 + 500


def test_500_hostile_actions_are_files_that_open(hostile: Snapshot) -> None:
    book = docx.Document(io.BytesIO(made(hostile, "docx")))
    assert len(book.tables[-1]._tbl.tr_lst) == 501
    sheet = openpyxl.load_workbook(io.BytesIO(made(hostile, "xlsx")), read_only=True)["Åtgärder"]
    assert sum(1 for _row in sheet.iter_rows(min_row=2)) == 500
    assert len(json.loads(made(hostile, "json"))["actions"]) == 500
    assert made(hostile, "csv").count(b"\n1") >= 500


def test_a_plan_without_anything_has_every_file() -> None:
    bare = sample(empty_facts())
    bare = replace(bare, head=replace(bare.head, logo="ingen bild", title=""))
    for kind in KINDS:
        assert made(bare, kind)
    assert complaints(made(bare, "pdf")) == []
