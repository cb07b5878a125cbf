"""A person's open sessions: listed, and ended one by one or all but the present one."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tracker.domain.errors import NotFound
from tracker.services import journal
from tracker.services.accounts import sessions


class TestSessions:
    def test_listed_with_the_present_one_first(self, any_app: Flask, cast: Cast) -> None:
        made = [log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(3)]
        log_in(cast.colleague.email, PASSWORD, now=NOW)
        found = sessions.open_sessions(cast.owner, made[0], now=NOW)
        assert [one.present for one in found.listed] == [True, False, False]
        assert (found.more, found.others) == (0, 2)
        later = NOW + sessions.SESSION_LIFE
        assert sessions.open_sessions(cast.owner, made[0], now=later).listed == ()

    def test_ending_one_and_the_others(self, app: Flask, cast: Cast) -> None:
        made = [log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(4)]
        listed = sessions.open_sessions(cast.owner, made[0], now=NOW).listed
        sessions.end_session(listed[-1].id, by=cast.owner, now=NOW)
        assert sessions.user_of_session(made[1], now=NOW) is None
        with pytest.raises(NotFound):
            sessions.end_session(listed[-1].id, by=cast.owner, now=NOW)
        with pytest.raises(NotFound):
            sessions.end_session(listed[1].id, by=cast.colleague, now=NOW)
        assert sessions.end_all_others(made[0], by=cast.owner, now=NOW) == 2
        assert sessions.end_all_others(made[0], by=cast.owner, now=NOW) == 0
        assert sessions.user_of_session(made[0], now=NOW) is not None
        ended = [entry for entry in journal.latest(9) if entry.deed == "session.end"]
        assert [entry.data for entry in ended] == [{"sessions": 2}, {"sessions": 1}]

    def test_many_are_counted(self, cast: Cast) -> None:
        made = [log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(23)]
        found = sessions.open_sessions(cast.owner, made[5], now=NOW)
        assert (len(found.listed), found.more, found.others) == (20, 3, 22)
        assert found.listed[0].present
