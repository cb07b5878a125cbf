from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.errors import RuleBroken
from tracker.mail.url import MailTarget, parse_mail_url


@pytest.mark.parametrize(
    ("url", "server", "login"),
    [
        ("smtp://mail.kommun.se", ("mail.kommun.se", 25, "none"), ("", "")),
        ("smtp://mail.kommun.se/", ("mail.kommun.se", 25, "none"), ("", "")),
        ("smtp://mail.kommun.se?tls=starttls", ("mail.kommun.se", 587, "starttls"), ("", "")),
        ("smtp://mail.kommun.se:25?tls=starttls", ("mail.kommun.se", 25, "starttls"), ("", "")),
        ("smtp://u:p@mail.kommun.se", ("mail.kommun.se", 587, "starttls"), ("u", "p")),
        ("smtp://u:p@mail.kommun.se:2525?tls=none", ("mail.kommun.se", 2525, "none"), ("u", "p")),
        ("smtps://u:p@mail.kommun.se", ("mail.kommun.se", 465, "implicit"), ("u", "p")),
        ("smtps://mail.kommun.se:8465", ("mail.kommun.se", 8465, "implicit"), ("", "")),
        ("SMTP://Mail.Kommun.SE", ("mail.kommun.se", 25, "none"), ("", "")),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "none"), ("", "")),
        ("smtp://[::1]:1025", ("::1", 1025, "none"), ("", "")),
        ("smtp://u%40k.se:p%3A%2F%23%3F@m.se", ("m.se", 587, "starttls"), ("u@k.se", "p:/#?")),
        ("smtp://u:%C3%A5%25+@m.se", ("m.se", 587, "starttls"), ("u", "å%+")),
    ],
)
def test_servers(url: str, server: tuple[str, int, str], login: tuple[str, str]) -> None:
    target = parse_mail_url(url)
    assert (target.host, target.port, target.tls) == server
    assert (target.user, target.password) == login
    assert target.directory is None


@pytest.mark.parametrize(
    ("url", "directory"),
    [
        ("file:///var/mail", "/var/mail"),
        ("file:/var/mail", "/var/mail"),
        ("file://localhost/var/mail", "/var/mail"),
        ("file:///var/en%20mapp/%C3%A5", "/var/en mapp/å"),
    ],
)
def test_directories(url: str, directory: str) -> None:
    assert parse_mail_url(url) == MailTarget(scheme="file", directory=Path(directory))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.kommun.se",
        "http://mail.kommun.se",
        "smtp://",
        "smtp:mail.kommun.se",
        "smtp://:25",
        "smtp://u:p@",
        "smtp://m.se:0",
        "smtp://m.se:65536",
        "smtp://m.se:smtp",
        "smtp://m.se:-1",
        "smtp://m..se",
        "smtp://-m.se",
        "smtp://mejl.åmål.se",
        "smtp://[::1",
        "smtp://m.se/inbox",
        "smtp://m.se#x",
        "smtp://u:hem#lig@m.se",
        "smtp://u:hem/lig@m.se",
        "smtp://u@m.se",
        "smtp://u:@m.se",
        "smtp://:p@m.se",
        "smtp://u:%FF@m.se",
        "smtp://u:%00@m.se",
        "smtp://u:a%0D%0Ab@m.se",
        "smtp://m.se\r\n",
        " smtp://m.se",
        "smtp://m.se?tls=",
        "smtp://m.se?tls=yes",
        "smtp://m.se?TLS=none",
        "smtp://m.se?tls=none&tls=starttls",
        "smtp://m.se?timeout=3",
        "smtps://m.se?tls=starttls",
        "smtps://m.se?tls=none",
        "file:mail",
        "file://mail",
        "file://server/mail",
        "file:///mail?tls=none",
        "file:///mail%00",
        "file:",
    ],
)
def test_anything_else_is_refused_with_a_way_out(url: str) -> None:
    with pytest.raises(RuleBroken, match="MAIL_URL") as caught:
        parse_mail_url(url)
    sentence = str(caught.value)
    assert "kriv" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("url", ["smtp://u:hemligt@m.se:x", "smtp://u:hemligt@m.se?a=b"])
def test_a_refusal_does_not_repeat_the_password(url: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        parse_mail_url(url)
    assert "hemligt" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_repr_hides_the_password() -> None:
    target = parse_mail_url("smtp://anna:hemligt@m.se")
    assert "hemligt" not in repr(target) + str(target)
    assert "anna" in repr(target)


@settings(deadline=None)
@given(st.text())
def test_every_text_is_read_or_refused(url: str) -> None:
    with suppress(RuleBroken):
        parse_mail_url(url)
