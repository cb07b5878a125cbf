"""Answering from a mail: a signed link lets one person report on one action, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.domain.answering import LinkState, answers_count_from, is_old, state_of
from tracker.domain.calendar import local_date
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reminders import current_round
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, FollowUpRound, StatusUpdate, User
from tracker.services import scope
from tracker.services.actions import rules
from tracker.services.actions.reports import Report, add_report
from tracker.services.posts import Post
from tracker.services.reminder_facts import facts_of
from tracker.services.stand_ins import with_stand_ins

_SALT = "answer-link-1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Link:
    """What a link says: who may answer about what, as long as the revision stands."""

    person_id: int
    action_id: int
    deadline_rev: int
    issued_at: datetime


@dataclass(frozen=True)
class Asked:
    """What the page of a link shows of the action and of the person who answers.

    `for_name` is the owner who is away, where the person answers in their stead; `answer` is what
    the person has said since the link was written, `last` the last word of anybody. The round,
    both or neither, waits for a report.
    """

    person: User
    action: Action
    for_name: str | None
    answer: StatusUpdate | None
    last: StatusUpdate | None
    round_name: str | None = None
    round_due: date | None = None


@dataclass(frozen=True)
class Opened:
    """A link that somebody opened; `asked` only where the reader may know of the action.

    `locale` is the person's language, None where nobody is known.
    """

    state: LinkState
    asked: Asked | None = None
    locale: str | None = None


class LinkSpent(RuleBroken):
    """The link did not take the answer; `opened` tells why."""

    def __init__(self, opened: Opened) -> None:
        super().__init__("Länken tar inte emot något svar.")
        self.opened = opened


def link_to_answer(
    post: Post, *, person_id: int, action_id: int, deadline_rev: int, now: datetime
) -> str:
    """The address in a mail under which the person says how the action goes."""
    seconds = int(now.timestamp())
    token = _signer(post.secret).dumps([person_id, action_id, deadline_rev, seconds])
    return f"{post.base_url}/answer/{token}"


def read_link(token: str, *secrets: str) -> Link | None:
    """What we once wrote into a link with one of the secrets; None for anything else, down to the
    last character."""
    return next(filter(None, (_read(token, _signer(secret)) for secret in secrets)), None)


def _read(token: str, signer: URLSafeSerializer) -> Link | None:
    try:
        person_id, action_id, deadline_rev, seconds = numbers = signer.loads(token)
        # One link has one spelling: base64 would take others for the same bytes.
        if signer.dumps(numbers) != token:
            return None
        issued_at = _EPOCH + timedelta(seconds=seconds)
    except (BadData, TypeError, ValueError, OverflowError):
        return None
    return Link(person_id, action_id, deadline_rev, issued_at)


def open_link(token: str, *, secrets: tuple[str, ...], now: datetime, zone: ZoneInfo) -> Opened:
    """What the link is good for, and what its page may show; writes nothing.

    `now` is an aware instant, `zone` the municipality's own.
    """
    return _opened(token, secrets=secrets, now=now, zone=zone, to_write=False)


def save_answer(
    token: str, report: Report, *, secrets: tuple[str, ...], now: datetime, zone: ZoneInfo
) -> Action:
    """Append the report of the link's person, as if they had logged in; a link takes one.

    Raises:
        LinkSpent: it takes none, or none any more.
        RuleBroken, Refused: what was typed breaks rules.
    """
    opened = _opened(token, secrets=secrets, now=now, zone=zone, to_write=True)
    if opened.state is not LinkState.READY or opened.asked is None:
        raise LinkSpent(opened)
    action, person = opened.asked.action, opened.asked.person
    add_report(action, report, by=person, now=now, today=local_date(now, zone), by_link=True)
    db.session.commit()
    return action


def was_said(opened: Opened, report: Report) -> bool:
    """Whether the answer that used the link is this very one: a button that was pressed twice."""
    answer = opened.asked.answer if opened.asked else None
    if answer is None:
        return False
    kept = Report(answer.health, answer.text, answer.percent, answer.forecast)
    return kept == replace(report, text=rules.one_line(report.text))


@lru_cache(maxsize=4)
def _signer(secret: str) -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(secret, salt=_SALT, signer_kwargs=options)


def _opened(
    token: str, *, secrets: tuple[str, ...], now: datetime, zone: ZoneInfo, to_write: bool
) -> Opened:
    """With `to_write` the action is locked first, so that of two answers at once one finds the
    link used."""
    link = read_link(token, *secrets)
    if link is None:
        return Opened(LinkState.BROKEN)
    if is_old(link.issued_at, now):
        return Opened(LinkState.OLD)
    person = db.session.get(User, link.person_id)
    if person is None or not person.is_active:
        return Opened(LinkState.CLOSED_ACCOUNT)
    with_stand_ins(person, local_date(now, zone))
    load = rules.locked_action if to_write else scope.load_action
    try:
        action = load(link.action_id, by=person, deed=Deed.ACTION_REPORT)
    except (NotFound, Forbidden):
        return Opened(LinkState.NOT_THEIRS, locale=person.locale)
    answer = _report(action, by=person, since=answers_count_from(link.issued_at, now))
    state = state_of(
        answered=answer is not None,
        is_open=action.status in OPEN,
        link_rev=link.deadline_rev,
        deadline_rev=action.deadline_rev,
    )
    return Opened(state, _asked(action, person, answer, local_date(now, zone), zone), person.locale)


def _asked(
    action: Action, person: User, answer: StatusUpdate | None, today: date, zone: ZoneInfo
) -> Asked:
    waiting = current_round(facts_of([action.id], zone)[action.id], today)
    name = db.session.get_one(FollowUpRound, waiting.id).name if waiting else None
    stead = (one.name for one in person.stands_for if one.person_id == action.owner_id)
    return Asked(
        person=person,
        action=action,
        for_name=next(stead, None),
        answer=answer,
        last=_report(action),
        round_name=name,
        round_due=waiting.due_on if waiting else None,
    )


def _report(
    action: Action, *, by: User | None = None, since: datetime | None = None
) -> StatusUpdate | None:
    """The last report on the action, of one person and since an instant where these are given."""
    query = select(StatusUpdate).where(StatusUpdate.action_id == action.id)
    if by is not None:
        query = query.where(StatusUpdate.author_id == by.id)
    if since is not None:
        query = query.where(StatusUpdate.at >= since)
    query = query.options(joinedload(StatusUpdate.author)).order_by(StatusUpdate.id.desc())
    found: StatusUpdate | None = db.session.scalar(query.limit(1))
    return found
