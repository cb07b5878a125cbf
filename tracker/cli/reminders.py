"""`reminders plan|deliver|run`."""

from __future__ import annotations

from datetime import date, datetime
from socket import gethostname
from typing import Any

import click
from click import get_current_context
from click.core import ParameterSource
from flask.cli import AppGroup
from flask_babel import gettext as _

from tracker.cli.common import (
    echo_json,
    ensure_schema,
    json_option,
    now_option,
    plain_errors,
    settings,
)
from tracker.domain.calendar import holiday_name, is_working_day, local_date
from tracker.domain.errors import N_
from tracker.mail.url import parse_mail_url
from tracker.services import ladders, operations, outbox, places
from tracker.services import reminders as service

reminders = AppGroup("reminders", help="Plan and deliver reminders.")

# What a person reads; --json keeps the names.
OUTCOMES = {
    "due": N_("Brev att skicka"),
    "sent": N_("Skickade brev"),
    "resent": N_("Brev som skickades en gång till"),
    "later": N_("Brev som försöks igen senare"),
    outbox.NO_SERVER: N_("Brev som väntar, för att mejlservern inte svarar"),
    "uncertain": N_("Brev som kanske kom fram"),
    "dead": N_("Brev som inte gick att leverera"),
    "cancelled": N_("Brev som inte längre behövdes"),
    outbox.LOST: N_("Brev som en annan arbetare tog över"),
}

only_to_option = click.option("--only-to", metavar="ADDRESS", help="Only for this person.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would happen, do nothing.")


@reminders.command("plan")
@now_option
@only_to_option
@dry_run_option
@json_option
@plain_errors
def plan_command(now: datetime, only_to: str | None, dry_run: bool, as_json: bool) -> None:
    """Decide who gets which mail and put it in the outbox."""
    ensure_schema()
    _show(as_json, planned=_plan(now, only_to, dry_run))


@reminders.command("deliver")
@now_option
@only_to_option
@dry_run_option
@json_option
@plain_errors
def deliver_command(now: datetime, only_to: str | None, dry_run: bool, as_json: bool) -> None:
    """Send what is due in the outbox."""
    ensure_schema()
    day = local_date(now, settings().timezone)
    if not as_json and not is_working_day(day):
        _show_rest(day, holiday_name(day) or "")
    _show(as_json, delivered=_deliver(now, only_to, dry_run))


@reminders.command("run")
@now_option
@only_to_option
@dry_run_option
@json_option
@plain_errors
def run_command(now: datetime, only_to: str | None, dry_run: bool, as_json: bool) -> None:
    """Plan and deliver once, for those who prefer cron to the worker."""
    ensure_schema()
    parse_mail_url(settings().mail_url)  # says what is wrong with it before anything is planned
    planned = _plan(now, only_to, dry_run)
    delivered = _deliver(now, only_to, dry_run)
    pretended = get_current_context().get_parameter_source("now") is not ParameterSource.DEFAULT
    if not (pretended or dry_run or only_to):
        name = f"{operations.CRON}{gethostname()}"[:100]
        operations.beat(name, now=now)
        operations.note_pass(name, unwritten=planned.failures)
    _show(as_json, planned=planned, delivered=delivered)


def _plan(now: datetime, only_to: str | None, dry_run: bool) -> service.Plan:
    return service.plan(
        ladder=ladders.current(),
        post=places.post_of(settings()),
        now=now,
        only_to=only_to,
        dry_run=dry_run,
    )


def _deliver(now: datetime, only_to: str | None, dry_run: bool) -> dict[str, int]:
    target, post = parse_mail_url(settings().mail_url), places.post_of(settings())
    if dry_run:
        return {"due": outbox.due_count(post=post, now=now, only_to=only_to)}
    return outbox.deliver_all(target=target, post=post, clock=lambda: now, only_to=only_to)


def _show(
    as_json: bool,
    *,
    planned: service.Plan | None = None,
    delivered: dict[str, int] | None = None,
) -> None:
    if as_json:
        echo_json(_as_json(planned, delivered))
        return
    if planned is not None:
        _show_plan(planned)
    for outcome, count in (delivered or {}).items():
        click.echo(f"{_(OUTCOMES[outcome])}: {count}")


def _show_rest(day: date, holiday: str) -> None:
    name = holiday or _("helg")
    click.echo(_("%(day)s är ingen arbetsdag (%(name)s): inga brev.", day=day, name=name))


def _show_plan(planned: service.Plan) -> None:
    if planned.rest is not None:
        _show_rest(planned.day, planned.rest)
    for mail in planned.mails:
        click.echo(f"{mail.name} <{mail.address}>: {mail.subject}")
    for failure in planned.failures:
        click.echo(failure, err=True)
    click.echo(_("Planerade brev: %(count)s", count=len(planned.mails)))


def _as_json(planned: service.Plan | None, delivered: dict[str, int] | None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if planned is not None:
        data["day"] = planned.day.isoformat()
        data["rest"] = planned.rest
        data["planned"] = [
            {"name": m.name, "to": m.address, "subject": m.subject, "actions": m.actions}
            for m in planned.mails
        ]
        data["failures"] = list(planned.failures)
    if delivered is not None:
        data["delivered"] = delivered
    return data
