"""The page check refuses what it is there to refuse, and reads forms as a browser would."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.helpers.pages import Page, check_page

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
