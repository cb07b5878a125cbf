"""`journal verify`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from tracker.cli.common import echo_json, ensure_schema, json_option, plain_errors
from tracker.services import journal
from tracker.services.reports.reading.checking import check_published

journal_group = AppGroup("journal", help="The log of who did what.")


@journal_group.command("verify")
@json_option
@plain_errors
def verify(as_json: bool) -> None:
    """Check that no entry was changed, added in between or taken away, and that published reports
    and their files are those of which the log tells."""
    ensure_schema()
    count, broken = journal.verify()
    reports, changed = check_published()
    if as_json:
        told = {"reports": reports, "broken_reports": changed}
        echo_json({"entries": count, "broken": broken, **told})
    else:
        click.echo(f"{count} loggposter, {_held('kedjan håller', 'bruten kedja vid', broken)}")
        if reports:
            whole, other = "alla som de publicerades", "inte som de publicerades"
            click.echo(f"rapporter: {reports}, {_held(whole, other, changed)}")
    if broken or changed:
        raise SystemExit(1)


def _held(whole: str, other: str, ids: list[int]) -> str:
    return f"{other}: {', '.join(map(str, ids))}" if ids else f"{whole}."
