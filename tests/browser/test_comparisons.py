"""The pages about effect as a new committee member opens them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Login

PATHS = ["/comparison", "/comparison/areas/2", "/comparison/actions/5", "/"]


def test_nothing_scrolls_sideways_on_a_telephone(
    new_page: Callable[..., Page], sign_in: Callable[[Page, str], Login]
) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    sign_in(page, "committee")
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, path


def test_the_first_screen_alone_answers(
    new_page: Callable[..., Page], sign_in: Callable[[Page, str], Login]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    sign_in(page, "committee")
    page.goto("/comparison")
    for words in (
        "jämförbara delområden steg",
        "av dem var åtgärder på plats",
        "procents säkerhet mellan",
        "Så säkert är det",
    ):
        told = page.locator("main p", has_text=words).first
        expect(told).to_be_in_viewport(ratio=1)
    for outcome in page.locator(".outcomes__one").all():
        expect(outcome).to_be_in_viewport(ratio=1)


def test_on_a_telephone_the_first_screen_says_how_sure(
    new_page: Callable[..., Page], sign_in: Callable[[Page, str], Login]
) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    sign_in(page, "committee")
    page.goto("/comparison")
    for words in ("jämförbara delområden steg", "Så säkert är det"):
        expect(page.locator("main p", has_text=words).first).to_be_in_viewport(ratio=0.9)
    last = page.get_by_role("link", name="Så är det räknat")
    last.focus()
    expect(last).to_be_in_viewport(ratio=0.9)


# On a telephone the latest report comes first, and this right below it.
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 1700)])
def test_the_first_page_says_whether_it_got_better(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
    width: int,
    height: int,
) -> None:
    page = new_page(viewport={"width": width, "height": height}, java_script_enabled=False)
    sign_in(page, "committee")
    page.goto("/")
    told = page.locator("main p", has_text="procents säkerhet mellan")
    expect(told).to_be_in_viewport(ratio=1)
    for outcome in page.locator(".outcomes__one").all():
        expect(outcome).to_be_in_viewport(ratio=1)


def test_from_an_outcome_to_its_area_and_back(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    sign_in(page, "committee")
    page.goto("/comparison")
    page.get_by_role("link", name="Åtgärd på plats och förbättring", exact=True).click()
    page.locator(".outcome-list a").first.click()
    page.locator(".behind__one a").first.click()
    expect(page.get_by_role("heading", name="Vad väntade vi oss?")).to_be_visible()
    page.locator(".breadcrumb a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Effekt")
