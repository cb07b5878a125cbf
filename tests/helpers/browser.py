"""A real browser that watches what it shows: errors and leaks fail the test."""

from __future__ import annotations

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, Response

# The first is the same without windows and menus, and takes a fifth less work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Chromium's note on any answer of 400 and above; `Watch.on_response` judges those by what they are.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium; without one the test fails (make test installs it)."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(f"no browser: none of {', '.join(NAMES)} is installed")
    return playwright.chromium.launch(
        executable_path=path,
        args=list(QUIET),
        chromium_sandbox=os.geteuid() != 0,  # Chromium refuses its sandbox to root
    )


class Watch:
    """What went wrong on the pages of one test."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def over(self, page: Page) -> Page:
        """Watch a page from now on."""
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.faults.append(f"error in a script: {error}"))
        page.on("request", self.on_request)
        page.on("requestfailed", self.on_failure)
        page.on("response", self.on_response)
        return page

    def on_console(self, message: ConsoleMessage) -> None:
        """Errors on the console, a refusal by the content policy among them."""
        if message.type == "error" and not message.text.startswith(STATUS_NOTE):
            self.faults.append(f"console: {message.text}")

    def on_request(self, request: Request) -> None:
        """Nothing is fetched from anywhere else."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            self.faults.append(f"a request leaves the machine: {request.url}")

    def on_failure(self, request: Request) -> None:
        """A request that got no answer (one given up for the next page is no failure)."""
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"{request.url} failed: {request.failure}")

    def on_response(self, response: Response) -> None:
        """A page may say no (a form with errors, 404, 409); its parts may not, a crash never."""
        is_page = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.faults.append(f"{response.url} answered {response.status}")


def assert_accessible(page: Page, **context: Any) -> None:
    """No violation of WCAG 2.1 A or AA on the page as it stands.

    axe is evaluated through the debugger, which the page's content policy does not govern, so the
    policy stays in force.
    """
    found = Axe().run(page, options={"runOnly": WCAG}, **context).response["violations"]
    told = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {node['html']}\n    {node['failureSummary']}" for node in rule["nodes"])
        for rule in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)
