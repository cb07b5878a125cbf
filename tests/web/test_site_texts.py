"""The pages about accessibility and personal data, and those where their texts are written."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers import opened
from tests.helpers.cast import Cast
from tests.helpers.queries import count_queries
from tests.helpers.visitor import Visits
from tracker.models import TextKind

EDIT = "/settings/texts/privacy/sv"


def test_they_are_reached_from_every_page(app: Flask, cast: Cast, visit: Visits) -> None:
    """Those of the logged in, the log-in page, the public ones, and what is not found."""
    opened.open_to_all(cast)
    pages = [
        visit(None).get("/login"),
        visit(None).get("/public"),
        visit(None).get("/nowhere", status=404),
        visit(cast.owner).get("/my-actions"),
        visit(cast.member).get("/operations", status=403),
    ]
    for page in pages:
        assert {"/about/accessibility", "/about/privacy"} <= set(page.links.values()), page.path


@pytest.mark.parametrize("name", ["accessibility", "privacy"])
def test_everybody_reads_them(app: Flask, cast: Cast, visit: Visits, name: str) -> None:
    visitor = visit(None)
    page = visitor.get(f"/about/{name}")
    assert "Testköping" in page.text
    assert "[" not in page.text
    visitor.post("/language", {"locale": "en", "next": f"/about/{name}"}, follow=False)
    assert "the" in visitor.get(f"/about/{name}").text


def test_a_text_in_another_language_says_so(app: Flask, cast: Cast, visit: Visits) -> None:
    visit(cast.admin).get(EDIT)
    visit(cast.admin).post(EDIT, {"text": "Bara svenska.", "mark": ""}, follow=False)
    visitor = visit(None)
    visitor.post("/language", {"locale": "en", "next": "/about/privacy"}, follow=False)
    page = visitor.get("/about/privacy")
    assert '<div class="stack" lang="sv">' in page.html
    assert "Bara svenska." in page.text
    assert "Only in Swedish." in page.text


def test_whoever_saves_is_told_who_else_reads_it(app: Flask, cast: Cast, visit: Visits) -> None:
    """And led to where the text is written in their language."""
    visitor = visit(cast.admin)
    assert "Den här texten ser också" not in visitor.get(EDIT).text
    page = visitor.post(EDIT, {"text": "Bara svenska.", "mark": ""})
    english, norwegian = "/settings/texts/privacy/en", "/settings/texts/privacy/nb"
    assert (page.links["English"], page.links["Norsk"]) == (english, norwegian)
    page = visitor.post(english, {"text": "In English.", "mark": ""})
    assert "Den här texten ser också" not in page.text
    assert "English" not in visitor.get(EDIT).links


def test_a_bracket_that_was_left_is_told(app: Flask, cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.admin)
    visitor.get(EDIT)
    page = visitor.post(EDIT, {"text": "Ett.\nInom 30]] dagar.", "mark": ""}, status=422)
    assert "På rad 2 står en klammer" in page.text
    assert "Inom 30]] dagar." in page.form.fields["text"]


def test_writing_one(app: Flask, cast: Cast, visit: Visits) -> None:
    """Seen first, saved, and put back after a question."""
    visitor = visit(cast.admin)
    assert "/settings/texts" in visitor.get("/organisation").links.values()
    assert EDIT in visitor.get("/settings/texts").links.values()
    page = visitor.get(EDIT)
    assert "Vår mall gäller tills ni har sparat en egen text." in page.text
    mine = "# Rubrik\n<script>x</script> https://a.example [[fyll i]]"
    seen = visitor.post(EDIT, {"text": mine, "mark": "", "preview": "1"}, status=200)
    assert "inte sparad än" in seen.text
    assert "<h3>Rubrik</h3>" in seen.html
    assert "&lt;script&gt;x&lt;/script&gt;" in seen.html
    assert '<a href="https://a.example">' in seen.html
    assert "<mark>[fyll i]</mark>" in seen.html
    assert "Vår mall gäller" in visitor.get(EDIT).text
    page = visitor.post(EDIT, {"text": mine, "mark": ""})
    assert "Ett ställe är kvar att fylla i." in page.text
    assert "Er egen text gäller" in page.text
    assert "script" not in visit(None).get("/about/privacy").text.replace("x</script>", "")
    visitor.get(f"{EDIT}/reset")
    page = visitor.post(f"{EDIT}/reset")
    assert "Vår mall gäller igen." in page.text
    assert "ändrade texten om personuppgifter" in visitor.get("/operations/journal").text


def test_what_was_typed_is_not_lost(app: Flask, cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.admin)
    visitor.get(EDIT)
    page = visitor.post(EDIT, {"text": "", "mark": ""}, status=422)
    assert "Skriv en text, eller återgå till vår mall." in page.text
    visitor.post(EDIT, {"text": "Ett.", "mark": ""}, follow=False)
    page = visitor.post(EDIT, {"text": "Två.", "mark": ""}, status=409)
    assert "Två." in page.form.fields["text"]
    assert "Ett." in page.text
    again = page.form
    assert "Texten är sparad." in visitor.submit(again).text


def test_the_instruction_is_not_for_everybody(app: Flask, cast: Cast, visit: Visits) -> None:
    """Only as a file for whoever makes the contract."""
    path = "/settings/texts/processing/sv"
    visit(None).get("/about/processing", status=404)
    answer = visit(cast.admin).ask("GET", f"{path}/file").response
    assert answer.data.decode("utf-8-sig").startswith("Det här är den personuppgiftsansvariges")
    assert "processing-sv.txt" in answer.headers["Content-Disposition"]
    for person in (cast.director, cast.member):
        visit(person).get(path, status=403)


def test_a_constant_number_of_queries(app: Flask, cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.admin)
    paths = ("/settings/texts", EDIT, "/about/privacy")

    def numbers() -> list[int]:
        found = []
        for path in paths:
            with count_queries(app) as counted:
                visitor.get(path)
            found.append(counted.number)
        return found

    visitor.get("/settings/texts")
    before = numbers()
    for kind in TextKind:
        visitor.post(f"/settings/texts/{kind}/sv", {"text": "Ett.", "mark": ""}, follow=False)
        visitor.post(f"/settings/texts/{kind}/en", {"text": "One.", "mark": ""}, follow=False)
    assert numbers() == before
