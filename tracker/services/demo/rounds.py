"""The demo's follow-up rounds: the last two usual ones, which are over, and one that goes on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tracker.domain.calendar import next_working_day
from tracker.domain.rounds import RoundKind, Suggestion, last_usual, papers_leave
from tracker.extensions import db
from tracker.models import FollowUpRound, RoundMeeting
from tracker.services.demo.story import Story

OPENED_DAYS_AGO = 12
DUE_IN_DAYS = 20
ADDED_DAYS_BEFORE = 30
MEETS_AFTER_DAYS = {"ks": 24, "sn": 31}  # the last day to report
ANSWERED_AFTER_DAYS, SPREAD_DAYS = 7, 12  # the first day; so many days share the answers
NAMES = {
    RoundKind.TERTIAL_1: "Tertial 1",
    RoundKind.TERTIAL_2: "Tertial 2",
    RoundKind.YEAR_END: "Årsbokslut",
}


def add_rounds(story: Story) -> None:
    """Write all three, and what the journal would hold of them."""
    opened = story.today - timedelta(days=OPENED_DAYS_AGO)
    past = last_usual(opened)
    story.rounds = {
        "earlier": _add_past(story, last_usual(past.opens_on), past.opens_on),
        "last": _add_past(story, past, opened),
    }
    due_on = next_working_day(story.today + timedelta(days=DUE_IN_DAYS))
    _add(story, "Avstämning inför nämnderna", RoundKind.EXTRA, (opened, due_on))


def with_answers(told: dict[str, Any], story: Story) -> dict[str, Any]:
    """An action of the story with what its owner answered in the past rounds: where it was going on
    then, and where more has been said since, so that what holds today stays as it is told."""
    found = [
        answer
        for key, text in told.get("answers", {}).items()
        if (answer := _answer(told, text, story.rounds[key], story)) is not None
    ]
    return {**told, "updates": [*told["updates"], *found]} if found else told


def _answer(
    told: dict[str, Any], text: str, asking: FollowUpRound, story: Story
) -> dict[str, Any] | None:
    spread = ANSWERED_AFTER_DAYS + len(told["title"]) % SPREAD_DAYS
    days_ago = (story.today - asking.opens_on).days - spread
    said = [one["days_ago"] for one in told["updates"]]
    window = range((story.today - asking.due_on).days, (story.today - asking.opens_on).days + 1)
    if not min(said) < days_ago < told["created_days_ago"] - 1 or any(
        one in window for one in said
    ):
        return None
    before = [one for one in told["updates"] if one["days_ago"] > days_ago]
    health = min(before, key=lambda one: one["days_ago"])["health"] if before else "on_track"
    return {"days_ago": days_ago, "health": health, "text": text, "by": None}


def _add_past(story: Story, usual: Suggestion, next_opens: date) -> FollowUpRound:
    name = f"{NAMES[usual.kind]} {usual.year}"
    closed_on = min(next_working_day(usual.due_on + timedelta(days=1)), next_opens)
    return _add(story, name, usual.kind, (usual.opens_on, usual.due_on), closed_on)


def _add(
    story: Story,
    name: str,
    kind: RoundKind,
    days: tuple[date, date],
    closed_on: date | None = None,
) -> FollowUpRound:
    karin, (opens_on, due_on) = story.people["karin"], days
    created = story.ago((story.today - opens_on).days + ADDED_DAYS_BEFORE)
    one = FollowUpRound(
        name=name,
        kind=kind,
        opens_on=opens_on,
        due_on=due_on,
        closed_on=closed_on,
        created_at=created,
        created_by_id=karin.id,
        version=1 if closed_on is None else 2,
        meetings=[_meeting(story, key, due_on) for key in MEETS_AFTER_DAYS],
    )
    db.session.add(one)
    db.session.flush()
    said = {"opens_on": opens_on.isoformat(), "due_on": due_on.isoformat()}
    added = {"name": name, "plan": None, **said, "round": name}
    story.entries.append(("round.add", "round", one.id, added, karin, created))
    if closed_on is not None:
        ended = {"closed_on": [None, closed_on.isoformat()], "round": name}
        at = story.ago((story.today - closed_on).days)
        story.entries.append(("round.close", "round", one.id, ended, karin, at))
    return one


def _meeting(story: Story, committee: str, due_on: date) -> RoundMeeting:
    meets_on = next_working_day(due_on + timedelta(days=MEETS_AFTER_DAYS[committee]))
    return RoundMeeting(
        committee_id=story.committees[committee].id,
        dispatch_on=papers_leave(meets_on, due_on),
        meets_on=meets_on,
    )
