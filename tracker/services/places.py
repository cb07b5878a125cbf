"""The municipality, its units and its committees."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from config import Config
from tracker.extensions import db
from tracker.mail.message import sender_named
from tracker.models import Committee, Municipality, Unit
from tracker.services.posts import Post


def own_municipality() -> Municipality | None:
    """The municipality whose plan this is; None before the first import."""
    return db.session.scalar(select(Municipality).where(Municipality.is_own))


def municipality_named(name: str) -> Municipality:
    """Find or add a municipality in the caller's transaction; the first one of all is ours."""
    found = db.session.scalar(select(Municipality).where(Municipality.name == name))
    if found is None:
        found = Municipality(name=name, is_own=own_municipality() is None)
        db.session.add(found)
        db.session.flush()
    return found


def units() -> Sequence[Unit]:
    """All units by name."""
    return db.session.scalars(select(Unit).order_by(Unit.name)).all()


def committees() -> Sequence[Committee]:
    """All committees by name."""
    return db.session.scalars(select(Committee).order_by(Committee.name)).all()


def post_of(settings: Config) -> Post:
    """What a mail needs to know of this installation. Raises RuleBroken for a wrong MAIL_FROM."""
    own = own_municipality()
    municipality = settings.municipality or (own.name if own else "")
    name = f"Åtgärda, {municipality}" if municipality else "Åtgärda"
    return Post(
        # Refused here if it is wrong: better one sentence now than a day of undeliverable mail.
        sender=sender_named(settings.mail_from, name),
        base_url=settings.base_url,
        municipality=municipality,
        zone=settings.timezone,
        secret=settings.secret_key,
    )
