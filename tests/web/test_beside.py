"""Work beside the requests: one thread, a short queue, and nobody who asks takes it all."""

from __future__ import annotations

import threading
from functools import partial
from threading import Event

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits
from tests.services.account_letters import waiting
from tracker.services.accounts import throttle
from tracker.web.auth import keys
from tracker.web.beside import Beside


def test_one_thread_in_turn_and_what_is_too_much_is_not_done() -> None:
    work, begun, go, done = Beside(most=3), Event(), Event(), []
    before = threading.active_count()

    def hold() -> None:
        begun.set()
        go.wait(10)

    first = work.give(hold, at_once=True)
    assert first is not None
    assert begun.wait(10)
    given = [work.give(partial(done.append, number), at_once=True) for number in range(200)]
    assert set(given) == {first, None}
    assert threading.active_count() == before + 1
    go.set()
    first.join(10)
    assert done == [0, 1, 2]
    again = work.give(partial(done.append, "later"), at_once=True)
    assert again is not None
    again.join(10)
    assert done[-1] == "later"


def test_what_fails_keeps_the_next_from_nothing_and_tells_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work, go, done = Beside(), Event(), []
    work.give(partial(go.wait, 10), at_once=True)
    work.give(partial(int, "hemligt"), at_once=True)
    thread = work.give(partial(done.append, 1), at_once=True)
    go.set()
    assert thread is not None
    thread.join(10)
    assert done == [1]
    assert "ValueError" in caplog.text
    assert "hemligt" not in caplog.text


def test_so_many_from_one_place_and_no_more(
    app: Flask,
    cast: Cast,
    visit: Visits,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(throttle, "FREE_OF_PLACE", 4)
    browser = visit(None)
    browser.get("/reset")
    emails = [cast.owner.email, "a@b.example"] * 4
    answers = [browser.ask("POST", "/reset", {"email": email}) for email in emails]
    assert [answer.status for answer in answers] == [302] * 4 + [429] * 4
    assert "Försök igen om en minut." in answers[-1].text
    assert answers[-1].response.headers["Retry-After"] == "60"
    # The first of them also tells what was done before.
    shown = zip(answers[5:], emails[5:], strict=True)
    assert len({page.text.replace(email, "") for page, email in shown}) == 1
    assert caplog.text.count("reset.stopped") == 4
    assert len(waiting()) == 2
    visit(None).log_in(cast.owner.email)


def test_too_many_at_once_are_dropped_and_told(
    app: Flask,
    cast: Cast,
    visit: Visits,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(keys, "_letters", Beside(most=0))
    visit(None).get("/reset")
    assert visit(None).post("/reset", {"email": cast.owner.email}).h1 == "Logga in"
    assert "too many are asked for" in caplog.text
    assert waiting() == []
