"""Every form of every page, filled in with hostile texts: as somebody means it, and all wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from lxml import html as markup

from tests.helpers.pages import TOKEN, Page
from tests.helpers.visitor import Visitor
from tests.hostile.corpus import Typed, kept
from tracker.models import User

# What else a form wants before it takes a text.
SOUND = {
    "date": "2026-04-15",
    "month": "2026-04",
    "number": "1",
    "email": "ny.person@testkoping.example",
}
FREE = ("text", "search", "textarea", "url", "tel")
CHOSEN = ("radio", "checkbox", "select")


@dataclass(frozen=True)
class Answer:
    """What came back; `html` is empty where it is no page."""

    status: int
    html: str
    location: str = ""


class Browser:
    """Somebody's browser, which reads nothing but the token."""

    def __init__(self, app: Flask, user: User | None) -> None:
        self.app, self.user = app, user
        self.enter()

    def enter(self) -> None:
        """Begin anew; log in, where there is somebody."""
        self.client, self._token = self.app.test_client(), ""
        if self.user is not None:
            Visitor(self.client).let_in(self.user)
        self.ask("GET", "/account" if self.user else "/login")

    def ask(self, method: str, path: str, data: Any = None) -> Answer:
        """One request; whoever was logged out by it comes in again."""
        sent = {**(data or {}), "csrf_token": self._token}
        given = {"data": sent} if method == "POST" else {"query_string": data}
        answer = self.client.open(path, method=method, **given)
        is_page = answer.mimetype == "text/html"
        text = answer.get_data(as_text=True) if is_page else ""
        answer.close()
        if found := TOKEN.search(text):
            self._token = found[2]
        if self.user and re.match(r"/login(\?|$)", answer.location or ""):
            self.enter()
        return Answer(answer.status_code, text, answer.location or "")

    def page(self, path: str) -> Page | None:
        """A page to be read, where there is one."""
        answer = self.client.get(path)
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        return Page(answer, path) if is_page else None


@dataclass(frozen=True)
class Field:
    """A control of a form: its `kind` is the input's type, or select, textarea or file."""

    name: str
    kind: str
    value: str
    offered: tuple[str, ...] = ()
    required: bool = False

    def meant(self, typed: Typed) -> Any:
        """What somebody would send who wants the form taken; None is not sent."""
        if self.kind in FREE:
            if self.kind == "url" or "url" in self.name:
                return typed.address()
            return typed.many(3) if self.kind == "textarea" else typed.one()
        if self.kind == "file":
            return BytesIO(b"Ett underlag."), typed.file_name()
        if self.kind in CHOSEN:
            chosen = self.value or next(filter(None, self.offered), "")
            return chosen if self.value or self.required or self.kind != "checkbox" else None
        return self.value or SOUND.get(self.kind, "")

    def wrong(self, typed: Typed) -> Any:
        """What nobody would send: a hostile text, whatever the control is for."""
        if self.kind == "file":
            return BytesIO(typed.one().encode()), f"{typed.one()}.exe"
        return typed.one()


@dataclass(frozen=True)
class Form:
    """A form of a page, and who found it."""

    action: str
    method: str
    fields: tuple[Field, ...]
    button: tuple[str, str] | None

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """Forms of one kind differ only in what they are about."""
        names = tuple(sorted({re.sub(r"\d+", "0", one.name) for one in self.fields}))
        action = re.sub(r"/[\w.-]{24,}", "/key", self.action.partition("?")[0])
        return re.sub(r"\d+", "0", action), names

    @property
    def texts(self) -> frozenset[str]:
        """The fields that anything may be written into."""
        return frozenset(one.name for one in self.fields if one.kind not in (*CHOSEN, "hidden"))

    def filled(self, typed: Typed, wrongly: bool) -> dict[str, Any]:
        """What is sent."""
        data = {one.name: one.wrong(typed) if wrongly else one.meant(typed) for one in self.fields}
        if self.button:
            data[self.button[0]] = self.button[1]
        return {name: value for name, value in data.items() if value is not None}


def forms_of(html: str, path: str) -> Iterator[Form]:
    """The forms of a page that have a field to write in."""
    for node in markup.fromstring(html).xpath("//form"):
        fields = tuple(_fields(node))
        buttons = node.xpath(".//button[@name]")
        form = Form(
            node.get("action") or path,
            node.get("method", "get").upper(),
            fields,
            (buttons[0].get("name"), buttons[0].get("value", "")) if buttons else None,
        )
        if form.texts:
            yield form


def _fields(node: Any) -> Iterator[Field]:
    seen: dict[str, Field] = {}
    for control in node.xpath(".//input | .//select | .//textarea"):
        name, kind = control.get("name"), control.get("type", control.tag)
        if not name or name == "csrf_token" or kind in ("submit", "button"):
            continue
        kind = "text" if kind == "input" else kind
        needed = control.get("required") is not None
        if kind in CHOSEN:
            offered = control.xpath(".//option/@value") if kind == "select" else [_said(control)]
            on = control.xpath(".//option[@selected]/@value") if kind == "select" else []
            if kind != "select" and control.get("checked") is not None:
                on = [_said(control)]
            before = seen.get(name, Field(name, kind, ""))
            offered = (*before.offered, *offered)
            needed = needed or before.required
            seen[name] = Field(name, kind, before.value or "".join(on[:1]), offered, needed)
        else:
            value = control.text if kind == "textarea" else control.get("value")
            seen[name] = Field(name, kind, value or "", (), needed)
    yield from seen.values()


def _said(control: Any) -> str:
    return str(control.get("value", "on"))


def lost(html: str, sent: dict[str, Any]) -> Iterator[str]:
    """Texts that were sent and do not stand in the form that came back."""
    for node in markup.fromstring(html).xpath("//main//input | //main//textarea"):
        name, kind = node.get("name"), node.get("type", node.tag)
        typed = sent.get(name)
        if node.get("readonly") is not None or name == "username":
            continue
        if isinstance(typed, str) and kind not in ("password", "hidden", *CHOSEN, "file"):
            shown = (node.text if node.tag == "textarea" else node.get("value")) or ""
            if kept(shown) != kept(typed):
                yield f"{name}: {typed!r} came back as {shown!r}"
