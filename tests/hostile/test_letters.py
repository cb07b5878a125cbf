"""The corpus in what leaves the house: letters, calendars and the log."""

from __future__ import annotations

import email
import email.policy
import logging
import re
from datetime import date
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import html5lib
import icalendar
import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tests.helpers.visitor import Visits
from tests.hostile.corpus import CORPUS, EVERY, Typed, kept
from tests.services.mailing import post
from tracker.domain.errors import RuleBroken
from tracker.domain.ladder import Reason
from tracker.extensions import db
from tracker.mail.digest import SHOWN
from tracker.mail.message import Envelope, build_message
from tracker.models import Milestone
from tracker.services import calendars
from tracker.services.calendars import feed, renew_address, token_of
from tracker.services.digests import write_digest

FROM, TO = "atgarda@testkoping.example", "olle.agare@testkoping.example"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]
FORBIDDEN = {"script", "iframe", "svg", "base", "form", "object", "math", "template"}


def read(data: bytes) -> EmailMessage:
    """A letter as a mail program reads it."""
    made = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


def body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def decoded(data: bytes, name: str) -> str:
    """A header by the older of the two parsers, which knows that a blank between encoded words
    is none, in names as well."""
    raw = email.message_from_bytes(data)[name]
    return " ".join(str(make_header(decode_header(raw))).split())


def test_headers_and_both_bodies() -> None:
    """Each text as name, subject and body: read as it was typed, or refused with a sentence; no
    header comes beside ours, and no line is one that a server acts on."""
    refused = []
    for number, text in enumerate(EVERY):
        for typed in dict.fromkeys((text, kept(text))):
            try:
                data = build_message(
                    sender=f"Åtgärda <{FROM}>",
                    recipient_name=typed,
                    recipient_address=TO,
                    subject=typed,
                    text=f"Början\n{typed}\nslut\n",
                    html="<p>Brev</p>",
                    message_id=f"<prov.{number}@testkoping.example>",
                    sent_at=NOW,
                )
            except RuleBroken:
                refused.append(typed)
                continue
            Envelope(FROM, TO, f"<prov.{number}@testkoping.example>", data)
            letter = read(data)
            assert list(letter.keys())[: len(HEADERS) - 1] == HEADERS[:-1], typed
            assert len(letter.keys()) == len(HEADERS) + 1
            assert letter["Subject"] == typed
            name = " ".join(typed.split())
            assert decoded(data, "To") == (f"{name} <{TO}>" if name else TO)
            lines = body(letter, "plain").splitlines()
            assert lines == f"Början\n{typed}\nslut".splitlines()
    assert not [text for text in refused if text == kept(text)]
    assert len(refused) > 20


def test_the_letter_that_reminds(cast: Cast) -> None:
    """Titles, a name and a unit: each whole in text and HTML, none of them markup or a line."""
    typed = Typed()
    cast.owner.name = kept("<b onclick=alert(1)>Olle</b>\r\nBcc: x@a.example")
    for _letter in range(0, len(EVERY), SHOWN):
        titles = [kept(typed.one()) for _ in range(SHOWN)]
        made = [
            make_action(cast.plan, one, owner=cast.owner, unit=cast.unit, deadline=TODAY)
            for one in titles
        ]
        db.session.add_all(made)
        db.session.commit()
        lines = [(one.id, Reason.ON.value) for one in made]
        written = write_digest(cast.owner, lines, kind="digest", day=TODAY, post=post(), now=NOW)
        letter = read(written.mime)
        assert letter["Bcc"] is None
        text, html = body(letter, "plain"), body(letter, "html")
        document = html5lib.parse(html, namespaceHTMLElements=False)
        shown = "".join(document.itertext())
        assert not {node.tag for node in document.iter()} & FORBIDDEN
        assert not [name for node in document.iter() for name in node.attrib if name[:2] == "on"]
        for read_in in (text, shown):
            assert list(typed.marred(read_in)) == []
            assert len(typed.read_in(read_in)) >= len(titles) - 3  # the longest are cut
        assert all(title[:40] in kept(text) for title in titles)
        for one in made:
            db.session.delete(one)
        db.session.commit()


def test_the_calendar(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text is one day's summary, and no day comes beside those that there are."""
    monkeypatch.setattr(calendars, "MOST_EVENTS", 2 * len(EVERY))
    titles = [kept(text) or "x" for text in EVERY]
    cast.action.milestones += [Milestone(title=one, due=date(2026, 3, 20)) for one in titles]
    renew_address(by=cast.owner, now=NOW)
    data = feed(token_of(cast.owner, "k") or "", secrets=("k",), base_url="http://x.se").content
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    found = icalendar.Calendar.from_ical(data).events
    said = {str(one["SUMMARY"]) for one in found}
    assert said >= {f"Delsteg: {title} ({cast.action.title})" for title in titles}
    assert len(found) == data.count(b"\r\nBEGIN:VEVENT\r\n") == len(titles) + 2
    assert not {sub.name for one in found for sub in one.subcomponents}


def test_the_log(app: Flask, cast: Cast, visit: Visits, caplog: pytest.LogCaptureFixture) -> None:
    """One line for each record, whatever somebody writes, and nothing that a terminal acts on."""
    visitor = visit(None)

    def fails() -> str:
        raise ZeroDivisionError

    app.view_functions["account.index"] = fails
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.DEBUG, "tracker"), caplog.at_level(logging.INFO, "flask_wtf"):
        for text in (*CORPUS["log"][:4], CORPUS["control"][3]):
            visitor.get("/login")
            visitor.post("/login", {"email": text, "password": text}, 422)
            given: Any = {"query_string": {"next": text}, "headers": {"User-Agent": kept(text)}}
            visitor.client.post(f"/{text}", **given)
            visitor.client.post("/login", data={"csrf_token": text}, **given)
        visit(cast.owner).client.get("/account", query_string={"x": CORPUS["log"][0]})
    lines = [one.getMessage() for one in caplog.records]
    assert len(lines) > 5
    assert not [line for line in lines if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line)]
    assert not [line for line in lines if "lurad" in line or "INFO inloggad" in line]


def test_whoever_is_called_what_nobody_is_called(app: Flask, cast: Cast, visit: Visits) -> None:
    """Names of the whole corpus: the list of people shows each as its own."""
    names = [name for text in EVERY if (name := kept(text))]
    people = [make_user(f"Prov {at}") for at in range(len(names))]
    for one, name in zip(people, names, strict=True):
        one.name = name
    db.session.add_all(people)
    db.session.commit()
    shown, visitor, number = "", visit(cast.admin), 1
    while (page := visitor.get(f"/people?page={number}")).text not in shown:
        shown, number = f"{shown} {page.text}", number + 1
        if number > 30:
            break
    assert not [name for name in names if kept(name) not in kept(shown)]
