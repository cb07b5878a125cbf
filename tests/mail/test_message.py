from __future__ import annotations

import email
import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker.domain.errors import RuleBroken
from tracker.mail.message import (
    Envelope,
    build_message,
    check_address,
    message_id_for,
    split_sender,
)

MESSAGE_ID = "<digest.7.2026-12-01@kommun.example>"
GIVEN = {
    "sender": "Åtgärda <atgarda@kommun.example>",
    "recipient_name": "Åsa Öberg",
    "recipient_address": "asa.oberg@kommun.example",
    "subject": "2 åtgärder är försenade, 1 förfaller i morgon",
    "text": "Hej Åsa!\n\n.en punkt först\nslut\n",
    "html": "<p>Hej Åsa!</p>\n",
    "message_id": MESSAGE_ID,
    "sent_at": datetime(2026, 12, 1, 5, 30, tzinfo=UTC),
}
# What may stand in a header: no control characters, no line ends of any sort.
header_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=0, max_size=200
)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)


def build(**changes: Any) -> bytes:
    return build_message(**{**GIVEN, **changes})


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def lines(text: str) -> list[str]:
    """The lines of a text, whichever way they ended."""
    return re.split(r"\r\n|\r|\n", re.sub(r"(\r\n|\r|\n)\Z", "", text))


def display_name(data: bytes) -> str:
    """The recipient's name, decoded by RFC 2047 (the newer parser spaces out encoded words)."""
    raw = str(email.message_from_bytes(data)["To"]).rpartition("<")[0].strip()
    return str(make_header(decode_header(raw)))


def test_it_reads_back() -> None:
    message = read(build())
    assert message["Subject"] == GIVEN["subject"]
    assert str(message["To"]) == "Åsa Öberg <asa.oberg@kommun.example>"
    assert str(message["From"]) == "Åtgärda <atgarda@kommun.example>"
    assert message["Message-ID"] == MESSAGE_ID
    assert message["Date"].datetime == GIVEN["sent_at"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert lines(content(message, "plain")) == ["Hej Åsa!", "", ".en punkt först", "slut"]
    assert lines(content(message, "html")) == ["<p>Hej Åsa!</p>"]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert build() == build()
    assert build(text="annat") != build()


def test_the_date_is_the_instant_whatever_its_zone() -> None:
    there = datetime(2026, 12, 1, 6, 30, tzinfo=timezone(timedelta(hours=1)))
    assert build(sent_at=there) == build()
    with pytest.raises(ValueError, match="aware"):
        build(sent_at=datetime(2026, 12, 1))  # noqa: DTZ001


def test_the_bytes_travel_unchanged_through_any_server() -> None:
    data = build(text="å" * 5000, html="<p>" + "ö" * 5000, subject="ä" * 300)
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 78
    Envelope("a@b.se", "c@d.se", MESSAGE_ID, data)


@settings(max_examples=100, deadline=None)
@given(subject=header_text, text=any_text, html=any_text)
def test_any_text_reads_back(subject: str, text: str, html: str) -> None:
    data = build(subject=subject, text=text, html=html)
    Envelope("a@b.se", "c@d.se", MESSAGE_ID, data)
    message = read(data)
    assert str(message["Subject"]) == subject
    assert lines(content(message, "plain")) == lines(text)
    assert lines(content(message, "html")) == lines(html)
    assert len(message.keys()) == 8


@settings(max_examples=100, deadline=None)
@given(header_text)
@example("Anna  Ek")
@example("Å" * 60)
def test_any_name_reads_back(name: str) -> None:
    data = build(recipient_name=name)
    (address,) = read(data)["To"].addresses
    assert address.addr_spec == GIVEN["recipient_address"]
    assert display_name(data) == " ".join(name.split())


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?hej?=", "x =?utf-8?q?=0D=0ABcc=3A_a=40b.se?= y", "a@b.se, c@d.se", "<x@y>"]
)
def test_what_looks_like_mail_syntax_stays_text(text: str) -> None:
    data = build(subject=text, recipient_name=text)
    message = read(data)
    assert str(message["Subject"]) == text
    assert display_name(data) == text
    assert len(message["To"].addresses) == 1
    assert message["Bcc"] is None


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\0", "\x0b", "\x85", "\u2028", "\ud800"])
@pytest.mark.parametrize(
    "place", ["sender", "recipient_name", "recipient_address", "subject", "message_id"]
)
def test_no_header_can_be_slipped_in(place: str, bad: str) -> None:
    value = str(GIVEN[place])
    for attack in (f"{value}{bad}Bcc: x@y.se", f"{bad}{value}", f"{value}{bad}"):
        with pytest.raises(RuleBroken):
            build(**{place: attack})


@pytest.mark.parametrize("place", ["text", "html"])
def test_half_a_character_is_refused(place: str) -> None:
    with pytest.raises(RuleBroken):
        build(**{place: "hej \ud800"})


@pytest.mark.parametrize(
    "address",
    [
        "anna@kommun.se",
        "anna.ek+mejl@sub.kommun.se",
        "o'brien@kommun.se",
        "root@localhost",
        "a@" + "b" * 63 + ".se",
        "a" * 64 + "@kommun.se",
    ],
)
def test_addresses_that_pass(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@kommun.se",
        "anna@",
        "anna@@kommun.se",
        "anna@x@kommun.se",
        "a, b",
        "a@k.se, b@k.se",
        "a@k.se;b@k.se",
        "a@k.se b@k.se",
        "Anna <anna@kommun.se>",
        "<anna@kommun.se>",
        "anna ek@kommun.se",
        '"anna ek"@kommun.se',
        " anna@kommun.se",
        "anna@kommun.se\n",
        "anna@kommun.se\r\nRCPT TO:<b@k.se>",
        "anna\0@kommun.se",
        "åsa@kommun.se",
        "anna@åmål.se",
        "anna@kommun..se",
        ".anna@kommun.se",
        "anna.@kommun.se",
        "anna@-kommun.se",
        "anna@kommun.se.",
        "anna@[127.0.0.1]",
        "anna@kommun.se>",
        "a" * 65 + "@kommun.se",
        "a@" + "b" * 64 + ".se",
        "a@" + ".".join(["b" * 50] * 6),
    ],
)
def test_addresses_that_do_not(address: str) -> None:
    with pytest.raises(RuleBroken, match="e-postadress"):
        check_address(address)
    with pytest.raises(RuleBroken):
        Envelope("a@b.se", address, MESSAGE_ID, b"\r\n")
    with pytest.raises(RuleBroken):
        Envelope(address, "a@b.se", MESSAGE_ID, b"\r\n")


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("a@k.se", ("", "a@k.se")),
        ("<a@k.se>", ("", "a@k.se")),
        ("Åtgärda <a@k.se>", ("Åtgärda", "a@k.se")),
        ('"Ek, Anna" <a@k.se>', ("Ek, Anna", "a@k.se")),
    ],
)
def test_senders(sender: str, expected: tuple[str, str]) -> None:
    assert split_sender(sender) == expected


@pytest.mark.parametrize(
    "sender", ["", "Anna", "Anna <>", "Anna <a@k.se", "Anna <a@k.se> ", "A <a@k.se>, B <b@k.se>"]
)
def test_senders_that_are_none(sender: str) -> None:
    with pytest.raises(RuleBroken):
        split_sender(sender)


@pytest.mark.parametrize(
    "data", [b"", b"hej", b"hej\n", b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\n\r\n", "å\r\n".encode()]
)
def test_an_envelope_holds_only_what_arrives_unchanged(data: bytes) -> None:
    with pytest.raises(RuleBroken):
        Envelope("a@b.se", "c@d.se", MESSAGE_ID, data)


def test_message_ids_are_stable_and_apart() -> None:
    day = date(2026, 12, 1)
    assert message_id_for("digest", 7, day, "kommun.example") == MESSAGE_ID
    others = {
        message_id_for("digest", 7, day, "kommun.example"),
        message_id_for("round", 7, day, "kommun.example"),
        message_id_for("digest", 8, day, "kommun.example"),
        message_id_for("digest", 7, day + timedelta(days=1), "kommun.example"),
        message_id_for("digest", 7, day, "annan.example"),
    }
    assert len(others) == 5


@pytest.mark.parametrize(
    ("kind", "domain"),
    [
        ("", "k.se"),
        ("Digest", "k.se"),
        ("../x", "k.se"),
        ("a.b", "k.se"),
        ("digest", ""),
        ("digest", "k.se:5000"),
        ("digest", "åmål.se"),
        ("digest", "k.se\r\n"),
        ("digest", "../k"),
    ],
)
def test_message_ids_refuse_what_makes_none(kind: str, domain: str) -> None:
    with pytest.raises(RuleBroken):
        message_id_for(kind, 7, date(2026, 12, 1), domain)
