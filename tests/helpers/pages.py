"""A fetched page: checked as a browser and a screen reader would, and ready to be asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import html5lib
from html5lib.html5parser import ParseError
from lxml import etree
from werkzeug.test import TestResponse

from config import LOCALES

Element = Any  # of lxml, which has no types
UNLABELLED_TYPES = ("hidden", "submit", "button", "reset", "image")
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "headers")


def text_of(element: Element) -> str:
    """The text of an element and all within it, white space folded."""
    return " ".join("".join(element.itertext()).split())


TOKEN = re.compile(r'(name="csrf_token"[^>]* value=")([^"]+)')
# Text and attributes that cannot be an error in the markup, whatever they say.
_HARMLESS_TEXT = re.compile(r">([^<&\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\U0010ffff]*)(?=<)")
_HARMLESS_VALUE = re.compile(r'(?<! type)="[^"<>&\x00-\x1f\x7f-\x9f\ufdd0-\U0010ffff]*"')
_READER = etree.HTMLParser(encoding="utf-8", remove_comments=True)
# Found by the reader itself: to look at each element from here takes as long as to make the page.
_IDS = etree.XPath("//@id[. != '']", smart_strings=False)
_REFERRING = etree.XPath(
    f"//label | //a[starts-with(@href, '#')] | //*[{' or '.join(f'@{key}' for key in REFERENCES)}]"
)
_SOUND: set[int] = set()
_WELL_FORMED: set[int] = set()


def elements(root: Element, *names: str) -> Iterator[Element]:
    """Every element below `root` (itself included) with one of these names."""
    return root.iter(*names)


@dataclass
class Form:
    """A form as the page shows it; `fields` holds what a browser would send unchanged."""

    action: str
    method: str
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class Page:
    """One answer of the server, read."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response = response
        self.path = path
        self.status = response.status_code
        # A download may hold any bytes; a page may not.
        errors = "strict" if (response.mimetype or "text/").startswith("text/") else "replace"
        self.html = response.get_data().decode(errors=errors)

    @cached_property
    def root(self) -> Element:
        """The document, as a quick and patient reader has it; see check_markup."""
        return etree.fromstring(self.html.encode(), parser=_READER)

    def all(self, *names: str, **attributes: str) -> list[Element]:
        """Elements by name and attributes (`class_` matches one of the classes)."""
        wanted_class = attributes.pop("class_", None)
        return [
            node
            for node in elements(self.root, *names)
            if all(node.get(key.replace("_", "-")) == value for key, value in attributes.items())
            and (wanted_class is None or wanted_class in node.get("class", "").split())
        ]

    def by_id(self, name: str) -> Element:
        """The element with this id."""
        found = [node for node in self.root.iter() if node.get("id") == name]
        assert found, f"{self.path}: nothing has the id {name}"
        return found[0]

    @cached_property
    def main(self) -> Element:
        """What lies between navigation and footer."""
        found = self.all("main")
        return found[0] if found else self.root

    @property
    def text(self) -> str:
        """All the words of the main part, white space folded."""
        return text_of(self.main)

    @property
    def title(self) -> str:
        """The document's title."""
        return " ".join(text_of(node) for node in self.all("title")[:1])

    @property
    def h1(self) -> str:
        """The page's heading."""
        return " ".join(text_of(node) for node in self.all("h1"))

    @cached_property
    def links(self) -> dict[str, str]:
        """Every link of the page, its words → its address (the last of the same words wins)."""
        return {text_of(a): a.get("href", "") for a in self.all("a")}

    @cached_property
    def rows(self) -> list[list[str]]:
        """The rows of all tables in the main part, cell by cell."""
        return [
            [text_of(cell) for cell in elements(row, "td", "th")]
            for row in elements(self.main, "tr")
        ]

    @cached_property
    def forms(self) -> list[Form]:
        """The forms of the main part."""
        return [read_form(node, self.path) for node in elements(self.main, "form")]

    @property
    def form(self) -> Form:
        """The only form of the main part, or the first one that posts."""
        posting = [form for form in self.forms if form.method == "post"] or self.forms
        assert posting, f"{self.path}: no form on the page"
        return posting[0]

    @property
    def csrf_token(self) -> str | None:
        """The token that any form of the page carries."""
        found = TOKEN.search(self.html)
        return found[2] if found else None


def read_form(node: Element, path: str) -> Form:
    """What a browser knows of a form."""
    form = Form(node.get("action") or path, node.get("method", "get").lower())
    for control in elements(node, "input", "select", "textarea", "button"):
        name, kind = control.get("name"), control.get("type", "")
        if control.tag == "button" or kind in ("submit", "button"):
            form.buttons.append(text_of(control) or control.get("value", ""))
            continue
        if not name or kind == "file" or control.get("disabled") is not None:
            continue
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            continue
        _add(form.fields, name, _value(control))
    return form


def _value(control: Element) -> str | list[str]:
    if control.tag == "textarea":
        return "".join(control.itertext()).removeprefix("\n")
    if control.tag != "select":
        return control.get("value", "on" if control.get("type") == "checkbox" else "")
    options = list(elements(control, "option"))
    chosen = [o for o in options if o.get("selected") is not None]
    if control.get("multiple") is not None:
        return [o.get("value", text_of(o)) for o in chosen]
    return next((o.get("value", text_of(o)) for o in chosen or options), "")


def _add(fields: dict[str, str | list[str]], name: str, value: str | list[str]) -> None:
    before = fields.get(name)
    if before is None:
        fields[name] = value
    else:
        ahead = before if isinstance(before, list) else [before]
        fields[name] = ahead + (value if isinstance(value, list) else [value])


def shape(html: str) -> str:
    """A document without what cannot make its markup wrong: two of the same shape are both valid
    or neither. Whether a text is more than white space stays: in a table that matters."""
    tags = _HARMLESS_TEXT.sub(lambda found: ">x" if found[1].strip() else ">", html)
    return _HARMLESS_VALUE.sub('=""', tags)


def check_markup(html: str, path: str) -> None:
    """Read a document as the standard says; an error in it fails the test with its place. Reading
    so takes longer than to make the page, so it is done once for each shape."""
    mark = hash(shape(html))
    if mark in _WELL_FORMED:
        return
    parser = html5lib.HTMLParser(strict=True)
    try:
        parser.parse(html)
    except ParseError as error:
        line, column = parser.tokenizer.stream.position()
        around = "\n".join(html.splitlines()[max(0, line - 3) : line + 1])
        raise AssertionError(
            f"{path}: invalid HTML at line {line}, column {column}: {error}\n{around}"
        ) from error
    _WELL_FORMED.add(mark)


def check_page(page: Page) -> None:
    """Everything that must hold of every page; fails with a sentence that says where.

    What was found sound is not read again: the page to log in by comes thousands of times, and
    differs in its token only.
    """
    mark = hash((TOKEN.sub(r"\1", page.html), page.path.startswith("/answer/")))
    if mark in _SOUND:
        return
    check_markup(page.html, page.path)
    faults = [
        *_head_faults(page),
        *_id_faults(page),
        *_form_faults(page),
        *_label_faults(page),
        *_inline_faults(page),
    ]
    assert not faults, f"{page.path}: " + "; ".join(faults)
    _SOUND.add(mark)


def _head_faults(page: Page) -> Iterator[str]:
    if not page.title:
        yield "the title is empty"
    if len(page.all("h1")) != 1 or not page.h1:
        yield f"one h1 expected, {len(page.all('h1'))} found"
    if page.root.get("lang") not in LOCALES:
        yield "html has no lang"
    for node in elements(page.root, "img"):
        if node.get("alt") is None:
            yield f"an image without alt: {node.get('src')}"


def _id_faults(page: Page) -> Iterator[str]:
    ids = Counter(_IDS(page.root))
    yield from (f"the id {name} stands {times} times" for name, times in ids.items() if times > 1)
    for node in _REFERRING(page.root):
        wanted = [name for key in REFERENCES for name in node.get(key, "").split()]
        if node.tag == "label" and node.get("for"):
            wanted.append(node.get("for", ""))
        if node.tag == "a" and re.match(r"#.", node.get("href", "")):
            wanted.append(node.get("href", "")[1:])
        yield from (
            f"{node.tag} refers to the id {n}, which is missing" for n in wanted if n not in ids
        )


def _form_faults(page: Page) -> Iterator[str]:
    for node in page.all("form"):
        method = node.get("method", "get").lower()
        tokens = [i for i in elements(node, "input") if i.get("name") == "csrf_token"]
        where = node.get("action") or "this page"
        # A link to answer by is its own token: the form behind it needs no session.
        needs_token = method == "post" and not page.path.startswith("/answer/")
        if needs_token and not (len(tokens) == 1 and tokens[0].get("value")):
            yield f"the form to {where} has {len(tokens)} csrf fields"
        if method == "get" and tokens:
            yield f"the form to {where} would put its csrf token into the address"
        if re.match(r"[a-z]+:|//", node.get("action", "")):
            yield f"the form to {where} leaves the site"
        if not list(elements(node, "button")):
            yield f"the form to {where} has no button"


def _label_faults(page: Page) -> Iterator[str]:
    labels = page.all("label")
    named = {label.get("for") for label in labels if text_of(label)}
    wrapped = {node for label in labels if text_of(label) for node in label.iter()}
    for node in page.all("input", "select", "textarea"):
        if node.get("type") in UNLABELLED_TYPES:
            continue
        if node.get("aria-label") or node.get("aria-labelledby") or node in wrapped:
            continue
        if not node.get("id") or node.get("id") not in named:
            yield f"{node.tag} {node.get('name')} has no label"
    for node in page.all("button", "a"):
        if not text_of(node) and not node.get("aria-label") and not node.get("aria-labelledby"):
            yield f"{node.tag} without words ({node.get('href') or node.get('class')})"


def _inline_faults(page: Page) -> Iterator[str]:
    for node in page.root.iter():
        for name in node.attrib:
            if name == "style" or name.startswith("on"):
                yield f"{node.tag} carries {name}, which the content policy refuses"
        if node.tag == "style" or (node.tag == "script" and not node.get("src")):
            yield f"an inline {node.tag}, which the content policy refuses"
