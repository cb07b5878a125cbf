"""The page check refuses what it is there to refuse, and reads forms as a browser would."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis.strategies import text
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.helpers.pages import Page, check_page, shape

GOOD = """<!doctype html><html lang="sv"><head><title>Sida</title></head><body><main>
<h1>Rubrik</h1><form method="post"><input type="hidden" name="csrf_token" value="t">
<label for="a">Namn</label><input id="a" name="name" value="Åsa">
<label>Ort <select name="place"><option value="1">Ett</option>
<option value="2" selected>Två</option></select></label>
<label><input type="checkbox" name="yes"> Ja</label>
<label for="b">Text</label><textarea id="b" name="text">
rad</textarea><button>Spara</button></form></main></body></html>"""


def page(html: str) -> Page:
    """A page as if it had been fetched."""
    request = Request.from_values("/sida")
    return Page(TestResponse([html.encode()], "200 OK", {}, request), "/sida")


def test_a_good_page_passes_and_is_read() -> None:
    """Its form holds what a browser would send."""
    found = page(GOOD)
    check_page(found)
    assert found.form.fields == {"csrf_token": "t", "name": "Åsa", "place": "2", "text": "rad"}
    assert (found.form.action, found.form.buttons) == ("/sida", ["Spara"])
    assert (found.title, found.h1) == ("Sida", "Rubrik")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("<title>Sida", "<title>", "title is empty"),
        ("<h1>Rubrik</h1>", "", "one h1"),
        ("<h1>Rubrik</h1>", "<h1>Rubrik</h1><h1>Till</h1>", "one h1"),
        (' lang="sv"', "", "no lang"),
        ("</h1>", "</h1></div>", "invalid HTML at line 2"),
        ("</h1>", "</h1><p><div></div></p>", "invalid HTML"),
        ('id="b"', 'id="a"', "the id a stands 2 times"),
        ('for="a"', 'for="x"', "the id x, which is missing"),
        ('id="a"', 'id="a" aria-describedby="hint"', "the id hint, which is missing"),
        ('<label for="a">Namn</label>', "", "input name has no label"),
        ('<label for="a">Namn</label>', '<label for="a"></label>', "input name has no label"),
        ('<input type="hidden" name="csrf_token" value="t">', "", "has 0 csrf fields"),
        ('method="post"', 'method="get"', "into the address"),
        ('method="post"', 'method="post" action="https://x.example"', "leaves the site"),
        ("<button>Spara</button>", "", "has no button"),
        ("<button>Spara", "<button>", "button without words"),
        ("<h1>", '<h1 style="color:red">', "h1 carries style"),
        ("<h1>", '<h1 onclick="x()">', "h1 carries onclick"),
        ("</main>", "<script>x()</script></main>", "an inline script"),
        ("</head>", "<style>h1 {}</style></head>", "an inline style"),
        ("</main>", '<img src="/x.png"></main>', "an image without alt"),
    ],
)
def test_a_bad_page_is_refused(old: str, new: str, complaint: str) -> None:
    """Each fault is named."""
    assert old in GOOD
    with pytest.raises(AssertionError, match=complaint):
        check_page(page(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("<td>Ett</td>", "<td>Två ord</td>", True),
        ("<a href='/1'>Åk</a>", "<a href='/1'>Bo</a>", True),
        ('<a href="/1" id="b">Bo</a>', '<a href="/27" id="c">Bo</a>', True),
        ("<td>Ett</td>", "<td>Ett &amp; två</td>", False),
        ("<td>Ett</td>", "<td>Ett\x01</td>", False),
        ("<tr> <td>", "<tr>text <td>", False),
        ("<td>Ett</td>", "<td><b>Ett</b></td>", False),
        ('<a href="/1">', '<a href="/1?a=1&lt=2">', False),
        ('<input type="hidden">', '<input type="text">', False),
        ('<a id="b">', '<a id="b" id="c">', False),
    ],
)
def test_what_has_the_same_shape_is_read_once(one: str, other: str, alike: bool) -> None:
    """Only what cannot make the markup wrong is left out of the shape."""
    assert (shape(one) == shape(other)) == alike


@given(text())
def test_words_alone_make_no_markup_wrong(words: str) -> None:
    """Whatever stands in a cell and in an attribute: if it differs from a sound page in nothing
    but the words, then it is sound."""
    sound = '<!doctype html><title>t</title><table><tr><td title="{}">{}</td></tr></table>'
    if shape(sound.format(words, words)) == shape(sound.format("a", "b")):
        html5lib.HTMLParser(strict=True).parse(sound.format(words, words))
