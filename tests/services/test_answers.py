from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, current_app
from hypothesis import example, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.together import together
from tracker.domain.answering import LinkState
from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Absence, Action, FollowUpRound, JournalEntry, StatusUpdate, User
from tracker.services.actions.reports import Report
from tracker.services.answers import (
    LinkSpent,
    Opened,
    link_to_answer,
    open_link,
    read_link,
    save_answer,
)
from tracker.services.posts import Post

SECRET = "only-for-tests"
LATER = NOW + timedelta(days=1)
GOOD = Report(Health.AT_RISK, "Väntar på upphandlingen.")
LINKS = r"[A-Za-z0-9_.-]+"


def opened(token: str, now: datetime = LATER) -> Opened:
    config = current_app.extensions["settings"]
    return open_link(token, secrets=config.secrets, now=now, zone=config.timezone)


def answer(token: str, report: Report = GOOD, now: datetime = LATER) -> Action:
    config = current_app.extensions["settings"]
    return save_answer(token, report, secrets=config.secrets, now=now, zone=config.timezone)


def updates(action: Action) -> list[StatusUpdate]:
    query = select(StatusUpdate).where(StatusUpdate.action_id == action.id)
    return list(db.session.scalars(query.order_by(StatusUpdate.id)))


def signed(secret: str = SECRET, *numbers: Any) -> str:
    post = Post("a@b.example", "https://x.example", "", ZoneInfo("Europe/Stockholm"), secret)
    person, action, rev, now = numbers
    link = link_to_answer(post, person_id=person, action_id=action, deadline_rev=rev, now=now)
    return link.removeprefix("https://x.example/answer/")


def test_a_link_is_short_and_says_what_it_was_given() -> None:
    token = signed(SECRET, 123456, 654321, 12, NOW)
    assert re.fullmatch(LINKS, token)
    assert len(token) <= 90
    link = read_link(token, SECRET)
    assert link is not None
    assert (link.person_id, link.action_id, link.deadline_rev) == (123456, 654321, 12)
    assert link.issued_at == NOW


@settings(max_examples=300)
@given(st.data())
def test_no_character_of_a_link_can_be_another(data: st.DataObject) -> None:
    token = signed(SECRET, 7, 12, 3, NOW)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_.=~%é\x00 ") | st.characters())
    changed = token[:place] + other + token[place + 1 :]
    assert (read_link(changed, SECRET) is None) is (changed != token)


def test_no_bit_of_a_link_can_be_another() -> None:
    token = signed(SECRET, 7, 12, 3, NOW)
    flipped = (
        token[:i] + chr(ord(token[i]) ^ (1 << bit)) + token[i + 1 :]
        for i in range(len(token))
        for bit in range(8)
    )
    assert not any(read_link(one, SECRET) for one in flipped)


@settings(max_examples=200)
@given(st.text() | st.text(alphabet="ABCabc019-_.", max_size=120))
@example("")
@example(".")
@example("\x00" * 10)
@example("A" * 10_000)
@example("\ud800")
def test_garbage_is_no_link(text: str) -> None:
    assert read_link(text, SECRET) is None


@pytest.mark.parametrize(
    "content",
    [
        [],
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        ["1", "2", "3", "4"],
        {"a": 1, "b": 2, "c": 3, "d": 4},
        None,
        7,
        "abcd",
        [1, 2, 3, 10**30],
        [1, 2, 3, float("nan")],
    ],
)
def test_what_is_signed_but_is_no_link_of_ours(content: Any) -> None:
    from tracker.services.answers import _signer

    link = read_link(str(_signer(SECRET).dumps(content)), SECRET)
    assert link is None or isinstance(link.issued_at, datetime)


def test_another_key_or_another_use_of_it_signs_nothing() -> None:
    ours = [7, 12, 3, int(NOW.timestamp())]
    assert read_link(signed("another", 7, 12, 3, NOW), SECRET) is None
    assert read_link(str(URLSafeSerializer(SECRET, salt="other").dumps(ours)), SECRET) is None
    assert read_link(str(URLSafeSerializer(SECRET).dumps(ours)), SECRET) is None


def test_the_answer_is_a_report_like_any_other(app: Flask, cast: Cast) -> None:
    answer(pieces.answer_token(cast.action))
    (update,) = updates(cast.action)
    assert (update.author_id, update.at, update.text) == (cast.owner.id, LATER, GOOD.text)
    assert (cast.action.health, cast.action.reported_at) == (Health.AT_RISK, LATER)
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    assert (entry.deed, entry.subject_id, entry.actor_id) == (
        "action.report",
        cast.action.id,
        cast.owner.id,
    )
    assert entry.data["by_link"] is True


def test_a_planned_action_gets_going(cast: Cast, app: Flask) -> None:
    answer(pieces.answer_token(cast.colleague_action))
    assert cast.colleague_action.status is ActionStatus.ONGOING


def test_what_breaks_rules_is_refused_and_leaves_the_link_good(cast: Cast, app: Flask) -> None:
    token = pieces.answer_token(cast.action)
    for bad in (Report(Health.ON_TRACK, "x" * 1001), Report(Health.ON_TRACK, percent=101)):
        with pytest.raises(RuleBroken) as caught:
            answer(token, bad)
        assert not isinstance(caught.value, LinkSpent)
        db.session.rollback()
    assert updates(cast.action) == []
    assert opened(token).state is LinkState.READY


def _done(cast: Cast) -> None:
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on, cast.action.dropped_by = TODAY, "KS"
    cast.action.dropped_reason = "Behövs inte."


def _moved(cast: Cast) -> None:
    cast.action.deadline, cast.action.deadline_rev = date(2026, 6, 1), 2


def _handed_over(cast: Cast) -> None:
    cast.action.owner, cast.action.deadline_rev = cast.colleague, 2


def _left(cast: Cast) -> None:
    cast.owner.deactivated_at = NOW


def _lost_role(cast: Cast) -> None:
    cast.owner.roles.clear()


def _reported(cast: Cast) -> None:
    db.session.add(pieces.update(cast.action))


def _reported_by_another(cast: Cast) -> None:
    update = pieces.update(cast.action)
    update.author_id = cast.director.id
    db.session.add(update)


def _reported_before(cast: Cast) -> None:
    update = pieces.update(cast.action)
    update.at = NOW - timedelta(seconds=1)
    db.session.add(update)


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (lambda cast: None, LinkState.READY),
        (_done, LinkState.FINISHED),
        (_moved, LinkState.CHANGED),
        (_handed_over, LinkState.NOT_THEIRS),
        (_left, LinkState.CLOSED_ACCOUNT),
        (_lost_role, LinkState.NOT_THEIRS),
        (_reported, LinkState.USED),
        (_reported_by_another, LinkState.READY),
        (_reported_before, LinkState.READY),
    ],
)
def test_what_has_happened_since_decides(
    app: Flask, cast: Cast, happens: Callable[[Cast], None], state: LinkState
) -> None:
    token = pieces.answer_token(cast.action)
    happens(cast)
    db.session.commit()
    found = opened(token)
    assert found.state is state
    knows = state in (LinkState.READY, LinkState.USED, LinkState.FINISHED, LinkState.CHANGED)
    assert (found.asked is not None) is knows
    before = len(updates(cast.action))
    if state is not LinkState.READY:
        with pytest.raises(LinkSpent) as caught:
            answer(token)
        assert caught.value.opened.state is state
        db.session.rollback()
    assert len(updates(cast.action)) == before


def test_after_fourteen_days_it_is_old_whatever_else(app: Flask, cast: Cast) -> None:
    token = pieces.answer_token(cast.action)
    assert opened(token, NOW + timedelta(days=14)).state is LinkState.READY
    too_late = NOW + timedelta(days=14, seconds=1)
    assert opened(token, too_late) == Opened(LinkState.OLD)
    with pytest.raises(LinkSpent):
        answer(token, now=too_late)


def test_a_link_takes_one_answer(any_app: Flask, cast: Cast) -> None:
    token = pieces.answer_token(cast.action)
    answer(token)
    with pytest.raises(LinkSpent) as caught:
        answer(token, Report(Health.ON_TRACK, "En gång till."), now=LATER + timedelta(hours=1))
    db.session.rollback()
    assert caught.value.opened.state is LinkState.USED
    assert [update.text for update in updates(cast.action)] == [GOOD.text]
    next_mail = LATER + timedelta(days=1)
    assert opened(pieces.answer_token(cast.action, now=next_mail), next_mail).state is (
        LinkState.READY
    )


def test_two_answers_at_once_are_one(any_app: Flask, cast: Cast) -> None:
    token = pieces.answer_token(cast.action)
    tasks = [
        lambda text=text: answer(token, Report(Health.ON_TRACK, text)).id
        for text in ("Ett", "Två", "Tre", "Fyra")
    ]
    results = together(any_app, *tasks)
    assert sorted(isinstance(one, LinkSpent) for one in results) == [False, True, True, True]
    assert len(updates(cast.action)) == 1


def test_a_delegate_answers_in_the_stead_of_who_is_away(app: Flask, cast: Cast) -> None:
    token = pieces.answer_token(cast.action, by=cast.stranger)
    assert opened(token).state is LinkState.NOT_THEIRS
    away = Absence(
        user=cast.owner,
        delegate=cast.stranger,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=3),
    )
    db.session.add(away)
    db.session.commit()
    found = opened(token)
    assert found.state is LinkState.READY
    assert found.asked is not None
    assert (found.asked.person, found.asked.for_name) == (cast.stranger, "Olle Ägare")
    assert opened(token, NOW + timedelta(days=4)).state is LinkState.NOT_THEIRS
    answer(token)
    assert [update.author_id for update in updates(cast.action)] == [cast.stranger.id]


def test_the_page_shows_the_round_that_waits_and_the_last_word(app: Flask, cast: Cast) -> None:
    early = pieces.update(cast.action)
    early.at, early.author_id = NOW - timedelta(days=30), cast.director.id
    db.session.add_all(
        [
            early,
            FollowUpRound(
                name="Tertial 1",
                opens_on=TODAY,
                due_on=date(2026, 3, 13),
                created_at=NOW,
                created_by_id=cast.director.id,
            ),
        ]
    )
    cast.action.reported_at = early.at
    db.session.commit()
    asked = opened(pieces.answer_token(cast.action)).asked
    assert asked is not None
    assert (asked.round_name, asked.round_due) == ("Tertial 1", date(2026, 3, 13))
    assert asked.last is not None
    assert asked.last.author.name == "Dag Direktör"
    assert asked.answer is None


def test_a_person_or_an_action_that_is_not_there(app: Flask, cast: Cast) -> None:
    nobody, nothing = User(id=999_999), Action(id=999_999, owner_id=cast.owner.id, deadline_rev=1)
    assert opened(pieces.answer_token(cast.action, by=nobody)).state is LinkState.CLOSED_ACCOUNT
    assert opened(pieces.answer_token(nothing)).state is LinkState.NOT_THEIRS


@pytest.mark.parametrize("seconds", [-14 * 86_400, -3_600, -1, 0, 1, 3_600, 14 * 86_400])
def test_once_answered_it_stays_used_whatever_the_clock(
    app: Flask, cast: Cast, seconds: int
) -> None:
    """The mail may have been written by a clock that was days ahead of the one that answers."""
    token = pieces.answer_token(cast.action)
    at = NOW + timedelta(seconds=seconds)
    answer(token, now=at)
    assert opened(token, at).state is LinkState.USED
