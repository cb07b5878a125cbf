"""`report read` and `report import`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from tracker.cli.common import echo_json, ensure_schema, json_option, now_option, plain_errors
from tracker.domain.editions import KEYS
from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.services.draft_review import Review, ReviewedArea, counts_of, review_of
from tracker.services.evaluations import DraftHead, import_report

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
    draft = _read(file)
    if as_json:
        echo_json(draft.to_json())
    else:
        _show(draft)


@report.command("import")
@report_file
@click.option("--municipality", required=True, metavar="NAME", help="Whose evaluation it is.")
@click.option("--month", metavar="YYYY-MM", help="When it was made; default: as the report says.")
@click.option("--edition", type=click.Choice(KEYS), help="Default: as the report says.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@now_option
@plain_errors
def import_command(
    *,
    file: Path,
    municipality: str,
    month: str | None,
    edition: str | None,
    yes: bool,
    now: datetime,
) -> None:
    """Read a report and keep it as an evaluation."""
    draft = _read(file)
    ensure_schema()
    if not yes:
        _show(draft)
        click.confirm(_("Spara utvärderingen?"), abort=True)
    head = DraftHead(
        municipality=municipality,
        month=month or draft.month or "",
        ordinal=draft.ordinal,
        edition=edition or draft.edition or "",
    )
    kept = import_report(draft, head=head, by=None, now=now)
    click.echo(
        _(
            "Utvärdering %(id)s är sparad: %(municipality)s, %(month)s, "
            "%(points)s förbättringspunkter.",
            id=kept.id,
            municipality=kept.municipality.name,
            month=f"{kept.month:%Y-%m}",
            points=counts_of(draft).points,
        )
    )


def _read(file: Path) -> ReportDraft:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RuleBroken(
            "Filen går inte att öppna: %(cause)s", cause=error.strerror or str(error)
        ) from error
    return read_report(data, file.name)


def _show(draft: ReportDraft) -> None:
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
        click.echo(f"- {remark.message}")
    for placed in seen.uncertain:
        click.echo("- " + _("Osäker: %(text)s", text=placed.item.text))
