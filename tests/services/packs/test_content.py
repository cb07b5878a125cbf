"""A pack as files, read back."""

from __future__ import annotations

import io
from datetime import date
from zoneinfo import ZoneInfo

import docx
import pikepdf
import pypdfium2
import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.pieces import evidence
from tests.helpers.second import add_evaluation
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Evidence, PointSubArea, User
from tracker.reports.content import Document
from tracker.reports.docx import render_docx
from tracker.reports.pdf import render_pdf
from tracker.services.packs.content import pack_document
from tracker.services.packs.facts import Audience, Only, PackFilter, narrowed
from tracker.services.packs.reading import pack_of

ALL = PackFilter()
HOSTILE = [
    "=HYPERLINK(1) #set page() <b>*fet*</b> \\ $x$ {{7*7}}",
    "Rubrik\x00\x07 med \u202eomvänd text och 🦑 och 你好",
    "O" * 200,
]


def document(
    by: User,
    wanted: PackFilter = ALL,
    locale: str = "sv",
    audience: Audience = Audience.US,
) -> Document:
    found = pack_of(None, by=by, today=TODAY, zone=ZoneInfo("Europe/Stockholm"))
    assert found is not None
    return pack_document(narrowed(found, wanted), wanted, audience=audience, locale=locale)


def in_pdf(data: bytes) -> str:
    pages = pypdfium2.PdfDocument(data)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(text.split())


def links_of(data: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        ]


def in_word(data: bytes) -> str:
    book = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(one.text for one in book.paragraphs), *cells]).split())


@pytest.fixture
def done(cast: Cast) -> Cast:
    """One action verified with a file, one done with nothing to show."""
    action, other = cast.action, cast.colleague_action
    action.status, action.done_on, action.done_by = (
        ActionStatus.VERIFIED,
        date(2026, 2, 10),
        cast.owner,
    )
    action.verified_on, action.verified_by = date(2026, 2, 20), cast.director
    action.expected_effect = "Fler svar i tid"
    other.status, other.done_on, other.done_by = (
        ActionStatus.DONE,
        date(2026, 2, 12),
        cast.colleague,
    )
    db.session.add(evidence(action))
    db.session.commit()
    return cast


def test_both_files_tell_the_same(done: Cast) -> None:
    made = document(done.director)
    for text in (in_pdf(render_pdf(made, at=NOW)), in_word(render_docx(made, at=NOW))):
        for told in (
            "Arbetsversion inför utvärderingen",
            "Inför nästa utvärdering: vad som har hänt sedan november 2025",
            "Läget den 2 mars 2026",
            "2 åtgärder som svarar på utvärderarnas punkter är på plats.",
            "1 av dem är genomförd men inte verifierad.",
            "1 av dem saknar underlag.",
            "12 av 30 poäng, 18 saknas",
            "Punkt 1, sidan 4: Berätta öppet hur synpunkter har påverkat besluten.",
            "Återkoppla synpunkter på webben (Verifierad)",
            "20 februari 2026, Dag Direktör",
            "Fler svar i tid",
            "Protokoll (protokoll.txt, tillagt 2 mars 2026)",
            "säg till någon annan att verifiera före utvärderingen",
            "Underlag saknas: lägg till",
            "Lucka. Här finns varken åtgärd eller underlag",
            "Åtgärder utanför utvärderingens punkter",
            "En kalender för alla samråd",
            "Punkter som gäller hela kommunen",
        ):
            assert told in text, told


def test_the_evaluators_read_no_notes_of_ours(done: Cast) -> None:
    made = document(done.director, audience=Audience.EVALUATORS)
    for text in (in_pdf(render_pdf(made, at=NOW)), in_word(render_docx(made, at=NOW))):
        for told in (
            "Underlag för utvärderarna",
            "2 åtgärder som svarar på utvärderarnas punkter är på plats.",
            "Återkoppla synpunkter på webben (Verifierad)",
            "Mät väntetider för företag (Genomförd)",
            "Protokoll (protokoll.txt, tillagt 2 mars 2026)",
            "Inget nytt att redovisa i 1 delområde: 1.2.",
            "Inget nytt att redovisa i 2 delområden: 2.1, 2.2.",
            "Delområden utan något nytt att redovisa 3",
        ):
            assert told in text, told
        for hidden in (
            "verifiera före",
            "inte verifierad",
            "Lucka",
            "varken åtgärd",
            "saknas: lägg till",
            "saknar underlag",
            "Ingen åtgärd svarar på punkten",
            "försenad",
            "Punkter som gäller hela kommunen",
        ):
            assert hidden not in text, hidden


def test_what_is_under_way_is_told_to_the_evaluators_without_being_late(cast: Cast) -> None:
    ours = in_word(render_docx(document(cast.director), at=NOW))
    theirs = in_word(render_docx(document(cast.director, audience=Audience.EVALUATORS), at=NOW))
    assert "27 februari 2026, försenad" in ours
    assert "27 februari 2026" in theirs
    assert "försenad" not in theirs
    assert "Bara det som är på plats bedöms" in ours
    assert "bedöms" not in theirs


def test_an_action_is_told_in_full_once(done: Cast) -> None:
    second = done.evaluation.score_sets[0].areas[0].subareas[1]
    done.points[0].subarea_links.append(PointSubArea(sub_area=second, rank=1))
    db.session.commit()
    made = document(done.director)
    for text in (in_pdf(render_pdf(made, at=NOW)), in_word(render_docx(made, at=NOW))):
        assert text.count("Fler svar i tid") == 1
        assert "Återkoppla synpunkter på webben (Verifierad), se 1.1." in text


def test_work_of_an_earlier_round_says_so(done: Cast) -> None:
    add_evaluation(done.municipality, date(2026, 1, 1), {1: (13, 14), 2: (10, 10)})
    open_one = make_action(done.plan, "Börja i tid", owner=done.owner)
    db.session.add(open_one)
    open_one.points = [done.points[0]]
    db.session.commit()
    made = document(done.director, audience=Audience.EVALUATORS)
    text = in_word(render_docx(made, at=NOW))
    assert "vad som har hänt sedan januari 2026" in text
    assert "2 av dem svarar på punkter från en annan utvärdering." in text
    assert "Svarar på en punkt från november 2025 Genomförd" in " ".join(text.split("\t"))
    assert "Börja i tid Svarar på en punkt från november 2025" in text


def test_the_pdf_is_one_to_archive_and_the_same_twice(done: Cast) -> None:
    made = document(done.director)
    data = render_pdf(made, at=NOW)
    assert data == render_pdf(made, at=NOW)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.Lang == "sv-SE"
        assert "/StructTreeRoot" in pdf.Root
    assert render_docx(made, at=NOW) == render_docx(made, at=NOW)


def test_the_filter_is_told_and_kept(done: Cast) -> None:
    wanted = PackFilter(area=2, only=Only.NO_EVIDENCE)
    text = in_word(render_docx(document(done.director, wanted), at=NOW))
    assert "Visar bara: 2 Samhällsutveckling." in text
    assert "Visar bara åtgärder som är på plats utan underlag." in text
    assert "Mät väntetider för företag" in text
    assert "Återkoppla synpunkter på webben" not in text
    empty = in_word(render_docx(document(done.director, PackFilter(area=7)), at=NOW))
    assert "Inget i underlaget stämmer med urvalet." in empty


def test_outside_the_scope_nothing_but_numbers(done: Cast) -> None:
    text = in_word(render_docx(document(done.other_member), at=NOW))
    assert "Här finns 1 åtgärd som andra svarar för (på plats: 1)." in text
    assert "1 åtgärd till, som andra svarar för (på plats: 1)." in text, "beside one's own"
    assert "Av åtgärderna svarar andra för 2" in text
    for secret in ("Återkoppla synpunkter", "Protokoll", "Fler svar", "Olle Ägare"):
        assert secret not in text


def test_an_unknown_language_is_told_in_swedish_and_english_is_one(done: Cast) -> None:
    assert document(done.director, locale="xx").language == "sv"
    assert document(done.director, locale="en").language == "en"


def test_hostile_texts_stay_texts(cast: Cast) -> None:
    for point, text in zip(cast.points, HOSTILE, strict=False):
        one = make_action(
            cast.plan,
            text[:200],
            owner=cast.owner,
            status=ActionStatus.DONE,
            done_on=date(2026, 2, 1),
            done_by=cast.owner,
            expected_effect=text * 20,
            effect_measure="x" * 10_000,
        )
        db.session.add(one)
        one.points = [point]
        point.text = text * 20
        proof = Evidence(
            title=text[:200],
            url="javascript:alert(1)",
            added_at=NOW,
            added_by_id=cast.owner.id,
        )
        one.evidence = [proof]
    db.session.flush()
    made = document(cast.director)
    data = render_pdf(made, at=NOW)
    assert in_pdf(data).count("Underlag") >= len(HOSTILE) == 3
    assert not [link for link in links_of(data) if not link.startswith("http")]
    word = docx.Document(io.BytesIO(render_docx(made, at=NOW)))
    assert not [one for one in word.part.rels.values() if "javascript" in str(one.target_ref)]
