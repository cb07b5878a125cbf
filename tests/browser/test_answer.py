"""From a received mail through its link to a saved report, in a real browser, without log-in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Installation, Login
from tests.helpers.smtp import Recorder
from tracker.clock import now
from tracker.domain.calendar import next_working_day

WORDS = "Väntar på svar från leverantören."
LINK = re.compile(r"http://\S+/answer/\S+")


class Links(HTMLParser):
    """The addresses that an HTML part leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs)["href"] or "")


@pytest.fixture
def mailed(live: Installation, smtp_server: Recorder) -> Installation:
    """The product with a real mail server beside it."""
    live.mail_url = smtp_server.url
    return live


def letter_to(live: Installation, server: Recorder, login: Login) -> EmailMessage:
    """The person's next mail that asks them something, as it came over the wire."""
    day = now().date()
    for _ in range(7):
        day = next_working_day(day + timedelta(days=1))
        live.run_here("reminders", "run", "--now", day.isoformat(), "--only-to", login.email)
        for letter in server.messages:
            assert letter.rcpt == [login.email]
            if LINK.search(part(letter.message, "plain")):
                return letter.message
    raise AssertionError(f"{login.email} is asked nothing in {len(server.messages)} mails")


def part(message: EmailMessage, kind: str) -> str:
    """The text or the HTML of a mail."""
    body = message.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def links_of(message: EmailMessage) -> list[str]:
    """The links to answer by: the same in both parts, all of them ours."""
    links = LINK.findall(part(message, "plain"))
    assert links == [one for one in Links(part(message, "html")).found if "/answer/" in one]
    return links


def rows(live: Installation, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What stands in the running product's database."""
    with sqlite3.connect(f"file:{live.instance / 'atgarda.db'}?mode=ro", uri=True) as connection:
        return connection.execute(query, values).fetchall()


def reports_by(live: Installation, login: Login) -> list[tuple[Any, ...]]:
    """What the person has reported, the last first: id, health, text, time, action."""
    return rows(
        live,
        "SELECT s.id, s.health, s.text, s.at, a.title FROM status_update s"
        " JOIN user_account u ON u.id = s.author_id JOIN action a ON a.id = s.action_id"
        " WHERE u.email = ? ORDER BY s.id DESC",
        login.email,
    )


def assert_no_sideways(page: Page) -> None:
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_manager_answers_from_the_mail(
    mailed: Installation,
    smtp_server: Recorder,
    new_page: Callable[..., Page],
) -> None:
    """Raw bytes, link, choice, line, saved; the second time the link says that it is used."""
    login = mailed.login("manager")
    message = letter_to(mailed, smtp_server, login)
    link = links_of(message)[0]
    assert urlsplit(link).netloc == urlsplit(mailed.url).netloc
    before = reports_by(mailed, login)

    page = new_page(viewport={"width": 320, "height": 700})
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Lämna lägesrapport")
    expect(page.locator("main")).to_contain_text(f"Du svarar som {login.name}.")
    title = page.locator(".lead").inner_text()
    assert f"* {title}" in part(message, "plain")
    assert_no_sideways(page)
    page.reload()
    assert reports_by(mailed, login) == before  # looking at it has changed nothing

    page.locator("main").get_by_role("button", name="Spara").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("label").filter(has_text="Risk för försening").click()
    page.get_by_label("Med en rad").fill(WORDS)
    begun = now().replace(tzinfo=None, microsecond=0)
    page.locator("main").get_by_role("button", name="Spara").click()
    expect(page.locator("h1")).to_have_text("Tack! Din lägesrapport är sparad")
    assert_no_sideways(page)

    (report, *rest) = reports_by(mailed, login)
    assert rest == before
    assert (report[1], report[2], report[4]) == ("at_risk", WORDS, title)
    assert begun.isoformat(sep=" ") <= report[3] <= now().replace(tzinfo=None).isoformat(sep=" ")
    journal = "SELECT deed, actor, data FROM journal_entry ORDER BY id DESC LIMIT 1"
    ((deed, actor, data),) = rows(mailed, journal)
    assert (deed, actor) == ("action.report", login.name)
    assert '"by_link": true' in data

    again = new_page(color_scheme="dark", java_script_enabled=False)
    again.goto(link)
    expect(again.locator("h1")).to_have_text("Tack! Din lägesrapport är sparad")
    expect(again.locator("main")).to_contain_text("Du svarade")
    expect(again.locator("main form")).to_have_count(0)
    assert len(reports_by(mailed, login)) == len(before) + 1


def test_the_mail_is_readable_on_a_phone(
    mailed: Installation,
    smtp_server: Recorder,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    """One narrow column, nothing fetched from anywhere, legible in both schemes."""
    message = letter_to(mailed, smtp_server, mailed.login("manager"))
    for width, scheme in ((320, "dark"), (600, "light")):
        page = new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
        page.set_content(part(message, "html"))
        expect(page.get_by_role("link", name="Svara hur det går").first).to_be_visible()
        assert_no_sideways(page)
        axe(page)


def test_a_stranger_with_the_link_goes_nowhere_else(
    mailed: Installation,
    smtp_server: Recorder,
    new_page: Callable[..., Page],
) -> None:
    """Every link of the page leads to the log-in, but those to the municipality's own texts; a
    link that was changed opens nothing."""
    link = links_of(letter_to(mailed, smtp_server, mailed.login("manager")))[0]
    page = new_page(color_scheme="dark")
    page.goto(link)
    addresses = page.locator("a").evaluate_all("all => all.map(a => a.href)")
    for address in {one for one in addresses if "#" not in one and "/about/" not in one}:
        page.goto(address)
        page.wait_for_url(re.compile("/login"))
    page.goto(link[:-1])
    expect(page.locator("h1")).to_have_text("Länken stämmer inte")
