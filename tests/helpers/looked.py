"""A browser that looks at many documents quickly, at one width and in one colour scheme."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page, Route

from tests.helpers.browser import WCAG
from tests.helpers.source import ROOT
from tests.helpers.states import State

HERE = Path(__file__).parent
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
MEASURE = (HERE / "measure.js").read_text(encoding="utf-8")
LOOK = """async ([all, what]) => {
  const found = [];
  for (const html of all) found.push(await measuring.look(html, what));
  return found;
}"""
SITE = "http://atgarda.test"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1200"/>'
HEAD = re.compile(r"<head>.*</head>", re.DOTALL)
SHEETS = re.compile(r'<link rel="stylesheet"[^>]*>')
AT_ONCE = 20


@dataclass(frozen=True, eq=False)
class View:
    """How one looks: the window's width in CSS pixels, the scheme, and at what. 640 pixels are
    what 1280 become at 200 %, 320 at 400 %. What is not about colours is the same in both schemes.
    """

    width: int
    scheme: Literal["light", "dark"]
    what: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}"


EVERYTHING = {"fits": True, "colours": True, "rules": WCAG}
VIEWS = (
    View(1280, "light", EVERYTHING),
    View(1280, "dark", {"colours": True}),
    View(320, "light", {**EVERYTHING, "unfolded": True}),
    View(320, "dark", {"colours": True, "unfolded": True}),
)
# Whether words fit depends on the words, so this is asked of every document.
FITTING = (
    View(1280, "light", {"fits": True}),
    View(320, "light", {"fits": True, "unfolded": True}),
)
ZOOMED = View(640, "light", {"fits": True, "unfolded": True})


def answer(route: Route) -> None:
    """Static files from the disk; every picture is as large as a page of a report."""
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        route.fulfill(path=ROOT / "tracker" / path[1:])
    else:
        route.fulfill(body=PICTURE, content_type="image/svg+xml")


def open_view(browser: Browser, view: View, html: str, planted: str) -> Page:
    """A window with the style sheets of a document, ready to look at others that have the same."""
    context = browser.new_context(
        viewport={"width": view.width, "height": 900},
        color_scheme=view.scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    head = HEAD.search(html)
    page.route("**/*", answer)
    page.route(
        f"{SITE}/",
        lambda route: route.fulfill(
            body=f"<!doctype html><html>{head[0] if head else ''}<body></body></html>",
            content_type="text/html; charset=utf-8",
        ),
    )
    page.route("**/planted.css", lambda route: route.fulfill(body=planted, content_type="text/css"))
    page.goto(f"{SITE}/")
    page.evaluate(AXE)
    page.evaluate(MEASURE)
    return page


def look(browser: Browser, view: View, states: Iterable[State], planted: str = "") -> list[str]:
    """What is wrong with the documents, each fault with where it was seen; `planted` is the style
    sheet that a document may name /planted.css."""
    faults = []
    sheets = {state: "".join(SHEETS.findall(state.html)) for state in states}
    ordered = sorted(states, key=lambda state: sheets[state])
    for _sheets, group in groupby(ordered, key=lambda state: sheets[state]):
        alike = list(group)
        page = open_view(browser, view, alike[0].html, planted)
        for start in range(0, len(alike), AT_ONCE):
            part = alike[start : start + AT_ONCE]
            found = page.evaluate(LOOK, [[state.html for state in part], view.what])
            for state, wrong in zip(part, found, strict=True):
                faults += [f"{state} ({view}):\n    {one}" for one in wrong]
        page.context.close()
    return faults
