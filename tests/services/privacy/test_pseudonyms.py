"""Somebody who has left is named no longer, but where a record says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.known import known_well
from tests.helpers.logged_in import log_in
from tests.helpers.together import person, together
from tracker.domain.claims import Identity
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.personal_data import TIES
from tracker.extensions import db
from tracker.models import (
    Base,
    ClaimRule,
    ClosedIdentity,
    Comment,
    JournalEntry,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    StatusUpdate,
    User,
)
from tracker.services import journal, people
from tracker.services.accounts.sign_on import Refused, sign_on
from tracker.services.departures import deactivate_person, reactivate_person
from tracker.services.privacy.pseudonyms import foreseen, pseudonymise

LATER = NOW + timedelta(days=800)
RECORDS = {("journal_entry", "actor"), ("journal_entry", "data")}


def where_it_stands(*words: str) -> set[tuple[str, str]]:
    """The table and column of every value in the database that holds any of the words."""
    found = set()
    for table in Base.metadata.tables.values():
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                if any(word.casefold() in text.casefold() for word in words):
                    found.add((table.name, str(column)))
    return found


def gone(cast: Cast) -> User:
    """The owner, of whom much is kept, and who has left."""
    owner = known_well(cast)
    deactivate_person(owner.id, by=cast.admin, now=NOW)
    return owner


def test_the_name_goes_everywhere_but_from_records(any_app: Flask, cast: Cast) -> None:
    owner = gone(cast)
    before = where_it_stands("Olle Ägare", "olle.agare", "s-1", "olle.ny")
    assert before > RECORDS
    pseudonymise(owner.id, " olle  ägare", by=cast.admin, now=LATER)
    assert where_it_stands("olle.agare", "s-1", "olle.ny") == {("journal_entry", "data")}
    # Named in somebody's own words, beside the calls: the page said how often.
    assert where_it_stands("Olle Ägare") == {*RECORDS, ("comment", "text")}
    assert owner.name == "Tidigare medarbetare 1"
    assert owner.email == "tidigare-medarbetare-1@atgarda.invalid"
    assert (owner.password_hash, owner.roles, owner.digest_weekday) == ("", [], None)
    assert owner.calendar_rev <= 0
    assert owner.pseudonymised_at == LATER
    assert journal.verify()


def test_what_was_done_stays_under_the_number(cast: Cast) -> None:
    owner = gone(cast)
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    assert cast.done_action.owner == cast.done_action.done_by == owner
    [update] = db.session.scalars(select(StatusUpdate))
    assert update.author.name == "Tidigare medarbetare 1"
    mine, called = db.session.scalars(select(Comment).order_by(Comment.id))
    assert (mine.author, mine.text) == (owner, "Mina egna ord.")
    assert called.text == (
        "@Tidigare medarbetare 1, och @Tidigare medarbetare 1: kan du? Olle Ägare vet."
    )
    assert called.mentions == []
    [entry] = db.session.scalars(select(JournalEntry).where(JournalEntry.deed == "action.report"))
    assert (entry.actor, entry.actor_id) == ("Olle Ägare", owner.id)


def test_every_way_in_is_gone(cast: Cast) -> None:
    owner = gone(cast)
    email = owner.email
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    for table, ties in TIES.items():
        for column, tie in ties.items():
            if tie.removed:
                rows = Base.metadata.tables[table]
                left = select(rows).where(rows.c[column] == owner.id)
                assert not db.session.execute(left).first(), (table, column)
    for address in (email, owner.email):
        with pytest.raises(RuleBroken):
            log_in(address, PASSWORD, now=LATER)
    with pytest.raises(RuleBroken, match="inget konto"):
        people.person_id_of(email)  # so the address is free
    role = people.NewRole(Role.MANAGER, cast.unit.id)
    with pytest.raises(RuleBroken, match="pseudonymiserad"):
        people.add_role(owner.id, role, by=cast.admin, now=LATER)


def test_letters_lose_their_text_and_do_not_leave(cast: Cast) -> None:
    owner = gone(cast)
    assert foreseen(owner.id, by=cast.admin).letters == len(OutboxState)
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    theirs = select(OutboxMessage).where(OutboxMessage.recipient_id == owner.id)
    found = db.session.scalars(theirs).all()
    assert {(one.address, one.mime, one.last_error) for one in found} == {("", b"", "")}
    states = sorted(one.state for one in found)
    assert states == [OutboxState.CANCELLED] * (len(OutboxState) - 1) + [OutboxState.SENT]
    waiting = {one.state for one in db.session.scalars(select(Reminder)) if one.message in found}
    assert waiting == {ReminderState.IN_MAIL, ReminderState.WITHDRAWN}
    others = db.session.scalars(select(OutboxMessage).where(OutboxMessage.mime != b"")).all()
    assert {one.recipient_id for one in others} == {cast.colleague.id}


def test_it_is_foreseen_exactly(cast: Cast) -> None:
    owner = gone(cast)
    found = foreseen(owner.id, by=cast.admin)
    assert found.removed == {
        "absence": 2,
        "account_token": 1,
        "external_identity": 1,
        "known_device": 1,
        "login_session": 1,
        "mention": 1,
        "recovery_code": 1,
        "role_assignment": 1,
        "second_factor": 1,
    }
    assert found.mentions == 1
    assert found.tied["status_update"] == 1
    assert found.named["comment"] == 1
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    [entry] = journal.history("user", owner.id)[:1]
    assert entry.deed == "user.pseudonymise"
    assert entry.data["removed"] == found.removed
    assert "Olle" not in str(entry.data)


def test_the_log_in_of_before_makes_no_new_account(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor after the service's secret was changed; and nothing kept tells who it was."""
    owner = gone(cast)
    db.session.add(ClaimRule(value="alla", role=Role.DIRECTOR))
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    address = "olle@testkoping.example"
    known = Identity("https://id.example", "s-1", "Olle", address, (address,), ("alla",))
    for secrets in (app.extensions["keys"], ("a new one", *app.extensions["keys"])):
        monkeypatch.setitem(app.extensions, "keys", secrets)
        refusal = sign_on(known, now=LATER).refusal
        assert isinstance(refusal, Refused)
        assert refusal.reason == "closed"
    assert ("external_identity", "subject") not in where_it_stands("s-1")
    elsewhere = replace(known, issuer="https://other.example")
    assert sign_on(elsewhere, now=LATER).user is not None


def test_somebody_who_comes_back_is_let_in_by_an_administrator(app: Flask, cast: Cast) -> None:
    owner = gone(cast)
    address = owner.email
    for _again in range(2):
        pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
        role = people.NewRole(Role.DIRECTOR)
        fresh = people.NewPerson("Olle Ny", address, "en lång mening att minnas", role)
        owner = people.add_person(fresh, by=cast.admin, now=LATER)
        known = Identity("https://id.example", "s-1", "Olle", address, (address,), ())
        found = sign_on(known, now=LATER).user
        assert found is not None
        assert found.id == owner.id
        deactivate_person(owner.id, by=cast.admin, now=LATER)
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    assert len(db.session.scalars(select(ClosedIdentity)).all()) == 1


def test_who_may_and_when(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Avaktivera det först"):
        pseudonymise(cast.owner.id, cast.owner.name, by=cast.admin, now=NOW)
    db.session.rollback()
    owner = gone(cast)
    for wrong in ("", "Olle", "Tidigare medarbetare 1"):
        with pytest.raises(RuleBroken, match="Skriv namnet"):
            pseudonymise(owner.id, wrong, by=cast.admin, now=NOW)
        db.session.rollback()
    for other in (cast.director, cast.colleague, cast.member):
        with pytest.raises(Forbidden):
            pseudonymise(owner.id, owner.name, by=other, now=NOW)
        with pytest.raises(Forbidden):
            foreseen(owner.id, by=other)
    with pytest.raises(NotFound):
        pseudonymise(999_999, "", by=cast.admin, now=NOW)
    db.session.rollback()
    assert owner.name == "Olle Ägare"


def test_it_cannot_be_undone_or_done_twice(cast: Cast) -> None:
    owner = gone(cast)
    pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)
    with pytest.raises(RuleBroken, match="pseudonymiserad"):
        reactivate_person(owner.id, by=cast.admin, now=LATER)
    db.session.rollback()
    with pytest.raises(RuleBroken, match="pseudonymiserad"):
        pseudonymise(owner.id, owner.name, by=cast.admin, now=LATER)


def test_each_gets_a_number_of_their_own(any_app: Flask, cast: Cast) -> None:
    gone(cast)
    deactivate_person(cast.member.id, by=cast.admin, now=NOW)
    keys = [(one.id, one.name) for one in (cast.owner, cast.member)]
    admin = cast.admin.id

    def task(key: int, name: str) -> User:
        return pseudonymise(key, name, by=person(admin), now=LATER)

    together(any_app, *(lambda k=key, n=name: task(k, n) for key, name in keys))
    names = {person(key).name for key, _name in keys}
    assert names == {"Tidigare medarbetare 1", "Tidigare medarbetare 2"}
    assert journal.verify()


def test_the_database_keeps_a_pseudonym_closed(any_app: Flask, cast: Cast) -> None:
    cast.owner.pseudonymised_at = NOW
    with pytest.raises(Exception, match="pseudonym_is_closed"):
        db.session.commit()
    db.session.rollback()
