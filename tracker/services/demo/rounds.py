"""The demo's follow-up rounds: the last usual one, which is over, and one that goes on."""

from __future__ import annotations

from datetime import date, timedelta

from tracker.domain.calendar import next_working_day
from tracker.domain.rounds import RoundKind, last_usual
from tracker.extensions import db
from tracker.models import FollowUpRound
from tracker.services.demo.story import Story

OPENED_DAYS_AGO = 12
DUE_IN_DAYS = 20
ADDED_DAYS_BEFORE = 30
NAMES = {
    RoundKind.TERTIAL_1: "Tertial 1",
    RoundKind.TERTIAL_2: "Tertial 2",
    RoundKind.YEAR_END: "Årsbokslut",
}


def add_rounds(story: Story) -> None:
    """Write both, and what the journal would hold of them."""
    opened = story.today - timedelta(days=OPENED_DAYS_AGO)
    past = last_usual(opened)
    closed_on = min(next_working_day(past.due_on + timedelta(days=1)), opened)
    name = f"{NAMES[past.kind]} {past.year}"
    _add(story, name, past.opens_on, past.due_on, closed_on)
    due_on = next_working_day(story.today + timedelta(days=DUE_IN_DAYS))
    _add(story, "Avstämning inför nämnderna", opened, due_on)


def _add(
    story: Story, name: str, opens_on: date, due_on: date, closed_on: date | None = None
) -> None:
    karin = story.people["karin"]
    created = story.ago((story.today - opens_on).days + ADDED_DAYS_BEFORE)
    one = FollowUpRound(
        name=name,
        opens_on=opens_on,
        due_on=due_on,
        closed_on=closed_on,
        created_at=created,
        created_by_id=karin.id,
        version=1 if closed_on is None else 2,
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
