"""What hangs on an action: a report, evidence with a kept file, a comment; and a round."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.hostile import whole
from tests.helpers.logos import logo
from tracker.domain.permissions import Role
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import (
    Absence,
    Action,
    ClaimRule,
    Comment,
    Evidence,
    FollowUpRound,
    LogInMethod,
    LoginSession,
    OutboxMessage,
    OutboxState,
    StatusUpdate,
    TokenPurpose,
    User,
)
from tracker.services import letterhead, places
from tracker.services.accounts import sessions, tokens
from tracker.services.actions.evidence import kept_in
from tracker.services.answers import link_to_answer
from tracker.services.records.making import Exports, carry_out


def _author(action: Action) -> int:
    return action.owner_id or 1


def update(action: Action) -> StatusUpdate:
    """A report by the action's owner."""
    return StatusUpdate(
        action_id=action.id, author_id=_author(action), at=NOW, health=Health.ON_TRACK
    )


def evidence(action: Action) -> Evidence:
    """A text file that the action's owner added, and that is really there."""
    data = whole(".txt")
    return Evidence(
        action_id=action.id,
        title="Protokoll",
        added_at=NOW,
        added_by_id=_author(action),
        sha256=kept_in(current_app.extensions["settings"].instance_dir).keep(data),
        file_name="protokoll.txt",
        size=len(data),
    )


def comment(action: Action, by: User) -> Comment:
    """A comment, saved."""
    made = Comment(action_id=action.id, author_id=by.id, at=NOW, text="Hej!")
    db.session.add(made)
    db.session.commit()
    return made


def follow_up_round(cast: Cast, **values: object) -> FollowUpRound:
    """A round about all plans that opened five days ago and goes on for three weeks."""
    given: dict[str, object] = {
        "name": "Tertial 1",
        "opens_on": TODAY - timedelta(days=5),
        "due_on": TODAY + timedelta(days=16),
        "created_at": NOW - timedelta(days=20),
        "created_by": cast.director,
    }
    one = FollowUpRound(**{**given, **values})
    db.session.add(one)
    db.session.commit()
    return one


def round_id(cast: Cast) -> int:
    """That of a new round."""
    return follow_up_round(cast).id


def answer_token(action: Action, by: User | None = None, now: datetime = NOW) -> str:
    """What follows /answer/ in a mail of `now` to the person, by default the action's owner."""
    link = link_to_answer(
        places.post_of(current_app.extensions["settings"]),
        person_id=by.id if by else _author(action),
        action_id=action.id,
        deadline_rev=action.deadline_rev,
        now=now,
    )
    return link.rpartition("/")[2]


def absence(cast: Cast) -> dict[str, int]:
    """What names one more day, long from now, on which the owner is away and the colleague acts."""
    day = TODAY + timedelta(days=400 + db.session.query(Absence).count())
    away = Absence(user=cast.owner, delegate=cast.colleague, starts_on=day, ends_on=day)
    db.session.add(away)
    db.session.commit()
    return {"user_id": cast.owner.id, "absence_id": away.id}


def claim_rule() -> dict[str, int]:
    """What names one more rule by which a claim gives a role."""
    rule = ClaimRule(value=f"Grupp {db.session.query(ClaimRule).count()}", role=Role.DIRECTOR)
    db.session.add(rule)
    db.session.commit()
    return {"claim_rule_id": rule.id}


def dead_letter(to: User) -> dict[str, int]:
    """What names one more letter to the person that the server refused."""
    number = db.session.query(OutboxMessage).count()
    one = OutboxMessage(
        kind="digest",
        recipient=to,
        local_date=TODAY - timedelta(days=number),
        message_id=f"<{number}@testkoping.example>",
        address=to.email,
        subject=f"Brev {number}",
        mime=b"",
        state=OutboxState.DEAD,
        created_at=NOW,
        next_at=NOW,
        smtp_code=550,
        last_error="550 no such user",
    )
    db.session.add(one)
    db.session.commit()
    return {"message_id": one.id}


def logo_mark(by: User) -> str:
    """What names the picture of the letterhead, which is there now."""
    return letterhead.keep_logo(logo(4, 4), by=by, now=NOW)


def account_key(to: User, purpose: TokenPurpose) -> str:
    """The key of a letter to the person; a new address is confirmed by it."""
    email = f"ny.{to.email}" if purpose is TokenPurpose.NEW_ADDRESS else None
    key = tokens.issue(to, purpose, now=NOW, email=email)
    db.session.commit()
    return key


def open_session(user: User) -> dict[str, int]:
    """What names a session of the person's in some other browser."""
    sessions.open_session(user, method=LogInMethod.OIDC, device="Firefox · Mac", now=NOW)
    return {"session_id": db.session.query(LoginSession.id).order_by(LoginSession.id.desc())[0][0]}


def export_key(by: User) -> str:
    """The key of a complete export that the person may fetch."""
    config = current_app.extensions["settings"]
    claim = Exports(config.instance_dir / "exports").begin(by=by, now=NOW)
    carry_out(claim, config=config, clock=lambda: NOW)
    return claim.work.token
