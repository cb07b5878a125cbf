"""`records export` and `records verify`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.cli.common import (
    echo_json,
    ensure_schema,
    fail,
    json_option,
    now_option,
    plain_errors,
    settings,
)
from tracker.services.records.exporting import export_records
from tracker.services.records.verifying import Checked, check_export

records = AppGroup("records", help="All that is kept, in open formats.")
MOST_NAMED = 20  # entries of each kind are printed


@records.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@now_option
@json_option
@plain_errors
def export_command(file: Path, replace: bool, now: datetime, as_json: bool) -> None:
    """Write everything to FILE, a ZIP: tables as JSON Lines and CSV, kept files, and checksums."""
    if file.exists() and not replace:
        fail(_("%(path)s finns redan. Välj ett annat namn, eller ge --replace.", path=file))
    ensure_schema()
    made = export_records(file, config=settings(), by=None, now=now)
    if as_json:
        echo_json(asdict(made))
        return
    tables = ngettext("%(num)s tabell", "%(num)s tabeller", made.tables)
    rows = ngettext("%(num)s rad", "%(num)s rader", made.rows)
    files = ngettext("%(num)s fil", "%(num)s filer", made.files)
    click.echo(f"{file}: {tables}, {rows}, {files}, {made.size} byte")
    click.echo(f"SHA-256: {made.sha256}")
    _name(_("Filer som saknas eller är skadade på servern:"), made.lacking)


@records.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", default="", help="The checksum that FILE is to have, from the journal.")
@json_option
@plain_errors
def verify_command(file: Path, sha256: str, as_json: bool) -> None:
    """Check that no byte of FILE was changed, taken away or added since it was exported."""
    found = check_export(file)
    is_meant = not sha256 or sha256.strip().lower() == found.sha256
    if as_json:
        echo_json({**asdict(found), "whole": bool(found) and is_meant})
    elif found and is_meant:
        files = ngettext("%(num)s fil", "%(num)s filer", found.entries)
        click.echo(_("%(path)s är hel: %(files)s stämmer.", path=file, files=files))
        click.echo(f"SHA-256: {found.sha256}")
    else:
        _complain(file, found, is_meant=is_meant)
    raise SystemExit(0 if found and is_meant else 1)


def _complain(file: Path, found: Checked, *, is_meant: bool) -> None:
    if not found.readable:
        click.echo(_("%(path)s är ingen hel export och går inte att läsa.", path=file), err=True)
    elif not found.sealed:
        click.echo(_("%(path)s är inte som den skrevs.", path=file), err=True)
    if not is_meant:
        click.echo(_("Filen har en annan kontrollsumma: %(sum)s", sum=found.sha256), err=True)
    _name(_("Ändrade:"), found.changed)
    _name(_("Saknas:"), found.missing)
    _name(_("Tillagda:"), found.added)


def _name(heading: str, names: tuple[str, ...]) -> None:
    if names:
        click.echo(heading, err=True)
    for name in names[:MOST_NAMED]:
        click.echo(f"  {name}", err=True)
    if len(names) > MOST_NAMED:
        click.echo(_("  … och %(number)s till", number=len(names) - MOST_NAMED), err=True)
