"""A real provider in its own process, the product in another, and a person between them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

from tests.helpers.browser import Watch, assert_accessible
from tests.helpers.live import Installation, serving
from tests.helpers.provider import Between, providing

NILS = {
    "sub": "nils",
    "name": "Nils Ny",
    "email": "nils.ny@testkoping.example",
    "email_verified": True,
    "roles": ["direktörer"],
}
EVA = {"sub": "eva", "name": "Eva Utan", "email": "eva@testkoping.example", "roles": ["ekonomi"]}
RULE = "INSERT INTO claim_rule (value, role) VALUES ('direktörer', 'director')"


def as_admin(token: str) -> str:
    """The token with another subject and more roles in it, under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims.update(sub="nils", roles=["direktörer"])
    changed = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return ".".join([head, changed, signature])


def log_in(page: Page, product: Installation, name: str) -> None:
    page.goto(f"{product.url}/login")
    page.get_by_role("link", name="Logga in med Testköping").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"{product.url}/**")


def empty(route: Route) -> None:
    """The provider's page wants a style sheet from elsewhere; it does without."""
    route.fulfill(body="", content_type="text/css")


def test_a_person_logs_in_at_a_real_provider(
    browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "atgarda.db")
    add_rule(tmp_path / "atgarda.db")
    with providing(NILS, EVA) as between:
        product = Installation(
            tmp_path,
            more={
                "OIDC_ISSUER": between.url,
                "OIDC_CLIENT_ID": "atgarda",
                "OIDC_CLIENT_SECRET": "hemligt",
                "OIDC_NAME": "Testköping",
                "LOCAL_LOGIN": "off",
            },
        )
        with serving(product):
            context = browser.new_context(locale="sv-SE")
            context.set_default_timeout(15_000)
            context.route("https://cdn.jsdelivr.net/**", empty)
            walk_through(context.new_page(), product, between)
            context.close()


def walk_through(page: Page, product: Installation, between: Between) -> None:
    watch = Watch()
    page.on("console", watch.on_console)
    log_in(page, product, "eva")
    assert page.locator("h1").inner_text() == "Du är inte inloggad"
    assert "ekonomi" in page.locator("main").inner_text()
    assert_accessible(page)
    page.goto(f"{product.url}/account")
    assert page.url.startswith(f"{product.url}/login"), "no session"
    assert_accessible(page)
    assert page.locator("main input").count() == 0, "no password is asked for"

    log_in(page, product, "nils")
    assert page.locator("h1").inner_text() == "Läget"
    assert "Nils Ny" in page.locator("header").inner_text()

    page.get_by_role("button", name="Logga ut").first.click()
    page.wait_for_url(f"{between.url}/**")
    page.goto(f"{product.url}/")
    assert page.url.startswith(f"{product.url}/login")

    between.tamper = as_admin
    log_in(page, product, "eva")
    assert page.locator("h1").inner_text() == "Du är inte inloggad"
    assert "lita på" in page.locator("main").inner_text()
    page.goto(f"{product.url}/account")
    assert page.url.startswith(f"{product.url}/login"), "no session"

    between.tamper = None
    page.get_by_role("link", name="Logga in med Testköping").click()
    between.process.kill()
    between.process.wait()
    page.goto(f"{product.url}/login/openid/back?code=x&state=y")
    assert page.locator("h1").inner_text() == "Du är inte inloggad"
    assert not watch.faults, watch.faults


def add_rule(database: Path) -> None:
    """The administrator's rule, as there is nobody yet who could make it."""
    with sqlite3.connect(database) as connection:
        connection.execute(RULE)
    connection.close()
