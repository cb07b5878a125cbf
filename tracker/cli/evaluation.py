"""`evaluation list` and `evaluation compare`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.cli.common import echo_json, ensure_schema, json_option, plain_errors
from tracker.cli.references import references_command
from tracker.domain.scores import AreaRow, SubAreaRow
from tracker.services.comparisons import sentences
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations
from tracker.services.evaluations import ListedEvaluation, evaluations_listed

evaluation = AppGroup("evaluation", help="Look at evaluations.")
evaluation.add_command(references_command)


@evaluation.command("list")
@json_option
@plain_errors
def list_command(as_json: bool) -> None:
    """Print all evaluations: our own first, the latest first."""
    ensure_schema()
    listed = evaluations_listed(None)
    if as_json:
        echo_json([_to_json(one) for one in listed])
        return
    if not listed:
        click.echo(_("Ingen utvärdering är inläst än."))
    for one in listed:
        total = "–" if one.total is None else one.total
        click.echo(f"{one.id:>4}  {one.month:%Y-%m}  {total:>4}  {one.municipality}  {one.edition}")


def _to_json(one: ListedEvaluation) -> dict[str, object]:
    return {
        "id": one.id,
        "municipality": one.municipality,
        "month": f"{one.month:%Y-%m}",
        "edition": one.edition,
        "ordinal": one.ordinal,
        "total": one.total,
    }


@evaluation.command("compare")
@click.argument("before", type=int)
@click.argument("after", type=int)
@json_option
@plain_errors
def compare_command(before: int, after: int, as_json: bool) -> None:
    """Put two evaluations (ids of `evaluation list`) side by side."""
    ensure_schema()
    shown = compare_evaluations(before, after, by=None)
    if as_json:
        echo_json(shown.to_json())
    else:
        _show(shown)


def _show(shown: ComparisonShown) -> None:
    for one in (shown.before, shown.after):
        total = "–" if one.total is None else one.total
        click.echo(f"{one.municipality} {one.month:%Y-%m}: {total}")
    for warning in _warnings(shown):
        click.echo(warning)
    for said in ([sentences.total(shown)], sentences.risen(shown), *_effect(shown)):
        click.echo(" ".join(map(_in_words, said)))
    for area in shown.result.areas:
        if named := area.after or area.before:
            numbers = (area.before and area.before.number, area.after and area.after.number)
            click.echo(_line(numbers, area, "", named.name))
    for row in shown.result.subareas:
        if sub := row.after or row.before:
            codes = (row.before and row.before.code, row.after and row.after.code)
            verdict = "" if shown.across or shown.backwards else f"{_(row.verdict.label)}  "
            click.echo(_line(codes, row, verdict, sub.name))


def _warnings(shown: ComparisonShown) -> Iterator[str]:
    """What the page says above the numbers."""
    if shown.across:
        yield _(
            "Utvärderingarna gäller två olika kommuner. Skillnaden är ingen utveckling över tid, "
            "så åtgärder räknas inte in."
        )
    elif shown.backwards:
        yield _("Den du har valt som före är den senare av de två.")
    sums = (shown.before, shown.result.total_before), (shown.after, shown.result.total_after)
    for one, summed in sums:
        if summed is not None and one.total not in (None, summed):
            yield _(
                "Rapporten från %(month)s anger totalen %(stated)s, men områdena summerar till "
                "%(summed)s. Här jämförs summorna.",
                month=f"{one.month:%Y-%m}",
                stated=one.total,
                summed=summed,
            )


def _line(places: tuple[Any, Any], row: AreaRow | SubAreaRow, verdict: str, name: str) -> str:
    change = row.change_percent_of_max
    share = "–" if change is None else f"{change:+.1f}"
    place = "→".join("–" if one is None else str(one) for one in places)
    return f"{place:>7}  {share:>6}  {_(row.match.label):<13} {verdict}{name}"


def _effect(shown: ComparisonShown) -> list[list[sentences.Sentence]]:
    """How much apart the groups moved, where there is enough to say, and how sure that is."""
    if shown.effect is None or not shown.compared:
        return []
    told = sentences.effect(shown.effect)
    return [*([told] if told else []), sentences.sureness(shown.effect)]


def _in_words(said: sentences.Sentence) -> str:
    written = {
        name: format_decimal(round(value, 1)) if isinstance(value, float) else value
        for name, value in said.params.items()
    }
    words: str = _(said.message)
    return words % written
