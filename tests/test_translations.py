"""The interface is Swedish in the source; every other language must say all of it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from config import LOCALES
from tests.helpers.source import ROOT
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken

TRANSLATIONS = ROOT / "tracker" / "translations"
PLACE = re.compile(r"%(?:\((\w+)\))?[sd]")


@cache
def extracted() -> dict[str, str]:
    """Every sentence of the source, singular form → where it stands; as `make messages` reads."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    line = re.search(r"^KEYWORDS *:?= *(.+)$", makefile, re.MULTILINE)
    assert line, "the Makefile names no KEYWORDS"
    with (ROOT / "tracker" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for folder in ("tracker", "templates"):
        for name, number, message, *_ in extract_from_dir(
            ROOT / folder,
            [(re.sub(f"^{folder}/", "", pattern), how) for pattern, how in methods],
            {re.sub(f"^{folder}/", "", pattern): o for pattern, o in options.items()},
            keywords=parse_keywords(line[1].split()),
            # Babel's own filter passes over folders that begin with _, and so over our macros.
            directory_filter=lambda path: not Path(path).name.startswith("."),
        ):
            first = message[0] if isinstance(message, tuple) else message
            found.setdefault(first, f"{folder}/{name}:{number}")
    return found


@pytest.fixture(scope="module", params=[locale for locale in LOCALES if locale != "sv"])
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """The catalogue of each language but the source's."""
    path = TRANSLATIONS / request.param / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as file:
        return read_po(file, locale=request.param, abort_invalid=True)


def texts(message: Message) -> tuple[list[str], list[str]]:
    """All forms of a message and of its translation."""
    both = message.id, message.string
    ids, strings = (list(part) if isinstance(part, tuple | list) else [part] for part in both)
    return ids, strings


def singular(message: Message) -> str:
    """The form under which a message is known."""
    return texts(message)[0][0]


def test_the_source_is_read() -> None:
    """Views, domain and templates all hand over their sentences."""
    places = {Path(place).parts[0:2] for place in extracted().values()}
    assert {("tracker", "domain"), ("tracker", "services"), ("tracker", "web")} <= places
    assert any(part[0] == "templates" for part in places)


def test_it_says_everything(catalogue: Catalog) -> None:
    """What the source says is in the catalogue (else: make messages, then translate)."""
    known = {singular(message) for message in catalogue if message.id}
    missing = {text: place for text, place in extracted().items() if text not in known}
    assert not missing


def test_it_says_nothing_more(catalogue: Catalog) -> None:
    """What the source no longer says is gone, retired entries included."""
    assert not catalogue.obsolete
    assert not {singular(m) for m in catalogue if m.id} - set(extracted())


def test_every_sentence_is_translated(catalogue: Catalog) -> None:
    """No form is empty, and none was only guessed."""
    assert not [singular(m) for m in catalogue if m.id and not all(texts(m)[1])]
    assert not [singular(m) for m in catalogue if m.id and m.fuzzy]


def test_the_places_to_fill_are_the_same(catalogue: Catalog) -> None:
    """A lost %(name)s would show a hole; an added one would break the page."""
    wrong = []
    for message in catalogue:
        ids, strings = texts(message)
        wanted = {place for text in ids for place in PLACE.findall(text)}
        # "one" may leave its number out: en åtgärd, one action.
        plural = len(ids) > 1
        for string in strings:
            found = set(PLACE.findall(string))
            if string and found != wanted and not (plural and found | {"num"} == wanted | {"num"}):
                wrong.append((ids[0], string))
    assert not wrong


@pytest.mark.parametrize("error", [NotFound(), Forbidden(), Conflict({})], ids=repr)
def test_the_errors_own_sentences_are_found(error: RuleBroken) -> None:
    """Sentences that a class hands to its parent are marked for translation as well."""
    assert error.message in extracted()
