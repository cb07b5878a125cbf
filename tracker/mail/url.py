"""Where the mail goes: MAIL_URL, read once at start."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tracker.domain.errors import N_, RuleBroken

Tls = Literal["none", "starttls", "implicit"]

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f.]*:[0-9a-f:.]*")  # a name, IPv4, IPv6
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_FORM = N_(
    "MAIL_URL går inte att läsa. Skriv smtp://användare:lösenord@server:587, "
    "smtps://användare:lösenord@server:465 eller file:///katalog, "
    "och skriv tecknen @ : / ? # i användare och lösenord procentkodade."
)
_HALF_LOGIN = N_(
    "MAIL_URL har bara halva inloggningen. Skriv både användare och lösenord "
    "(smtp://användare:lösenord@server:587), eller utelämna båda."
)
_QUERY = N_(
    "MAIL_URL har ett tillägg som inte finns. Det enda är tls, och bara för smtp: "
    "skriv ?tls=starttls eller ?tls=none."
)
_DIRECTORY = N_("MAIL_URL behöver en hel sökväg: skriv file:///katalog med tre snedstreck.")


@dataclass(frozen=True)
class MailTarget:
    """One mail server, or one directory of .eml files.

    `scheme` is what was written; `directory` is set for `file` only, the rest for the others.
    """

    scheme: Literal["smtp", "smtps", "file"]
    host: str = ""
    port: int = 0
    tls: Tls = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    directory: Path | None = None


def parse_mail_url(url: str) -> MailTarget:
    """Read `smtp://user:pass@host:587?tls=starttls|none`, `smtps://…` or `file:///dir`.

    User and password are percent-decoded as UTF-8. Without `tls`, smtp uses STARTTLS when there
    are credentials, else nothing. Without a port: 465 for smtps, 587 with STARTTLS, 25 without.
    Raises RuleBroken with a sentence that says what to set; it never repeats the URL.
    """
    if _UNPRINTABLE.search(url):  # urlsplit would drop some of these without a word
        raise RuleBroken(_FORM)
    try:
        parts = urlsplit(url)
        return _target(parts)
    except ValueError:  # a bad port, bracket or percent code; its message may hold the password
        raise RuleBroken(_FORM) from None


def _target(parts: SplitResult) -> MailTarget:
    if parts.fragment:
        raise RuleBroken(_FORM)
    if parts.scheme == "file":
        return _file_target(parts)
    if parts.scheme not in ("smtp", "smtps") or parts.path not in ("", "/"):
        raise RuleBroken(_FORM)
    return _server_target(parts)


def _file_target(parts: SplitResult) -> MailTarget:
    if parts.query:
        raise RuleBroken(_QUERY)
    path = unquote(parts.path, errors="strict")
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or _CONTROL.search(path):
        raise RuleBroken(_DIRECTORY)
    return MailTarget(scheme="file", directory=Path(path))


def _server_target(parts: SplitResult) -> MailTarget:
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or parts.port == 0:
        raise RuleBroken(_FORM)
    user, password = _login(parts)
    tls = _tls(parts, has_login=bool(user))
    return MailTarget(
        scheme="smtps" if parts.scheme == "smtps" else "smtp",
        host=host,
        port=parts.port or {"implicit": 465, "starttls": 587, "none": 25}[tls],
        tls=tls,
        user=user,
        password=password,
    )


def _login(parts: SplitResult) -> tuple[str, str]:
    user = unquote(parts.username or "", errors="strict")
    password = unquote(parts.password or "", errors="strict")
    if bool(user) != bool(password):
        raise RuleBroken(_HALF_LOGIN)
    if _CONTROL.search(user + password):
        raise RuleBroken(_FORM)
    return user, password


def _tls(parts: SplitResult, *, has_login: bool) -> Tls:
    query = parse_qsl(parts.query, keep_blank_values=True)
    if parts.scheme == "smtps" and not query:
        return "implicit"
    if parts.scheme == "smtp" and not query:
        return "starttls" if has_login else "none"
    if parts.scheme == "smtp" and query == [("tls", "starttls")]:
        return "starttls"
    if parts.scheme == "smtp" and query == [("tls", "none")]:
        return "none"
    raise RuleBroken(_QUERY)
