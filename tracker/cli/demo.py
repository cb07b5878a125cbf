"""`demo load`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click
from flask.cli import AppGroup

from tracker.cli.common import (
    echo_json,
    ensure_schema,
    json_option,
    now_option,
    plain_errors,
    settings,
)
from tracker.services import places
from tracker.services.demo import DemoPerson, load_demo

demo = AppGroup("demo", help="A made-up municipality to try things on.")


@demo.command("load")
@click.option("--people", type=click.IntRange(0, 1_000_000), default=0, help="Fill up to N people.")
@click.option(
    "--actions", type=click.IntRange(0, 1_000_000), default=0, help="Fill up to N actions."
)
@now_option
@json_option
@plain_errors
def load(people: int, actions: int, now: datetime, as_json: bool) -> None:
    """Fill an empty database with the demo; the same arguments give the same data."""
    ensure_schema()
    logins = load_demo(post=places.post_of(settings()), now=now, people=people, actions=actions)
    if as_json:
        echo_json({"people": [asdict(person) for person in logins]})
        return
    show_logins(logins)


def show_logins(logins: list[DemoPerson]) -> None:
    """Print one person of each role and the password they share."""
    shown: set[str] = set()
    for person in logins:
        if person.role not in shown:
            shown.add(person.role)
            click.echo(f"  {person.role:<10} {person.email:<42} {person.password}")
