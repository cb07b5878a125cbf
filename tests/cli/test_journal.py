"""`journal verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.helpers import reported
from tests.helpers.cast import NOW, Cast
from tests.services.test_journal import tamper, write
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.services.reports.reading.files import keep

Command = Callable[..., Any]


def test_a_whole_chain(any_app: Flask, cast: Cast, flask_command: Command) -> None:
    write(3, by=cast.admin)
    result = flask_command("journal", "verify")
    assert (result.exit_code, result.stdout) == (0, "3 loggposter, kedjan håller.\n")
    result = flask_command("journal", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"entries": 3, **told()})


def test_a_broken_one(any_app: Flask, cast: Cast, flask_command: Command) -> None:
    write(3)
    tamper("UPDATE journal_entry SET actor = 'Någon annan' WHERE id = 2")
    result = flask_command("journal", "verify")
    assert (result.exit_code, result.stdout) == (1, "3 loggposter, bruten kedja vid: 2\n")
    result = flask_command("journal", "verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"entries": 3, **told(broken=[2])})


def test_published_reports(app: Flask, cast: Cast, flask_command: Command) -> None:
    """Those that are in the log as they are, with their files, and those that are not."""
    first, second, third = (reported.published(cast).id for _time in range(3))
    keep(second, "csv", b"kept", now=NOW)
    result = flask_command("journal", "verify")
    assert result.exit_code == 0
    assert result.stdout.endswith("rapporter: 3, alla som de publicerades.\n")
    for trigger in ("report_no_update", "report_file_no_update"):
        db.session.execute(text(f"DROP TRIGGER {trigger}"))
    db.session.execute(text("UPDATE report_file SET content = 'changed'"))
    values = {"text": "{}", "hash": sha256_of("{}"), "id": third}
    forged = text("UPDATE report SET snapshot = :text, sha256 = :hash WHERE id = :id")
    db.session.execute(forged, values)
    db.session.commit()
    result = flask_command("journal", "verify")
    assert result.exit_code == 1
    assert result.stdout.endswith(f"rapporter: 3, inte som de publicerades: {second}, {third}\n")
    assert json.loads(flask_command("journal", "verify", "--json").stdout)["broken_reports"] == [
        second,
        third,
    ]
    assert first not in (second, third)


def told(**values: Any) -> dict[str, Any]:
    """What --json says of a whole chain and no reports, but for `values`."""
    return {"broken": [], "ends_as_sealed": True, "reports": 0, "broken_reports": [], **values}
