"""What has had its time is proposed, and goes only when a person says so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, Cast
from tests.helpers.drafts import make_draft
from tests.helpers.factors import POST
from tests.helpers.ringing import letter, remind
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import (
    AccountToken,
    ImportDraft,
    JournalEntry,
    KnownDevice,
    LoginSession,
    OutboxMessage,
    OutboxState,
    Reminder,
    RetentionKind,
    RetentionRule,
    SheetDraft,
    TokenPurpose,
    User,
)
from tracker.services import journal
from tracker.services.accounts import own
from tracker.services.privacy import thinning
from tracker.services.privacy.thinning import USUAL, Overtaken
from tracker.services.sources import Sources

ZONE = ZoneInfo("Europe/Stockholm")
# The last moment that has had its time by a rule of 3 months, and the first that has not: the
# day begins at midnight in Stockholm, an hour before it does in UTC.
OLD, YOUNG = (datetime.fromisoformat(f"2025-12-01T{at}+00:00") for at in ("22:59:59", "23:00:00"))
BEFORE = date(2025, 12, 2)


@pytest.fixture
def kept(app: Flask) -> dict[str, Any]:
    """Where files and pictures are."""
    folder: Path = app.extensions["settings"].instance_dir
    return {"files": Sources(folder / "sources"), "pictures": folder / "page-images"}


def in_three_months(cast: Cast, kind: RetentionKind) -> None:
    thinning.set_months(kind, 3, by=cast.admin, now=NOW)


def number(cast: Cast, kind: RetentionKind) -> int:
    return thinning.proposal(kind, by=cast.admin, now=NOW, zone=ZONE).number


def thin(cast: Cast, kind: RetentionKind, kept: dict[str, Any], before: date = BEFORE) -> int:
    return thinning.thin(kind, before, **kept, by=cast.admin, now=NOW, zone=ZONE)


def count(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_nothing_is_proposed_and_nothing_goes_by_itself(cast: Cast) -> None:
    found = thinning.proposals(by=cast.admin, now=NOW, zone=ZONE)
    assert {one.kind: one.months for one in found} == USUAL
    assert not any(one.number for one in found)
    assert count(RetentionRule) == 0


def test_sessions_and_keys_and_devices(cast: Cast, kept: dict[str, Any]) -> None:
    user = cast.owner.id
    in_three_months(cast, RetentionKind.SESSIONS)
    for name, at in (("old", OLD), ("young", YOUNG)):
        span = {"created_at": OLD - timedelta(days=1), "expires_at": at}
        db.session.add_all(
            [
                LoginSession(token_hash=name, user_id=user, **span),
                LoginSession(
                    token_hash=f"{name}, ended",
                    user_id=user,
                    created_at=OLD - timedelta(days=1),
                    expires_at=YOUNG,
                    ended_at=at,
                ),
                AccountToken(token_hash=name, user_id=user, purpose=TokenPurpose.RESET, **span),
                KnownDevice(device_hash=name, user_id=user, created_at=OLD, seen_at=at),
            ]
        )
    db.session.commit()
    assert number(cast, RetentionKind.SESSIONS) == 4
    assert thin(cast, RetentionKind.SESSIONS, kept) == 4
    assert set(db.session.scalars(select(LoginSession.token_hash))) == {"young", "young, ended"}
    assert db.session.scalars(select(AccountToken.token_hash)).all() == ["young"]
    assert db.session.scalars(select(KnownDevice.device_hash)).all() == ["young"]
    assert thin(cast, RetentionKind.SESSIONS, kept) == 0


def test_an_invitation_that_nobody_has_answered_stays(cast: Cast, kept: dict[str, Any]) -> None:
    """It is by that that the person is known to be invited, and may ask for another letter."""
    in_three_months(cast, RetentionKind.SESSIONS)
    cast.owner.password_hash = cast.colleague.password_hash = ""
    span = {"created_at": OLD - timedelta(days=14), "expires_at": OLD}
    given = {"purpose": TokenPurpose.INVITATION, **span}
    db.session.add_all(
        [
            AccountToken(token_hash="first", user_id=cast.owner.id, spent_at=OLD, **given),
            AccountToken(token_hash="last", user_id=cast.owner.id, **given),
        ]
    )
    db.session.commit()
    assert number(cast, RetentionKind.SESSIONS) == thin(cast, RetentionKind.SESSIONS, kept) == 1
    assert db.session.scalars(select(AccountToken.token_hash)).all() == ["last"]
    for user in (cast.owner, cast.colleague):
        own.ask_reset(user.email, post=POST, now=NOW)
    asked = select(AccountToken.user_id).where(AccountToken.purpose == TokenPurpose.RESET)
    assert db.session.scalars(asked).all() == [cast.owner.id]


def test_what_is_open_stays_however_old(cast: Cast, kept: dict[str, Any]) -> None:
    """Sessions and keys that still open something, letters that may yet leave, drafts in work,
    and people whose accounts are open."""
    for kind in RetentionKind:
        thinning.set_months(kind, 1, by=cast.admin, now=NOW)
    old, user = NOW - timedelta(days=4000), cast.owner.id
    later = {"created_at": old, "expires_at": NOW + timedelta(hours=1)}
    db.session.add_all(
        [
            LoginSession(token_hash="open", user_id=user, **later),
            AccountToken(token_hash="opens", user_id=user, purpose=TokenPurpose.RESET, **later),
            KnownDevice(device_hash="seen", user_id=user, created_at=old, seen_at=NOW),
        ]
    )
    unsent = set(OutboxState) - {OutboxState.SENT, OutboxState.CANCELLED}
    db.session.add_all([letter(cast.owner, state) for state in unsent])
    db.session.query(OutboxMessage).update({"created_at": old})
    make_draft(cast).created_at = old
    cast.owner.created_at = old
    db.session.commit()
    found = thinning.proposals(by=cast.admin, now=NOW, zone=ZONE)
    assert {one.kind: one.number for one in found} == dict.fromkeys(RetentionKind, 0)


def test_letters_that_have_ended(cast: Cast, kept: dict[str, Any]) -> None:
    in_three_months(cast, RetentionKind.LETTERS)
    for state in OutboxState:
        for at in (OLD, YOUNG):
            one = letter(cast.owner, state)
            one.created_at = at
            db.session.add(one)
    aside = letter(cast.owner, OutboxState.DEAD)
    aside.created_at, aside.set_aside_at = OLD, NOW
    db.session.add(aside)
    remembered = remind(cast.action, cast.owner)
    assert remembered.message is not None
    remembered.message.created_at = OLD
    db.session.commit()
    before = count(OutboxMessage)
    # Two that were sent, one that was called off, and the dead one that lies aside.
    assert number(cast, RetentionKind.LETTERS) == 4
    assert thin(cast, RetentionKind.LETTERS, kept) == 4
    assert number(cast, RetentionKind.LETTERS) == 0
    assert (count(OutboxMessage), count(Reminder)) == (before, 1), "that they went is kept"
    thinned = db.session.scalars(select(OutboxMessage).where(OutboxMessage.mime == b"")).all()
    assert {one.state for one in thinned} == {OutboxState.SENT, OutboxState.CANCELLED}
    assert {one.address for one in thinned} == {""}
    assert all(one.subject and one.sent_at for one in thinned if one.state is OutboxState.SENT)
    assert aside in thinned, "nobody can send an empty letter again"


def test_drafts_go_with_their_files(app: Flask, cast: Cast, kept: dict[str, Any]) -> None:
    in_three_months(cast, RetentionKind.DRAFTS)
    drafts = [make_draft(cast) for _ in range(4)]
    alone, shared, _waiting, young = drafts
    files = [kept["files"].keep(text) for text in (b"alone", b"shared", b"shared", b"young")]
    for draft, digest in zip(drafts, files, strict=True):
        draft.file_sha256 = digest
    alone.discarded_at = shared.discarded_at = OLD
    young.discarded_at = YOUNG
    picture = kept["pictures"] / files[0][:2] / f"{files[0]}-1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"png")
    for at in (OLD, YOUNG):
        sheet = {"columns": [], "rows": [], "file_name": "b.xlsx"}
        db.session.add(SheetDraft(by_id=cast.director.id, at=at, **sheet))
    db.session.commit()
    keys = [draft.id for draft in drafts]
    assert number(cast, RetentionKind.DRAFTS) == 3
    assert thin(cast, RetentionKind.DRAFTS, kept) == 3
    assert sorted(db.session.scalars(select(ImportDraft.id))) == keys[2:]
    assert count(SheetDraft) == 1
    sizes = [kept["files"].size(digest) for digest in files]
    assert sizes == [None, 6, 6, 5], "a file that another draft was read from stays"
    assert not picture.exists()


def test_former_people_are_proposed_one_by_one(cast: Cast, kept: dict[str, Any]) -> None:
    in_three_months(cast, RetentionKind.FORMER_PEOPLE)
    cast.owner.deactivated_at, cast.member.deactivated_at = OLD, YOUNG
    cast.stranger.deactivated_at, cast.stranger.password_hash = OLD, ""
    cast.stranger.pseudonymised_at = NOW
    db.session.commit()
    assert number(cast, RetentionKind.FORMER_PEOPLE) == 1
    found = thinning.proposal(RetentionKind.FORMER_PEOPLE, by=cast.admin, now=NOW, zone=ZONE)
    for page in (1, 99):
        shown = thinning.former_people(found, by=cast.admin, zone=ZONE, number=page, size=1)
        assert shown == [cast.owner]
    with pytest.raises(NotFound):
        thin(cast, RetentionKind.FORMER_PEOPLE, kept)
    assert count(User) == 8


def test_what_was_shown_is_what_goes(cast: Cast, kept: dict[str, Any]) -> None:
    in_three_months(cast, RetentionKind.LETTERS)
    with pytest.raises(Overtaken):
        thin(cast, RetentionKind.LETTERS, kept, BEFORE + timedelta(days=1))
    db.session.rollback()
    assert thin(cast, RetentionKind.LETTERS, kept, BEFORE - timedelta(days=1)) == 0


def test_the_rule_is_changed_and_told(cast: Cast, kept: dict[str, Any]) -> None:
    for wrong in (0, 1201, -1):
        with pytest.raises(RuleBroken) as caught:
            thinning.set_months(RetentionKind.LETTERS, wrong, by=cast.admin, now=NOW)
        assert caught.value.field == "months"
        db.session.rollback()
    for months in (6, 6, 1200):
        thinning.set_months(RetentionKind.LETTERS, months, by=cast.admin, now=NOW)
    thin(cast, RetentionKind.LETTERS, kept, date(1900, 1, 1))
    told = db.session.scalars(
        select(JournalEntry).where(JournalEntry.subject == "retention").order_by(JournalEntry.id)
    ).all()
    assert [(entry.deed, entry.data.get("months")) for entry in told] == [
        ("retention.change", [24, 6]),
        ("retention.change", [6, 1200]),
        ("retention.thin", None),
    ]
    assert told[-1].data == {"kind": "letters", "before": "1900-01-01", "number": 0}
    assert journal.verify()


def test_only_an_administrator(cast: Cast, kept: dict[str, Any]) -> None:
    for other in (cast.director, cast.owner, cast.member):
        asked = {"by": other, "now": NOW}
        with pytest.raises(Forbidden):
            thinning.proposals(**asked, zone=ZONE)
        with pytest.raises(Forbidden):
            thinning.set_months(RetentionKind.DRAFTS, 1, **asked)
        with pytest.raises(Forbidden):
            thinning.thin(RetentionKind.DRAFTS, BEFORE, **kept, **asked, zone=ZONE)


def test_all_of_it_on_postgresql(pg_app: Flask, cast: Cast) -> None:
    folder: Path = pg_app.extensions["settings"].instance_dir
    kept = {"files": Sources(folder / "sources"), "pictures": folder / "page-images"}
    db.session.add(letter(cast.owner))
    make_draft(cast).discarded_at = NOW - timedelta(days=800)
    db.session.query(OutboxMessage).update({"created_at": NOW - timedelta(days=800)})
    db.session.commit()
    found = {one.kind: one for one in thinning.proposals(by=cast.admin, now=NOW, zone=ZONE)}
    for kind in (RetentionKind.LETTERS, RetentionKind.DRAFTS, RetentionKind.SESSIONS):
        thinned = thin(cast, kind, kept, found[kind].before)
        assert thinned == found[kind].number == (kind is not RetentionKind.SESSIONS)
