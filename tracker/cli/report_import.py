"""`report import`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker.cli.common import ensure_schema, now_option, plain_errors, settings
from tracker.cli.report import contents, read_draft, report_file, show_draft
from tracker.domain.editions import KEYS
from tracker.extensions import db
from tracker.importers.draft import ReportDraft
from tracker.models import Evaluation
from tracker.services.acceptance import DraftHead
from tracker.services.draft_review import counts_of
from tracker.services.evaluations import import_report
from tracker.services.review.work import begin, finish
from tracker.services.sources import SourceFile, Sources
from tracker.services.versions.accept import Beside, beside, import_version
from tracker.services.versions.diff import ItemChange, Rated, Side, VersionDiff


@click.command("import")
@with_appcontext
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
    """Read a report and keep it as an evaluation.

    Where the municipality has an evaluation of that month, the report becomes its next version.
    """
    data = contents(file)
    read = read_draft(data, file.name)
    draft = finish(begin(read), read)
    ensure_schema()
    head = DraftHead(
        municipality=municipality,
        month=month or draft.month or "",
        ordinal=draft.ordinal,
        edition=edition or draft.edition or "",
    )
    laid = beside(draft, head, now)
    db.session.rollback()  # nobody waits for the database while a person thinks
    if laid and laid.diff.nothing:
        click.echo(_already(laid) + " " + _("Inget skiljer, så inget sparas."))
        return
    _ask(draft, laid, yes=yes)
    source = SourceFile(Sources(settings().instance_dir / "sources").keep(data), file.name)
    if laid is None:
        kept = import_report(draft, head=head, by=None, now=now, source=source)
    else:
        kept = import_version(
            draft,
            head,
            evaluation_id=laid.kept.id,
            evaluation_version=laid.kept.version,
            by=None,
            now=now,
            source=source,
        )
    _tell(kept, draft)


def _ask(draft: ReportDraft, laid: Beside | None, *, yes: bool) -> None:
    """Show what would be saved, and ask; a new version is shown also where nobody asks."""
    if laid is not None:
        click.echo(_already(laid))
        for line in _in_words(laid.diff):
            click.echo(line)
        question = _("Spara som version %(number)s?", number=laid.number)
    else:
        if not yes:
            show_draft(draft)
        question = _("Spara utvärderingen?")
    if not yes:
        click.confirm(question, abort=True)


def _tell(kept: Evaluation, draft: ReportDraft) -> None:
    facts = {
        "id": kept.id,
        "municipality": kept.municipality.name,
        "month": f"{kept.month:%Y-%m}",
        "points": counts_of(draft).points,
    }
    if kept.version == 1:
        sentence = _(
            "Utvärdering %(id)s är sparad: %(municipality)s, %(month)s, "
            "%(points)s förbättringspunkter.",
            **facts,
        )
    else:
        sentence = _(
            "Version %(version)s av utvärdering %(id)s är sparad: %(municipality)s, %(month)s, "
            "%(points)s förbättringspunkter.",
            version=kept.version,
            **facts,
        )
    click.echo(sentence)


def _already(laid: Beside) -> str:
    sentence: str = _(
        "%(municipality)s har redan en utvärdering från %(month)s.",
        municipality=laid.kept.municipality,
        month=f"{laid.kept.month:%Y-%m}",
    )
    return sentence


def _in_words(diff: VersionDiff) -> Iterator[str]:
    """Everything that differs, line by line."""
    names = {
        "ordinal": _("I ordningen"),
        "edition": _("Version av Kommunkompassen"),
        "total": _("Totalpoäng enligt rapporten"),
    }
    for fact in diff.facts:
        yield f"{names[fact.name]}: {_value(fact.before)} → {_value(fact.after)}"
    for score in diff.shown_scores:
        yield f"{score.code}: {_rated(score.before)} → {_rated(score.after)}"
    for score in diff.renamed:
        both = [side.name for side in (score.before, score.after) if side]
        yield _("%(code)s: namnet ändras", code=score.code) + ": " + " → ".join(both)
    for change in diff.points:
        yield from _point(change)
    for change in diff.changed_strengths:
        yield _("Styrka, %(where)s:", where=_where(change.after or change.before))
        yield from _texts(change)
    if diff.bodies:
        yield _("Delområden med ändrad text: %(count)s", count=diff.bodies)


def _point(change: ItemChange) -> Iterator[str]:
    """A point that differs: what happens to it, then its words."""
    kinds = (
        (change.stays, _("Punkt som står kvar, eftersom arbete hänger på den")),
        (change.removed, _("Punkt som tas bort")),
        (change.added, _("Punkt som tillkommer")),
        (change.moved, _("Punkt som flyttas")),
        (change.changed, _("Punkt som ändras")),
    )
    for holds, kind in kinds:
        if not holds:
            continue
        where = _where(change.after or change.before)
        if change.moved:
            where = f"{_where(change.before)} → {where}"
        yield f"{kind}, {where}:"
        yield from _texts(change)
        if change.retagged and change.before and change.after:
            yield f"  {_codes(change.before)} → {_codes(change.after)}"
        return


def _texts(change: ItemChange) -> Iterator[str]:
    before, after = change.before, change.after
    if before and (change.stays or (after and before.text == after.text)):
        yield f"    {before.text}"
        return
    if before:
        yield f"  - {before.text}"
    if after:
        yield f"  + {after.text}"


def _where(side: Side | None) -> str:
    if side is None or side.area is None:
        return str(_("övergripande"))
    return str(_("område %(number)s", number=side.area))


def _codes(side: Side) -> str:
    return ", ".join(side.subareas) or "–"


def _rated(side: Rated | None) -> str:
    return "–" if side is None else f"{side.name} {_value(side.score)}/{_value(side.max)}"


def _value(value: str | int | None) -> str:
    return "–" if value is None else str(value)
