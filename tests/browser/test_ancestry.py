"""Where the demo's points come from, on a telephone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Login

PATHS = ["/points/ancestry", "/points/ancestry/before"]


@pytest.mark.parametrize("path", PATHS)
def test_on_a_telephone_in_the_dark(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
    axe: Callable[[Page], None],
    path: str,
) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, color_scheme="dark")
    sign_in(page, "director")
    page.goto(path)
    axe(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320


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
