"""`user reset-factor`, for whoever has lost both telephone and recovery codes."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker.cli.common import ensure_schema, now_option, plain_errors, settings
from tracker.services import people, places
from tracker.services.accounts import factor_changes


@click.command("reset-factor")
@click.argument("email")
@now_option
@with_appcontext
@plain_errors
def reset_factor(email: str, now: datetime) -> None:
    """Take away somebody's second factor, and log them out everywhere."""
    ensure_schema()
    user_id, post = people.person_id_of(email), places.post_of(settings())
    user = factor_changes.remove(user_id, by=None, post=post, now=now)
    click.echo(_("%(name)s har ingen tvåstegsinloggning längre.", name=user.name))
