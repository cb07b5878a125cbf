"""What a planning pass costs per action when nothing is new, small against large."""

from __future__ import annotations

from collections.abc import Iterator

from bench.installation import NOW, filled
from bench.timing import seconds
from tracker.domain.ladder import standard_ladder
from tracker.services import places, reminders

SMALL, LARGE = 1_000, 20_000


def measure() -> Iterator[str]:
    """Time per action of a second pass on the same day."""
    small, large = (_per_action(count) for count in (SMALL, LARGE))
    yield f"planning reminders, per action: {large / small:.2f} × with 20,000 against 1,000"


def _per_action(actions: int) -> float:
    with filled(actions) as app, app.app_context():
        post = places.post_of(app.extensions["settings"])

        def plan() -> object:
            return reminders.plan(ladder=standard_ladder(), post=post, now=NOW)

        plan()
        return seconds(plan, runs=3) / actions
