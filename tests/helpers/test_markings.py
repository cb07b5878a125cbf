"""The test of the test: which documents hold an element of a new kind."""

from __future__ import annotations

import pytest

from tests.helpers.markings import of_a_new_kind
from tests.helpers.states import State

FIELD = "<label for='a'>Namn</label><input id='a' name='a'>"


def page(body: str, main: str = "<main>") -> State:
    html = f"<html lang='sv'><body>{main}{body}</main></body></html>"
    return State("nobody", "normal", body, 200, html)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>Ett</p>", "<p>Två, med <!-- inget --> fler ord</p>"),
        ("<a href='/1'>Ett</a>", "<a href='/2'>Två</a>"),
        (FIELD, FIELD.replace("'a'", "'b'").replace("Namn", "Adress")),
        ("<p>Ett</p><p>Två</p>", "<p>Ett</p>"),
        ("<tr data-a='1'>", "<tr data-a='2'>"),
    ],
)
def test_other_words_make_no_other_kind(one: str, other: str) -> None:
    assert len(of_a_new_kind([page(one), page(other)])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>Ett</p>", "<p></p>"),
        ("<p>Ett</p>", "<p class='pale'>Ett</p>"),
        ("<p class='pale'>Ett</p>", "<p class='dim'>Ett</p>"),
        ("<p>Ett</p>", "<div><p>Ett</p></div>"),
        ("<p>Ett</p>", "<p><b>Ett</b></p>"),
        ("<img src='a' alt='Karta'>", "<img src='a'>"),
        ("<img src='a' alt='Karta'>", "<img src='a' alt=''>"),
        ("<i data-a='1'></i>", "<i data-a=''></i>"),
        ("<i role='list'></i>", "<i role='group'></i>"),
        (FIELD, FIELD.replace("Namn", "")),
        (FIELD, FIELD.replace("for='a'", "for='b'")),
        ("<ul><li>Ett</li></ul>", "<ul></ul>"),
        ("<i id='x' aria-describedby='x'></i>", "<i id='x' aria-describedby='y'></i>"),
    ],
)
def test_other_markup_is_looked_at(one: str, other: str) -> None:
    assert len(of_a_new_kind([page(one), page(other)])) == 2


def test_the_same_in_another_place_is_another_kind() -> None:
    one = [page("<p>Ett</p>"), page("<p>Ett</p>", "<main class='dark'>")]
    assert of_a_new_kind(one) == one


def test_the_page_that_holds_most_comes_first_and_may_be_enough() -> None:
    few, many = page("<p>Ett</p>"), page("<p>Ett</p><b>Två</b>")
    assert of_a_new_kind([few, many]) == [many]
