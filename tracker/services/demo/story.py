"""The demo's story while it is being told: its rows by the keys of story.json."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.calendar import previous_working_day
from tracker.models import ActionPlan, Committee, FollowUpRound, ImprovementPoint, Unit, User

MORNING = time(9)
ACCEPTED_DAYS_AGO = (1120, 50)  # the two evaluations


@dataclass
class Story:
    """The rows of the demo by the keys of its story, while it is being told."""

    data: dict[str, Any]
    now: datetime
    today: date
    zone: ZoneInfo
    units: dict[str, Unit]
    committees: dict[str, Committee]
    people: dict[str, User]
    points: dict[tuple[int, int, int], ImprovementPoint]
    plan: ActionPlan
    rounds: dict[str, FollowUpRound] = field(default_factory=dict)
    entries: list[tuple[str, str, int, dict[str, Any], User | None, datetime]] = field(
        default_factory=list
    )

    def ago(self, days: int) -> datetime:
        """The morning of the day that many days ago, or of the last working day before it."""
        day = previous_working_day(self.today - timedelta(days=days))
        return min(self.now, datetime.combine(day, MORNING, self.zone))

    def name_of(self, who: str) -> str:
        """The name of one of the story's people, or the words that it uses for somebody else."""
        return self.people[who].name if who in self.people else who

    def day_ago(self, days: int | None) -> date | None:
        """The local day of `ago`."""
        return None if days is None else previous_working_day(self.today - timedelta(days=days))
