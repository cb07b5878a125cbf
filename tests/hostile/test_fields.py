"""Every field of every form takes hostile texts, or refuses them with the form; what was taken is
read again on every page as it was typed, and nothing of it becomes markup."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from sqlalchemy import event, select
from wtforms import FileField, HiddenField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from tests.helpers import reported
from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page, check_page, text_of
from tests.hostile.corpus import END, EVERY, Typed
from tests.hostile.forms import Answer, Browser, Field, Form, forms_of, lost
from tests.test_access import ANONYMOUS, Step, Walk, app, walk
from tracker.extensions import db
from tracker.models import ActionPlan, Base, User
from tracker.web.account.factor import ProofForm
from tracker.web.auth.second import CodeForm, RecoveryForm
from tracker.web.second_factor import NewCodeForm
from tracker.web.sign_on_rules.forms import LinkForm

__all__ = ["app", "walk"]  # fixtures
ROLES = ("director", "admin", "owner", ANONYMOUS)
TAKEN = {200, 302, 303, 400, 404, 409, 422}
# What stands behind a second factor or another sign-on is made alone.
ALONE = (CodeForm, RecoveryForm, ProofForm, NewCodeForm, LinkForm)
QUESTION = ("text", "owner_text", "outside_ok")
BY_HAND = (
    ("director", "/plans/{plan}/withdraw", ("reason",)),
    ("director", "/plans/{plan}/adopt", ("unanswered_reason", "body")),
    ("director", "/references", ("name", "content")),
    ("director", "/actions/bulk/preview", ("id", "owner_text", "deadline_reason", "move")),
    ("director", "/actions/{action}/edit", ("title", "owner_text", "outside_ok")),
    ("director", "/reports/{report}/questions", tuple(map("questions-0-{}".format, QUESTION))),
    ("admin", "/people/{person}/pseudonymise", ("typed",)),
    (ANONYMOUS, "/login", ("email", "password")),
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# As text, and in JSON.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]|(?<!\\\\)(\\\\\\\\)*\\\\u0000")
LEAVES = re.compile(r"\s*(javascript|data|vbscript|file):|//", re.IGNORECASE)


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> set[tuple[type, str]]:
    """The text fields of our form classes that a text of the corpus came to."""
    found: set[tuple[type, str]] = set()
    process = BaseForm.process

    def noting(form: BaseForm, *args: Any, **values: Any) -> None:
        process(form, *args, **values)
        for name, field in form._fields.items():
            if isinstance(field, StringField | FileField) and END.search(str(field.data)):
                found.update((kind, name) for kind in type(form).__mro__)

    monkeypatch.setattr(BaseForm, "process", noting)
    return found


@pytest.fixture
def unstorable(app: Flask, clock: Any) -> Iterator[list[str]]:
    """Statements with a parameter that PostgreSQL would not take."""
    found: list[str] = []

    def look(_conn: Any, _cursor: Any, sent: str, given: Any, *_more: Any) -> None:
        if UNSTORABLE.search("\n".join(one for one in _flat(given) if isinstance(one, str))):
            found.append(f"{sent[:200]} {given!r:.200}")

    event.listen(db.engine, "before_cursor_execute", look)
    yield found
    event.remove(db.engine, "before_cursor_execute", look)


def _flat(given: Any) -> Iterator[Any]:
    values = given.values() if isinstance(given, dict) else given
    for one in values if isinstance(given, dict | list | tuple) else ():
        yield one
        yield from _flat(one)


def text_fields() -> Iterator[tuple[type, str]]:
    """Every text field that a form class of ours declares; what is hidden is not typed."""
    waiting: list[type] = list(FlaskForm.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("tracker."):
            for name, value in vars(kind).items():
                if isinstance(value, UnboundField) and _is_text(value.field_class):
                    yield kind, name


def _is_text(kind: type) -> bool:
    return issubclass(kind, StringField) and not issubclass(kind, HiddenField)


def test_every_field(
    app: Flask, walk: Walk, cast: Cast, filled: set[tuple[type, str]], unstorable: list[str]
) -> None:
    """Sent once all wrong, and twice as somebody means it; then every page is read."""
    people = {role: None if role == ANONYMOUS else getattr(cast, role) for role in ROLES}
    browsers = {role: Browser(app, user) for role, user in people.items()}
    looks = list(first_looks(walk, people))
    typed, faults, counts = Typed(), [], {"taken": 0, "refused": 0}
    for role, form, wrongly in to_send(looks, browsers, cast):
        data = form.filled(typed, wrongly)
        try:
            answer = browsers[role].ask(form.method, form.action, data)
        except Exception:
            faults.append(f"{form.action} as {role}: {traceback.format_exc()[-1500:]}")
            continue
        counts["taken" if answer.status in (200, 302, 303) else "refused"] += 1
        faults += [f"{form.action} as {role}: {one}" for one in faults_of(answer, data)]
    read: set[str] = set()
    for role, step in looks:
        page = browsers[role].page(step.path)
        if page:
            faults += misread(page, typed)
            read |= typed.read_in(page.html)
    faults += [f"kept: {read!r} for {said!r}" for said, read in typed.marred(kept_texts())]
    assert not faults, "\n".join(faults)
    assert not unstorable, "\n".join(unstorable)
    alone = {(kind, "new" if kind is NewCodeForm else "code") for kind in ALONE}
    left = set(text_fields()) - filled - alone - {(LinkForm, "email")}
    assert not left, f"no hostile text came to {left}"
    print(f"\n{counts}, {len(typed.by_mark)} texts of {len(EVERY)} kinds, {len(read)} read again")
    assert counts["taken"] > 50
    assert len(read) > 40


def kept_texts() -> str:
    """Everything that the database holds, a line each; the journal's, which may be long, apart."""
    tables = (one for one in Base.metadata.sorted_tables if one.name != "journal_entry")
    rows = (row for table in tables for row in db.session.execute(select(table)))
    return "\n".join(text for row in rows for text in _flat(list(row)) if isinstance(text, str))


def first_looks(walk: Walk, people: dict[str, User | None]) -> Iterator[tuple[str, Step]]:
    """Each page of the access walk, for the first who may see it."""
    seen: set[str] = set()
    for role, user in people.items():
        for step in walk.steps["GET"]:
            if step.path not in seen and 200 in step.allowed(user) and step.path != "/logout":
                seen.add(step.path)
                yield role, step


def to_send(
    looks: list[tuple[str, Step]], browsers: dict[str, Browser], cast: Cast
) -> Iterator[tuple[str, Form, bool]]:
    """The forms of every page, each kind on two of the things that it is about."""
    found: dict[Any, list[tuple[str, Form]]] = {}
    asked = [(role, step.path) for role, step in looks]
    for role, path in [*asked, *further_pages(cast)]:
        page = browsers[role].ask("GET", path)
        for form in forms_of(page.html, path) if page.status == 200 and page.html else ():
            found.setdefault(form.kind, []).append((role, form))
    for many in found.values():
        yield (*many[0], True)
        yield (*many[0], False)
        if len(many) > 1:
            yield (*many[-1], False)
    report = reported.published(cast).id
    keys = {"action": cast.action.id, "plan": cast.plan.id, "person": cast.owner.id}
    for role, path, names in BY_HAND:
        action = path.format(**keys, report=report)
        form = Form(action, "POST", tuple(Field(name, "text", "") for name in names), None)
        yield role, form, False


def further_pages(cast: Cast) -> Iterator[tuple[str, str]]:
    """Pages that only lead on from some state that the walk does not stand in."""
    draft = ActionPlan(title="Utkast", created_at=NOW)
    db.session.add(draft)
    db.session.commit()
    yield "director", f"/plans/{draft.id}/adopt"
    yield "director", f"/reports/{reported.reviewed(cast).id}/back"
    yield "director", f"/points/answer?point={cast.points[3].id}"
    yield "admin", f"/people/{cast.stranger.id}/deactivate"


def faults_of(answer: Answer, data: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an answer to a hostile form."""
    if answer.status not in TAKEN:
        yield f"answered {answer.status}"
    if answer.status == 422 and answer.html:
        yield from lost(answer.html, data)


def misread(page: Page, typed: Typed) -> Iterator[str]:
    """What is wrong with a page that shows hostile texts: its markup is no longer ours, or a text
    is not what was typed."""
    check_page(page)
    for node in page.root.iter():
        for name in ("href", "src", "action", "formaction") if isinstance(node.tag, str) else ():
            if LEAVES.match(node.get(name, "")):
                yield f"{page.path}: {node.tag} leads to {node.get(name)}"
    text = text_of(page.root)
    if BIDI.search(text):
        yield f"{page.path}: the order of its letters is turned"
    yield from (f"{page.path}: {read!r} for {wanted!r}" for wanted, read in typed.marred(text))


def test_a_form_behind_another_door(app: Flask, subtests: pytest.Subtests) -> None:
    """The whole corpus, one text after the other: taken or refused, and never a fault."""
    for kind in ALONE:
        with subtests.test(kind=kind):
            name = next(name for own, name in text_fields() if own is kind)
            for text in EVERY:
                with app.test_request_context(method="POST", data={name: text}):
                    kind(meta={"csrf": False}).validate()
