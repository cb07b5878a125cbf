"""A round's kind, its measuring date, and the meetings that read of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tests.services.rounds.test_editing import refusals, told
from tracker.domain.errors import Conflict, Forbidden, RuleBroken
from tracker.domain.rounds import RoundKind
from tracker.extensions import db
from tracker.models import FollowUpRound, RoundMeeting
from tracker.services.actions.rules import Refused
from tracker.services.rounds.editing import (
    add_round,
    add_rounds,
    change_round,
    remove_round,
    saved_values,
)
from tracker.services.rounds.meetings import MeetingWording
from tracker.services.rounds.rules import RoundWording

OPENS, DUE = date(2026, 4, 1), date(2026, 4, 30)
SPRING = RoundWording("Tertial 1", None, OPENS, DUE, RoundKind.TERTIAL_1)


def add(cast: Cast, wording: RoundWording) -> FollowUpRound:
    return add_round(wording, by=cast.director, now=NOW, today=TODAY)


def with_meetings(cast: Cast, *days: tuple[date | None, date | None]) -> RoundWording:
    """The round with (papers, meeting) of the committees in turn."""
    keys = [cast.committee.id, cast.other_committee.id]
    rows = (MeetingWording(key, *pair) for key, pair in zip(keys, days, strict=False))
    return replace(SPRING, meetings=tuple(rows))


def test_all_its_dates_are_kept_and_told(cast: Cast, any_app: Flask) -> None:
    wording = with_meetings(cast, (date(2026, 5, 18), date(2026, 5, 27)), (None, date(2026, 5, 20)))
    one = add(cast, replace(wording, as_of=date(2026, 5, 4)))
    assert (one.kind, one.as_of) == (RoundKind.TERTIAL_1, date(2026, 5, 4))
    said = [
        ["Skolnämnden", "2026-05-13", "2026-05-20"],
        ["Kommunstyrelsen", "2026-05-18", "2026-05-27"],
    ]
    assert told(one.id)[0][1]["meetings"] == said
    again = replace(wording, as_of=DUE, kind=RoundKind.EXTRA, meetings=wording.meetings[:1])
    kept = one.meetings[0].id
    change_round(one.id, again, 1, by=cast.director, now=NOW, today=TODAY)
    db.session.expire_all()
    assert (one.version, one.as_of, len(one.meetings)) == (2, None, 2)
    assert kept in {meeting.id for meeting in one.meetings}
    assert told(one.id)[0][1] == {
        "kind": ["tertial_1", "extra"],
        "as_of": ["2026-05-04", None],
        "round": "Tertial 1",
    }
    emptied = replace(again, meetings=(MeetingWording(cast.committee.id),))
    change_round(one.id, emptied, 2, by=cast.director, now=NOW, today=TODAY)
    db.session.expire_all()
    assert [meeting.committee.name for meeting in one.meetings] == ["Skolnämnden"]
    assert told(one.id)[0][1]["meetings"] == [said, said[:1]]
    remove_round(one.id, by=cast.director, now=NOW, today=TODAY)
    assert db.session.query(RoundMeeting).count() == 0


@pytest.mark.parametrize(
    ("as_of", "field"),
    [
        (date(2026, 3, 31), "as_of"),
        (OPENS, None),
        (DUE, None),
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), "as_of"),
        (date(9999, 12, 31), "as_of"),
        (date(1, 1, 1), "as_of"),
    ],
)
def test_the_measuring_date(cast: Cast, as_of: date, field: str | None) -> None:
    wording = replace(SPRING, as_of=as_of)
    if field is None:
        assert add(cast, wording).as_of == (None if as_of == DUE else as_of)
        return
    with pytest.raises(Refused) as raised:
        add(cast, wording)
    assert refusals(raised) == [field]


@pytest.mark.parametrize(
    ("dispatch", "meets", "field"),
    [
        (DUE, DUE, None),
        (None, DUE, None),
        (date(2026, 5, 20), date(2026, 5, 20), None),
        (date(2026, 5, 21), date(2026, 5, 20), "dispatch_on"),
        (date(2026, 4, 29), date(2026, 5, 20), "dispatch_on"),
        (None, date(2026, 4, 29), "meets_on"),
        (date(2026, 4, 29), date(2026, 4, 29), "meets_on"),
        (date(2026, 5, 13), None, "meets_on"),
        (None, date(2026, 10, 30), None),
        (None, date(2026, 10, 31), "meets_on"),
        (None, date(9999, 12, 31), "meets_on"),
        (date(1, 1, 1), date(2026, 5, 20), "dispatch_on"),
        (None, None, None),
    ],
)
def test_answers_then_papers_then_the_meeting(
    cast: Cast, dispatch: date | None, meets: date | None, field: str | None
) -> None:
    wording = with_meetings(cast, (None, None), (dispatch, meets))
    if field is None:
        assert len(add(cast, wording).meetings) == (meets is not None)
        return
    with pytest.raises(Refused) as raised:
        add(cast, wording)
    assert refusals(raised) == [f"meetings-1-{field}"]


@pytest.mark.parametrize(
    ("dispatch", "meets", "field"),
    [
        (date(2026, 5, 10), date(2026, 5, 20), None),
        (date(2026, 5, 9), date(2026, 5, 20), "dispatch_on"),
        (None, date(2026, 5, 12), None),
        (None, date(2026, 5, 9), "meets_on"),
    ],
)
def test_papers_leave_when_it_has_been_measured(
    cast: Cast, dispatch: date | None, meets: date, field: str | None
) -> None:
    wording = replace(with_meetings(cast, (dispatch, meets)), as_of=date(2026, 5, 10))
    if field is None:
        assert add(cast, wording).meetings[0].dispatch_on == date(2026, 5, 10)
        return
    with pytest.raises(Refused) as raised:
        add(cast, wording)
    assert refusals(raised) == [f"meetings-0-{field}"]


@pytest.mark.parametrize("key", [0, 999_999, 2**31 - 1])
def test_a_committee_that_is_none(cast: Cast, key: int) -> None:
    wording = replace(SPRING, meetings=(MeetingWording(key, None, date(2026, 5, 20)),))
    with pytest.raises(Refused) as raised:
        add(cast, wording)
    assert refusals(raised) == ["meetings-0-meets_on"]


def test_a_committee_meets_once(cast: Cast) -> None:
    row = MeetingWording(cast.committee.id, None, date(2026, 5, 20))
    with pytest.raises(Refused) as raised:
        add(cast, replace(SPRING, meetings=(row, row)))
    assert refusals(raised) == ["meetings-1-meets_on"]


def test_a_meeting_is_not_left_before_a_moved_last_day(cast: Cast) -> None:
    one = add(cast, with_meetings(cast, (None, date(2026, 5, 20))))
    with pytest.raises(Refused) as raised:
        change_round(
            one.id,
            replace(SPRING, due_on=date(2026, 5, 25)),
            1,
            by=cast.director,
            now=NOW,
            today=TODAY,
        )
    assert refusals(raised) == ["meetings-0-meets_on"]


def test_the_loser_of_a_race_sees_the_meetings(cast: Cast) -> None:
    one = add(cast, with_meetings(cast, (None, date(2026, 5, 20))))
    with pytest.raises(Conflict) as raised:
        change_round(one.id, SPRING, 99, by=cast.director, now=NOW, today=TODAY)
    assert raised.value.current["meetings"] == saved_values(one)["meetings"]
    assert raised.value.current["meetings"][0].dispatch_on == date(2026, 5, 13)


AUTUMN = RoundWording("Tertial 2", None, date(2026, 8, 10), date(2026, 8, 31), RoundKind.TERTIAL_2)


class TestSeveral:
    def add(self, cast: Cast, *wordings: RoundWording, by: str = "director") -> Any:
        return add_rounds(wordings, by=getattr(cast, by), now=NOW, today=TODAY)

    def test_all_in_one_step(self, cast: Cast) -> None:
        assert [one.name for one in self.add(cast, SPRING, AUTUMN)] == ["Tertial 1", "Tertial 2"]
        assert {told(one.id)[0][0] for one in db.session.query(FollowUpRound)} == {"round.add"}

    def test_all_or_none(self, cast: Cast) -> None:
        wrong = replace(AUTUMN, due_on=None)
        with pytest.raises(Refused) as raised:
            self.add(cast, SPRING, wrong, replace(SPRING, name="Krockar"))
        assert refusals(raised) == ["rounds-1-due_on", "rounds-2-opens_on"]
        assert db.session.query(FollowUpRound).count() == 0

    def test_none_is_too_few(self, cast: Cast) -> None:
        with pytest.raises(RuleBroken, match="minst en"):
            self.add(cast)

    @pytest.mark.parametrize("who", ["owner", "unit_director", "admin", "member"])
    def test_who_may_not(self, cast: Cast, who: str) -> None:
        with pytest.raises(Forbidden):
            self.add(cast, SPRING, by=who)
