"""The pages about what belongs together, without a script."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.helpers.live import Login


def test_a_row_is_corrected_and_put_back_without_a_script(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, str], Login],
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    sign_in(page, "director")
    page.goto("/crosswalks/1/2")
    page.locator(".crossing__same summary").first.click()  # surely the same: folded away
    first = page.locator(".crossing").first
    first.get_by_label("Hur").select_option("dropped")
    page.get_by_role("button", name="Spara hur de hör ihop").click()
    expect(page.locator(".error-summary")).to_contain_text("både ha utgått")
    first.get_by_label("Svarar mot").select_option("")
    page.get_by_role("button", name="Spara hur de hör ihop").click()
    expect(page.locator(".lead")).to_contain_text("1 utgått")
    page.get_by_role("link", name="Återgå till förslaget").click()
    page.get_by_role("button", name="Återgå till förslaget").click()
    expect(page.locator("main")).to_contain_text("Förslaget gäller igen.")
