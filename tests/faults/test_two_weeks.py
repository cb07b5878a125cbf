"""The demo municipality over two weeks: nobody is nagged, nobody is forgotten."""

from __future__ import annotations

import pytest

from tests.faults import two_weeks
from tests.faults.two_weeks import DAYS
from tracker.domain.calendar import is_working_day

pytestmark = pytest.mark.waits


def test_nobody_is_nagged_and_nobody_forgotten() -> None:
    with two_weeks.demo() as (app, office):
        story = two_weeks.live(app, office)
    assert story.nagged() == []
    assert list(story.forgotten) == []
    people = {mail.person for mail in story.mails}
    assert len(people) > 5
    assert {mail.left_on for mail in story.mails} <= {day for day in DAYS if is_working_day(day)}
    most = max(sum(mail.person == person for mail in story.mails) for person in people)
    assert most <= 6, "somebody hears from us more often than every other working day"
    assert len(list(story.table())) == len(people) + 2
