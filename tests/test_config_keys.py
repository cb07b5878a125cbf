"""The settings PROXIES and OLD_SECRET_KEYS, and what a changed secret does to what it signed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from config import ConfigurationError
from tests.helpers.apps import settings
from tests.helpers.cast import NOW, Cast
from tests.helpers.pieces import answer_token
from tests.test_config import PUBLIC, read
from tracker.domain.answering import LinkState
from tracker.domain.errors import NotFound
from tracker.extensions import keys
from tracker.services import answers, calendars, journal
from tracker.services.journal import Verdict

NEW = "n" * 40


@pytest.mark.parametrize(
    ("given", "wanted"), [(None, 0), ("", 0), ("0", 0), ("1", 1), ("2", 2), ("9", 9)]
)
def test_so_many_proxies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None, wanted: int
) -> None:
    """By default there is none, and nobody's word on the visitor is believed."""
    changes = {} if given is None else {"PROXIES": given}
    assert read(monkeypatch, tmp_path, PUBLIC | changes).proxies == wanted


@pytest.mark.parametrize("given", ["-1", "10", "1.5", "ett", "yes", "1 ", "²", "٣", "1,2", "0x1"])
def test_no_number_of_proxies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^PROXIES ska vara antalet proxyservrar, 0–9"):
        read(monkeypatch, tmp_path, PUBLIC | {"PROXIES": given})


@pytest.mark.parametrize(
    ("given", "old"),
    [
        (None, ()),
        ("", ()),
        ("   ", ()),
        ("a", ("a",)),
        ("b a", ("b", "a")),
        (" b\n a\t", ("b", "a")),
    ],
)
def test_old_secrets_stand_newest_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None, old: tuple[str, ...]
) -> None:
    changes = {} if given is None else {"OLD_SECRET_KEYS": given}
    config = read(monkeypatch, tmp_path, PUBLIC | changes)
    assert config.old_secret_keys == old
    assert config.secrets == ("s" * 32, *old)
    assert config.flask()["SECRET_KEY_FALLBACKS"] == list(old)
    assert config.flask()["SECRET_KEY"] == "s" * 32


def change_secret(app: Flask, *, remember: bool) -> tuple[str, ...]:
    """Give the running installation a new secret; the secrets that it knows from then on."""
    old = settings(Path()).secret_key
    config = settings(Path(), secret_key=NEW, old_secret_keys=(old,) if remember else ())
    keys.init_app(app, config.secret_key, config.old_secret_keys)
    return config.secrets


@pytest.mark.parametrize("remember", [True, False])
def test_what_the_old_secret_made_holds_while_it_is_remembered(
    app: Flask, cast: Cast, remember: bool
) -> None:
    """The address of a calendar, the link in a letter, the seal of the journal; sessions stand
    in tests/web/test_sessions.py."""
    calendars.renew_address(by=cast.owner, now=NOW)
    old = settings(Path()).secret_key
    address, link = calendars.token_of(cast.owner, old), answer_token(cast.action)
    secrets = change_secret(app, remember=remember)
    opened = answers.open_link(link, secrets=secrets, now=NOW, zone=settings(Path()).timezone)
    assert (opened.state is LinkState.READY) is remember
    assert journal.verify() == Verdict(1, [], remember)
    if remember:
        assert calendars.feed(str(address), secrets=secrets, base_url="").content
    else:
        with pytest.raises(NotFound):
            calendars.feed(str(address), secrets=secrets, base_url="")


def test_what_is_made_anew_carries_the_new_secret(app: Flask, cast: Cast) -> None:
    """So that the old one can be dropped once everything has been made anew."""
    before = keys.mac("något", "text")
    change_secret(app, remember=True)
    after = keys.mac("något", "text")
    assert after != before
    assert keys.macs("något", "text") == [after, before]
    assert len({*keys.derived("något"), *keys.derived("annat")}) == 4
    assert {len(one) for one in keys.derived("något")} == {32}
    calendars.renew_address(by=cast.owner, now=NOW)
    change_secret(app, remember=False)
    assert journal.verify(), "the entry was sealed with the new secret"
