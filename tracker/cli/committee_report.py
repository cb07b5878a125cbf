"""`committee-report render`: the report to a committee as a file, straight from the data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext, ngettext

from tracker.cli.common import YEARS, ensure_schema, now_option, plain_errors, settings
from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleBroken
from tracker.domain.reporting import ReportKind
from tracker.domain.text import fold
from tracker.extensions import db, only_read
from tracker.models import ActionPlan, Committee, Unit
from tracker.services import places
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.reading.formats import CONTENT_TYPES, made
from tracker.services.reports.writing.drafting import check_day
from tracker.services.reports.writing.live import composed
from tracker.services.whole_files import write_whole

LARGEST_KEY = 2**31 - 1

committee_report = AppGroup("committee-report", help="Make the report to a committee.")


class Day(click.ParamType[date]):
    """A day on the command line, as 2026-12-01."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse it, and refuse what is no day of our own time."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date (write it as 2026-12-01)", param, ctx)
        if day.isoformat() != value:
            self.fail(f"{value!r} is no date (write it as 2026-12-01)", param, ctx)
        if day.year not in YEARS:
            self.fail(f"{value!r} is too far from our own time", param, ctx)
        return day


@committee_report.command("render")
@click.option("--plan", "plan_id", type=click.IntRange(1), required=True, help="The plan's id.")
@click.option("--as-of", type=Day(), required=True, help="Tell how things stood on this day.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(CONTENT_TYPES), case_sensitive=False),
    required=True,
    help="Kind of file.",
)
@click.option("--out", required=True, help="The file to write.", metavar="FILE")
@click.option("--committee", help="Only for this committee (name or id).", metavar="NAME|ID")
@click.option("--unit", help="Only of this unit (name or id).", metavar="NAME|ID")
@click.option("--final", is_flag=True, help="The last report about the plan.")
@now_option
@plain_errors
def render_command(
    *,
    plan_id: int,
    as_of: date,
    kind: str,
    out: str,
    committee: str | None,
    unit: str | None,
    final: bool,
    now: datetime,
) -> None:
    """Compose the report of a plan as it stood on a day, and write it to a file.

    The database is only read. The file is written whole or not at all.
    """
    if committee is not None and unit is not None:
        raise click.UsageError("Choose --committee or --unit, not both.")
    _check_name(out)
    target = checked_target(Path(out))
    ensure_schema()
    only_read()
    zone = settings().timezone
    today = local_date(now, zone)
    asked = ReportAsked(
        plan_id=_plan(plan_id, as_of, today),
        kind=ReportKind.FINAL if final else ReportKind.PROGRESS,
        committee_id=_named(committee, places.committees(), "--committee"),
        unit_id=_named(unit, places.units(), "--unit"),
        round_id=None,
        as_of=as_of,
        record_number="",
        written_on=today,
        signed_by="",
        municipality=settings().municipality,
    )
    snapshot = composed(asked, {}, now=now, zone=zone, locale=settings().locale)
    replaced = target.exists()
    write(target, made(snapshot, kind))
    click.echo(_told(snapshot.head.title, len(snapshot.facts.rows), out, replaced=replaced))


def _plan(plan_id: int, as_of: date, today: date) -> int:
    """The plan's id, where there is such a one and it was there on that day."""
    if as_of > today:
        raise RuleBroken(
            "Dagen %(day)s har inte kommit än. Välj i dag eller en tidigare dag.",
            day=as_of.isoformat(),
        )
    found = db.session.get(ActionPlan, plan_id) if plan_id <= LARGEST_KEY else None
    if found is None:
        raise RuleBroken("Det finns ingen plan med nummer %(number)s.", number=plan_id)
    check_day(as_of, found, today)
    return found.id


def _check_name(out: str) -> None:
    if not out.strip():
        raise RuleBroken("Filen saknar namn. Ange filens namn med --out.")
    if out == "-":
        raise RuleBroken("Rapporten skrivs bara till en fil. Ange filens namn med --out.")


def _named(asked: str | None, known: Sequence[Unit | Committee], option: str) -> int | None:
    """The id of the one that is meant by its name, or else by its number."""
    if asked is None:
        return None
    wanted = fold(asked)
    for one in known:
        if fold(one.name) == wanted:
            return one.id
    for one in known:
        if str(one.id) == wanted:
            return one.id
    raise RuleBroken(
        "Det finns ingen som heter ”%(name)s” att välja med %(option)s. De som finns: %(known)s",
        name=asked,
        option=option,
        known=", ".join(f"{one.name} ({one.id})" for one in known) or "–",
    )


def checked_target(out: Path) -> Path:
    """Where to write, links followed.

    Raises:
        RuleBroken: it is a folder or a device, its folder is missing, or not ours to write in.
    """
    try:
        path = Path(os.path.realpath(out))
        if path.is_dir():
            raise RuleBroken(
                "%(path)s är en mapp. Ange även filens namn med --out.", path=str(out) or "."
            )
        if path.exists() and not path.is_file():
            raise RuleBroken("%(path)s är ingen vanlig fil och skrivs inte över.", path=str(out))
        folder = path.parent
        if not folder.is_dir():
            raise RuleBroken("Mappen %(folder)s finns inte. Skapa den först.", folder=str(folder))
    except ValueError as error:  # a name with a NUL in it
        raise RuleBroken("Filnamnet efter --out går inte att använda.") from error
    except OSError as error:
        raise _unwritable(out, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RuleBroken("Det går inte att skriva i mappen %(folder)s.", folder=str(folder))
    return path


def write(path: Path, data: bytes) -> None:
    """Put the whole file in its place; what stood there stays where that fails.

    Raises:
        RuleBroken: the disk takes no more, or is not ours to write.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    try:
        write_whole(path, data)
        path.chmod(mode)  # as any program's file; until now it was ours alone
    except OSError as error:
        raise _unwritable(path, error) from error


def _umask() -> int:
    """What the caller's new files are not to allow; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> RuleBroken:
    return RuleBroken(
        "Det går inte att skriva %(path)s: %(cause)s",
        path=str(path),
        cause=error.strerror or str(error),
    )


def _told(title: str, number: int, out: str, *, replaced: bool) -> str:
    """One line: what was written, how many actions it tells of, where it is, and whether a file
    stood there."""
    actions = ngettext("%(num)s åtgärd", "%(num)s åtgärder", number)
    line = f"{title}, {actions}: {out}"
    return gettext("%(line)s (ersatte filen som fanns)", line=line) if replaced else line
