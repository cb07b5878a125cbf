"""What a link to answer by is still good for."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

ANSWER_DAYS = 14


class LinkState(StrEnum):
    """What becomes of somebody who opens a link to answer by."""

    READY = "ready"
    BROKEN = "broken"  # none of ours, or not whole
    OLD = "old"
    CLOSED_ACCOUNT = "closed_account"
    NOT_THEIRS = "not_theirs"
    USED = "used"
    FINISHED = "finished"  # nothing is left to report on
    CHANGED = "changed"  # another deadline or owner than the mail spoke of


def is_old(issued_at: datetime, now: datetime) -> bool:
    """Whether a link of `issued_at` has served its days, to the second; so has one that was
    written by a clock as far ahead of ours."""
    return abs(now - issued_at) > timedelta(days=ANSWER_DAYS)


def answers_count_from(issued_at: datetime, now: datetime) -> datetime:
    """From when on a report of the person's own uses the link up.

    A link that was written by a clock ahead of ours is used up, too, by what was said just now.
    """
    return issued_at if issued_at <= now else now - timedelta(days=1)


def state_of(*, answered: bool, is_open: bool, link_rev: int, deadline_rev: int) -> LinkState:
    """The state of a link whose signature, age and person are right.

    Who has answered is told so, whatever has become of the action since.
    """
    if answered:
        return LinkState.USED
    if not is_open:
        return LinkState.FINISHED
    return LinkState.READY if link_rev == deadline_rev else LinkState.CHANGED
