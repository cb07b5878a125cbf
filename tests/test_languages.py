"""Norwegian and English are said everywhere: pages, mails, documents, dates and numbers."""

from __future__ import annotations

import io
import re
from datetime import date, time
from typing import Any

import docx
import pikepdf
import pytest
from babel.dates import format_date
from flask import Flask
from flask_babel import force_locale, format_decimal

from config import LOCALES
from tests.helpers.cast import Cast
from tests.helpers.documents import AT
from tests.helpers.leftovers import Shown, swedish_in
from tests.helpers.visitor import Visits
from tests.mail.digests import MINE, TODAY, item, of_round
from tracker.domain.calendar import holiday_name
from tracker.domain.languages import LANGUAGES, NAMES, day_pattern
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.mail.digest import Digest, render_digest
from tracker.models import User
from tracker.reports.content import Document, Heading, Paragraph
from tracker.reports.docx import render_docx
from tracker.reports.pdf import render_pdf
from tracker.services.packs.words import Words as PackWords
from tracker.services.reports.telling.words import Words
from tracker.services.spelling import written_month
from tracker.web import local
from tracker.web.operations.words import HOLIDAYS

OTHERS = [locale for locale in LANGUAGES if locale != "sv"]
DAY = date(2027, 12, 1)


def test_a_language_is_known_everywhere_or_nowhere() -> None:
    assert LOCALES == LANGUAGES == tuple(NAMES)


@pytest.mark.parametrize(
    ("locale", "pattern", "said"),
    [
        ("sv", {}, "1 december 2027"),
        ("en", {}, "1 December 2027"),
        ("nb", {}, "1. desember 2027"),
        ("sv", {"year": False, "weekday": True}, "onsdag 1 december"),
        ("en", {"year": False, "weekday": True}, "Wednesday, 1 December"),
        ("nb", {"year": False, "weekday": True}, "onsdag 1. desember"),
        ("nb", {"weekday": True}, "onsdag 1. desember 2027"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(
    app: Flask, locale: str, pattern: dict[str, bool], said: str
) -> None:
    assert format_date(DAY, day_pattern(locale, **pattern), locale=locale) == said
    with app.test_request_context(), force_locale(locale):
        shown = {
            local.day_in_words(DAY),
            local.long_date(DAY),
            local.day_of_year(DAY),
        }
    assert said in shown
    if not pattern:
        assert Words(locale).day(DAY) == PackWords(locale).day(DAY) == said


@pytest.mark.parametrize(
    ("locale", "clock", "number", "words"),
    [
        ("sv", "09.05", "1\N{NO-BREAK SPACE}234,5", ("a, b och c", "maj 2027")),
        ("en", "09:05", "1,234.5", ("a, b and c", "May 2027")),
        ("nb", "09.05", "1\N{NO-BREAK SPACE}234,5", ("a, b og c", "mai 2027")),
    ],
)
def test_times_numbers_and_rows_of_words(
    app: Flask, locale: str, clock: str, number: str, words: tuple[str, str]
) -> None:
    listed, month = words
    with app.test_request_context(), force_locale(locale):
        assert local.clock_time(time(9, 5)) == clock
        assert format_decimal(1234.5) == number
        assert local.month_name(date(2027, 5, 1)) == month
    joined = Words(locale).joined(["a", "b", "c"]).replace(", and", " and")
    assert (joined, Words(locale).month(date(2027, 5, 1))) == (listed, month)


@pytest.mark.parametrize(
    ("locale", "one", "several", "none"),
    [
        ("sv", "1 åtgärd saknar ansvarig.", "2 åtgärder saknar ansvarig.", "0 åtgärder"),
        ("en", "1 action", "2 actions", "0 actions"),
        ("nb", "1 tiltak mangler ansvarlig.", "2 tiltak mangler ansvarlig.", "0 tiltak"),
    ],
)
def test_plurals(locale: str, one: str, several: str, none: str) -> None:
    pair = "%(num)s åtgärd saknar ansvarig.", "%(num)s åtgärder saknar ansvarig."
    words = Words(locale)
    assert words.ngettext(*pair, 1).startswith(one)
    assert words.ngettext(*pair, 2).startswith(several)
    assert words.ngettext(*pair, 0).startswith(none)


@pytest.mark.parametrize(
    ("text", "month"), [("mai 2024", 5), ("desember 2024", 12), ("okt. 2024", 10), ("May 2024", 5)]
)
def test_a_month_is_understood_in_every_language(text: str, month: int) -> None:
    assert written_month(text) == date(2024, month, 1)


def test_every_day_of_rest_has_a_name_in_every_language(app: Flask) -> None:
    days = (date.fromordinal(day) for day in range(date(2024, 1, 1).toordinal(), 745_000))
    named = {one for day in days if (name := holiday_name(day)) for one in name.split("; ")}
    assert named == set(HOLIDAYS)


@pytest.mark.parametrize(("locale", "tag", "page"), [("nb", "nb-no", "Side 1 (1)")])
def test_a_document_says_its_language(locale: str, tag: str, page: str) -> None:
    blocks = (Heading(1, "Oppfølging"), Paragraph("Tiltakene følger planen."))
    document = Document("Oppfølging", locale, DAY, blocks)
    with pikepdf.open(io.BytesIO(render_pdf(document, at=AT))) as book:
        assert str(book.Root.Lang).lower() == tag
    word = docx.Document(io.BytesIO(render_docx(document, at=AT)))
    assert word.core_properties.language.lower() == tag
    foot = "".join(one.text for one in word.sections[0].footer.paragraphs)
    assert foot.strip().startswith(page.split(maxsplit=1)[0])


@pytest.mark.parametrize("locale", OTHERS)
def test_a_digest_follows_its_reader(locale: str) -> None:
    """Every reason for a reminder, in subject, text and HTML."""
    late = ("escalated", "after", "silent", "assigned")
    items = [
        *(item(-20 if reason != "assigned" else 20, reason) for reason in late),
        of_round(20, "round_due", 2),
    ]
    for one in items:
        digest = Digest("Kari", TODAY, (one, items[0]), MINE, "Exempelkommun")
        made = render_digest(digest, catalogue(locale), locale)
        assert f'lang="{locale}"' in made.html
        assert swedish_in([made.subject, *made.text.split("\n")], locale) == []
        assert swedish_in(Shown(made.html).texts, locale) == []


def test_the_page_for_our_own_faults_speaks_every_language(app: Flask) -> None:
    with app.test_request_context():
        page = app.jinja_env.get_template("errors/500.html").render()
    assert set(re.findall(r'lang="(\w+)"', page)) == set(LANGUAGES)


def test_each_language_is_offered_by_its_own_name_and_the_present_one_marked(
    cast: Cast, visit: Visits
) -> None:
    page = visit(None).get("/login")
    offered = [one for one in page.root.iter("button") if one.get("name") == "locale"]
    assert [(one.get("lang"), one.text) for one in offered] == list(NAMES.items())
    marked = [one.get("value") for one in offered if one.get("aria-current") == "true"]
    assert marked == ["sv"]


def test_the_choice_keeps_the_page_logged_out_and_in(cast: Cast, visit: Visits) -> None:
    visitor = visit(None)
    page = visitor.get("/login?next=/comparison")
    page = visitor.post("/language", {"locale": "nb", "next": _kept(page)})
    assert page.path == "/login?next=/comparison"
    assert page.root.get("lang") == "nb"
    visitor = visit(cast.director)
    page = visitor.get("/actions?status=done&page=1")
    page = visitor.post("/language", {"locale": "nb", "next": _kept(page)})
    assert page.path == "/actions?status=done&page=1"
    assert page.root.get("lang") == "nb"
    assert db.session.get_one(User, cast.director.id).locale == "nb"


def test_a_page_that_answers_a_form_leads_back_to_where_it_was_sent_from(
    cast: Cast, visit: Visits
) -> None:
    visitor = visit(cast.director)
    came_from = {"Referer": "http://localhost/actions?page=2"}
    answer = visitor.client.post("/actions/bulk/undo/1", headers=came_from)
    assert answer.status_code == 400
    assert 'name="next" value="/actions?page=2"' in answer.get_data(as_text=True)


def _kept(page: Any) -> str:
    """The address to come back to, as the chooser of the page holds it."""
    held = [one.get("value") for one in page.root.iter("input") if one.get("name") == "next"]
    return str(held[0])
