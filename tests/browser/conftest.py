"""A real server and a real browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browser import Watch, assert_accessible, launch
from tests.helpers.live import Installation, Login, serving

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here waits for real processes."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.waits)


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that holds the demo, and its people as JSON; once per worker."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "atgarda.db")
    installation = Installation(folder)
    installation.load_demo()
    people = [asdict(login) for login in installation.logins]
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    return folder


@pytest.fixture
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """The product running with the demo, in an instance folder of its own.

    Without the demo: `@pytest.mark.parametrize("live", ["empty"], indirect=True)`.
    """
    instance = tmp_path / "instance"
    installation = Installation(instance)
    if getattr(request, "param", "demo") == "empty":
        instance.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), instance / "atgarda.db")
    else:
        shutil.copytree(request.getfixturevalue("demo_template"), instance)
        people = json.loads((instance / "people.json").read_text(encoding="utf-8"))
        installation.logins = [Login(**one) for one in people]
    with serving(installation):
        yield installation


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, once per worker."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Browser, live: Installation) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh profile: new_page(color_scheme="dark", java_script_enabled=False).

    Paths are relative to the running product. Any error, failed part or request to elsewhere, on
    any of the test's pages, fails the test.
    """
    watch, contexts = Watch(), []

    def open_one(**options: Any) -> Page:
        defaults = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm", "base_url": live.url}
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        return watch.over(context.new_page())

    yield open_one
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page of a visitor who has not logged in."""
    return new_page()


@pytest.fixture
def sign_in(live: Installation) -> Callable[[Page, str], Login]:
    """`sign_in(page, "director")`: log in as the demo's first person with that role."""

    def log_in(page: Page, role: str) -> Login:
        login = live.login(role)
        page.goto("/login")
        page.fill("[name=email]", login.email)
        page.fill("[name=password]", login.password)
        page.click("main button")
        page.wait_for_url(lambda address: "/login" not in address)
        return login

    return log_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: no violation of WCAG 2.1 A or AA."""
    return assert_accessible
