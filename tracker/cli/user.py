"""`user add`, `user invite`, `user password`, `user deactivate` and `user link`."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from tracker.cli.common import ensure_schema, fail, now_option, plain_errors, say, settings
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Role
from tracker.services import departures, people, places
from tracker.services.accounts import invitations, own, sign_on
from tracker.services.actions.rules import Refused

user = AppGroup("user", help="Accounts.")


@user.command("add")
@click.option("--name", required=True, help="First and last name.")
@click.option("--email", required=True, metavar="ADDRESS", help="What the person logs in with.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", metavar="NAME", help="For managers and directors; none: the whole of it.")
@click.option("--committee", metavar="NAME", help="For committee members.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin; do not ask.")
@now_option
@plain_errors
def add_command(
    *,
    name: str,
    email: str,
    role: str,
    unit: str | None,
    committee: str | None,
    password_stdin: bool,
    now: datetime,
) -> None:
    """Open an account."""
    ensure_schema()
    given = _role(role, unit, committee)
    locale = settings().locale
    data = people.NewPerson(name, email, _password(password_stdin), given, locale)
    try:
        added = people.add_person(data, by=None, now=now)
    except Refused as error:
        fail("\n".join(say(problem) for problem in error.problems))
    else:
        click.echo(_("%(name)s kan logga in som %(email)s.", name=added.name, email=added.email))


@user.command("invite")
@click.option("--name", required=True, help="First and last name.")
@click.option("--email", required=True, metavar="ADDRESS", help="Where the invitation goes.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", metavar="NAME", help="For managers and directors; none: the whole of it.")
@click.option("--committee", metavar="NAME", help="For committee members.")
@now_option
@plain_errors
def invite_command(
    *, name: str, email: str, role: str, unit: str | None, committee: str | None, now: datetime
) -> None:
    """Open an account, and write to the person, who chooses a password."""
    ensure_schema()
    config = settings()
    data = people.NewPerson(name, email, None, _role(role, unit, committee), config.locale)
    post = places.post_of(config)
    try:
        invited = invitations.invite(data, local=config.local_login, post=post, by=None, now=now)
    except Refused as error:
        fail("\n".join(say(problem) for problem in error.problems))
    else:
        click.echo(
            _(
                "En inbjudan till %(name)s väntar i utkorgen: %(email)s.",
                name=invited.name,
                email=invited.email,
            )
        )


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin; do not ask.")
@now_option
@plain_errors
def password_command(email: str, password_stdin: bool, now: datetime) -> None:
    """Give somebody a new password, where no letter can reach them."""
    ensure_schema()
    user_id = people.person_id_of(email)
    own.give_password(user_id, _password(password_stdin), post=places.post_of(settings()), now=now)
    click.echo(_("Lösenordet är bytt för %(email)s, som är utloggad överallt.", email=email))


@user.command("deactivate")
@click.argument("email")
@click.option("--to", metavar="ADDRESS", default="", help="Who takes over all open actions.")
@now_option
@plain_errors
def deactivate_command(email: str, to: str, now: datetime) -> None:
    """Close an account; open actions go to their unit's director, or to --to."""
    ensure_schema()
    heirs = departures.Heirs(everything=to)
    try:
        handed = departures.deactivate_person(people.person_id_of(email), heirs, by=None, now=now)
    except departures.Ownerless as error:
        fail(" ".join((say(error), _("Ange personen med --to ADRESS."))))
    else:
        click.echo(_("Kontot %(email)s är avaktiverat.", email=email))
        for one in handed:
            click.echo(f"  {one.title}: {one.to_name}")


@user.command("link")
@click.argument("email")
@now_option
@plain_errors
def link_command(email: str, now: datetime) -> None:
    """Let whoever next signs on at the OpenID provider by this very address have the account."""
    ensure_schema()
    oidc = settings().oidc
    if oidc is None:
        raise RuleBroken(
            "Ingen inloggning med OpenID är inställd. Sätt OIDC_ISSUER, OIDC_CLIENT_ID och "
            "OIDC_CLIENT_SECRET."
        )
    linked = sign_on.prepare_link(email, issuer=oidc.issuer, by=None, now=now)
    click.echo(
        _(
            "%(name)s kopplas vid sin nästa inloggning med %(provider)s, inom 14 dagar.",
            name=linked.name,
            provider=oidc.name,
        )
    )


def _role(role: str, unit: str | None, committee: str | None) -> people.NewRole:
    return people.NewRole(
        Role(role),
        _id_named(unit, {one.name: one.id for one in places.units()}),
        _id_named(committee, {one.name: one.id for one in places.committees()}),
    )


def _id_named(name: str | None, known: dict[str, int]) -> int | None:
    if name is None:
        return None
    if name not in known:
        raise RuleBroken(
            "%(name)s finns inte. Det här finns: %(known)s.",
            name=name,
            known=", ".join(known) or "–",
        )
    return known[name]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        try:
            line = sys.stdin.readline().rstrip("\r\n")
            line.encode()  # where the locale lets anything in, only this tells
        except UnicodeError as error:
            raise RuleBroken("Lösenordet ska vara skrivet i UTF-8.") from error
        return line
    typed: str = click.prompt(_("Lösenord"), hide_input=True, confirmation_prompt=True)
    return typed
