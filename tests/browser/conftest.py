"""A real server and a real browser."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browser import Watch, assert_accessible, launch
from tests.helpers.cast import CHEAP
from tests.helpers.live import Installation, Login, serving
from tests.helpers.pages import TOKEN
from tracker.services.accounts import passwords

HERE = Path(__file__).parent
DATABASE, LOG = "atgarda.db", "web.log"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here waits for real processes."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.waits)


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A folder with a database that holds the demo, and its people; once per worker."""
    installation = Installation(tmp_path_factory.mktemp("demo"))
    shutil.copy(sqlite_template, installation.instance / DATABASE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP)
        installation.load_demo()
    return installation


@pytest.fixture(scope="session")
def standing(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The product running in a process of its own, once per worker."""
    instance = tmp_path_factory.mktemp("standing")
    shutil.copy(sqlite_template, instance / DATABASE)
    with serving(Installation(instance)) as installation:
        yield installation


@pytest.fixture
def live(request: pytest.FixtureRequest, standing: Installation) -> Installation:
    """The product running with the demo, and with nothing of what a test before it left behind.

    Without the demo: `@pytest.mark.parametrize("live", ["empty"], indirect=True)`.
    """
    if getattr(request, "param", "demo") == "empty":
        template, logins = request.getfixturevalue("sqlite_template"), []
    else:
        demo: Installation = request.getfixturevalue("demo_template")
        template, logins = demo.instance / DATABASE, demo.logins
    make_anew(standing.instance, template)
    return Installation(standing.instance, standing.url, logins=list(logins))


def make_anew(instance: Path, template: Path) -> None:
    """Fill the database, which the server holds open, from the template; no other file stays."""
    with (
        closing(sqlite3.connect(template)) as source,
        closing(sqlite3.connect(instance / DATABASE, timeout=15)) as target,
    ):
        source.backup(target)
    for path in instance.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith((DATABASE, LOG)):
            path.unlink()


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
    """`sign_in(page, "director")`: log in as the demo's first person with that role.

    The form is posted without being drawn; test_loop.py and test_keyboard.py fill it in.
    """

    def log_in(page: Page, role: str) -> Login:
        login = live.login(role)
        token = TOKEN.search(page.request.get("/login").text())
        assert token
        answer = page.request.post(
            "/login",
            form={"email": login.email, "password": login.password, "csrf_token": token[2]},
            max_redirects=0,
        )
        assert answer.status == 302, answer.status
        return login

    return log_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: no violation of WCAG 2.1 A or AA."""
    return assert_accessible
