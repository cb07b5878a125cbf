"""`user link`: an account made ready for the municipality's own log-in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import Oidc
from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import Cast, Keys
from tracker.extensions import db
from tracker.models import ExternalIdentity

OIDC = Oidc("https://login.testkoping.example", "atgarda", "hemligt", "Testköping", "roles")


@pytest.fixture
def app(tmp_path: Path, sqlite_with_cast: tuple[Path, Keys]) -> Iterator[Flask]:
    shutil.copy(sqlite_with_cast[0], tmp_path / "atgarda.db")
    with entered(make_app(settings(tmp_path, oidc=OIDC))) as made:
        yield made


def test_an_account_is_made_ready(cast: Cast, flask_command: Callable[..., Any]) -> None:
    result = flask_command("user", "link", cast.owner.email.upper())
    assert result.output == (
        "Olle Ägare kopplas vid sin nästa inloggning med Testköping, inom 14 dagar.\n"
    )
    row = db.session.scalars(select(ExternalIdentity)).one()
    assert (row.user_id, row.issuer, row.subject) == (cast.owner.id, OIDC.issuer, None)


def test_an_address_that_nobody_has_gets_a_sentence(
    cast: Cast, flask_command: Callable[..., Any]
) -> None:
    result = flask_command("user", "link", "ingen@testkoping.example")
    assert result.exit_code == 1
    assert result.stderr == "Det finns inget konto med adressen ingen@testkoping.example.\n"


def test_without_a_provider_there_is_nothing_to_link_to(
    app: Flask, cast: Cast, flask_command: Callable[..., Any]
) -> None:
    app.extensions["settings"] = settings(Path(app.instance_path))
    result = flask_command("user", "link", cast.owner.email)
    assert result.exit_code == 1
    assert "OIDC_ISSUER" in result.stderr
