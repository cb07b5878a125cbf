from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.answering import LinkState, answers_count_from, is_old, state_of

ISSUED = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("passed", "old"),
    [
        (timedelta(0), False),
        (14 * DAY, False),
        (14 * DAY + SECOND, True),
        (400 * DAY, True),
        (-14 * DAY, False),
        (-14 * DAY - SECOND, True),
        (-3650 * DAY, True),
    ],
)
def test_a_link_serves_fourteen_days(passed: timedelta, old: bool) -> None:
    assert is_old(ISSUED, ISSUED + passed) is old


@pytest.mark.parametrize(
    ("passed", "since"),
    [
        (timedelta(0), timedelta(0)),
        (5 * DAY, timedelta(0)),
        (-SECOND, -DAY - SECOND),
        (-5 * DAY, -6 * DAY),
    ],
)
def test_a_report_of_now_uses_up_even_a_link_from_ahead(
    passed: timedelta, since: timedelta
) -> None:
    opened = ISSUED + passed
    assert answers_count_from(ISSUED, opened) == ISSUED + since <= opened


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("rev", [1, 2])
def test_a_link_takes_one_answer_while_all_is_as_the_mail_said(
    answered: bool, is_open: bool, rev: int
) -> None:
    state = state_of(answered=answered, is_open=is_open, link_rev=1, deadline_rev=rev)
    if answered:
        assert state is LinkState.USED
    elif not is_open:
        assert state is LinkState.FINISHED
    else:
        assert state is (LinkState.READY if rev == 1 else LinkState.CHANGED)
