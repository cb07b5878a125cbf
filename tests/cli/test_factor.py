"""Taking a second factor away from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.factors import get_factor
from tracker.services.accounts import factors


def test_the_only_administrator_has_lost_it(
    app: Flask, cast: Cast, flask_command: Callable[..., Any]
) -> None:
    get_factor(cast.admin)
    words = ("user", "reset-factor", cast.admin.email)
    result = flask_command(*words, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output == "Anna Administratör har ingen tvåstegsinloggning längre.\n"
    assert factors.factor_id_of(cast.admin.id) is None
    again = flask_command(*words)
    assert (again.exit_code, "har ingen tvåstegsinloggning" in again.stderr) == (1, True)
    nobody = flask_command("user", "reset-factor", "ingen@testkoping.example")
    assert (nobody.exit_code, "inget konto" in nobody.stderr) == (1, True)
