"""Take the pictures in README anew: `make screenshots`. Needs Chromium and a free port 8765."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from config import child_environment
from tests.helpers.browser import launch
from tests.importers.pages import Page as Layout
from tests.importers.pages import pdf_of
from tracker.services.demo.loading import PASSWORD, report_text

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8765
GAP = 16  # between two sheets
ADDRESS = f"http://127.0.0.1:{PORT}"
DIRECTOR = "karin.hallstrom@bjorkhaga.example"
MANAGER = "mattias.lundgren@bjorkhaga.example"
MEMBER = "birgitta.alm@bjorkhaga.example"


def main() -> None:
    """Start the product with the demo and photograph it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        photograph(browser, Path(folder))
        browser.close()


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """The product as `make run` starts it, and one working day's reminders."""
    env = child_environment(INSTANCE_DIR=str(folder))
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    env["FLASK_RUN_FROM_CLI"] = "true"
    server = subprocess.Popen([*flask, "serve", "--port", str(PORT)], cwd=ROOT, env=env)
    try:
        wait_until_up()
        subprocess.run(
            [*flask, "reminders", "run", "--now", str(next_monday())],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield
    finally:
        server.terminate()
        server.wait(15)


def next_monday() -> date:
    """A working day soon, whatever day it is."""
    today = date.today()
    return date.fromordinal(today.toordinal() + 7 - today.weekday())


def wait_until_up() -> None:
    """Return when the product answers; raise TimeoutError after half a minute."""
    for _ in range(300):
        try:
            urlopen(f"{ADDRESS}/healthz")
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the product did not start")


def photograph(browser: Browser, folder: Path) -> None:
    """All pictures."""
    director = logged_in(browser, DIRECTOR)
    shot(director, "/", "start")
    shot(director, "/points", "points")
    director.goto(f"{ADDRESS}/points/plan")
    director.locator("main form.sheet h2").first.evaluate("h2 => h2.scrollIntoView()")
    shot(director, None, "worksheet")
    shot(director, "/actions/board", "board")
    shot(director, "/actions/timeline", "timeline")
    shot(director, "/plans/1", "plan")
    shot(director, "/comparison", "comparison")
    shot(director, "/comparison/areas/1?before=1&after=2", "effect-area")
    shot(director, "/comparison/series", "series")
    shot(director, "/pack?evaluation=1", "pack")
    shot(director, "/rounds/year", "year")
    director.goto(f"{ADDRESS}/rounds")
    director.locator("main h2 a, main h3 a, main td a, main th a").first.click()
    shot(director, None, "round")
    review(director, folder)
    shot(logged_in(browser, MANAGER), "/my-actions", "mine")
    report(logged_in(browser, MEMBER))
    mail(browser, folder)


def report(member: Page) -> None:
    """The latest published report: as a page, and the PDF's first two sheets beside each other."""
    shot(member, "/reports/2", "report")
    answer = member.request.get(f"{ADDRESS}/reports/2/pdf")
    document = pypdfium2.PdfDocument(answer.body())
    sheets = [document[number].render(scale=1.1).to_pil() for number in (0, 1)]
    width, height = sheets[0].size
    both = Image.new("RGB", (2 * width + GAP, height), "#d0d0c8")
    for number, sheet in enumerate(sheets):
        both.paste(sheet, (number * (width + GAP), 0))
    both.save(IMAGES / "report-pdf.png", optimize=True)


def review(page: Page, folder: Path) -> None:
    """A text with one score that does not add up, and a PDF that is settled beside its pages."""
    text = folder / "rapport.txt"
    text.write_text(report_text(1, date(2020, 5, 1)).replace("12 20", "13 20", 1), "utf-8")
    upload(page, text)
    shot(page, None, "review")
    report = folder / "granvik.pdf"
    report.write_bytes(pdf_of(Layout(running=True)))
    address = upload(page, report)
    page.goto(f"{address}/areas/1")
    page.wait_for_load_state("networkidle")
    shot(page, None, "area")


def upload(page: Page, report: Path) -> str:
    """Bring a report in; the address of its review."""
    page.goto(f"{ADDRESS}/evaluations/import")
    page.set_input_files("[name=file]", report)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/drafts/*")
    return page.url


def logged_in(browser: Browser, person: str) -> Page:
    """A browser window of one of the demo's people."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="sv-SE")
    page.goto(f"{ADDRESS}/login")
    page.fill("[name=email]", person)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    return page


def shot(page: Page, path: str | None, name: str) -> None:
    """Photograph the top of a page."""
    if path is not None:
        page.goto(f"{ADDRESS}{path}")
    page.screenshot(path=IMAGES / f"{name}.png")


def mail(browser: Browser, folder: Path) -> None:
    """Photograph a reminder as a mail program would show it."""
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((folder / "mail").glob("*.eml"))
    ]
    letter = next(one for one in letters if MANAGER in str(one["To"]))
    body = letter.get_body(("html",))
    assert body is not None
    page = browser.new_page(viewport={"width": 640, "height": 480})
    page.set_content(body.get_content())
    page.screenshot(path=IMAGES / "mail.png", full_page=True)
    link = page.locator("a[href*='/answer/']").first.get_attribute("href")
    answer = browser.new_page(viewport={"width": 640, "height": 900}, locale="sv-SE")
    shot(answer, urlsplit(str(link)).path, "answer")


if __name__ == "__main__":
    main()
