"""The actions of the demo's story, with everything that people have said about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tracker.domain.calendar import local_date
from tracker.domain.ladder import Reason
from tracker.domain.reminders import OWN_CLOCK
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    Action,
    Evidence,
    Milestone,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    StatusUpdate,
    User,
)
from tracker.services import journal
from tracker.services.actions import search
from tracker.services.demo.more import add_comments, add_more, repeat_latest
from tracker.services.demo.reports import add_reports
from tracker.services.demo.rounds import with_answers
from tracker.services.demo.story import Story
from tracker.services.digests import write_digest
from tracker.services.posts import Post


def add_story_actions(story: Story, post: Post) -> int:
    """Write all actions of the story, the reminders of their assignment, the reports of the past
    rounds, and the journal."""
    told = [with_answers(one, story) for one in story.data["actions"]]
    actions = [_action(one, story) for one in told]
    db.session.add_all(actions)
    db.session.flush()
    for one, action in zip(told, actions, strict=True):
        search.remember(action)
        _add_what_was_said(one, action, story)
        add_more(one.get("more", {}), action, actions, story)
    add_comments(actions, story)
    _tell_owners(actions, story, post)
    add_reports(actions, story)
    _journal(told, actions, story)
    return len(actions)


def _action(told: dict[str, Any], story: Story) -> Action:
    created = story.ago(told["created_days_ago"])
    deadline = story.today + timedelta(days=told["deadline_in_days"])
    first = story.today + timedelta(days=told["first_deadline_in_days"])
    owner = story.people[told["owner"]] if told["owner"] else None
    moved = deadline != first
    action = Action(
        plan_id=story.plan.id,
        title=told["title"],
        description=told["description"],
        expected_effect=told["expected_effect"],
        owner_id=owner.id if owner else None,
        assigned_at=created if owner else None,
        assigned_by_id=story.people["karin"].id if owner else None,
        unit_id=story.units[told["unit"]].id,
        committee_id=story.committees[told["committee"]].id,
        status=ActionStatus(told["status"]),
        deadline=deadline,
        first_deadline=first,
        deadline_rev=2 if moved else 1,
        deadline_set_at=created,
        created_at=created,
        created_by_id=story.people["karin"].id,
        points=[story.points[p["evaluation"], p["area"], p["index"]] for p in told["points"]],
    )
    _add_ending(told, action, story)
    return action


def _add_ending(told: dict[str, Any], action: Action, story: Story) -> None:
    if told["done_days_ago"] is not None:
        action.done_on = story.day_ago(told["done_days_ago"])
        action.done_by_id = action.owner_id
    if told["verified_days_ago"] is not None:
        action.verified_on = story.day_ago(told["verified_days_ago"])
        action.verified_by_id = story.people[told["verified_by"]].id
    if told["dropped"]:
        action.dropped_on = story.day_ago(told["dropped"]["days_ago"])
        action.dropped_by = story.name_of(told["dropped"]["by"])
        action.dropped_reason = told["dropped"]["reason"]


def _add_what_was_said(told: dict[str, Any], action: Action, story: Story) -> None:
    for one in sorted(told["updates"], key=lambda update: -update["days_ago"]):
        author = story.people[one["by"]].id if one["by"] else action.owner_id
        db.session.add(
            StatusUpdate(
                action_id=action.id,
                author_id=author,
                at=story.ago(one["days_ago"]),
                health=Health(one["health"]),
                text=one["text"],
            )
        )
        repeat_latest(action, one, story)
    for one in told["milestones"]:
        due = story.today + timedelta(days=one["due_in_days"])
        done = story.day_ago(one["done_days_ago"])
        db.session.add(Milestone(action_id=action.id, title=one["title"], due=due, done_on=done))
    for one in told["evidence"]:
        db.session.add(
            Evidence(
                action_id=action.id,
                title=one["title"],
                url=one["url"],
                added_at=story.ago(told["done_days_ago"]),
                added_by_id=action.done_by_id,
            )
        )


def _tell_owners(actions: list[Action], story: Story, post: Post) -> None:
    """The mails that told each owner of their actions when those were new."""
    by_mail: dict[tuple[int, date], list[Action]] = {}
    for action in actions:
        if action.owner_id and action.assigned_at:
            day = local_date(action.assigned_at, post.zone)
            by_mail.setdefault((action.owner_id, day), []).append(action)
    for (owner_id, day), mine in sorted(by_mail.items(), key=lambda item: item[0][::-1]):
        owner = next(user for user in story.people.values() if user.id == owner_id)
        sent_at = max(a.assigned_at for a in mine if a.assigned_at)
        db.session.add(_sent_mail(owner, day, mine, sent_at, post))
    db.session.flush()


def _sent_mail(
    owner: User, day: date, actions: list[Action], sent_at: datetime, post: Post
) -> OutboxMessage:
    lines = [(action.id, Reason.ASSIGNED.value) for action in actions]
    letter = write_digest(owner, lines, kind="digest", day=day, post=post, now=sent_at)
    return OutboxMessage(
        kind="digest",
        recipient_id=owner.id,
        local_date=day,
        message_id=letter.message_id,
        address=owner.email,
        subject=letter.subject,
        mime=letter.mime,
        state=OutboxState.SENT,
        created_at=sent_at,
        attempts=1,
        next_at=sent_at,
        data_started_at=sent_at,
        sent_at=sent_at,
        smtp_code=250,
        reminders=[
            Reminder(
                action_id=action.id,
                step=f"assigned@{local_date(action.assigned_at or sent_at, post.zone)}",
                deadline_rev=OWN_CLOCK,
                recipient_id=owner.id,
                reason=Reason.ASSIGNED,
                state=ReminderState.IN_MAIL,
                decided_at=sent_at,
            )
            for action in actions
        ],
    )


Row = tuple[str, str, int, dict[str, Any], User | None, datetime]


def _journal(told: list[dict[str, Any]], actions: list[Action], story: Story) -> None:
    """What the journal would hold had it all been done by hand, in the order of time."""
    rows = list(story.entries)
    for one, action in zip(told, actions, strict=True):
        rows += _journal_rows(one, action, story)
    rows.sort(key=lambda row: row[5])
    journal.record_many(rows)


def _journal_rows(told: dict[str, Any], action: Action, story: Story) -> Iterator[Row]:
    karin = story.people["karin"]
    owner = story.people[told["owner"]] if told["owner"] else None

    def row(deed: str, days_ago: int, by: User | None, **data: str) -> Row:
        return f"action.{deed}", "action", action.id, data, by, story.ago(days_ago)

    yield row("create", told["created_days_ago"], karin, title=action.title)
    for update in told["updates"]:
        author = story.people[update["by"]] if update["by"] else owner
        said = {"health": update["health"], "text": update["text"]}
        yield row("report", update["days_ago"], author, **said)
    if told["done_days_ago"] is not None:
        proof = told["evidence"][0] if told["evidence"] else {"title": "", "url": ""}
        yield row(
            "complete", told["done_days_ago"], owner, evidence=proof["title"], url=proof["url"]
        )
    if told["verified_days_ago"] is not None:
        yield row("verify", told["verified_days_ago"], story.people[told["verified_by"]])
    if dropped := told["dropped"]:
        why = {"reason": dropped["reason"], "decided_by": story.name_of(dropped["by"])}
        yield row("drop", dropped["days_ago"], karin, **why)
