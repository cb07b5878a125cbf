"""Spreadsheets through the pages: out, in, preview, yes."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.helpers.cast import Cast
from tests.helpers.visitor import Visitor, Visits
from tests.services.sheets.workbook import edited, everything, with_cells
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.models import Action, ActionPlan, SheetDraft
from tracker.services.sheets import drafts

OTHER = (
    "Vår plan 2026;;;\n"
    "Åtgärd;Ansvarig;Klart;Status;Diarienummer\n"
    "Rusta lekplatsen;Olle Ägare;mars 2027;Klar;KS 7\n"
    "=1+1;karin.kollega@testkoping.example;2027;pågår;\n"
    "Måla skolan;;1/3 2020;;\n"
)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child process has tests of its own."""
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)


def sent(visitor: Visitor, data: bytes, name: str = "atgarder.xlsx", **options: Any) -> Any:
    if visitor.page is None:
        visitor.get("/sheets/upload")
    return visitor.post("/sheets/upload", {"file": (io.BytesIO(data), name)}, **options)


def fetched(visitor: Visitor, query: str = "") -> bytes:
    page = visitor.ask("GET", f"/actions.xlsx{query}")
    assert page.status == 200
    return bytes(page.response.data)


def test_the_export_follows_the_filter_and_the_scope(cast: Cast, visit: Visits) -> None:
    def titles(data: bytes) -> set[str]:
        sheet = openpyxl.load_workbook(io.BytesIO(data))["Åtgärder"]
        return {row[1].value for row in sheet.iter_rows(min_row=2)}

    director = visit(cast.director)
    assert len(titles(fetched(director))) == 4
    assert titles(fetched(director, f"?unit={cast.other_unit.id}")) == {"Elevernas egna frågor"}
    assert titles(fetched(visit(cast.stranger))) == {"Elevernas egna frågor"}
    disposition = director.ask("GET", "/actions.xlsx").response.headers["Content-Disposition"]
    assert "atgarder-2026-03-02.xlsx" in disposition


def test_edit_and_bring_back(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    cells = {(cast.action.id, "title"): "=Ny rubrik", (cast.action.id, "cost"): "50 tkr"}
    page = sent(director, edited(fetched(director), with_cells(cells)))
    assert page.h1 == "Förhandsgranska kalkylbladet"
    assert "1 åtgärd ändras. Inget är sparat än." in page.text
    assert "=Ny rubrik" in page.text and "Kostnad" in page.text
    before = everything()
    assert before[cast.action.id]["title"] == "Återkoppla synpunkter på webben"
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    page = director.submit(form)
    assert "1 åtgärd är ändrad." in page.text
    after = everything()
    assert after[cast.action.id] == {
        **before[cast.action.id],
        "title": "=Ny rubrik",
        "cost": "50 tkr",
    }
    assert {k: v for k, v in after.items() if k != cast.action.id} == {
        k: v for k, v in before.items() if k != cast.action.id
    }
    again = director.post(form.action, form.fields)
    assert "redan genomfört" in again.text
    undo = next(form for form in page.forms if "undo" in form.action)
    director.submit(undo, follow=False)
    assert everything() == before


def test_nothing_is_written_when_the_plan_moved_under_the_preview(
    cast: Cast, visit: Visits
) -> None:
    director = visit(cast.director)
    cells = {(cast.action.id, "title"): "Min rubrik"}
    page = sent(director, edited(fetched(director), with_cells(cells)))
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    cast.action.title = "Deras rubrik"
    db.session.commit()
    page = director.submit(form, status=409)
    assert "har ändrats sedan du såg" in page.text
    assert "Någon annan har ändrat samma sak" in page.text
    assert everything()[cast.action.id]["title"] == "Deras rubrik"
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    pick = next(name for name in form.fields if name.startswith("pick-"))
    assert form.fields[pick] == "ours"
    director.submit(form, **{pick: "sheet"}, follow=False)
    assert everything()[cast.action.id]["title"] == "Min rubrik"


def test_faults_are_named_by_row_and_column_and_the_rest_may_go(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    cells = {
        (cast.action.id, "deadline"): "imorgon",
        (cast.other_action.id, "title"): "Elevernas frågor",
    }
    page = sent(director, edited(fetched(director), with_cells(cells)))
    assert page.rows[1][:2] == ["Rad 3, Slutdatum", "Slutdatum"]
    assert "”imorgon” är inget datum. Skriv till exempel 2026-03-01." in page.rows[1][2]
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    page = director.submit(form, status=422)
    assert "kryssa i att de andra ska genomföras" in page.text
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    director.submit(form, partly="y", follow=False)
    assert everything()[cast.other_action.id]["title"] == "Elevernas frågor"
    assert everything()[cast.action.id]["deadline"] == "2026-04-30"


def test_a_plan_from_another_sheet(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    page = sent(director, OTHER.encode(), "plan.csv", follow=True)
    assert page.h1 == "Vilken kolumn är vad?"
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    chosen = [form.fields[f"column-{n}"] for n in range(5)]
    assert chosen == ["title", "owner", "deadline", "status", "kept"]
    page = director.submit(form, unit_id=str(cast.unit.id), plan_title="Gamla planen")
    assert "2 blir nya, 1 rad har fel" in page.text
    assert "har redan passerat" in page.text and "Läses in som pågående" in page.text
    page = director.get(page.path.replace("?", "") + "/columns")
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    page = director.submit(form, deadline="2027-06-30")
    assert "3 blir nya" in page.text
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    page = director.submit(form)
    assert "3 åtgärder är nya." in page.text
    plan = db.session.query(ActionPlan).filter_by(title="Gamla planen").one()
    made = {a.title: a for a in db.session.query(Action).filter_by(plan_id=plan.id)}
    assert set(made) == {"Rusta lekplatsen", "=1+1", "Måla skolan"}
    first = made["Rusta lekplatsen"]
    assert (first.owner, first.status.value) == (cast.owner, "ongoing")
    assert first.extra == {"Diarienummer": "KS 7"}
    assert str(first.deadline) == "2027-03-31"
    assert str(made["Måla skolan"].deadline) == "2027-06-30"


def test_the_row_of_headings_can_be_chosen(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    sent(director, OTHER.encode(), "plan.csv")
    draft = db.session.query(SheetDraft).one()
    page = director.get(f"/sheets/{draft.id}/columns?header=0")
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    assert form.fields["header"] == "0"
    for nonsense in ("9" * 5000, "999999", "-1", "x"):
        columns = {f"column-{n}": "title" if n == 0 else "" for n in range(5)}
        page = director.submit(form, status=422, header=nonsense, **columns)
        assert "Välj den rad som har rubrikerna." in page.text
    page = director.submit(form, status=422, **{f"column-{n}": "" for n in range(5)})
    assert "Välj vilken kolumn som är åtgärdens rubrik." in page.text
    page = director.submit(form, status=422, **{f"column-{n}": "title" for n in range(5)})
    assert "Två kolumner är" in page.text


def test_bad_uploads_are_answered_on_the_form(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    director.get("/sheets/upload")
    assert "Välj en fil." in director.post("/sheets/upload", {}, status=422).text
    page = sent(director, b"<html></html>", "plan.xlsx", status=422)
    assert "inte den sort" in page.text
    page = sent(director, b"x" * 28_000_000, "plan.xlsx", status=413)
    page.response.request.environ["wsgi.input"].close()  # nobody else puts it away
    assert "10 MB" in page.text


def test_a_sheet_is_its_owners_alone(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    sent(director, OTHER.encode(), "plan.csv")
    draft = db.session.query(SheetDraft).one()
    for path in ("", "/columns"):
        visit(cast.unit_director).get(f"/sheets/{draft.id}{path}", status=404)
    visit(cast.unit_director).post(f"/sheets/{draft.id}/apply", {}, status=404)
    director.get(f"/sheets/{draft.id}", follow=True)
    page = director.post(f"/sheets/{draft.id}/discard", {})
    assert "Ingenting ändrades" in page.text
    assert db.session.query(SheetDraft).count() == 0


def test_a_preview_costs_the_same_for_one_row_and_for_thirty(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    director = visit(cast.director)
    numbers = []
    for rows in (1, 30):
        lines = [f"Rusta park {n};Olle Ägare;2027-01-01;Park" for n in range(rows)]
        text = "\n".join(["Åtgärd;Ansvarig;Klart;Kommentar", *lines])
        sent(director, text.encode(), "plan.csv")
        draft = db.session.query(SheetDraft).order_by(SheetDraft.id.desc()).first()
        page = director.get(f"/sheets/{draft.id}/columns")
        form = next(f for f in page.forms if f.method == "post" and "columns" in f.action)
        director.submit(form, unit_id=str(cast.unit.id), follow=False)
        with count_queries() as counted:
            director.get(f"/sheets/{draft.id}")
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]


def test_a_column_of_the_sheets_own_is_told_in_the_journal(cast: Cast, visit: Visits) -> None:
    def with_column(sheet: Any) -> None:
        sheet.cell(1, sheet.max_column + 1).value = "Diarienummer"
        sheet.cell(3, sheet.max_column).value = "KS 7"

    director = visit(cast.director)
    page = sent(director, edited(fetched(director), with_column))
    director.submit(
        next(form for form in page.forms if form.action.endswith("/apply")), follow=False
    )
    page = director.get(f"/actions/{cast.action.id}")
    assert "Diarienummer: från ingenting till KS 7" in page.text


def test_others_number_their_rows_too(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    text = f"Nr;Rubrik;Klart\n{cast.action.id};Rusta lekplatsen;2027-01-01\n"
    page = sent(director, text.encode(), "plan.csv")
    assert page.h1 == "Vilken kolumn är vad?"
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    page = director.submit(form, unit_id=str(cast.unit.id))
    director.submit(
        next(form for form in page.forms if form.action.endswith("/apply")), follow=False
    )
    new = db.session.query(Action).order_by(Action.id.desc()).first()
    assert new is not None and new.extra == {"Nr (eget)": str(cast.action.id)}


def test_a_reader_gets_names_and_no_way_back(cast: Cast, visit: Visits) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetched(visit(cast.member))))
    assert book.sheetnames == ["Åtgärder"]
    cells = {str(cell) for row in book["Åtgärder"].values for cell in row}
    assert "Olle Ägare" in cells
    assert not any("@" in cell for cell in cells)


def mapped(director: Visitor, text: str, name: str = "plan.csv", **fields: str) -> Any:
    """The preview of somebody's sheet, its columns as guessed."""
    page = sent(director, text.encode(), name)
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    return director.submit(form, **fields)


def test_a_formula_without_a_value_is_named_by_row_and_column(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    book = openpyxl.Workbook()
    for row in (["Åtgärd", "Klart", "=A1"], ["Måla", "2027-01-01"], ["=A2", "2027-01-01"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    page = sent(director, out.getvalue(), "plan.xlsx")
    assert "Lägg den fliken först" in page.text and "(formel utan värde)" in page.text
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    page = director.submit(form, unit_id=str(cast.unit.id))
    assert page.rows[1][:2] == ["Rad 3, Rubrik", "Rubrik"]
    assert "formel utan sparat värde. Öppna filen i kalkylprogrammet" in page.rows[1][2]
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    assert "1 åtgärd är ny." in director.submit(form, partly="y").text


def test_the_page_says_where_new_actions_go_and_that_they_stay(cast: Cast, visit: Visits) -> None:
    draft = ActionPlan(title="Nästa period", created_at=cast.plan.created_at)
    db.session.add(draft)
    db.session.commit()
    director = visit(cast.director)
    page = mapped(director, "Åtgärd;Klart\nMåla;2027-01-01\n", unit_id=str(cast.unit.id))
    assert f"läggs i planen ”{cast.plan.title}”" in page.text
    assert "Nya åtgärder går inte att ångra med en knapp" in page.text
    chosen = director.get(f"{page.path}/columns").forms
    assert any(form.fields.get("plan_id") == "" for form in chosen)

    def change(sheet: Any) -> None:
        with_cells({(cast.action.id, "title"): "Ny rubrik"})(sheet)
        for column, value in ((2, "Måla"), (8, cast.unit.name), (11, "2027-01-01")):
            sheet.cell(sheet.max_row + (column == 2), column).value = value

    page = sent(director, edited(fetched(director), change))
    assert "Den senast antagna planen" in page.text
    form = next(form for form in page.forms if form.action.endswith("/plan"))
    page = director.submit(form, plan_id=str(draft.id))
    assert "läggs i planen ”Nästa period”" in page.text
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    page = director.submit(form)
    assert "Ångra gäller det som ändrades; nya åtgärder ligger kvar." in page.text
    director.submit(next(form for form in page.forms if "undo" in form.action), follow=False)
    assert db.session.query(Action).filter_by(plan_id=draft.id).one().title == "Måla"


def test_a_closed_plan_is_said_before_the_yes(cast: Cast, visit: Visits) -> None:
    director = visit(cast.director)
    draft = ActionPlan(title="Nästa period", created_at=cast.plan.created_at)
    db.session.add(draft)
    db.session.commit()
    text = "Åtgärd;Klart\nMåla;2027-01-01\n"
    page = mapped(director, text, unit_id=str(cast.unit.id), plan_id=str(cast.plan.id))
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    cast.plan.closed_on, cast.plan.closed_by_id = cast.action.deadline, cast.director.id
    db.session.commit()
    page = director.submit(form, status=409)
    assert "har ingen plan att gå till" in page.text
    form = next(form for form in page.forms if form.action.endswith("/apply"))
    page = director.submit(form, status=422)
    assert "är avslutad" in page.text
    page = director.get(f"{page.path.removesuffix('/apply')}/columns")
    form = next(form for form in page.forms if form.method == "post" and "columns" in form.action)
    page = director.submit(form, plan_id=str(draft.id))
    director.submit(
        next(form for form in page.forms if form.action.endswith("/apply")), follow=False
    )
    assert db.session.query(Action).filter_by(plan_id=draft.id).one().title == "Måla"


HEADINGS = (
    "Åtgärd;Klart;Åtgärd;Klart\nMåla;2027-01-01;Mer;Snart\n",
    "Åtgärd;Klart;;\nMåla;2027-01-01;x;y\n",
    "Åtgärd;Klart;Kod;Kod\nMåla;2027-01-01;1;2\n",
    f"Åtgärd;Klart;{'K' * 10_000}\nMåla;2027-01-01;😀\n",
    "Rubrik;Slutdatum;Plan\nMåla;2027-01-01;En annan\n",
)


def test_headings_that_are_double_empty_long_or_ours(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    director = visit(cast.director)
    name = "p" * 300 + "=😀<b>.csv"
    for text in HEADINGS:
        with subtests.test(text=text):
            page = mapped(director, text, name, unit_id=str(cast.unit.id))
            director.submit(
                next(form for form in page.forms if form.action.endswith("/apply")), follow=False
            )
            new = db.session.query(Action).order_by(Action.id.desc()).first()
            assert new is not None and new.title == "Måla"
            assert str(new.deadline) == "2027-01-01"
            # Brought out again, nothing of it is lost, nor taken for a change.
            assert "ändrar ingenting" in sent(director, fetched(director)).text
