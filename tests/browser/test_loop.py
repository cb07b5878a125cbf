"""The whole loop in a real browser, from an empty house to a re-evaluation compared."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.live import Installation
from tests.helpers.reports import points_of, report_text
from tracker.clock import now
from tracker.domain.calendar import next_working_day

PASSWORD = "tolv tecken långt"
REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
MANAGER = "maja.manager@sjovik.example"


class Story:
    """One window per person."""

    def __init__(self, live: Installation, new_page: Callable[..., Page]) -> None:
        self.live, self.new_page = live, new_page

    def enter(self, address: str, target: str = "/") -> Page:
        """Log in on the way to `target`."""
        page = self.new_page()
        page.goto(target)
        page.wait_for_url(re.compile("/login"))
        page.get_by_label("E-postadress").fill(address)
        page.get_by_label("Lösenord").fill(PASSWORD)
        self.press(page, "Logga in")
        return page

    def press(self, page: Page, name: str) -> None:
        """Press a button in the page's body, and wait for what comes."""
        page.locator("main").get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state()

    def follow(self, page: Page, name: str) -> None:
        """Follow the first link of that name in the page's body."""
        page.locator("main").get_by_role("link", name=name).first.click()
        page.wait_for_load_state()

    def menu(self, page: Page, name: str) -> None:
        """Choose from the menu."""
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()


@pytest.fixture
def story(live: Installation, new_page: Callable[..., Page]) -> Story:
    """An empty house with one administrator."""
    words = ("--name", "Ada Admin", "--email", "ada@sjovik.example", "--role", "admin")
    live.run_here("user", "add", *words, "--password-stdin", typed=PASSWORD + "\n")
    return Story(live, new_page)


def furnish(story: Story) -> None:
    """The administrator lays out the house and lets people in."""
    page = story.enter("ada@sjovik.example")
    story.menu(page, "Organisation")
    story.follow(page, "Lägg till en nämnd")
    page.get_by_label("Namn").fill("Kommunstyrelsen")
    story.press(page, "Spara")
    story.follow(page, "Lägg till en förvaltning")
    page.get_by_label("Namn").fill("Kommunkontoret")
    page.get_by_label("Nämnd").select_option("Kommunstyrelsen")
    story.press(page, "Spara")
    add_person(story, page, "Dora Direktör", "dora.direktor@sjovik.example", "director")
    add_person(story, page, "Maja Manager", MANAGER, "manager", unit="Kommunkontoret")
    add_person(
        story, page, "Nils Nämnd", "nils@sjovik.example", "committee", committee="Kommunstyrelsen"
    )


def add_person(  # a row of the story
    story: Story,
    page: Page,
    name: str,
    address: str,
    role: str,
    *,
    unit: str | None = None,
    committee: str | None = None,
) -> None:
    """Invite somebody through the form, who follows the letter and chooses a password."""
    story.menu(page, "Personer")
    story.follow(page, "Bjud in en person")
    page.locator("#name").fill(name)
    page.locator("#email").fill(address)
    page.locator("#role").select_option(role)
    if unit:
        page.locator("#unit_id").select_option(label=unit)
    if committee:
        page.locator("#committee_id").select_option(label=committee)
    story.press(page, "Skicka inbjudan")
    expect(page.locator("h1")).to_have_text(name)
    theirs = story.new_page()
    theirs.goto(invitation_to(story, address))
    theirs.get_by_role("button", name="Visa lösenordet").click()
    expect(theirs.locator("#password")).to_have_attribute("type", "text")
    theirs.locator("#password").fill(PASSWORD)
    story.press(theirs, "Spara lösenordet")
    expect(theirs.locator("h1")).to_have_text("Logga in")


def letters(story: Story) -> list[EmailMessage]:
    """Every letter that has left."""
    return [
        cast(EmailMessage, email.message_from_bytes(path.read_bytes(), policy=email.policy.default))
        for path in story.live.letters()
    ]


def invitation_to(story: Story, address: str) -> str:
    """Where the newest letter leads."""
    story.live.run_here("worker", "--once")
    (letter,) = [one for one in letters(story) if address in one["To"]]
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"(/invitation/\S+)", body.get_content())
    assert found
    return found[1]


def upload(story: Story, page: Page, report: Path) -> None:
    """Read a report in and accept what was read."""
    story.menu(page, "Utvärderingar")
    story.follow(page, "Läs in")
    page.locator("input[type=file]").set_input_files(report)
    story.press(page, "Läs rapporten")
    expect(page.locator(".lead")).to_contain_text("8 områden, 36 delområden")
    page.get_by_text("delområdena i 8 områden är inte bekräftade. Godkänn ändå.").click()
    story.press(page, "Godkänn och spara")
    expect(page.locator("h1")).to_have_text(re.compile(r"\w+, \w+ \d{4}"))


def make_action(story: Story, page: Page, point: str, deadline: date) -> None:
    """From a point to an action in one form."""
    story.menu(page, "Förbättringspunkter")
    row = page.locator("main li.point").filter(has_text=point).first
    row.get_by_role("link", name="Skapa åtgärd").click()
    page.wait_for_load_state()
    expect(page.locator("aside")).to_contain_text(point)
    page.locator("#title").fill("Ta fram en strategi med mätbara mål")
    page.locator("#owner_text").fill("Maja Manager")
    page.locator("#unit_id").select_option(label="Kommunkontoret")
    page.locator("#deadline").fill("2020-01-01")
    story.press(page, "Spara åtgärden")  # a deadline in the past is refused, the rest is kept
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#title")).to_have_value("Ta fram en strategi med mätbara mål")
    page.locator("#deadline").fill(deadline.isoformat())
    page.locator("main summary").first.click()
    page.locator("#milestone_title").fill("Första utkastet")
    page.locator("#milestone_due").fill(deadline.isoformat())
    story.press(page, "Spara åtgärden")
    expect(page.locator("h1")).to_have_text("Ta fram en strategi med mätbara mål")


def adopt(story: Story, page: Page) -> None:
    """The plan is adopted, and the decision recorded."""
    story.menu(page, "Handlingsplan")
    story.follow(page, "Anta")
    page.locator("#body").fill("Kommunstyrelsen")
    page.locator("#decided_on").fill((now().date() - timedelta(days=1)).isoformat())
    page.locator("#section").fill("53")
    page.locator("#record_number").fill("KS 2026/0412")
    # Most points have no answer yet: the plan is adopted only if somebody says why.
    page.locator("#unanswered_reason").fill("Resten besvaras till hösten.")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("§ 53")


def link_in_mail(story: Story, day: date) -> str:
    """The reminder goes out once, to the manager, and holds the way to the form."""
    for _ in range(2):
        story.live.run_here("reminders", "run", "--now", day.isoformat())
    reminders = [one for one in letters(story) if "<account-" not in one["Message-ID"]]
    assert [letter["To"].addresses[0].addr_spec for letter in reminders] == [MANAGER]
    body = reminders[0].get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S+/answer/\S+", body.get_content())
    assert found
    return found[0].removeprefix(story.live.url)


def report_status(story: Story, target: str, action: str) -> None:
    """The manager says how it goes straight from the mail; logged in, that it is done."""
    page = story.new_page()
    page.goto(target)
    page.get_by_text("Enligt plan").click()
    page.get_by_label("Med en rad").fill("Utkastet är på remiss.")
    story.press(page, "Spara")
    expect(page.locator("main")).to_contain_text("Utkastet är på remiss.")
    page = story.enter(MANAGER, action)
    story.follow(page, "Markera som genomförd")
    page.locator("#evidence_title").fill("Strategin, antagen av fullmäktige")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Genomförd")


def two_reports(folder: Path) -> tuple[Path, Path, str]:
    """Two reports of one municipality, and a point of the first one's first area: a real first
    report where there is one, else our own."""
    first = REPORTS / "nynashamn-2023.txt"
    if first.exists():
        name, point = "Nynäshamn", "Tydliggör ambitionen"
    else:
        first = folder / "first.txt"
        first.write_text(report_text(), encoding="utf-8")
        name, point = "Sjövik", points_of(1)[0]
    again = folder / "again.txt"
    again.write_text(report_text(name, "mars år 2026", "tredje"), encoding="utf-8")
    return first, again, point


@pytest.mark.parametrize("live", ["empty"], indirect=True)
def test_the_loop(story: Story, tmp_path: Path) -> None:
    """Report, points, action, reminder, status update, evidence, verification, re-evaluation."""
    first, again, point = two_reports(tmp_path)
    furnish(story)
    director = story.enter("dora.direktor@sjovik.example")
    upload(story, director, first)
    soon = next_working_day(now().date() + timedelta(days=60))
    make_action(story, director, point, soon)
    action = director.url
    adopt(story, director)

    target = link_in_mail(story, next_working_day(now().date() + timedelta(days=1)))
    report_status(story, target, action)

    director.goto(action)
    story.press(director, "Verifiera")
    expect(director.locator("main")).to_contain_text("Verifierad")
    upload(story, director, again)
    story.menu(director, "Effekt")
    expect(director.locator("main")).to_contain_text("1.1")
    story.menu(director, "Läget")
    expect(director.locator(".lead")).to_contain_text("1 av 1 åtgärd")

    member = story.enter("nils@sjovik.example")
    expect(member.locator(".lead")).to_contain_text("Kommunstyrelsen: 1 av 1 åtgärd")
    story.menu(member, "Effekt")
    story.menu(member, "Handlingsplan")
    expect(member.locator("main")).to_contain_text("Ta fram en strategi med mätbara mål")
