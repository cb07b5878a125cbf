"""`journal verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.helpers.cast import Cast
from tests.services.test_journal import tamper, write

Command = Callable[..., Any]


def test_a_whole_chain(any_app: Flask, cast: Cast, flask_command: Command) -> None:
    write(3, by=cast.admin)
    result = flask_command("journal", "verify")
    assert (result.exit_code, result.stdout) == (0, "3 loggposter, kedjan håller.\n")
    result = flask_command("journal", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"entries": 3, "broken": []})


def test_a_broken_one(any_app: Flask, cast: Cast, flask_command: Command) -> None:
    write(3)
    tamper("UPDATE journal_entry SET actor = 'Någon annan' WHERE id = 2")
    result = flask_command("journal", "verify")
    assert (result.exit_code, result.stdout) == (1, "3 loggposter, bruten kedja vid: 2\n")
    result = flask_command("journal", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"entries": 3, "broken": [2]})
