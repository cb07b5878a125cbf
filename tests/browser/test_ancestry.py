"""Where the demo's points come from, on a telephone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Login

PATHS = ["/points/ancestry", "/points/ancestry/before"]


def test_nothing_scrolls_sideways_on_a_telephone(
    new_page: Callable[..., Page], sign_in: Callable[[Page, str], Login]
) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    sign_in(page, "director")
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, path


@pytest.mark.parametrize("path", PATHS)
def test_all_proposals_by_keyboard_without_a_script(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
    path: str,
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    sign_in(page, "director")
    page.goto(path)
    button = page.get_by_role("button", name="Godkänn alla förslag")
    if button.count():
        button.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("Allt är bekräftat.")
