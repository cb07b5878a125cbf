"""The demo's other municipalities: made up like the first, each evaluated twice."""

from __future__ import annotations

from datetime import date

from tracker.services.demo.rows import SCORED_BY
from tracker.services.demo.story import Story
from tracker.services.references import saving

ADDED_DAYS_AGO = 30
HEADER = "kommun;månad;version;1;2;3;4;5;6;7;8;källa"
SOURCE = "påhittad för demonstrationen"


def add_others(story: Story) -> None:
    """Read a list of their scores in, as a director would have done."""
    rows = [
        (
            told["municipality"],
            f"{_months_before(story.today, told['months_ago']):%Y-%m}",
            SCORED_BY,
            *told["areas"],
            SOURCE,
        )
        for told in story.data["others"]
    ]
    lines = [HEADER, *(";".join(map(str, row)) for row in rows)]
    saving.write(
        "\n".join(lines).encode(),
        "andra-kommuner.csv",
        by=story.people["karin"],
        now=story.ago(ADDED_DAYS_AGO),
        today=story.today,
    )


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
