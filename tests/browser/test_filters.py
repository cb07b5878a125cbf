"""The filters of a list fold away on a telephone, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Login


@pytest.mark.parametrize("path", ["/actions", "/actions/board", "/actions/timeline", "/points"])
def test_they_unfold_by_keyboard_on_a_telephone_and_stand_open_on_a_desk(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
    path: str,
) -> None:
    page = new_page(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, color_scheme="dark"
    )
    sign_in(page, "director")
    page.goto(path)
    summary = page.locator(".filters__fold > summary")
    rest = page.locator(".filters__rest .control").first
    expect(page.locator("[name=q]")).to_be_visible()
    expect(rest).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(rest).to_be_visible()
    page.keyboard.press("Tab")
    expect(rest).to_be_focused()
    summary.click()
    expect(rest).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(rest).to_be_visible()
    expect(summary).to_be_hidden()


@pytest.mark.parametrize("path", ["/actions?status=ongoing&slipped=y", "/actions/board"])
def test_the_first_hit_stands_on_the_first_screens_of_a_telephone(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
    path: str,
) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    sign_in(page, "director")
    page.goto(path)
    box = page.locator("form.filters").bounding_box()
    assert box
    assert box["height"] < 200
    page.locator(".filters__fold > summary").click()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
