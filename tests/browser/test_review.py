"""The review in a real browser: what its script adds, and that nothing needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Login
from tracker.services.demo.loading import report_text

SignIn = Callable[[Page, str], Login]


def open_review(page: Page, sign_in: SignIn, month: int) -> None:
    """Bring in a report whose area 1 states one point more than its sub-areas sum to."""
    sign_in(page, "director")
    page.goto("/evaluations/import")
    page.locator("textarea").first.fill(report_text(1, date(2018, month, 1)))
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("h1")).to_contain_text("Granska")
    page.locator("main table a").first.click()
    expect(page.locator("h1")).to_contain_text("Område 1")


def test_sums_follow_what_is_typed(page: Page, sign_in: SignIn) -> None:
    open_review(page, sign_in, 1)
    sum_of = page.locator("[data-sum=score]")
    verdict = page.locator("[data-verdict]")
    before = int(sum_of.inner_text())
    page.fill("#score", str(before))
    expect(verdict).to_have_text("Delområdena summerar till områdets poäng.")
    first = page.locator("[id='score-1.1']")
    first.fill(str(int(first.input_value()) + 1))
    expect(sum_of).to_have_text(str(before + 1))
    expect(verdict).to_contain_text(f"summerar till {before + 1}, men området har {before}")
    first.fill("tolv")
    expect(sum_of).to_have_text("–")


def test_another_place_of_the_report_keeps_what_is_typed(page: Page, sign_in: SignIn) -> None:
    open_review(page, sign_in, 2)
    page.fill("#score", "77")
    links = page.locator(".reading__meta a[data-report]")
    links.last.click()
    expect(page.locator(".mark--chosen").first).to_be_visible()
    expect(page.locator(".reading--chosen")).to_have_count(1)
    assert "item=" in page.url
    assert page.input_value("#score") == "77"
    page.locator(".report__ways a[data-report]").first.press("Enter")
    expect(page.locator(".report__body")).to_be_focused()
    assert page.input_value("#score") == "77"


def test_without_a_script(new_page: Callable[..., Page], sign_in: SignIn) -> None:
    page = new_page(java_script_enabled=False)
    open_review(page, sign_in, 5)
    page.locator(".reading__meta a[data-report]").last.click()
    assert page.locator(".mark--chosen").count()
    page.fill("#score", "12")
    page.locator("button[value=next]").click()
    expect(page.locator("h1")).to_contain_text("Område 2")
    page.locator(".ways button").first.click()
    assert page.input_value("#score") == "12"


REPORT = Path(__file__).resolve().parents[3] / "shared" / "reports" / "nynashamn-2023.pdf"


def test_a_whole_report_from_upload_to_saved_evaluation(page: Page, sign_in: SignIn) -> None:
    if not REPORT.exists():
        pytest.skip("the labelled report nynashamn-2023.pdf is not at ../shared/reports")
    sign_in(page, "director")
    page.goto("/evaluations/import")
    page.locator("input[type=file]").set_input_files(REPORT)
    page.get_by_role("button", name="Läs rapporten").click()
    expect(page.locator("h1")).to_contain_text("Granska")
    review = page.url
    expect(page.locator(".lead")).to_contain_text("36 delområden, 38 förbättringspunkter")
    expect(page.locator("main")).to_contain_text("summerar till 59, men området har 60")
    page.get_by_role("link", name="1 Samspel", exact=False).first.click()
    picture = page.locator(".report img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 900
    assert page.locator(".report svg rect").count() >= 8
    page.locator(".reading button", has_text="Ändra").first.click()
    page.locator("textarea").first.fill("Ett tydligare mål för hur invånarna får vara med")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Ett tydligare mål för hur invånarna")
    for number in range(2, 9):
        page.get_by_role("button", name=f"gå till område {number}").click()
        expect(page.locator("h1")).to_contain_text(f"Område {number}")
    page.locator("button[value=next]").click()
    page.goto(review)
    expect(page.get_by_role("link", name="Ändrat mot rapporten (1)")).to_be_visible()
    page.get_by_role("button", name="Godkänn och spara").click()
    expect(page.locator("h1")).to_have_text("Nynäshamn, januari 2023")
    expect(page.locator(".lead")).to_contain_text("455 av 800")
    expect(page.locator("main")).to_contain_text("Ett tydligare mål för hur invånarna")
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta rapporten").click()
    assert download.value.suggested_filename == REPORT.name
    assert Path(download.value.path()).read_bytes() == REPORT.read_bytes()
