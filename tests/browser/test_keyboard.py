"""The main task of each role with the keyboard alone: every stop follows the page and is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ElementHandle, Locator, Page, expect

from tests.helpers.live import Installation
from tests.helpers.looked import MEASURE

MOST_STOPS = 250
# What one sees of the stop, and whether it comes after the one before it on the page.
STOP = """(target) => {
  const stop = document.activeElement;
  const before = window.stopBefore;
  window.stopBefore = stop;
  if (stop === document.body) return null;
  const shown = stop.matches(".visually-hidden") ? stop.closest("label") ?? stop : stop;
  const box = shown.getBoundingClientRect();
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
  const label = stop.labels?.[0];
  return {
    there: stop === target,
    what: stop.outerHTML.slice(0, 160),
    // A date is several stops in one field.
    held: stop === before && !["date", "time", "month", "datetime-local"].includes(stop.type),
    follows:
      [null, undefined, stop, document.body].includes(before) ||
      !!(before.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING),
    inside: box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0,
    covered: !!at && !shown.contains(at) && !at.contains(shown) && !label?.contains(at),
    ...measuring.ring(stop),
  };
}"""


class Keys:
    """A person who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page, self.stops, self.there = page, 0, False
        page.add_init_script(MEASURE)

    def tab(self, target: ElementHandle | None = None) -> bool:
        """Go on to the next stop and look at it, also at whether it is `there`, on the target;
        False at the end of the page."""
        self.page.keyboard.press("Tab")
        stop = self.page.evaluate(STOP, target)
        if stop is None:
            return False
        self.stops, self.there = self.stops + 1, stop["there"]
        where = f"{self.page.url}: {stop}"
        assert not stop["held"], f"the focus is held: {where}"
        assert stop["follows"], f"the order does not follow the page: {where}"
        assert stop["inside"], f"the stop is not on the screen: {where}"
        assert not stop["covered"], f"something lies over the stop: {where}"
        assert stop["width"] >= 2, f"the focus has no ring: {where}"
        assert stop["contrast"] >= 3, f"the ring is hardly seen: {where}"
        return True

    def to(self, target: Locator) -> None:
        """Tab until the target has the focus; it must come before the page ends."""
        handle = target.element_handle()
        for _ in range(MOST_STOPS):
            assert self.tab(handle), f"no stop at {target} on {self.page.url}"
            if self.there:
                return
        pytest.fail(f"{target} is not reached in {MOST_STOPS} stops")

    def write(self, target: Locator, text: str) -> None:
        """Fill in a field."""
        self.to(target)
        self.page.keyboard.type(text)

    def press(self, target: Locator) -> None:
        """Follow a link or press a button, and wait for the page that comes."""
        self.to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def whole_page(self) -> int:
        """From the top through every stop and out again: nothing holds the focus."""
        begun = self.stops
        while self.tab():
            assert self.stops - begun < MOST_STOPS, f"no way out of {self.page.url}"
        return self.stops - begun


@pytest.fixture
def enter(live: Installation, new_page: Callable[..., Page]) -> Callable[[str], Keys]:
    """`enter("director")`: log in by keyboard, past the menu by the skip link."""

    def log_in(role: str) -> Keys:
        page, login = new_page(reduced_motion="reduce"), live.login(role)
        keys = Keys(page)
        page.goto("/login")
        assert keys.tab()
        expect(page.locator(".skip-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        keys.write(page.locator("[name=email]"), login.email)
        keys.write(page.locator("[name=password]"), login.password)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "/login" not in page.url
        return keys

    return log_in


def body(page: Page) -> Locator:
    """The page's own part."""
    return page.locator("main")


def test_a_director_turns_a_point_into_an_action(enter: Callable[[str], Keys]) -> None:
    keys = enter("director")
    page = keys.page
    keys.whole_page()
    page.goto("/points?state=open")
    keys.press(body(page).get_by_role("link", name="Skapa åtgärd för").first)
    keys.write(page.locator("#title"), "Med tangenterna")
    keys.write(page.locator("#unit_id"), "Soc")
    keys.to(page.locator("#deadline"))
    for part in range(3):  # the second value of each: the second of February next year
        for key in ("ArrowRight",) * bool(part) + ("ArrowUp", "ArrowUp"):
            page.keyboard.press(key)
    keys.press(body(page).locator("form button[type=submit]").last)
    expect(body(page)).to_contain_text("Med tangenterna")


def test_a_manager_reports(enter: Callable[[str], Keys]) -> None:
    keys = enter("manager")
    page = keys.page
    keys.whole_page()
    page.goto("/my-actions")
    link = body(page).get_by_role("link", name="Lämna lägesrapport").first
    keys.press(link)
    keys.to(body(page).locator("[name=health]").first)
    page.keyboard.press("ArrowDown")
    expect(body(page).locator("[name=health]").nth(1)).to_be_checked()
    keys.write(body(page).locator("[name=text]").first, "Väntar på upphandlingen")
    summary = body(page).locator("details summary").first
    keys.to(summary)
    page.keyboard.press("Enter")
    keys.write(body(page).locator("[name=percent]").first, "40")
    keys.press(body(page).locator("form button[type=submit]").first)
    expect(page.locator(".flashes")).to_be_visible()


def test_a_committee_member_reads_and_a_director_notes_the_decision(
    enter: Callable[[str], Keys],
) -> None:
    keys = enter("committee")
    page = keys.page
    page.goto("/reports")
    keys.press(body(page).get_by_role("link", name="Läs rapporten").first)
    assert keys.whole_page() > 10
    read = page.url
    keys = enter("director")
    page = keys.page
    page.goto(f"{read}/decision")
    keys.to(page.locator("#section"))
    page.keyboard.press("Control+A")
    page.keyboard.type("53")
    keys.press(body(page).get_by_role("button", name="Registrera beslutet").last)
    expect(body(page)).to_contain_text("§ 53")


def test_an_administrator_lets_somebody_in_and_changes_the_ladder(
    enter: Callable[[str], Keys],
) -> None:
    keys = enter("admin")
    page = keys.page
    page.goto("/people")
    keys.press(body(page).locator("a[href='/people/new']").first)
    keys.write(page.locator("#name"), "Tage Tangent")
    keys.write(page.locator("#email"), "tage.tangent@bjorkhaga.example")
    keys.to(page.locator("#role"))
    page.keyboard.type("Adm")
    for field in body(page).locator("input[type=password]").all():
        keys.write(field, "varsamt-framat-igen")
    keys.press(body(page).locator("form button[type=submit]").last)
    expect(body(page)).to_contain_text("Tage Tangent")
    page.goto("/operations/ladder/edit")
    keys.to(page.locator("#rungs-0-days"))
    page.keyboard.press("Control+A")
    page.keyboard.type("45")
    keys.press(body(page).get_by_role("button", name="Spara trappan").last)
    expect(body(page)).to_contain_text("45")


def test_a_stop_without_a_ring_and_a_trap_are_found(enter: Callable[[str], Keys]) -> None:
    """The walk above can fail."""
    keys = enter("admin")
    page = keys.page
    wrong = {
        "hardly seen|no ring": "one => { one.style.outline = '0'; }",
        "does not follow": "one => { one.tabIndex = 0; document.links[2].tabIndex = 1; }",
        "lies over": "one => { const lid = document.createElement('div');"
        " lid.style = 'position:fixed;inset:0;background:#ffffff'; document.body.append(lid); }",
        "the focus is held": "one =>"
        " one.addEventListener('keydown', (event) => event.preventDefault())",
    }
    for told, planted in wrong.items():
        page.goto("/people/new")
        page.locator("#name").evaluate(planted)
        with pytest.raises(AssertionError, match=told):
            keys.whole_page()
