"""Swedish that was left behind: what a page, mail or document says in another language's place."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from babel.messages.pofile import read_po

from tests.helpers.source import ROOT

PRODUCT = "Åtgärda"  # its name, and a verb of the source
SAID = ("aria-label", "title", "alt", "placeholder")
# Short runs of words are no sign: "det finns en" may stand in what somebody typed.
WORDS_IN_A_ROW, LETTERS_IN_A_ROW = 3, 14
_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd%]")
_WORD = re.compile(r"[^\W\d_]+")
_VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))


def swedish_in(texts: list[str], locale: str) -> list[str]:
    """Those of the texts that are a Swedish sentence of the source, or hold words in a row of one,
    where the catalogue of `locale` says it otherwise."""
    whole, runs = _known(locale)
    return [text for text in texts if text in whole or _runs(text) & runs]


@cache
def _known(locale: str) -> tuple[frozenset[str], frozenset[tuple[str, ...]]]:
    """Whole Swedish sentences, and runs of words in them, that the translation never says."""
    path = ROOT / "tracker" / "translations" / locale / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as file:
        messages = [one for one in read_po(file, locale=locale) if one.id]
    said: set[str] = {PRODUCT}
    source: set[str] = set()
    for message in messages:
        said.update(_forms(message.string))
        source.update(_forms(message.id))
    whole = frozenset(source - said)
    return whole, frozenset(_all_runs(whole) - _all_runs(said))


def _forms(text: str | list[str] | tuple[str, ...]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _all_runs(texts: set[str] | frozenset[str]) -> set[tuple[str, ...]]:
    return {run for text in texts for part in _PLACE.split(text) for run in _runs(part)}


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    places = range(len(words) - WORDS_IN_A_ROW + 1)
    runs = (tuple(words[at : at + WORDS_IN_A_ROW]) for at in places)
    return {run for run in runs if sum(map(len, run)) >= LETTERS_IN_A_ROW}


class Shown(HTMLParser):
    """What a page says, apart from what it marks as Swedish: `texts`, white space folded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    @property
    def _marked(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        language = held.get("lang")
        marked = self._marked if language is None else language == "sv"
        marked = marked or tag in ("script", "style")
        if not marked:
            self.texts += [text for name in SAID if (text := held.get(name))]
        if tag not in _VOID:
            self._open.append((tag, marked))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._marked:
            self.texts.append(" ".join(data.split()))
