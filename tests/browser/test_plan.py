"""From the 38 points of a real evaluation to an adopted plan, every click and page counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import PASSWORD, make_user
from tests.helpers.live import Installation
from tracker.clock import now
from tracker.domain.calendar import next_working_day
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Committee,
    Disposition,
    ImprovementPoint,
    Municipality,
    PlanState,
    RoleAssignment,
    Unit,
)

REPORT = Path(__file__).resolve().parents[3] / "shared" / "reports" / "nynashamn-2023.txt"
DIRECTOR = "Dora Direktör"
OWNERS = ("Maja Ek", "Nils Ask", "Oda Lind", "Pär Gran", "Rut Alm", "Siv Björk")
ACTIONS, DECLINED, MERGED = 30, 5, 3
WORK = ("Ta fram en rutin för", "Utbilda cheferna i", "Mät och redovisa", "Inför en modell för")
ABOUT = ("dialog", "uppföljning", "bemötande", "analys", "digitalisering", "ledarskap", "klimat")


class Hand:
    """A person at a page: what they click, type and wait for is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys, self.pages = page, 0, 0, 0

    def click(self, target: Locator) -> None:
        """Click something on the page that stands."""
        target.click()
        self.clicks += 1

    def go(self, target: Locator) -> None:
        """Click something that brings a new page."""
        self.click(target)
        self.page.wait_for_load_state()
        self.pages += 1

    def write(self, *texts: str) -> None:
        """Type where the cursor is; between two texts goes a tab. What goes into a field comes in
        one piece; a single sign is a key, which also chooses from a list."""
        keyboard = self.page.keyboard
        for place, text in enumerate(texts):
            if place:
                keyboard.press("Tab")
                self.keys += 1
            put = keyboard.insert_text if len(text) > 1 else keyboard.press
            put(text)
            self.keys += len(text)


@pytest.fixture
def house(live: Installation) -> Installation:
    """A municipality with units and people, and the report accepted."""
    if not REPORT.exists():
        pytest.skip(f"the real report is not there: {REPORT}")
    with make_app(settings(live.instance)).app_context():
        board = Committee(name="Kommunstyrelsen")
        units = [Unit(name=f"Förvaltning {n}", committee=board) for n in (1, 2, 3)]
        people = [make_user(DIRECTOR, RoleAssignment(role=Role.DIRECTOR))]
        for place, name in enumerate(OWNERS):
            role = RoleAssignment(role=Role.MANAGER, unit=units[place % 3])
            people.append(make_user(name, role))
        db.session.add_all([Municipality(name="Nynäshamn", is_own=True), *units, *people])
        db.session.commit()
        db.engine.dispose()
    live.run_here("report", "import", str(REPORT), "--municipality", "Nynäshamn", "--yes")
    return live


def enter(page: Page) -> None:
    """Log in; what is counted begins after it."""
    page.goto("/login")
    page.get_by_label("E-postadress").fill("dora.direktor@testkoping.example")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Logga in").click()
    page.wait_for_load_state()


def answer_all(hand: Hand, page: Page) -> None:
    """The worksheet: thirty actions with owners, five points declined, three merged."""
    hand.go(page.locator("main").get_by_role("link", name="Svara på dem"))
    points = [item.get_attribute("id") for item in page.locator("li.sheet__row").all()]
    ids = [str(name).removeprefix("point-") for name in points]
    assert len(ids) == ACTIONS + DECLINED + MERGED
    hand.click(page.locator("#deadline-all"))
    day = next_working_day(now().date() + timedelta(days=300))
    page.locator("#deadline-all").fill(day.isoformat())
    hand.keys += 8
    for place, point in enumerate(ids[:ACTIONS]):
        hand.click(page.locator(f"#title-{point}"))
        title = f"{WORK[place % len(WORK)]} {ABOUT[place % len(ABOUT)]}, del {place + 1}"
        hand.write(title, OWNERS[place % len(OWNERS)])
    for point in ids[ACTIONS : ACTIONS + DECLINED]:
        hand.click(page.locator(f"#answer-{point}-no_action"))
        hand.click(page.locator(f"#reason-{point}"))
        hand.write("Ryms i ordinarie arbete.", "Ledningsgruppen")
    for point in ids[ACTIONS + DECLINED :]:
        hand.click(page.locator(f"#answer-{point}-merged"))
        hand.click(page.locator(f"#merged_into_id-{point}"))
        hand.write("1")
    hand.go(page.locator("main form button[type=submit]").last)


def adopt(hand: Hand, page: Page) -> None:
    """The minutes."""
    hand.go(page.get_by_role("navigation").get_by_role("link", name="Handlingsplan").first)
    hand.go(page.locator("main").get_by_role("link", name="Anta planen").first)
    hand.click(page.locator("#body"))
    hand.write("Kommunstyrelsen")
    hand.click(page.locator("#decided_on"))
    page.locator("#decided_on").fill((now().date() - timedelta(days=1)).isoformat())
    hand.keys += 8
    hand.click(page.locator("#section"))
    hand.write("53", "KS 2026/0412")
    hand.go(page.locator("main form button[type=submit]").last)


@pytest.mark.parametrize("live", ["empty"], indirect=True)
def test_from_an_evaluation_to_an_adopted_plan(
    house: Installation, new_page: Callable[..., Page]
) -> None:
    """Seven pages and some seventy clicks; the rest is typing what only a person knows."""
    page = new_page()
    enter(page)
    hand = Hand(page)
    answer_all(hand, page)
    adopt(hand, page)
    expect(page.locator("main")).to_contain_text("§ 53")
    print(f"{hand.pages} pages, {hand.clicks} clicks, {hand.keys} keys")
    assert hand.pages <= 7
    assert hand.clicks <= 75
    with make_app(settings(house.instance)).app_context():
        owned = Action.owner_id.is_not(None)
        assert db.session.scalar(select(func.count()).select_from(Action).where(owned)) == ACTIONS
        assert db.session.scalar(select(func.count(Disposition.id))) == 38
        assert db.session.scalar(select(func.count(ImprovementPoint.id))) == 38
        assert db.session.scalar(select(ActionPlan.state)) is PlanState.ADOPTED
        db.engine.dispose()
