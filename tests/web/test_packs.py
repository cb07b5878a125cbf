"""The pack for the next evaluation, and the outlook, as people meet them."""

from __future__ import annotations

import io
from datetime import date
from urllib.parse import parse_qs, urlsplit

import docx
import pypdfium2
import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast, make_action, make_user
from tests.helpers.history import add_others, add_past
from tests.helpers.pieces import evidence
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visits
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Evidence, Municipality, RoleAssignment


@pytest.fixture
def done(cast: Cast) -> Cast:
    """The owner's action done, with a file and a link to show for it, and not verified."""
    action = cast.action
    action.status, action.done_on, action.done_by = (
        ActionStatus.DONE,
        date(2026, 2, 10),
        cast.owner,
    )
    link = Evidence(
        action_id=action.id,
        title="Sidan",
        url="https://testkoping.example/svar",
        added_at=NOW,
        added_by_id=cast.owner.id,
    )
    db.session.add_all([evidence(action), link])
    db.session.commit()
    return cast


def test_the_page_says_what_is_in_place_and_what_is_not(done: Cast, visit: Visits) -> None:
    page = visit(done.director).get("/pack")
    assert "1 åtgärd som svarar på utvärderarnas punkter är på plats." in page.text
    assert "1 av dem är genomförd men inte verifierad." in page.text
    assert "3 delområden har varken åtgärd eller underlag." in page.text
    assert "säg till någon annan att verifiera före utvärderingen" in page.text
    assert "10 februari 2026, Olle Ägare" in page.text
    assert page.links["Sidan"] == "https://testkoping.example/svar"
    assert page.links["Protokoll"].startswith(f"/actions/{done.action.id}/evidence/")
    visit(done.director).ask("GET", page.links["Protokoll"])
    assert page.links["Återkoppla synpunkter på webben"] == f"/actions/{done.action.id}"
    row = next(row for row in page.rows if row[0] == "Mät väntetider för företag")
    assert row[1:] == [
        "Planerad",
        "Karin Kollega, Kommunledningsförvaltningen",
        "27 februari 2026, försenad",
    ]
    assert "Inför nästa utvärdering" in page.links


def test_the_filter_lives_in_the_address_and_in_the_downloads(done: Cast, visit: Visits) -> None:
    page = visit(done.director).get("/pack?area=2&only=gaps")
    assert "Visar bara: 2 Samhällsutveckling. Visar bara det som saknar åtgärd." in page.text
    assert "1.2" not in page.text
    form = page.form
    assert (form.fields["area"], form.fields["only"]) == ("2", "gaps")
    assert "Till utvärderarna som PDF" not in page.links, "what is missing is for ourselves"
    for label in ("Arbetsversion som Word", "Arbetsversion som PDF"):
        asked = parse_qs(urlsplit(page.links[label]).query)
        assert (asked["area"], asked["only"]) == (["2"], ["gaps"])
        assert asked["evaluation"] == [str(done.evaluation.id)]
    general = visit(done.director).get("/pack?area=general")
    assert "Visar bara: Punkter som gäller hela kommunen." in general.text
    assert general.form.fields["area"] == "general"
    assert "area=general" in general.links["Till utvärderarna som PDF"]
    bare = visit(done.director).get("/pack?only=no_evidence")
    assert "En kalender för alla samråd" in bare.text
    assert "Inget i underlaget stämmer med urvalet." in bare.text


def test_the_files_hold_what_the_page_shows(done: Cast, visit: Visits) -> None:
    page = visit(done.director).get("/pack?area=1")
    word = visit(done.director).client.get(page.links["Arbetsversion som Word"])
    pdf = visit(done.director).client.get(page.links["Arbetsversion som PDF"])
    book = docx.Document(io.BytesIO(word.data))
    told = "\n".join(one.text for one in book.paragraphs)
    pages = pypdfium2.PdfDocument(pdf.data)
    read = " ".join(one.get_textpage().get_text_bounded() for one in pages)
    for text in (told, " ".join(read.split())):
        assert "Återkoppla synpunkter på webben (Genomförd)" in text
        assert "Samhällsutveckling, del 1" not in text
    for answer, ending in ((word, "docx"), (pdf, "pdf")):
        name = (
            f"underlag-infor-utvardering-efter-2025-11-omrade-1-arbetsversion-2026-03-02.{ending}"
        )
        assert name in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_member_sees_their_own_and_the_number_of_the_rest(done: Cast, visit: Visits) -> None:
    page = visit(done.other_member).get("/pack")
    assert "Återkoppla synpunkter" not in page.text
    assert "1 åtgärd till, som andra svarar för (på plats: 1)." in page.text
    assert "Protokoll" not in page.text
    assert "Elevernas egna frågor" in page.text
    data = visit(done.other_member).client.get("/pack.docx").data
    book = docx.Document(io.BytesIO(data))
    assert not [one for one in book.paragraphs if "Återkoppla synpunkter" in one.text]


def test_who_may(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    for path in ("/pack", "/pack.docx", "/pack.pdf"):
        with subtests.test(path=path):
            visit(cast.admin).get(path, status=403)
            assert visit(None).get(path, status=302).response.location.startswith("/login")


def test_odd_addresses(cast: Cast, visit: Visits) -> None:
    other = add_evaluation(Municipality(name="Grannköping"), date(2026, 1, 1), {1: (10, 10)})
    for missing in (other.id, 9999):
        visit(cast.director).get(f"/pack?evaluation={missing}", status=404)
        assert visit(cast.director).client.get(f"/pack.pdf?evaluation={missing}").status_code == 404
    for odd in ("evaluation=x&area=-1&only=zz", f"area={2**40}", "area=99", "evaluation="):
        visit(cast.director).get(f"/pack?{odd}")


def test_without_an_evaluation(app: Flask, visit: Visits) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    page = visit(director).get("/pack")
    assert "Det finns ingen utvärdering än" in page.text
    assert "Till utvärderarna som PDF" not in page.links
    assert visit(director).client.get("/pack.docx").status_code == 400
    assert "Det finns ingen utvärdering än" in visit(director).get("/comparison/outlook").text


def test_without_any_action(cast: Cast, visit: Visits) -> None:
    cast.action.points, cast.colleague_action.points = [], []
    db.session.commit()
    page = visit(cast.director).get("/pack")
    assert "Ingen åtgärd svarar på punkterna än" in page.text
    assert page.links["Till förbättringspunkterna"] == "/points"


def test_hostile_texts_are_shown_as_texts(done: Cast, visit: Visits) -> None:
    text = "<script>alert(1)</script> {{7*7}} \u202eomvänt 🦑"
    done.action.title = text
    done.action.expected_effect = "å" * 10_000
    done.points[0].text = text
    db.session.commit()
    page = visit(done.director).get("/pack")
    assert "<script>alert" not in page.html
    assert "{{7*7}}" in page.text
    assert visit(done.director).client.get("/pack.pdf").status_code == 200


def test_in_english_it_is_a_page_too(done: Cast, visit: Visits) -> None:
    done.director.locale = "en"
    db.session.commit()
    visit(done.director).get("/pack")
    visit(done.director).get("/comparison/outlook")
    assert visit(done.director).client.get("/pack.pdf").status_code == 200


def test_too_little_history_is_told_in_words(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison/outlook")
    assert "för lite historia för att säga något om nästa utvärdering" in page.text
    assert "Det finns ingen tidigare jämförelse" in page.text
    assert "0 kommuner har två totaler" in page.text
    assert 'class="effect-chart"' not in page.html


def test_the_outlook_with_its_table_and_drawing(cast: Cast, visit: Visits) -> None:
    past = add_past(cast)
    add_others(10, 20, 30)
    page = visit(cast.director).get("/comparison/outlook")
    assert "Om historien upprepar sig hamnar nästa total mellan" in page.text
    rows = {row[0]: row[1:] for row in page.rows}
    for label in (
        "Om inget mer kommer på plats",
        "Om det planerade kommer på plats",
        "Om vi rör oss som andra kommuner",
    ):
        low, middle, high = map(int, rows[label])
        assert low < middle < high
    assert page.html.count('class="effect-chart"') == 1
    assert rows["På väg"] == ["2026-04-30", "1.3"]
    assert page.links["På väg"] == f"/actions/{past.planned.id}"
    assert "3 kommuner" in page.text
    for word in ("därför att", "tack vare", "ledde till"):
        assert word not in page.text


def test_the_outlook_keeps_titles_to_the_scope(cast: Cast, visit: Visits) -> None:
    add_past(cast)
    director = visit(cast.director).get("/comparison/outlook")
    for by, seen, hidden in (
        (cast.other_member, "Någon annans", "På väg"),
        (cast.owner, "På väg", "Någon annans"),
    ):
        page = visit(by).get("/comparison/outlook")
        assert seen in page.text
        assert hidden not in page.text
        assert "ligger utanför det du får se" in page.text
        assert page.rows[:3] == director.rows[:3]
    page = visit(cast.admin).get("/comparison/outlook")
    assert "4 ligger utanför det du får se" in page.text
    assert "Se vad som redan är på plats" not in page.text


def test_one_comparison_says_that_the_range_may_be_narrow(cast: Cast, visit: Visits) -> None:
    past = add_past(cast)
    cast.evaluation.municipality = Municipality(name="Grannköping")
    db.session.commit()
    page = visit(cast.director).get("/comparison/outlook")
    assert "Det finns bara en tidigare jämförelse." in page.text
    past.latest.score_sets[0].areas[0].subareas[0].score = None
    db.session.commit()
    page = visit(cast.director).get("/comparison/outlook")
    assert "Det finns spann för enstaka huvudområden" in page.text
    assert "Utan spann" in page.text


def test_with_nothing_planned_there_is_one_range(cast: Cast, visit: Visits) -> None:
    past = add_past(cast)
    for action in (past.planned, past.foreign, cast.action):
        action.points = []
    db.session.commit()
    page = visit(cast.director).get("/comparison/outlook")
    assert "och inget mer kommer på plats hamnar nästa total mellan" in page.text
    assert "Ingen av dem gäller ett delområde som saknar åtgärd på plats" in page.text
    cast.colleague_action.points = []
    one = make_action(cast.plan, "Utan delområde", owner=cast.owner)
    db.session.add(one)
    db.session.commit()
    page = visit(cast.director).get("/comparison/outlook")
    assert "Ingen åtgärd som svarar på utvärderarnas punkter väntar" in page.text
    assert "Utan delområde" not in page.text
    for gone in ("när det planerade är på plats", "Om det planerade", "De två spannen"):
        assert gone not in page.html, gone


def test_a_short_time_between_two_evaluations_is_told_and_left_out(
    cast: Cast, visit: Visits
) -> None:
    add_past(cast)
    add_evaluation(cast.municipality, date(2023, 5, 1), dict.fromkeys(range(1, 9), (9, 9, 9)))
    page = visit(cast.director).get("/comparison/outlook")
    assert "mars 2023 till maj 2023 räknas inte som historia" in page.text
    assert "Vår egen historia är 2 jämförelser" in page.text


def test_the_gaps_of_the_pack_are_a_click_from_the_outlook(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/comparison/outlook")
    gaps = page.links["Se luckorna: delområden och punkter utan åtgärd"]
    assert gaps == f"/pack?evaluation={cast.evaluation.id}&only=gaps"
    assert "Visar bara det som saknar åtgärd." in visit(cast.director).get(gaps).text


def test_each_content_has_its_own_file_name(done: Cast, visit: Visits) -> None:
    older = add_evaluation(done.municipality, date(2023, 5, 1), {1: (10, 10)})
    names = set()
    for query in (
        "",
        "for=us",
        "for=evaluators&area=2",
        "area=general",
        "only=gaps",
        "only=no_evidence",
        f"evaluation={older.id}",
        f"evaluation={older.id}&for=us",
    ):
        answer = visit(done.director).client.get(f"/pack.docx?{query}")
        names.add(answer.headers["Content-Disposition"])
    assert len(names) == 8
    assert any("efter-2023-05-2026-03-02" in name for name in names)


def test_by_default_the_files_are_the_evaluators(done: Cast, visit: Visits) -> None:
    page = visit(done.director).get("/pack")
    assert "for=evaluators" in page.links["Till utvärderarna som PDF"]
    asked = ["/pack.docx", "/pack.docx?for=x", page.links["Till utvärderarna som Word"]]
    for address in asked:
        book = docx.Document(io.BytesIO(visit(done.director).client.get(address).data))
        told = "\n".join(one.text for one in book.paragraphs)
        assert "Underlag för utvärderarna" in told
        assert "verifiera före utvärderingen" not in told
    ours = visit(done.director).client.get(page.links["Arbetsversion som Word"]).data
    told = "\n".join(one.text for one in docx.Document(io.BytesIO(ours)).paragraphs)
    assert "verifiera före utvärderingen" in told
