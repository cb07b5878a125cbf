"""`evaluation references`: other municipalities' scores from a CSV file."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker.cli.common import ensure_schema, fail, now_option, plain_errors, say, settings
from tracker.domain.calendar import local_date
from tracker.extensions import db
from tracker.importers.references import MAX_BYTES, RowProblem, csv_of
from tracker.services.references import saving


@click.command("references")
@with_appcontext
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Save the rows that hold; else they are only printed.")
@now_option
@plain_errors
def references_command(file: Path, *, yes: bool, now: datetime) -> None:
    """Read other municipalities' scores from a CSV file.

    Rows that do not hold are named by line on stderr, and make the exit code 1.
    """
    data = _contents(file)
    today = local_date(now, settings().timezone)
    ensure_schema()
    shown = saving.preview(data, by=None, today=today)
    db.session.rollback()
    for problem in shown.file.problems:
        click.echo(_in_words(problem), err=True)
    if yes and shown.fates:
        saved = saving.save(data, file.name, by=None, now=now, today=today)
        click.echo(
            _(
                "Nya rader: %(added)s. Ändrade rader: %(changed)s.",
                added=saved.added,
                changed=saved.changed,
            )
        )
    elif shown.fates:
        click.echo(csv_of(shown.file.rows), nl=False)
    if not shown.fates:
        fail(_("Ingen rad i filen går att läsa in. Rätta raderna och försök igen."))
    if shown.file.refused:
        sys.exit(1)


def _contents(file: Path) -> bytes:
    """The file's bytes; one byte beyond the most that is read is enough to see that."""
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _in_words(problem: RowProblem) -> str:
    kind = _("varning") if problem.warning else _("fel")
    return f"{_('Rad %(number)s', number=problem.line)} ({kind}): {say(problem.error)}"
