"""Every state of every page: as it stands, in an empty house, with errors, as an error page.

Nothing here lists pages: they follow from the access walk and from the forms found on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort
from lxml import html as markup

from tests.helpers.cast import Cast, make_user
from tests.helpers.pages import TOKEN
from tests.helpers.things import Things
from tests.helpers.visitor import Visitor
from tests.test_access import ANONYMOUS, Step, deed_of, rules_of, steps
from tracker.domain.permissions import Deed, Role
from tracker.extensions import db
from tracker.models import Committee, Municipality, RoleAssignment, Unit, User
from tracker.web.access import PUBLIC, public

# What is written into fields that cannot hold it.
NONSENSE = {"date": "31/31/2026", "number": "x", "email": "x", "url": "x", "month": "x"}
# In characters. Not too long for a form to be kept in memory: what it is spooled to stays open.
LONG = {"input": 1_001, "textarea": 12_000}
CHANGES_WITH_EACH_ANSWER = (
    (TOKEN, r"\1"),
    (re.compile(r'(name="next" value=")[^"]*'), r"\1"),
    (re.compile(r'\snonce="[^"]*"'), ""),
    (re.compile(r"<title>.*?</title>", re.DOTALL), ""),
)
FLASHES = re.compile(r'<div class="flashes">.*?</div>\s*</div>\s*</div>', re.DOTALL)
TEXT = re.compile(r">[^<]*<|\d+")
FAILING = (400, 403, 404, 409, 410, 413, 500, 503)


@dataclass(frozen=True)
class State:
    """A page as somebody gets it; `kind` is normal, empty, errors or told (after a step)."""

    role: str
    kind: str
    asked: str
    status: int
    html: str

    @cached_property
    def parts(self) -> tuple[str, str]:
        """The frame and what it holds, without what differs from answer to answer; of a page
        after a step only what is told there is new, and the sentence does not matter."""
        text = self.html
        for pattern, instead in CHANGES_WITH_EACH_ANSWER:
            text = pattern.sub(instead, text)
        if self.kind == "told" and (flashes := FLASHES.search(text)):
            return "", TEXT.sub("><", flashes[0])
        before, mark, rest = text.partition('<div class="container page">')
        held, end, after = rest.partition("</main>")
        return before + mark + end + after, held

    def __str__(self) -> str:
        return f"{self.asked} as {self.role}: {self.kind}, {self.status}"


class Person:
    """Somebody's browser, without the checks that other tests make of each page."""

    def __init__(self, app: Flask, role: str, user: User | None) -> None:
        self.role, self.user, self._client, self._token = role, user, app.test_client(), ""
        self._enter()

    def _enter(self) -> None:
        # Whoever is logged in is sent on from the log-in page.
        if self.user is not None and self._client.get("/login").status_code == 200:
            Visitor(self._client).log_in(self.user.email)
        self.ask("GET", "/account" if self.user else "/login", "normal")

    def ask(self, method: str, path: str, kind: str, data: Any = None) -> State | None:
        """What answers, where that is a page; a step that was taken leads to the next page."""
        if method == "POST":
            data = {**(data or {}), "csrf_token": self._token}
        answer = self._client.open(path, method=method, data=data)
        if answer.status_code in (302, 303):
            there = urlsplit(answer.location)
            if there.path == "/login" and self.user is not None:
                self._enter()  # the step ended this session
                return None
            return self.ask("GET", f"{there.path}?{there.query}", "told") if data else None
        if answer.mimetype != "text/html":
            return None
        text = answer.get_data(as_text=True)
        found = TOKEN.search(text)
        self._token = found[2] if found else self._token
        return State(self.role, kind, f"{method} {path}", answer.status_code, text)


def as_it_stands(app: Flask, cast: Cast, roles: Iterable[str]) -> Iterator[State]:
    """Every page that somebody may see, in the municipality of the access walk, and then every
    form of those pages, sent empty and sent with nonsense."""
    walked = list(steps(app, Things(cast), "GET"))
    db.session.commit()
    add_failing_page(app)
    people = [
        Person(app, role, None if role == ANONYMOUS else getattr(cast, role)) for role in roles
    ]
    forms: dict[Any, tuple[Person, Form]] = {}
    for person in people:
        for state in seen(person, walked):
            yield state
            for form in forms_of(state):
                forms.setdefault(form.kind, (person, form))
    # What only takes a button may take away what the others stand on.
    for person, form in sorted(forms.values(), key=lambda one: one[1].is_bare):
        for data in (form.blank, form.wrong):
            answer = person.ask("POST", form.action, "errors", data)
            if answer is not None:
                yield answer


def seen(person: Person, walked: list[Step]) -> Iterator[State]:
    """What a person may look at, one page that they may not, and each way of failing."""
    refused = False
    for step in walked:
        allowed = step.allowed(person.user)
        if 200 in allowed or (403 in allowed and not refused):
            refused = refused or 403 in allowed
            state = person.ask("GET", step.path, "normal")
            if state is not None:
                yield state
    for code in FAILING:
        state = person.ask("GET", f"/failing/{code}", "errors")
        assert state is not None
        yield state


def add_failing_page(app: Flask) -> None:
    """A page that fails in every way that has a page of its own."""

    @app.get("/failing/<int:code>")
    @public
    def failing(code: int) -> str:
        if code >= 500:
            raise ZeroDivisionError
        abort(code)

    # Else the test client would raise what the product answers.
    app.config["PROPAGATE_EXCEPTIONS"] = False


def in_an_empty_house(app: Flask, roles: Iterable[str]) -> Iterator[State]:
    """Every page that is about nothing in particular, where there are people and nothing else."""
    board = Committee(name="Kommunstyrelsen")
    unit = Unit(name="Kommunledningskontoret", committee=board)
    held = {
        "admin": RoleAssignment(role=Role.ADMIN),
        "director": RoleAssignment(role=Role.DIRECTOR),
        "unit_director": RoleAssignment(role=Role.DIRECTOR, unit=unit),
        "owner": RoleAssignment(role=Role.MANAGER, unit=unit),
        "member": RoleAssignment(role=Role.COMMITTEE, committee=board),
    }
    users = {role: make_user(f"Nils {role}", one) for role, one in held.items()}
    db.session.add_all([Municipality(name="Testköping", is_own=True), unit, *users.values()])
    db.session.commit()
    bare = [rule for rule in rules_of(app) if not rule.arguments and "GET" in (rule.methods or ())]
    for role in roles:
        user = users.get(role)
        person = Person(app, role, user)
        for rule in bare:
            deed = deed_of(app, rule) or ""
            if deed == PUBLIC or (user is not None and user.may(Deed(deed))):
                state = person.ask("GET", rule.rule, "empty")
                if state is not None:
                    yield state


@dataclass(frozen=True)
class Form:
    """A posting form of a page, to be filled in wrongly: field → what a browser would send."""

    action: str
    blank: dict[str, Any]
    wrong: dict[str, Any]
    is_bare: bool

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """Forms of one kind differ only in what they are about."""
        return re.sub(r"\d+", "0", self.action), tuple(sorted(self.wrong))


def forms_of(state: State) -> Iterator[Form]:
    """The posting forms of a page's body."""
    for node in markup.fromstring(state.html).xpath("//main//form[@method='post']"):
        blank: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        asks = False
        for field in node.xpath(".//input | .//select | .//textarea | .//button[@name]"):
            name, kind = field.get("name"), field.get("type", field.tag)
            if not name or name == "csrf_token":
                continue
            if kind == "hidden" or field.tag == "button":
                blank.setdefault(name, field.get("value", ""))
                wrong.setdefault(name, field.get("value", ""))
                continue
            asks = True
            if kind == "file":
                wrong[name] = (BytesIO(b"\0\1"), "bild.exe")
            elif kind in ("checkbox", "radio", "select"):
                wrong[name] = "0"
            else:
                blank[name] = ""
                wrong[name] = NONSENSE.get(kind) or "å" * LONG[field.tag]
        path = state.asked.split(" ", 1)[1]
        yield Form(node.get("action") or path, blank, wrong, not asks)


class Seen:
    """Which states hold something new: a frame or a body that no state before it had."""

    def __init__(self) -> None:
        self.number = 0
        self._known: set[str] = set()

    def is_new(self, state: State) -> bool:
        """Count a state, and say whether it must be looked at."""
        self.number += 1
        new = [part for part in state.parts if part not in self._known]
        self._known.update(new)
        return bool(new)
