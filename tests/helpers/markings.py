"""Which documents hold an element of a kind that none before them had.

What WCAG's rules say of an element, and how it is coloured, follows from its attributes, from
whether it has words and a label, and from the elements it stands in. A page has hundreds of them;
most stood just so in another page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from tests.helpers.states import State

Element = Any  # of lxml, which has no types
# Attributes that say what an element is about, where it leads or how it is drawn: that they are
# there matters, and whether they are empty, but not what they say.
ABOUT = re.compile(
    "id|name|value|href|action|formaction|src|accept|alt|title|label|for|headers|placeholder|nonce|"
    "content|min|max|step|pattern|maxlength|rows|datetime|list|data-.*|"
    "aria-label|aria-labelledby|aria-describedby|aria-controls|"
    "x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|dx|dy|d|points|transform|viewbox|width|height"
)
REFERRING = ("aria-labelledby", "aria-describedby", "headers", "for")
# What stands in these must be of the right kind, and be there.
HOLDING = re.compile("ul|ol|dl|table|thead|tbody|tr|select|figure|fieldset|details")
_READER = etree.HTMLParser(encoding="utf-8", remove_comments=True)


def of_a_new_kind(states: Iterable[State]) -> list[State]:
    """The states that must be looked at so that an element of each kind is; those that hold many
    come first, so that they are few."""
    held = {state: set(kinds(state.html)) for state in states}
    known: set[int] = set()
    chosen = []
    for state in sorted(held, key=lambda state: -len(held[state])):
        if not held[state] <= known:
            known |= held[state]
            chosen.append(state)
    return chosen


def kinds(html: str) -> Iterator[int]:
    """A number for each element: the same for two that are alike, in places that are alike."""
    root = etree.fromstring(html.encode(), parser=_READER)
    ids = {node.get("id") for node in root.iterfind(".//*[@id]")}
    labelled = {node.get("for") for node in root.iter("label") if "".join(node.itertext()).strip()}

    def within(node: Element, outer: int) -> Iterator[int]:
        own = hash((outer, _looks(node), _refers(node, ids), node.get("id") in labelled))
        yield own
        for inner in node:
            yield from within(inner, own)

    yield from within(root, 0)


def _looks(node: Element) -> tuple[Any, ...]:
    said = [
        (name, bool(value.strip()) if ABOUT.fullmatch(name) else value)
        for name, value in sorted(node.items())
    ]
    has_words = any(text and text.strip() for text in (node.text, *(one.tail for one in node)))
    holds = frozenset(one.tag for one in node) if HOLDING.fullmatch(node.tag) else None
    return node.tag, tuple(said), has_words, holds


def _refers(node: Element, ids: set[str]) -> bool:
    return all(name in ids for key in REFERRING for name in node.get(key, "").split())
