"""Other municipalities through the pages: who is there, in, preview, yes, back."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from tests.helpers.cast import Cast
from tests.helpers.others import EDITION, add_reference, brought_in, csv
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visitor, Visits
from tracker.extensions import db
from tracker.importers.references import COLUMNS, read_references
from tracker.models import Municipality, ReferenceScore

GRANBY = f"Granby,2021-02,{EDITION},79,72,87,89,88,82,85,80,662,en källa"
SJOBY = f"Sjöby,2022,{EDITION},,,,,,,,,455,"
BAD = f"Bruksby,2021-02,{EDITION},101,,,,,,,,455,"


def sent(visitor: Visitor, data: bytes, status: int = 200) -> Any:
    visitor.get("/references")
    file = (io.BytesIO(data), "andra.csv")
    return visitor.post("/references/preview", {"file": file}, status=status)


def rows() -> set[tuple[str, int | None]]:
    db.session.rollback()
    found = db.session.query(ReferenceScore).all()
    return {(row.municipality, row.total) for row in found}


def test_in_and_back(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    page = sent(director, csv(GRANBY, BAD, SJOBY))
    assert "2 rader sparas när du säger ja. 1 rad har fel" in page.text
    assert ["Rad 3", "Poängen för område 1 ska vara mellan 0 och 100."] in page.rows
    assert rows() == set()
    page = director.submit(page.form)
    assert "2 rader är nya." in page.text
    assert rows() == {("Granby", 662), ("Sjöby", 455)}
    undo = next(form for form in page.forms if "/undo" in form.action)
    page = director.submit(undo)
    assert "Inläsningen är borttagen: 2 rader." in page.text
    page = director.submit(undo)
    assert "redan borttagen" in page.text
    assert rows() == set()


def test_again_and_one_row_away(cast: Cast, visit: Visits) -> None:
    brought_in(cast.director, GRANBY, SJOBY)
    admin = visit(cast.admin)
    page = sent(admin, csv(GRANBY.replace("662", "660"), SJOBY))
    assert "1 rad sparas" in page.text
    assert "Områdena ger tillsammans 662 poäng, men summan säger 660" in page.text
    assert "1 rad är ändrad." in admin.submit(page.form).text
    page = admin.get("/references")
    remove = next(form for form in page.forms if "/remove" in form.action)
    assert "Raden för Granby är borttagen." in admin.submit(remove).text
    assert rows() == {("Sjöby", 455)}
    page = sent(admin, csv(SJOBY))
    assert "finns redan" in page.text
    assert not [form for form in page.forms if form.action == "/references"]


UNREADABLE = (
    (b"", "Välj en fil"),
    (b"kommun;summa\n", "Filen saknar kolumner: månad, version"),
    (b"PK\x03\x04xxxx", "spara den som CSV"),
)


def test_a_file_that_cannot_be_read(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    visitor = visit(cast.director)
    visitor.get("/references")
    for data, sentence in UNREADABLE:
        with subtests.test(data=data, sentence=sentence):
            file = {"file": (io.BytesIO(data), "andra.csv")} if data else {}
            page = visitor.post("/references/preview", file, status=422)
            assert sentence in page.text
            assert page.title.startswith("Fel:")


def test_a_yes_to_nothing(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    for content in ("", "kommun", "\0" * 10, "<b>", csv(BAD).decode()):
        visitor.post("/references", {"content": content, "name": "x" * 10_000}, status=422)


def test_words_of_a_file_are_shown_as_text(cast: Cast, visit: Visits) -> None:
    row = '<b>Granby</b>\u202e😀,2021-02,2020,,,,,,,,,500,"<script>alert(1)</script>"'
    visitor = visit(cast.director)
    page = sent(visitor, csv(row))
    assert "<b>Granby</b>" in page.text
    page = visitor.submit(page.form)
    assert "<script>alert(1)</script>" in page.text


def test_where_they_stand(cast: Cast, visit: Visits) -> None:
    brought_in(None, GRANBY, SJOBY, SJOBY.replace("2022", "2020").replace("455", "400"))
    add_evaluation(Municipality(name="Grannköping"), date(2023, 5, 1), {1: (15, 15)})
    page = visit(cast.member).get("/references")
    assert "2 andra kommuner fick i snitt 558,5 poäng under" in page.text
    total = next(row for row in page.rows if row[0].endswith("2020–2024"))
    assert total[1:] == ["2 (4 utvärderingar)", "558,5", "146,4", "455", "662"]
    area = next(row for row in page.rows if row[0].startswith("1 Samspel"))
    assert area[1:] == ["2", "64,5", "20,5", "50", "79"]
    area = next(row for row in page.rows if row[0].startswith("2 Samhäll"))
    assert area[1:4] == ["1", "72", "bara en kommun"]
    assert "1 utvärdering av en annan kommun är inläst ur sin rapport" in page.text
    assert "räknas med: Grannköping (maj 2023)." in page.text
    pace = next(row for row in page.rows if row[1:3] == ["1", "+27,5"])
    assert pace[3:] == ["bara en kommun", "+27,5", "+27,5"]
    assert not [form for form in page.forms if form.method == "post"]


def test_the_list_is_found_and_paged(cast: Cast, visit: Visits, count_queries: Any) -> None:
    visitor = visit(cast.director)
    add_reference("Kommun 00a", date(2021, 1, 1), total=400)
    db.session.commit()
    visitor.get("/references")
    with count_queries() as few:
        visitor.get("/references")
    for n in range(1, 40):
        add_reference(f"Kommun {n:02}a", date(2021, 1, 1), [50] * 8, total=400)
    db.session.commit()
    with count_queries() as many:
        page = visitor.get("/references?page=2")
    assert many.number == few.number
    assert "Sida 2 av 2" in page.text
    page = visitor.get("/references?q=kommun+07")
    assert [row[0] for row in page.rows if row[0].startswith("Kommun ")][-1] == "Kommun 07a"
    assert "1 rad från listor" in page.text
    page = visitor.get("/references?q=" + "%25" * 50)
    assert "Ingen kommun i listan börjar så" in page.text


def test_the_journal_tells(cast: Cast, visit: Visits) -> None:
    brought_in(cast.director, GRANBY)
    page = visit(cast.admin).get("/operations/journal?subject=reference")
    assert "läste in andra kommuners poäng" in page.text


def test_empty_states_teach(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/references")
    assert "Det finns ingen lista än" in page.text
    assert page.links["Hämta mallen"] == "/references/template.csv"
    page = visit(cast.owner).get("/references")
    assert "Kommundirektören eller administratören kan läsa in" in page.text


def test_the_template_can_be_filled_in(cast: Cast, visit: Visits) -> None:
    answer = visit(cast.member).ask("GET", "/references/template.csv")
    data = answer.response.data
    assert data.startswith(b"\xef\xbb\xbfkommun;")
    assert "andra-kommuner.csv" in answer.response.headers["Content-Disposition"]
    row = ";".join(["Granby", "2021-02", "2020", *["79,5"] * 8, "636", "källa"])
    assert row.count(";") == len(COLUMNS) - 1
    (read,) = read_references(data + row.encode(), today=date(2026, 3, 2)).rows
    assert read.areas == (79.5,) * 8


def test_the_menu_and_the_links(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/references")
    assert page.links["Över tid"] == "/comparison/series"
    assert page.links["Jämförelse"] == "/comparison"
