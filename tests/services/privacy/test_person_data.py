"""One person's data: all of it, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import fields

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast, People
from tests.helpers.known import SECRETS, known_well
from tests.helpers.queries import count_queries
from tracker.domain.errors import Forbidden, NotFound
from tracker.extensions import db
from tracker.models import JournalEntry
from tracker.services.privacy.person_data import PersonData, data_of, own_data, packed


def rows(data: PersonData, table: str, part: str) -> list[dict[str, object]]:
    """The rows of a section by column."""
    return [
        dict(zip(section.columns, row, strict=True))
        for section in data.sections
        if (section.table, section.part) == (table, part)
        for row in section.rows
    ]


def test_all_of_ones_own(cast: Cast) -> None:
    known_well(cast)
    data = own_data(by=cast.owner, now=NOW)
    assert data.account["email"] == "olle.agare@testkoping.example"
    owned = rows(data, "action", "ansvarar")
    assert {row["title"] for row in owned} == {cast.action.title, cast.done_action.title}
    [done] = rows(data, "action", "markerade som genomförd")
    assert done["done_on"] == cast.done_action.done_on
    [said] = rows(data, "comment", "skrev")
    assert (said["text"], said["action"]) == ("Mina egna ord.", cast.action.title)
    [role] = rows(data, "role_assignment", "gäller personen")
    assert role["unit"] == cast.unit.name
    assert len(rows(data, "outbox", "gäller personen")) == 6
    assert len(rows(data, "absence", "ersätter")) == 1
    told = rows(data, "journal_entry", "gäller personen")
    assert told[0]["data"] == {"name": "Olle Ägare", "email": "olle.agare@testkoping.example"}
    tables = {section.table for section in data.sections}
    assert tables >= {"login_session", "known_device", "external_identity", "second_factor"}


def test_nobody_elses_and_no_secret(cast: Cast) -> None:
    known_well(cast)
    package = packed(own_data(by=cast.owner, now=NOW), "<p>sidan</p>")
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        assert files.namelist() == ["data.json", "data.html"]
        assert files.read("data.html") == b"<p>sidan</p>"
        text = files.read("data.json").decode()
    others = [getattr(cast, field.name) for field in fields(People) if field.name != "owner"]
    for other in others:
        assert other.name not in text, other.name
        assert other.email not in text
    for secret in (*SECRETS, cast.owner.password_hash):
        assert secret not in text
    found = json.loads(text)
    assert found["account"]["name"] == "Olle Ägare"
    assert found["made_at"] == "2026-03-02T08:00:00+00:00"


def test_the_journal_tells_who_took_it_out(cast: Cast) -> None:
    data_of(cast.owner.id, by=cast.admin, now=NOW)
    last = db.session.query(JournalEntry).order_by(JournalEntry.id.desc()).first()
    assert last is not None
    assert (last.deed, last.actor, last.subject_id) == (
        "user.export",
        "Anna Administratör",
        cast.owner.id,
    )


def test_only_an_administrator_takes_out_anothers(cast: Cast) -> None:
    for other in (cast.director, cast.owner, cast.member):
        with pytest.raises(Forbidden):
            data_of(cast.colleague.id, by=other, now=NOW)
    with pytest.raises(NotFound):
        data_of(999_999, by=cast.admin, now=NOW)


def test_a_constant_number_of_questions(app: Flask, cast: Cast) -> None:
    with count_queries(app) as few:
        own_data(by=cast.owner, now=NOW)
    known_well(cast)
    with count_queries(app) as many:
        own_data(by=cast.owner, now=NOW)
    assert many.number <= few.number + 1
