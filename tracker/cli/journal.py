"""`journal verify` and `journal reseal`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from tracker.cli.common import echo_json, ensure_schema, json_option, now_option, plain_errors
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
    found = journal.verify()
    reports, changed = check_published()
    if as_json:
        told = {"reports": reports, "broken_reports": changed}
        sealed = {"ends_as_sealed": found.ends_as_sealed}
        echo_json({"entries": found.entries, "broken": found.broken, **sealed, **told})
    else:
        chain = _held("kedjan håller", "bruten kedja vid", found.broken)
        click.echo(f"{found.entries} loggposter, {chain}")
        if not found.ends_as_sealed:
            click.echo("Loggen slutar inte där dess sigill säger: poster kan saknas på slutet.")
        if reports:
            whole, other = "alla som de publicerades", "inte som de publicerades"
            click.echo(f"rapporter: {reports}, {_held(whole, other, changed)}")
    if not found or changed:
        raise SystemExit(1)


@journal_group.command("reseal")
@now_option
@plain_errors
def reseal(now: datetime) -> None:
    """Seal the end of the log as it stands, after SECRET_KEY was lost. Run `verify` first: what
    was cut off before is not found afterwards."""
    ensure_schema()
    journal.reseal(now=now)
    click.echo("Loggens slut har fått ett nytt sigill, och loggen berättar om det.")


def _held(whole: str, other: str, ids: list[int]) -> str:
    return f"{other}: {', '.join(map(str, ids))}" if ids else f"{whole}."
