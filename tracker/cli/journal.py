"""`journal verify`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from tracker.cli.common import echo_json, ensure_schema, json_option, plain_errors
from tracker.services import journal

journal_group = AppGroup("journal", help="The log of who did what.")


@journal_group.command("verify")
@json_option
@plain_errors
def verify(as_json: bool) -> None:
    """Check that no entry was changed, added in between or taken away."""
    ensure_schema()
    count, broken = journal.verify()
    if as_json:
        echo_json({"entries": count, "broken": broken})
    elif broken:
        click.echo(f"{count} loggposter, bruten kedja vid: {', '.join(map(str, broken))}")
    else:
        click.echo(f"{count} loggposter, kedjan håller.")
    if broken:
        raise SystemExit(1)
