"""One envelope, and two ways to send it: one that must succeed and one that must fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mail.peers import HOST
from tracker.mail.failures import DeliveryFailure
from tracker.mail.message import Envelope
from tracker.mail.transports import Courier
from tracker.mail.url import MailTarget, parse_mail_url

DATA = b"Subject: hej\r\n\r\n.punkt\r\n..\r\n.\r\nfrom here\r\n\r\n.. slut.\r\n"
ENVELOPE = Envelope(
    "atgarda@kommun.example", "anna@kommun.example", "<digest.7.2026-12-01@kommun.example>", DATA
)
HEALTHY = 5.0  # seconds; never reached, so a busy machine may take its time


def smtp(port: int, login: str = "", tls: str = "none") -> MailTarget:
    return parse_mail_url(f"smtp://{login}{HOST}:{port}?tls={tls}")


def deliver(
    target: MailTarget,
    envelope: Envelope,
    *,
    before_data: Callable[[], None],
    after_accept: Callable[[int], None],
    deadline_seconds: float = HEALTHY,
) -> None:
    """One message, one connection."""
    with Courier(target, deadline_seconds=deadline_seconds) as courier:
        courier.deliver(envelope, before_data=before_data, after_accept=after_accept)


def send(
    target: MailTarget,
    events: list[str] | None = None,
    *,
    envelope: Envelope = ENVELOPE,
    seconds: float = HEALTHY,
) -> list[str]:
    """Deliver, noting the callbacks between the server's own events."""
    noted: list[str] = [] if events is None else events
    deliver(
        target,
        envelope,
        before_data=lambda: noted.append("before_data"),
        after_accept=lambda code: noted.append(f"after_accept {code}"),
        deadline_seconds=seconds,
    )
    return noted


def failure(
    target: MailTarget, *, seconds: float = HEALTHY, envelope: Envelope = ENVELOPE
) -> tuple[DeliveryFailure, list[str]]:
    events: list[str] = []
    with pytest.raises(DeliveryFailure) as caught:
        send(target, events, seconds=seconds, envelope=envelope)
    return caught.value, events
