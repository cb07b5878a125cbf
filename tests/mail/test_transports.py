from __future__ import annotations

from pathlib import Path

import pytest

from tests.mail.deliveries import DATA, ENVELOPE, deliver, failure, send, smtp
from tests.mail.peers import (
    CERTIFICATE,
    HOST,
    Conversation,
    Mailbox,
    mail_server,
    peer,
    server_tls,
    take_content,
)
from tracker.mail.failures import DeliveryFailure, PermanentFailure, TemporaryFailure
from tracker.mail.url import parse_mail_url

# --- a real server ---------------------------------------------------------------------------


def test_accepted_with_identical_bytes() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(smtp(port))
    assert mailbox.contents == [DATA]


def test_the_order_of_events_is_the_promise() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        send(smtp(port), mailbox.events)
    assert mailbox.events == [
        "MAIL",
        "RCPT",
        "before_data",
        "DATA",
        "content",
        "after_accept 250",
        "QUIT",
    ]


@pytest.mark.parametrize(
    ("command", "answer", "kind", "callbacks"),
    [
        ("MAIL", "451 try later", TemporaryFailure, []),
        ("MAIL", "550 we do not know you", TemporaryFailure, []),
        ("MAIL", "530 log in first", TemporaryFailure, []),
        ("RCPT", "450 busy", TemporaryFailure, []),
        ("RCPT", "499 strange", TemporaryFailure, []),
        ("RCPT", "500 what", PermanentFailure, []),
        ("RCPT", "530 log in first", TemporaryFailure, []),
        ("RCPT", "550 nobody here", PermanentFailure, []),
        ("RCPT", "599 no", PermanentFailure, []),
        ("DATA", "451 disk full", TemporaryFailure, ["before_data"]),
        ("DATA", "554 spam", PermanentFailure, ["before_data"]),
    ],
)
def test_a_refusal(
    command: str, answer: str, kind: type[DeliveryFailure], callbacks: list[str]
) -> None:
    mailbox = Mailbox(answers={command: answer})
    with mail_server(mailbox) as port:
        error, events = failure(smtp(port))
    assert type(error) is kind
    assert error.code == int(answer[:3])
    assert answer[4:] in error.text
    assert events == callbacks
    assert mailbox.contents == []
    assert mailbox.events[-1] == "QUIT"


def test_a_wrong_login_is_the_servers_trouble_not_the_messages() -> None:
    mailbox = Mailbox(answers={"AUTH": "no"})
    with mail_server(mailbox, auth_require_tls=False) as port:
        error, events = failure(smtp(port, "anna:fel@"))
    assert type(error) is TemporaryFailure
    assert error.code == 535
    assert "inloggningen" in error.text
    assert "fel" not in str(error).split()
    assert events == []


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]])
def test_login_in_utf8_by_either_mechanism(excluded: list[str]) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, auth_require_tls=False, auth_exclude_mechanism=excluded) as port:
        send(smtp(port, "%C3%A5sa:hemligt%20l%C3%B6sen@"))
    assert mailbox.logins == [("åsa".encode(), "hemligt lösen".encode())]
    assert mailbox.contents == [DATA]


def test_a_server_without_login_is_told_of() -> None:
    with mail_server(Mailbox()) as port:  # aiosmtpd wants TLS before it offers AUTH
        error, _ = failure(smtp(port, "anna:hemlig@"))
    assert type(error) is TemporaryFailure


# --- encryption ------------------------------------------------------------------------------


def test_starttls_with_a_trusted_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=server_tls(), require_starttls=True) as port:
        send(smtp(port, "anna:hemlig@", tls="starttls"), mailbox.events)
    assert mailbox.contents == [DATA]
    assert mailbox.logins == [(b"anna", b"hemlig")]
    assert mailbox.events[-2:] == ["after_accept 250", "QUIT"]


def test_starttls_with_an_unknown_certificate_sends_nothing() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=server_tls()) as port:
        error, events = failure(smtp(port, "anna:hemlig@", tls="starttls"))
    assert type(error) is TemporaryFailure
    assert "Certifikatet" in error.text
    assert mailbox.logins == []
    assert mailbox.events == events == []


def test_starttls_that_is_not_offered_sends_nothing() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        error, events = failure(smtp(port, "anna:hemlig@", tls="starttls"))
    assert type(error) is TemporaryFailure
    assert "STARTTLS" in error.text
    assert mailbox.logins == []
    assert events == []


def test_smtps_encrypts_from_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = server_tls()

    def script(talk: Conversation) -> None:
        talk.connection = context.wrap_socket(talk.connection, server_side=True)
        with talk.connection:
            take_content(talk)
            talk.say(b"250 ok\r\n")
            talk.obey(b"221 bye\r\n")

    with peer(script) as port:
        assert send(parse_mail_url(f"smtps://{HOST}:{port}")) == ["before_data", "after_accept 250"]


def test_a_hanging_handshake_meets_the_deadline() -> None:
    with peer(Conversation.keep_silent) as port:
        error, _ = failure(parse_mail_url(f"smtps://{HOST}:{port}"), seconds=0.2)
    assert type(error) is TemporaryFailure
    assert "0.2 sekunder" in error.text


# --- callbacks that fail ---------------------------------------------------------------------


class LeaseLostError(OSError):
    """An OSError on purpose: it must not be taken for a broken connection."""


def test_what_before_data_raises_comes_through_and_nothing_is_sent() -> None:
    def lost() -> None:
        raise LeaseLostError

    mailbox = Mailbox()
    with mail_server(mailbox) as port, pytest.raises(LeaseLostError):
        deliver(smtp(port), ENVELOPE, before_data=lost, after_accept=lambda code: None)
    assert mailbox.events == ["MAIL", "RCPT", "QUIT"]


def test_what_after_accept_raises_comes_through() -> None:
    def lost(code: int) -> None:
        raise LeaseLostError

    mailbox = Mailbox()
    with mail_server(mailbox) as port, pytest.raises(LeaseLostError):
        deliver(smtp(port), ENVELOPE, before_data=lambda: None, after_accept=lost)
    assert mailbox.contents == [DATA]


# --- a directory -----------------------------------------------------------------------------


def test_the_file_holds_the_bytes_and_a_repeat_replaces_it(tmp_path: Path) -> None:
    target = parse_mail_url((tmp_path / "a b" / "mail").as_uri())
    for _ in range(2):
        assert send(target) == ["before_data", "after_accept 250"]
    files = list((tmp_path / "a b" / "mail").iterdir())
    assert [file.name for file in files] == ["digest.7.2026-12-01@kommun.example.eml"]
    assert files[0].read_bytes() == DATA


def test_no_file_stands_before_before_data(tmp_path: Path) -> None:
    def lost() -> None:
        raise LeaseLostError

    target = parse_mail_url(tmp_path.as_uri())
    with pytest.raises(LeaseLostError):
        deliver(target, ENVELOPE, before_data=lost, after_accept=lambda code: None)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_a_file_is_temporary(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    error, events = failure(parse_mail_url((tmp_path / "mail").as_uri()))
    assert type(error) is TemporaryFailure
    assert "gick inte att skriva" in error.text
    assert events == ["before_data"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "digest.7.2026-12-01@kommun.example.eml").mkdir()
    error, _ = failure(parse_mail_url(tmp_path.as_uri()))
    assert type(error) is TemporaryFailure
    assert len(list(tmp_path.iterdir())) == 1
