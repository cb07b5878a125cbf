"""From words to frozen bytes: one mail to one person, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tracker.domain.errors import RuleBroken

# 7bit: every server takes it, so nothing hangs on 8BITMIME. refold_source: our own headers are
# folded below and must leave as they are.
_POLICY = SMTP.clone(linesep="\r\n", cte_type="7bit", refold_source="none")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_DOMAIN.pattern})")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
# Narrower than the standard: the id is also the name of an .eml file.
_MESSAGE_ID = re.compile(rf"<[A-Za-z0-9][A-Za-z0-9._+-]*@{_DOMAIN.pattern}>")
_KIND = re.compile(r"[a-z][a-z0-9-]*")
# Line ends of every sort, the other control characters, and halves of surrogate pairs.
_NOT_IN_NAME = re.compile('[<>"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_NOT_IN_HEADER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z0-9!*+/.,:()'-]+(?: [A-Za-z0-9!*+/.,:()'-]+)*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*")
_PLAIN_LENGTH = 60
_BYTES_PER_WORD = 36  # 48 characters of base64: an encoded word stays under RFC 2047's 75


@dataclass(frozen=True)
class Envelope:
    """What a transport needs: bare addresses, and `data` as it shall arrive (7-bit, CRLF).

    Raises RuleBroken when an address, the Message-ID or the bytes could not be sent unchanged.
    """

    sender: str
    recipient: str
    message_id: str
    data: bytes

    def __post_init__(self) -> None:
        check_address(self.sender)
        check_address(self.recipient)
        check_message_id(self.message_id)
        bare = self.data.replace(b"\r\n", b"")
        # A lone CR or LF is read differently by different servers: the door to smuggled mail.
        if b"\r" in bare or b"\n" in bare or not self.data.endswith(b"\r\n") or not bare.isascii():
            raise RuleBroken("Mejlets innehåll har fel form och kan inte skickas oförändrat.")


def check_address(address: str) -> str:
    """Return `address` when it is one bare ASCII address; raise RuleBroken otherwise."""
    found = _ADDRESS.fullmatch(address)
    if not found or len(address) > 254 or len(found["local"]) > 64:
        raise RuleBroken(
            "”%(address)s” är inte en e-postadress som går att använda. "
            "Skriv en enda adress utan å, ä och ö, som namn@kommun.se.",
            address=_NOT_IN_HEADER.sub(" ", address)[:100],
        )
    return address


def check_message_id(message_id: str) -> str:
    """Return `message_id` when it has the form `<word@domain>`; raise RuleBroken otherwise."""
    if not _MESSAGE_ID.fullmatch(message_id) or len(message_id) > 200:
        raise RuleBroken("Mejlets Message-ID har fel form.")
    return message_id


def split_sender(sender: str) -> tuple[str, str]:
    """MAIL_FROM as (name, address): `atgarda@kommun.se` or `Åtgärda <atgarda@kommun.se>`.

    The name is "" where there is none. Raises RuleBroken like `check_address`.
    """
    named = _NAMED.fullmatch(sender)
    if not named:
        return "", check_address(sender)
    name = _header_value(named["name"]).strip().strip('"')
    return name, check_address(named["address"])


def sender_named(sender: str, name: str) -> str:
    """MAIL_FROM with `name` in front of an address that has none of its own. Raises RuleBroken like
    `split_sender`."""
    own, address = split_sender(sender)
    plain = " ".join(_NOT_IN_NAME.sub(" ", name).split())
    return sender if own or not plain else f"{plain} <{address}>"


def message_id_for(kind: str, recipient_id: int, local_date: date, domain: str) -> str:
    """The Message-ID of one person's mail of one kind on one local day: always the same.

    `domain` is the sender's (no port); raises RuleBroken when the parts do not make an id.
    """
    if not _KIND.fullmatch(kind):
        raise RuleBroken("Mejlets Message-ID har fel form.")
    return check_message_id(f"<{kind}.{recipient_id}.{local_date.isoformat()}@{domain}>")


def build_message(
    *,
    sender: str,
    recipient_name: str,
    recipient_address: str,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    sent_at: datetime,
) -> bytes:
    """The whole mail as bytes: text and HTML side by side, 7-bit, CRLF, same input same bytes.

    `sender` may carry a name (see `split_sender`); `sent_at` is an aware instant. Raises
    RuleBroken for an address, a header value or a text that cannot be sent, ValueError for a
    naive `sent_at`.
    """
    if sent_at.tzinfo is None:
        raise ValueError("sent_at must be aware")
    if _SURROGATE.search(text + html):
        raise RuleBroken("Mejlets text innehåller tecken som inte går att skicka.")
    message = EmailMessage(policy=_POLICY)
    # Pre-encoded: EmailMessage would decode "=?utf-8?…?=" that somebody typed as a title or name.
    message.set_raw("From", _mailbox(*split_sender(sender)))
    message.set_raw("To", _mailbox(_header_value(recipient_name), check_address(recipient_address)))
    message.set_raw("Subject", _encoded(_header_value(subject), _PLAIN))
    message.set_raw("Date", format_datetime(sent_at.astimezone(UTC)))
    message.set_raw("Message-ID", check_message_id(message_id))
    # No List-Unsubscribe, on purpose: the reminders are part of the work, and a manager who could
    # leave them would be a manager without deadlines.
    message.set_raw("Auto-Submitted", "auto-generated")
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(_boundary(message_id, text, html))
    return message.as_bytes()


def _header_value(value: str) -> str:
    if _NOT_IN_HEADER.search(value):
        raise RuleBroken("Ett namn eller en ämnesrad innehåller radbrytning eller styrtecken.")
    return value


def _boundary(*parts: str) -> str:
    """Derived, not random, so that the bytes repeat; "=_" never occurs in quoted-printable."""
    return "=_" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _mailbox(name: str, address: str) -> str:
    name = " ".join(name.split())
    return f"{_encoded(name, _PLAIN_NAME)}\r\n <{address}>" if name else address


def _encoded(value: str, plain: re.Pattern[str]) -> str:
    """`value` as it is where that is safe and short, else as RFC 2047 words, one a line."""
    if not value or (len(value) <= _PLAIN_LENGTH and plain.fullmatch(value)):
        return value
    words = [base64.b64encode(chunk).decode("ascii") for chunk in _chunks(value)]
    return "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)


def _chunks(value: str) -> list[bytes]:
    """UTF-8 in pieces that never cut a character in two, as RFC 2047 demands."""
    chunks = [b""]
    for character in value:
        encoded = character.encode()
        if len(chunks[-1]) + len(encoded) > _BYTES_PER_WORD:
            chunks.append(b"")
        chunks[-1] += encoded
    return chunks
