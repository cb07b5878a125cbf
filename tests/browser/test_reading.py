"""A report that takes long, followed in a browser; the test itself is who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.helpers.apps import make_app, settings
from tests.helpers.live import Installation, Login
from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import User
from tracker.services.readings import Claim, Known, Readings

SignIn = Callable[[Page, str], Login]


@contextmanager
def begun(live: Installation, who: Login) -> Iterator[Claim]:
    """A reading of that person's, as another web process would hold it."""
    with make_app(settings(live.instance)).app_context():
        by = db.session.scalars(select(User).where(User.email == who.email)).one()
        readings = Readings(live.instance / "readings")
        claim = readings.begin("rapport.pdf", b"text", by=by, now=now())
        try:
            yield claim
        finally:
            claim.close()
            db.session.remove()
            db.engine.dispose()


def test_the_page_follows_and_goes_on_by_itself(
    live: Installation, page: Page, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    with begun(live, sign_in(page, "director")) as claim:
        page.goto(f"/readings/{claim.work.token}")
        bar = page.get_by_role("progressbar", name="Rapporten läses.")
        expect(bar).to_be_visible()
        expect(page.get_by_role("link", name="Visa hur långt det har kommit")).to_be_hidden()
        claim.tell(12, 42)
        expect(page.locator("#reading-sentence")).to_have_text("Rapporten läses: sida 12 av 42.")
        expect(page.get_by_role("progressbar")).to_have_js_property("value", 12)
        axe(page)
        claim.fail(RuleBroken("Filen är låst med ett lösenord."))
        expect(page.get_by_role("alert")).to_contain_text("Filen är låst med ett lösenord.")
        axe(page)


def test_a_read_report_opens_its_review(live: Installation, page: Page, sign_in: SignIn) -> None:
    with begun(live, sign_in(page, "director")) as claim:
        page.goto("/evaluations/import")
        page.get_by_label("Rapportens text").fill("Hej! Vi ses på torsdag.")
        page.get_by_role("button", name="Läs rapporten").click()
        page.wait_for_url("**/drafts/*")
        draft_id = int(page.url.rsplit("/", 1)[-1])
        page.goto(f"/readings/{claim.work.token}")
        claim.finish(draft_id, Known.WAITING)
        page.wait_for_url(f"**/drafts/{draft_id}")
        expect(page.get_by_role("status")).to_contain_text("redan inläst och väntar på granskning")


def test_a_reading_that_was_cut_off_says_so(
    live: Installation, page: Page, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    with begun(live, sign_in(page, "director")) as claim:
        page.goto(f"/readings/{claim.work.token}")
        claim.close()
        expect(page.get_by_role("button", name="Läs igen")).to_be_visible()
        axe(page)


def test_without_scripts_a_link_asks(
    live: Installation, new_page: Callable[..., Page], sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False)
    with begun(live, sign_in(page, "director")) as claim:
        page.goto(f"/readings/{claim.work.token}")
        claim.tell(40, 42)
        page.get_by_role("link", name="Visa hur långt det har kommit").click()
        expect(page.locator("#reading-sentence")).to_have_text("Rapporten läses: sida 40 av 42.")
