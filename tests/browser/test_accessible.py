"""Every page, as every role, at two widths, in both schemes: no violation of WCAG 2.1 A and AA."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import NOW, Keys, found_cast
from tests.helpers.looked import FITTING, VIEWS, ZOOMED, View, look
from tests.helpers.markings import of_a_new_kind
from tests.helpers.source import ROOT
from tests.helpers.states import Seen, State, as_it_stands, in_an_empty_house

# Two shares of about the same size, for two workers; who sees much of the same shares.
SHARES = {
    "directors": ("director", "unit_director"),
    "others": ("admin", "owner", "member", "anonymous"),
}


def states_of(
    roles: tuple[str, ...], folder: Path, template: Path, with_cast: tuple[Path, Keys]
) -> list[State]:
    """All states of all pages of these roles."""
    (folder / "full").mkdir()
    (folder / "empty").mkdir()
    shutil.copy(with_cast[0], folder / "full" / "atgarda.db")
    shutil.copy(template, folder / "empty" / "atgarda.db")
    with time_machine.travel(NOW):
        with entered(make_app(settings(folder / "full"))) as app:
            states = list(as_it_stands(app, found_cast(with_cast[1]), roles))
        with entered(make_app(settings(folder / "empty"))) as app:
            states += in_an_empty_house(app, roles)
    return states


@pytest.mark.parametrize("share", SHARES)
def test_every_page_in_every_state(
    share: str,
    browser: Browser,
    tmp_path: Path,
    sqlite_template: Path,
    sqlite_with_cast: tuple[Path, Keys],
) -> None:
    """As it stands, in an empty house and with errors; what stood in a page before is not looked
    at again. Nothing scrolls sideways, is cut off or moves; every focus is seen."""
    states = states_of(SHARES[share], tmp_path, sqlite_template, sqlite_with_cast)
    known = Seen()
    new = [state for state in states if known.is_new(state)]
    unlike = of_a_new_kind(new)
    faults = [fault for view in VIEWS for fault in look(browser, view, unlike)]
    faults += [fault for view in FITTING for fault in look(browser, view, set(new) - set(unlike))]
    faults += look(browser, ZOOMED, [state for state in new if state.kind == "normal"])
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)
    kinds = {
        kind: sum(one.kind == kind for one in states) for kind in ("normal", "empty", "errors")
    }
    assert min(kinds.values()) > 20
    print(
        f"\n{share}: {known.number * len(VIEWS)} page states ({known.number} documents × "
        f"{len(VIEWS)} views; {len(new)} documents differ, {len(unlike)} hold an element of a kind "
        f"of its own), 0 violations; {kinds}"
    )


SOUND = """<!doctype html><html lang="sv"><head><title>Prov</title>
<meta name="color-scheme" content="light dark">{sheets}</head><body><main id="main">
<h1>Prov</h1>{planted}</main></body></html>"""
TOKENS = "".join(
    f'<link rel="stylesheet" href="/static/{name}.css">'
    for name in ("tokens", "base", "layout", "forms", "components")
)
SHEET = """
@media (prefers-color-scheme: light) { .pale { color: #bbbbbb } }
@media (prefers-color-scheme: dark) { .dim { color: #555555 } }
.wide { width: 600px }
.cut { width: 5em; overflow: hidden; white-space: nowrap }
.ringless:focus-visible { outline: none; box-shadow: none }
.faint:focus-visible { outline-color: #222222 }
@keyframes drift { to { margin-left: 9px } }
.moving { animation: drift 9s infinite }
"""
DARK, PHONE = VIEWS[1], VIEWS[2]
WORDS = "<p>Sunt, med en <a href='#main'>länk</a>.</p>"
DRAWN = (
    "<svg viewBox='0 0 90 90' role='img' aria-label='Text'><rect width='90' height='90'"
    " fill='#444444'/><text x='9' y='50' fill='#555555'>Text</text></svg>"
)
# View → what is planted → how the fault is told; None where there is none.
PLANTED: dict[View, dict[str, str | None]] = {
    VIEWS[0]: {
        WORDS: None,
        "<p class='dim'>Skumt bara i mörkret</p>": None,
        "<img src='/bild.png'>": "image-alt",
        "<span aria-label='saknas'>–</span>": "aria-prohibited-attr",
        "<p class='pale'>Blekt i ljuset</p>": "color-contrast",
        "<a class='ringless' href='#main'>Utan ring</a>": "focus hardly seen: 0px",
        "<p class='moving'>Rör sig</p>": "moves",
        "<svg viewBox='0 0 9 9'><rect width='9' height='9'/></svg>": "without a name",
        DRAWN: "color-contrast",
    },
    DARK: {
        WORDS: None,
        "<button class='button'>Spara</button>": None,
        "<p class='pale'>Blekt bara i ljuset</p>": None,
        "<p class='dim'>Skumt i mörkret</p>": "color-contrast",
        "<a class='faint' href='#main'>Blek ring</a>": "focus hardly seen: 3px",
    },
    PHONE: {
        WORDS: None,
        "<input name='a'>": "label",
        "<details><summary>Mer</summary><input name='b'></details>": "label",
        "<p class='wide'>Brett</p>": "scrolls sideways",
        "<p class='cut'>Avhugget på mitten av meningen</p>": "cut off",
    },
    ZOOMED: {WORDS: None, "<p class='wide'>Brett bara på en telefon</p>": None},
}


@pytest.mark.parametrize("view", PLANTED, ids=str)
def test_a_planted_fault_is_found(browser: Browser, view: View) -> None:
    """The matrix above can fail: in each view, by each measure, also on the tenth page."""
    sheets = TOKENS + '<link rel="stylesheet" href="/planted.css">'
    pages = {
        State("nobody", "normal", planted, 200, SOUND.format(sheets=sheets, planted=planted)): found
        for planted, found in PLANTED[view].items()
    }
    faults = look(browser, view, list(pages), SHEET)
    for page, found in pages.items():
        told = [one for one in faults if one.startswith(str(page))]
        assert [one for one in told if found in one] if found else not told, (page.asked, told)


def test_what_moves_moves_only_for_those_who_have_not_asked_for_stillness() -> None:
    """Every transition and animation of the style sheets stands under that condition."""
    condition = re.compile(r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", re.DOTALL)
    moving = re.compile(r"(?<![\w-])(transition|animation)(-[a-z-]+)?\s*:|(?<!over)scroll-behavior")
    loose = [
        sheet.name
        for sheet in sorted((ROOT / "tracker" / "static").glob("*.css"))
        if moving.search(condition.sub("", sheet.read_text(encoding="utf-8")))
    ]
    assert not loose
