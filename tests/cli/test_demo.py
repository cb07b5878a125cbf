"""`demo load`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import Cast
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Action, User

Command = Callable[..., Any]


def test_json_names_somebody_of_each_role(app: Flask, flask_command: Command) -> None:
    result = flask_command("demo", "load", "--now", "2026-03-02", "--json")
    assert result.exit_code == 0
    people = json.loads(result.stdout)["people"]
    assert {person["role"] for person in people} == {"admin", "director", "manager", "committee"}
    assert all(set(person) == {"name", "email", "role", "password"} for person in people)


def test_in_words_one_of_each_role_and_as_many_as_asked_for(
    app: Flask, flask_command: Command
) -> None:
    result = flask_command("demo", "load", "--people", "30", "--actions", "100")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [role.value for role in Role]
    assert all("@" in line for line in lines)
    counted = [db.session.scalar(select(func.count()).select_from(t)) for t in (User, Action)]
    assert counted == [30, 100]


def test_refuses_where_people_are(app: Flask, cast: Cast, flask_command: Command) -> None:
    result = flask_command("demo", "load")
    assert result.exit_code == 1
    assert result.stderr.startswith("Databasen har redan användare")
    assert db.session.scalar(select(func.count()).select_from(User)) == 8


@pytest.mark.parametrize(
    "words", [["--people", "-1"], ["--actions", "2000000"], ["--actions", "x"]]
)
def test_wrong_numbers_are_exit_code_2(
    app: Flask, flask_command: Command, words: list[str]
) -> None:
    assert flask_command("demo", "load", *words).exit_code == 2
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
