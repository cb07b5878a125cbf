"""A person of whom something is kept in every way that there is."""

from __future__ import annotations

from datetime import timedelta

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.ringing import letter, remind
from tracker.extensions import db
from tracker.models import (
    Absence,
    AccountToken,
    Comment,
    ExternalIdentity,
    KnownDevice,
    LoginSession,
    Mention,
    OutboxState,
    RecoveryCode,
    SecondFactor,
    TokenPurpose,
    User,
)
from tracker.services import journal

SECRETS = ("the-token-hash", "the-device-hash", "the-code-hash", "the-totp-secret", "the-session")


def known_well(cast: Cast) -> User:
    """The owner, who has reported, spoken, been called, written to and logged in; committed."""
    owner, other = cast.owner, cast.colleague
    db.session.add_all(
        [
            pieces.update(cast.action),
            pieces.evidence(cast.action),
            Comment(action_id=cast.action.id, author_id=owner.id, at=NOW, text="Mina egna ord."),
            Comment(
                action_id=cast.action.id,
                author_id=other.id,
                at=NOW,
                text="@Olle  Ägare, och @OLLE ÄGARE: kan du? Olle Ägare vet.",
                mentions=[Mention(user_id=owner.id)],
            ),
            Absence(user=owner, delegate=other, starts_on=TODAY, ends_on=TODAY),
            Absence(user=other, delegate=owner, starts_on=TODAY, ends_on=TODAY),
            *_ways_in(owner),
        ]
    )
    for number, state in enumerate(OutboxState):
        remind(cast.action, owner, f"before-{number}", mail=state)
    db.session.add(letter(other))
    journal.record("action.report", "action", cast.action.id, {}, by=owner, now=NOW)
    about = {"name": owner.name, "email": owner.email, "by_whom": other.name}
    journal.record("user.add", "user", owner.id, about, by=cast.admin, now=NOW)
    db.session.commit()
    return owner


def _ways_in(owner: User) -> list[object]:
    session, device, code, secret, key = (
        SECRETS[4],
        SECRETS[1],
        SECRETS[2],
        SECRETS[3],
        SECRETS[0],
    )
    later = NOW + timedelta(hours=12)
    return [
        LoginSession(
            token_hash=session, user_id=owner.id, created_at=NOW, expires_at=later, device="Firefox"
        ),
        KnownDevice(user_id=owner.id, device_hash=device, created_at=NOW, seen_at=NOW),
        RecoveryCode(user_id=owner.id, code_hash=code),
        SecondFactor(user_id=owner.id, secret=secret, created_at=NOW, last_step=0),
        ExternalIdentity(
            user_id=owner.id, issuer="https://id.example", subject="s-1", created_at=NOW
        ),
        AccountToken(
            token_hash=key,
            user_id=owner.id,
            purpose=TokenPurpose.NEW_ADDRESS,
            email="olle.ny@testkoping.example",
            created_at=NOW,
            expires_at=later,
        ),
    ]
