"""Whom a pseudonymised account belonged to at an OpenID provider: enough to keep the door shut, and
too little to tell who it was."""

from __future__ import annotations

from sqlalchemy import select

from tracker.extensions import db, keys
from tracker.models import ClosedIdentity, ExternalIdentity

_PURPOSE = "closed-identity"


def remember_closed(user_id: int) -> None:
    """Keep a keyed hash of each identity of an account that is about to lose them."""
    theirs = select(ExternalIdentity).where(ExternalIdentity.user_id == user_id)
    for one in db.session.scalars(theirs).all():
        if one.subject is not None and not was_closed(one.issuer, one.subject):
            identity_hash = keys.mac(_PURPOSE, _told(one.issuer, one.subject))
            db.session.add(ClosedIdentity(identity_hash=identity_hash))


def was_closed(issuer: str, subject: str) -> bool:
    """Whether this is who a pseudonymised account was, under today's key or an older one."""
    hashes = keys.macs(_PURPOSE, _told(issuer, subject))
    known = select(ClosedIdentity.id).where(ClosedIdentity.identity_hash.in_(hashes))
    return db.session.scalar(known.limit(1)) is not None


def _told(issuer: str, subject: str) -> str:
    return f"{issuer}\n{subject}"  # neither holds a line break
