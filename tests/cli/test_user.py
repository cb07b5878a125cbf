"""Accounts from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.cast import Cast
from tests.services.account_letters import waiting

WORDS = ("user", "add", "--name", "Nils Ny", "--email", "nils@testkoping.example")


def test_an_administrator_is_added(cast: Cast, flask_command: Callable[..., Any]) -> None:
    words = (*WORDS, "--role", "admin", "--password-stdin")
    result = flask_command(*words, input="varsamt-framåt\n")
    assert result.output == "Nils Ny kan logga in som nils@testkoping.example.\n"
    assert flask_command(*words, input="varsamt-framåt\n").exit_code == 1


@pytest.mark.parametrize(
    ("typed", "says"), [(b"kort\n", "minst 12 tecken"), (b"\xff\xfe1234567890\n", "UTF-8")]
)
def test_a_password_that_will_not_do_gets_a_sentence(
    cast: Cast, flask_command: Callable[..., Any], typed: bytes, says: str
) -> None:
    words = (*WORDS, "--role", "admin", "--password-stdin")
    result = flask_command(*words, input=typed)
    assert result.exit_code == 1
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_somebody_is_invited(cast: Cast, flask_command: Callable[..., Any]) -> None:
    words = ("user", "invite", "--name", "Nils Ny", "--email", "nils@b.example", "--role", "admin")
    result = flask_command(*words)
    assert result.output == "En inbjudan till Nils Ny väntar i utkorgen: nils@b.example.\n"
    (letter,) = waiting("key-invitation")
    assert letter.address == "nils@b.example"
    again = flask_command(*words)
    assert (again.exit_code, "redan ett konto" in again.stderr) == (1, True)
