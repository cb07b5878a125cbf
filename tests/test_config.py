"""Environment → settings, or the sentence that says what to set."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config import Config, ConfigurationError, Oidc, from_environment
from tests.helpers.apps import ROOT, settings
from tests.helpers.warm import Warm

PUBLIC = {"SECRET_KEY": "s" * 32, "BASE_URL": "https://atgarda.testkoping.example"}
BY_HAND = {"FLASK_RUN_FROM_CLI": "true"}
NAMES = (
    *("DATABASE_URL", "SECRET_KEY", "BASE_URL", "MAIL_URL", "MAIL_FROM", "TIMEZONE", "LOCALE"),
    *("MUNICIPALITY", "INSTANCE_DIR", "FLASK_RUN_FROM_CLI"),
    *("PROXIES", "OLD_SECRET_KEYS", "SECOND_FACTOR", "LOCAL_LOGIN"),
    *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_CLAIM"),
)


def read(monkeypatch: pytest.MonkeyPatch, instance: Path, env: dict[str, str]) -> Config:
    """The settings under exactly these variables (and an instance folder of the test's own)."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"INSTANCE_DIR": str(instance), **env}.items():
        monkeypatch.setenv(name, value)
    return from_environment()


@pytest.mark.parametrize(
    ("env", "field", "value"),
    [
        (PUBLIC, "base_url", "https://atgarda.testkoping.example"),
        (PUBLIC | {"BASE_URL": "https://x.example/"}, "base_url", "https://x.example"),
        (PUBLIC, "secret_key", "s" * 32),
        (PUBLIC, "timezone", ZoneInfo("Europe/Stockholm")),
        (PUBLIC | {"TIMEZONE": "UTC"}, "timezone", ZoneInfo("UTC")),
        (PUBLIC, "locale", "sv"),
        (PUBLIC | {"LOCALE": "en"}, "locale", "en"),
        (PUBLIC | {"LOCALE": ""}, "locale", "sv"),
        (PUBLIC, "municipality", ""),
        (PUBLIC | {"MUNICIPALITY": "Testköping"}, "municipality", "Testköping"),
        (PUBLIC | {"MAIL_URL": "smtp://mail.example:587?tls=starttls"}, "mail_url", ...),
        (PUBLIC | {"DATABASE_URL": "sqlite:////srv/x.db"}, "database_url", "sqlite:////srv/x.db"),
        (
            PUBLIC | {"DATABASE_URL": "postgres://u:p@db/x"},
            "database_url",
            "postgresql+psycopg://u:p@db/x",
        ),
        (
            PUBLIC | {"DATABASE_URL": "postgresql://u@db/x"},
            "database_url",
            "postgresql+psycopg://u@db/x",
        ),
        (PUBLIC, "secure", True),
        (BY_HAND, "secure", False),
        (BY_HAND, "base_url", "http://127.0.0.1:8000"),
    ],
)
def test_what_is_set_is_what_we_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str], field: str, value: Any
) -> None:
    """One variable, one setting."""
    wanted = env["MAIL_URL"] if value is ... else value
    assert getattr(read(monkeypatch, tmp_path, env), field) == wanted


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "Sätt BASE_URL till adressen där användarna når tjänsten."),
        ({"SECRET_KEY": "s" * 32}, "Sätt BASE_URL"),
        ({"BASE_URL": "https://x.example"}, "Sätt SECRET_KEY"),
        ({**BY_HAND, "MAIL_URL": "smtp://mail.example"}, "Sätt BASE_URL"),
        ({**BY_HAND, "MAIL_URL": "smtps://mail.example"}, "Sätt BASE_URL"),
        (PUBLIC | {"BASE_URL": "x.example"}, "BASE_URL är ingen webbadress: x.example"),
        (PUBLIC | {"BASE_URL": "ftp://x.example"}, "BASE_URL är ingen webbadress"),
        (PUBLIC | {"BASE_URL": "https://x.example?a=1"}, "BASE_URL är ingen webbadress"),
        (PUBLIC | {"TIMEZONE": "Mars/Olympus"}, "TIMEZONE är ingen tidszon: Mars/Olympus"),
        (PUBLIC | {"TIMEZONE": "../etc"}, "TIMEZONE är ingen tidszon"),
        (PUBLIC | {"LOCALE": "de"}, "LOCALE ska vara sv, en eller nb, inte de."),
    ],
)
def test_what_is_wrong_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str], sentence: str
) -> None:
    """A refusal is one sentence that names the variable."""
    with pytest.raises(ConfigurationError, match="^" + sentence.replace("?", r"\?")):
        read(monkeypatch, tmp_path, env)


def test_defaults_lie_in_the_instance_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Database, mail and key of a start by hand; the key survives and is ours alone."""
    instance = tmp_path / "instance"
    first = read(monkeypatch, instance, BY_HAND)
    assert first.database_url == f"sqlite:///{instance / 'atgarda.db'}"
    assert first.mail_url == f"file://{instance / 'mail'}"
    assert len(first.secret_key) >= 32
    assert read(monkeypatch, instance, BY_HAND) == first
    assert (instance / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("env", [BY_HAND, BY_HAND | {"DATABASE_URL": "sqlite://"}])
def test_a_folder_that_cannot_be_made_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str]
) -> None:
    """The sentence names the folder and the variable."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"Det går inte att skriva i .*INSTANCE_DIR"):
        read(monkeypatch, tmp_path / "file" / "instance", env)


@pytest.mark.parametrize(
    ("base_url", "hosts", "cookie"),
    [
        ("https://a.example", ["a.example"], "__Host-atgarda"),
        ("https://a.example:8443", ["a.example"], "__Host-atgarda"),
        ("http://127.0.0.1:8000", ["127.0.0.1", "localhost", "127.0.0.1", "[::1]"], "atgarda"),
        ("http://[::1]:8000", ["[::1]", "localhost", "127.0.0.1", "[::1]"], "atgarda"),
        ("http://[::1]", ["[::1]", "localhost", "127.0.0.1", "[::1]"], "atgarda"),
    ],
)
def test_hosts_and_cookies_follow_the_address(
    tmp_path: Path, base_url: str, hosts: list[str], cookie: str
) -> None:
    """Only our own name is answered to, and over https the cookie insists on it."""
    flask = settings(tmp_path, base_url=base_url).flask()
    assert flask["TRUSTED_HOSTS"] == hosts
    assert flask["SESSION_COOKIE_NAME"] == cookie
    assert flask["SESSION_COOKIE_SECURE"] == base_url.startswith("https")


def test_settings_cannot_change_under_way(tmp_path: Path) -> None:
    """They are read once."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings(tmp_path).locale = "en"  # type: ignore[misc]


def run_clean(words: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the repository with nothing of our environment but what it needs."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "SYSTEMROOT") if key in os.environ}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, "PYTHONUTF8": "1", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_server_does_not_start_without_its_settings(tmp_path: Path) -> None:
    """Importing wsgi as a server does ends with one sentence and no traceback."""
    env = {"INSTANCE_DIR": str(tmp_path), "BASE_URL": "https://x.example"}
    ended = run_clean(["-c", "import wsgi"], **env)
    assert ended.returncode == 1
    sentence = "Sätt SECRET_KEY till en lång slumpsträng (minst 32 tecken)."
    assert ended.stderr.strip() == sentence


@pytest.mark.waits
def test_a_server_starts_with_them(warm: Warm, tmp_path: Path) -> None:
    """With both set, the app is there."""
    code = "import wsgi; print(wsgi.app.name)"
    with warm.start("", code=code, env={"INSTANCE_DIR": str(tmp_path), **PUBLIC}) as server:
        assert server.communicate(60) == ("tracker\n", "")
    assert server.returncode == 0


def test_the_command_line_needs_nothing_set(tmp_path: Path) -> None:
    """`flask --app wsgi …` works at once, and puts what it makes into the instance folder."""
    words = ["-m", "flask", "--app", "wsgi", "doctor", "--help"]
    ended = run_clean(words, INSTANCE_DIR=str(tmp_path / "new"))
    assert ended.returncode == 0, ended.stderr
    assert "doctor" in ended.stdout
    assert (tmp_path / "new" / "secret_key").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"BASE_URL": "http://[::1"},
        {"BASE_URL": "https://x.example:99999"},
        {"DATABASE_URL": "nonsense"},
        {"DATABASE_URL": "mysql://db/x"},
        {"DATABASE_URL": "postgresql://u:hemligt@db:port/x"},
        {"DATABASE_URL": "postgresql://u:hemligt@[db/x"},
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: dict[str, str]
) -> None:
    (name,) = changes
    with pytest.raises(ConfigurationError) as refused:
        read(monkeypatch, tmp_path, PUBLIC | changes)
    assert name in str(refused.value)
    assert "hemligt" not in str(refused.value)


def test_a_key_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        read(monkeypatch, tmp_path, BY_HAND)


OIDC = {
    "OIDC_ISSUER": "https://login.example/t",
    "OIDC_CLIENT_ID": "id",
    "OIDC_CLIENT_SECRET": "hemligt",
}


def test_a_provider_needs_three_settings_and_may_have_two_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read(monkeypatch, tmp_path, PUBLIC).oidc is None
    assert read(monkeypatch, tmp_path, PUBLIC).local_login is True
    plain = read(monkeypatch, tmp_path, PUBLIC | OIDC)
    assert plain.oidc == Oidc(
        *("https://login.example/t", "id", "hemligt"), "kommunens inloggning", "roles"
    )
    assert plain.local_login is True
    named = {"OIDC_NAME": "Entra", "OIDC_CLAIM": "groups", "LOCAL_LOGIN": "off"}
    chosen = read(monkeypatch, tmp_path, PUBLIC | OIDC | named)
    assert chosen.oidc == Oidc("https://login.example/t", "id", "hemligt", "Entra", "groups")
    assert chosen.local_login is False


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"LOCAL_LOGIN": "off"}, "LOCAL_LOGIN=off lämnar ingen väg in: sätt också OIDC_ISSUER"),
        (OIDC | {"LOCAL_LOGIN": "no"}, "LOCAL_LOGIN ska vara on eller off, inte no."),
        ({"OIDC_ISSUER": "https://x.example"}, "behöver också OIDC_CLIENT_ID och OIDC_CLIENT_S"),
        (OIDC | {"OIDC_CLIENT_SECRET": ""}, "behöver också OIDC_CLIENT_SECRET."),
        (OIDC | {"OIDC_ISSUER": ""}, "behöver också OIDC_ISSUER."),
        (OIDC | {"OIDC_ISSUER": "http://login.example"}, "OIDC_ISSUER ska vara en adress som"),
        (OIDC | {"OIDC_ISSUER": "login.example"}, "OIDC_ISSUER ska vara en adress som"),
        (OIDC | {"OIDC_ISSUER": "https://"}, "OIDC_ISSUER ska vara en adress som"),
        (OIDC | {"OIDC_ISSUER": "https://x:99999"}, "OIDC_ISSUER ska vara en adress som"),
        (OIDC | {"OIDC_ISSUER": "http://localhost.evil.example"}, "OIDC_ISSUER ska vara"),
    ],
)
def test_what_is_wrong_with_a_provider_is_said_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        read(monkeypatch, tmp_path, PUBLIC | env)
    assert "hemligt" not in str(refused.value)


@pytest.mark.parametrize("host", ["localhost:9400", "127.0.0.1:9400", "[::1]:9400"])
def test_a_provider_on_this_very_machine_may_do_without_https(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    found = read(monkeypatch, tmp_path, PUBLIC | OIDC | {"OIDC_ISSUER": f"http://{host}"}).oidc
    assert found is not None
    assert found.issuer == f"http://{host}"
