"""Settings: the only place that reads the environment."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OIDC_NEEDS = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LOCALES = ("sv", "en", "nb")
DEFAULT_BASE_URL = "http://127.0.0.1:8000"


class ConfigurationError(SystemExit):
    """The settings do not allow a start; the sentence, printed at exit, says what to set."""


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider; `claim` names what a person's roles are read from."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    claim: str


@dataclass(frozen=True)
class Config:
    """Everything that differs between installations, read once at the start."""

    database_url: str
    secret_key: str
    base_url: str
    mail_url: str
    mail_from: str
    timezone: ZoneInfo
    locale: str
    municipality: str
    instance_dir: Path
    proxies: int = 0
    old_secret_keys: tuple[str, ...] = ()
    second_factor: str = ""
    local_login: bool = True
    oidc: Oidc | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Today's secret, and those that what was signed earlier may still carry."""
        return (self.secret_key, *self.old_secret_keys)

    @property
    def secure(self) -> bool:
        """Whether people reach us over https, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    def flask(self) -> dict[str, Any]:
        """The same settings in the names that Flask and its extensions read."""
        host = urlsplit(self.base_url).netloc
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return {
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.old_secret_keys),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine_options(self.database_url),
            "TRUSTED_HOSTS": [name, *LOOPBACK] if name in LOOPBACK else [name],
            "SESSION_COOKIE_SECURE": self.secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_NAME": "__Host-atgarda" if self.secure else "atgarda",
            "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
            "MAX_CONTENT_LENGTH": 26 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "WTF_CSRF_TIME_LIMIT": None,
            # Browsers' own word on where a form comes from is asked instead (web/headers.py): a
            # page that keeps its address to itself sends no Referer.
            "WTF_CSRF_SSL_STRICT": False,
            "BABEL_DEFAULT_LOCALE": self.locale,
            "BABEL_DEFAULT_TIMEZONE": self.timezone.key,
            "BABEL_TRANSLATION_DIRECTORIES": str(
                Path(__file__).parent / "tracker" / "translations"
            ),
        }


def child_environment(**changes: str) -> dict[str, str]:
    """Our environment for a process that we start, with these changes."""
    return {**os.environ, **changes}


def engine_options(database_url: str) -> dict[str, Any]:
    """Connection settings per database kind; what stands in a statement stays out of the log."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15}, "hide_parameters": True}
    return {"pool_pre_ping": True, "hide_parameters": True}


def from_environment() -> Config:
    """Read the environment.

    Raises:
        ConfigurationError: a setting is malformed, or missing where the public is served.
    """
    env = os.environ
    instance = Path(env.get("INSTANCE_DIR") or Path(__file__).parent / "instance").resolve()
    # The command line serves nobody, so it may start with defaults; a web server may not.
    by_hand = env.get("FLASK_RUN_FROM_CLI") == "true"
    mail_url = env.get("MAIL_URL") or f"file://{instance / 'mail'}"
    base_url = (env.get("BASE_URL") or "").rstrip("/")
    if not base_url and (not by_hand or mail_url.startswith("smtp")):
        raise ConfigurationError("Sätt BASE_URL till adressen där användarna når tjänsten.")
    return Config(
        database_url=_database_url(env.get("DATABASE_URL"), instance),
        secret_key=env.get("SECRET_KEY") or _own_secret(instance, by_hand),
        base_url=_checked_address(base_url or DEFAULT_BASE_URL),
        mail_url=mail_url,
        mail_from=env.get("MAIL_FROM") or "atgarda@localhost",
        timezone=_zone(env.get("TIMEZONE") or "Europe/Stockholm"),
        locale=_locale(env.get("LOCALE") or "sv"),
        municipality=env.get("MUNICIPALITY") or "",
        instance_dir=instance,
        proxies=_proxies(env.get("PROXIES") or "0"),
        old_secret_keys=tuple((env.get("OLD_SECRET_KEYS") or "").split()),
        second_factor=_one_of("SECOND_FACTOR", env, ("", "admin", "all")),
        **_ways_in(env),
    )


def _ways_in(env: Mapping[str, str]) -> dict[str, Any]:
    """Whether people log in here, at an OpenID provider, or both: never neither."""
    oidc = _oidc(env)
    local = _one_of("LOCAL_LOGIN", env, ("on", "off")) == "on"
    if not local and oidc is None:
        raise ConfigurationError(
            "LOCAL_LOGIN=off lämnar ingen väg in: sätt också OIDC_ISSUER, OIDC_CLIENT_ID och "
            "OIDC_CLIENT_SECRET."
        )
    return {"local_login": local, "oidc": oidc}


def _oidc(env: Mapping[str, str]) -> Oidc | None:
    needed = {name: env.get(name) or "" for name in OIDC_NEEDS}
    if not any(needed.values()):
        return None
    if missing := [name for name, value in needed.items() if not value]:
        raise ConfigurationError(f"Inloggning med OpenID behöver också {' och '.join(missing)}.")
    issuer, client_id, client_secret = needed.values()
    parts = urlsplit(issuer if _has_port(issuer) else "")
    # Over plain http anybody on the way could be the provider; on this very machine nobody is.
    if not (parts.hostname and (parts.scheme == "https" or _is_here(parts))):
        raise ConfigurationError(f"OIDC_ISSUER ska vara en adress som börjar med https: {issuer}")
    return Oidc(
        issuer,
        client_id,
        client_secret,
        name=env.get("OIDC_NAME") or "kommunens inloggning",
        claim=env.get("OIDC_CLAIM") or "roles",
    )


def _is_here(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")


def _one_of(name: str, env: Mapping[str, str], known: tuple[str, ...]) -> str:
    given = env.get(name) or known[0]
    if given not in known:
        named = " eller ".join(value for value in known if value)
        raise ConfigurationError(f"{name} ska vara {named}, inte {given}.")
    return given


def _proxies(given: str) -> int:
    if not (given.isascii() and given.isdigit() and int(given) < 10):
        raise ConfigurationError(f"PROXIES ska vara antalet proxyservrar, 0–9, inte {given}.")
    return int(given)


def _database_url(given: str | None, instance: Path) -> str:
    if not given:
        _make(instance)
        return f"sqlite:///{instance / 'atgarda.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            given = "postgresql+psycopg://" + given.removeprefix(prefix)
    # The address is not repeated: it may hold a password.
    if not given.startswith(("sqlite://", "postgresql+psycopg://")) or not _has_port(given):
        raise ConfigurationError(
            "DATABASE_URL ska se ut så här: postgresql://namn:lösenord@värd:5432/databas"
        )
    return given


def _has_port(address: str) -> bool:
    """Whether an address names a port that can be, or none."""
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def _own_secret(instance: Path, by_hand: bool) -> str:
    """A key of our own for the command line and `make run`, kept so that log-ins survive."""
    if not by_hand:
        raise ConfigurationError("Sätt SECRET_KEY till en lång slumpsträng (minst 32 tecken).")
    _make(instance)
    path = instance / "secret_key"
    try:
        return _kept_secret(path)
    except OSError as error:
        raise ConfigurationError(
            f"Nyckeln i {path} går inte att läsa ({error.strerror}). Sätt SECRET_KEY."
        ) from error


def _kept_secret(path: Path) -> str:
    if not path.exists():
        # Written whole before it has its name: two first starts at once agree on one key.
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
            file.write(secrets.token_hex(32))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()


def _make(instance: Path) -> None:
    try:
        instance.mkdir(parents=True, exist_ok=True)
        if not os.access(instance, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise ConfigurationError(
            f"Det går inte att skriva i {instance} ({error.strerror}). Sätt INSTANCE_DIR."
        ) from error


def _checked_address(base_url: str) -> str:
    whole = _has_port(base_url)
    parts = urlsplit(base_url if whole else "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigurationError(f"BASE_URL är ingen webbadress: {base_url}")
    return base_url


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(f"TIMEZONE är ingen tidszon: {name}") from error


def _locale(name: str) -> str:
    if name not in LOCALES:
        raise ConfigurationError(f"LOCALE ska vara sv, en eller nb, inte {name}.")
    return name
