"""The municipality, its units and its committees."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from config import Config
from tracker.extensions import db
from tracker.mail.message import split_sender
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
    split_sender(settings.mail_from)  # better one sentence now than a day of undeliverable mail
    return Post(
        sender=settings.mail_from,
        base_url=settings.base_url,
        municipality=settings.municipality or (own.name if own else ""),
        zone=settings.timezone,
        secret=settings.secret_key,
    )
