"""Comments between colleagues about an action, and whom they call; no committee reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.mentions import Call, Person, Piece, find_calls, pieces
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Action, Comment, Mention, User
from tracker.services import journal, scope
from tracker.services.actions import rules

COMMENT_MAX = 5_000
EXCERPT = 160
UNSEEN_SHOWN = 30
SAME_COMMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class CommentShown:
    """A comment: its text in pieces, line by line; none where its author took it back."""

    id: int
    at: datetime
    author: str
    lines: tuple[tuple[Piece, ...], ...]
    removed: bool
    own: bool


@dataclass(frozen=True)
class TalkShown:
    """All comments of an action, oldest first; `unseen` tells that one calls the reader, who has
    not said that they have seen it."""

    comments: tuple[CommentShown, ...]
    unseen: bool


@dataclass(frozen=True)
class MentionShown:
    """A comment that calls the reader; `excerpt` is the beginning of what it says."""

    comment_id: int
    action_id: int
    title: str
    author: str
    at: datetime
    excerpt: str


def add_comment(action_id: int, text: str, *, by: User, now: datetime) -> Comment:
    """Say something to those who work with the action; what called the writer there is seen.

    The very same words by the same person within a minute are one comment that was sent twice.

    Raises:
        Forbidden, NotFound: outside what this person may comment on.
        RuleBroken: nothing is said, or too much, or it calls somebody who cannot be meant.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_COMMENT)
    text = rules.paragraphs(text)
    if not text:
        raise RuleBroken("Skriv en kommentar.", field="text")
    rules.check_length(text, "text", COMMENT_MAX)
    last = _last_by(action.id, by)
    if last is not None and last.text == text and now - last.at <= SAME_COMMENT:
        return last
    called = _called(find_calls(text, _people() if "@" in text else ()), action)
    comment = Comment(action_id=action.id, author_id=by.id, at=now, text=text)
    comment.mentions = [Mention(user_id=person.id) for person in called if person.id != by.id]
    db.session.add(comment)
    db.session.execute(_seen(action.id, by, now))
    db.session.flush()
    data = {"action": action.id, "mentions": [one.user_id for one in comment.mentions]}
    journal.record("comment.add", "comment", comment.id, data, by=by, now=now)
    db.session.commit()
    return comment


def remove_comment(action_id: int, comment_id: int, *, by: User, now: datetime) -> None:
    """Take one's own comment back: its text goes for good, its place stays.

    Raises:
        Forbidden, NotFound: no such comment of theirs.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_COMMENT)
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.action_id != action.id or comment.author_id != by.id:
        raise NotFound
    if comment.removed_at is None:
        comment.removed_at, comment.text = now, ""
        comment.mentions = []
        data = {"action": action.id}
        journal.record("comment.remove", "comment", comment.id, data, by=by, now=now)
    db.session.commit()


def mark_seen(action_id: int, *, by: User, now: datetime) -> None:
    """Say that one has read the comments of an action that call one.

    Raises:
        Forbidden, NotFound: outside what this person may comment on.
    """
    action = scope.load_action(action_id, by=by, deed=Deed.ACTION_COMMENT)
    db.session.execute(_seen(action.id, by, now))
    db.session.commit()


def talk_shown(action: Action, by: User) -> TalkShown | None:
    """The comments of an action that is loaded; None for who may not read them."""
    if not (by.may(Deed.ACTION_COMMENT) and scope.may_on(by, Deed.ACTION_COMMENT, action)):
        return None
    query = (
        select(Comment)
        .where(Comment.action_id == action.id)
        .options(
            joinedload(Comment.author).lazyload(User.roles),
            selectinload(Comment.mentions).joinedload(Mention.user).lazyload(User.roles),
        )
        .order_by(Comment.id)
    )
    found = list(db.session.scalars(query))
    unseen = any(
        mention.user_id == by.id and mention.seen_at is None
        for comment in found
        for mention in comment.mentions
    )
    return TalkShown(tuple(_shown(comment, by) for comment in found), unseen)


def unseen_mentions(by: User) -> tuple[MentionShown, ...]:
    """The newest comments that call the reader and that they have not said they have seen."""
    if not by.may(Deed.ACTION_COMMENT):
        return ()
    rows = db.session.execute(
        select(Comment.id, Action.id, Action.title, User.name, Comment.at, Comment.text)
        .select_from(Mention)
        .join(Comment, Comment.id == Mention.comment_id)
        .join(Action, Action.id == Comment.action_id)
        .join(User, User.id == Comment.author_id)
        .where(
            Mention.user_id == by.id,
            Mention.seen_at.is_(None),
            scope.actions_within(by, Deed.ACTION_COMMENT),
        )
        .order_by(Comment.id.desc())
        .limit(UNSEEN_SHOWN)
    )
    return tuple(MentionShown(*row[:5], excerpt=_excerpt(row[5])) for row in rows)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def _shown(comment: Comment, by: User) -> CommentShown:
    people = [Person(one.user.id, one.user.name, one.user.email) for one in comment.mentions]
    lines = () if comment.removed_at else comment.text.split("\n")
    return CommentShown(
        id=comment.id,
        at=comment.at,
        author=comment.author.name,
        lines=tuple(pieces(line, find_calls(line, people)) for line in lines),
        removed=comment.removed_at is not None,
        own=comment.author_id == by.id,
    )


def _last_by(action_id: int, by: User) -> Comment | None:
    return db.session.scalar(
        select(Comment)
        .where(Comment.action_id == action_id, Comment.author_id == by.id)
        .order_by(Comment.id.desc())
        .limit(1)
    )


def _people() -> list[Person]:
    rows = db.session.execute(
        select(User.id, User.name, User.email).where(User.deactivated_at.is_(None))
    )
    return [Person(*row) for row in rows]


def _called(calls: Sequence[Call], action: Action) -> list[User]:
    """The one person whom each call means, all of whom can read the comment."""
    for call in calls:
        if len(call.people) > 1:
            raise RuleBroken(
                "Flera personer heter %(name)s. Skriv @ och rätt e-postadress: %(addresses)s.",
                field="text",
                name=call.people[0].name,
                addresses=", ".join(sorted(person.address for person in call.people)),
            )
    ids = {call.people[0].id for call in calls}
    if not ids:
        return []
    users = list(db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)))
    if deaf := [user.name for user in users if not user.may(Deed.ACTION_COMMENT)]:
        raise RuleBroken(
            "%(name)s har en roll som inte läser kommentarer. Ta bort @ framför namnet.",
            field="text",
            name=deaf[0],
        )
    outside = [user.name for user in users if not scope.may_on(user, Deed.ACTION_COMMENT, action)]
    if outside:
        raise RuleBroken(
            "Kommentarerna till åtgärden kan inte läsas av %(names)s. Lägg till personen som "
            "medverkande i åtgärden, eller ta bort @ framför namnet.",
            field="text",
            names=", ".join(outside),
        )
    return users


def _seen(action_id: int, by: User, now: datetime) -> Update:
    here = select(Comment.id).where(Comment.action_id == action_id)
    return (
        update(Mention)
        .where(Mention.user_id == by.id, Mention.seen_at.is_(None), Mention.comment_id.in_(here))
        .values(seen_at=now)
    )
