"""`report read`, and what `report import` shares with it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from tracker.cli.common import echo_json, json_option, plain_errors
from tracker.domain.errors import RuleBroken
from tracker.importers import MAX_BYTES
from tracker.importers.draft import ReportDraft
from tracker.importers.isolated import read_isolated
from tracker.importers.lines import untold
from tracker.services.draft_review import Review, ReviewedArea, review_of

report = AppGroup("report", help="Read evaluation reports.")

report_file = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)


@report.command("read")
@report_file
@json_option
@plain_errors
def read_command(file: Path, as_json: bool) -> None:
    """Read a report and print the draft; writes nothing and needs no database."""
    draft = read_draft(contents(file), file.name)
    if as_json:
        echo_json(draft.to_json())
    else:
        show_draft(draft)


def contents(file: Path) -> bytes:
    """What is in the file. Raises RuleBroken where it cannot be opened."""
    if not file.is_file():  # a pipe or a device would keep us waiting for ever
        raise RuleBroken("Ange en vanlig fil, inte ett rör eller en enhet.")
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise RuleBroken(
            "Filen går inte att öppna: %(cause)s", cause=error.strerror or str(error)
        ) from error


def read_draft(data: bytes, name: str) -> ReportDraft:
    """What the report says; how far it is stands on the terminal meanwhile.

    Raises:
        RuleBroken: it cannot be read.
    """
    watched = sys.stderr.isatty()

    def progress(done: int, of: int) -> None:
        line = _("Läser sida %(done)s av %(of)s …", done=done, of=of)
        click.echo(f"\r{line}", nl=False, err=True)

    try:
        return read_isolated(data, name, progress if watched else untold).draft
    finally:
        if watched:
            click.echo("\r\033[K", nl=False, err=True)


def show_draft(draft: ReportDraft) -> None:
    """What a person wants to know before saying yes."""
    seen = review_of(draft)
    for line in _facts(draft):
        click.echo(line)
    click.echo(
        "\n"
        + _(
            "Områden: %(areas)s, delområden: %(subareas)s, förbättringspunkter: %(points)s, "
            "styrkor: %(strengths)s",
            **asdict(seen.counts),
        )
    )
    for placed in seen.areas:
        area = placed.area
        what = _("punkter: %(points)s, styrkor: %(strengths)s", **_amounts(placed))
        click.echo(f"{area.number:>3}  {_number(area.score):>3} p  {area.name} ({what})")
    _show_remarks(seen)


def _amounts(area: ReviewedArea) -> dict[str, int]:
    return {"points": len(area.points), "strengths": len(area.strengths)}


def _facts(draft: ReportDraft) -> list[str]:
    total = draft.total_stated if draft.total_stated is not None else draft.total_summed
    facts = {
        _("Kommun"): draft.municipality,
        _("Månad"): draft.month,
        _("I ordningen"): draft.ordinal,
        _("Version"): draft.edition,
        _("Poäng"): total,
    }
    unknown = _("framgår inte")
    return [f"{name}: {unknown if value is None else value}" for name, value in facts.items()]


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)


def _show_remarks(seen: Review) -> None:
    if not seen.to_look_at:
        return
    click.echo("\n" + _("Att titta på:"))
    for remark in seen.remarks:
        sentence = _(remark.template) % remark.params if remark.template else remark.message
        click.echo(f"- {sentence}")
    for placed in seen.uncertain:
        click.echo("- " + _("Osäker: %(text)s", text=placed.item.text))
