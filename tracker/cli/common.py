"""What all commands share: plain errors, exit codes, JSON, the time, a ready database."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click
from flask import current_app, has_app_context
from flask.cli import ScriptInfo
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError, OperationalError

from config import Config
from tracker import clock
from tracker.domain.errors import RuleBroken
from tracker.extensions import db

P = ParamSpec("P")
R = TypeVar("R")

WORKDAY_BEGINS = time(8)
YEARS = range(2000, 2100)  # those whose holidays are known


def settings() -> Config:
    """The installation's settings."""
    config: Config = current_app.extensions["settings"]
    return config


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a broken rule, a database or a disk that fails into one sentence and exit code 1."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except RuleBroken as error:
            db.session.rollback()
            fail(say(error))
        except DatabaseError as error:
            # Exactly these two are the database's own trouble; the kinds below them are our faults.
            if type(error) not in (DatabaseError, OperationalError):
                raise
            cause = str(error.orig).strip().partition("\n")[0]
            fail(_("Databasen svarar inte: %(cause)s", cause=cause))
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads us has had enough; click ends quietly
                raise
            fail(_("Det gick inte att läsa eller skriva: %(cause)s", cause=error.strerror or error))

    return guarded


def say(error: RuleBroken) -> str:
    """The error's sentence in the installation's language."""
    with force_locale(settings().locale):
        sentence: str = _(error.message)
    return sentence % error.params if error.params else sentence


def fail(sentence: str) -> NoReturn:
    """Print one sentence to stderr and leave with exit code 1."""
    click.echo(sentence, err=True)
    sys.exit(1)


def echo_json(data: Any) -> None:
    """Print data as JSON, readable and in UTF-8."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def ensure_schema() -> None:
    """Create the tables in an empty database; an old schema is named, not touched."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from flask_migrate import upgrade

    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        empty = not inspect(connection).get_table_names()
    wanted = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    if present == wanted:
        return
    if not empty:
        raise RuleBroken("Databasen är från en annan version. Kör: flask --app wsgi db upgrade")
    upgrade()


class Moment(click.ParamType[datetime]):
    """A point in time on the command line: a date, or date and time, local unless it says."""

    name = "ISO"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse ISO 8601; a bare date means the morning of that day."""
        if isinstance(value, datetime):
            return value
        try:
            if len(value) == 10:
                moment = datetime.combine(date.fromisoformat(value), WORKDAY_BEGINS)
            else:
                moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a date nor a time in ISO 8601", param, ctx)
        if moment.year not in YEARS:
            self.fail(f"{value!r} is too far from our own time", param, ctx)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(ctx))
        return moment.astimezone(UTC)


def _zone(ctx: click.Context | None) -> ZoneInfo:
    """The installation's zone; an option may be read before the command's app context is there."""
    if ctx is None or has_app_context():
        return settings().timezone
    config: Config = ctx.ensure_object(ScriptInfo).load_app().extensions["settings"]
    return config.timezone


def now_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --now, by default the clock's time, as the aware UTC argument `now`."""
    return click.option(
        "--now",
        type=Moment(),
        default=clock.now,
        show_default="the clock",
        help="Pretend that it is this time.",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json as the flag `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
