"""Two people at once."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.others import EDITION, brought_in
from tests.helpers.together import person, together
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import JournalEntry, ReferenceScore
from tracker.services import journal
from tracker.services.references import saving

LINES = [f"Kommun {n}a,2021-02,{EDITION},,,,,,,,,{400 + n}," for n in range(30)]


def test_the_same_list_twice_at_once(any_app: Flask, cast: Cast) -> None:
    who = (cast.director.id, cast.admin.id)
    results = together(any_app, *(lambda key=key: brought_in(person(key), *LINES) for key in who))
    assert sorted(one.added for one in results) == [0, 30]
    assert len(db.session.scalars(select(ReferenceScore)).all()) == 30
    imports = select(JournalEntry).where(JournalEntry.deed == "reference.import")
    assert len(db.session.scalars(imports).all()) == 1
    assert journal.verify()


def test_taken_back_once(any_app: Flask, cast: Cast) -> None:
    number, who = (
        brought_in(cast.director, *LINES).import_id or 0,
        (cast.director.id, cast.admin.id),
    )
    results = together(
        any_app,
        *(lambda key=key: saving.remove_import(number, by=person(key), now=NOW) for key in who),
    )
    assert sorted(isinstance(one, RuleBroken) for one in results) == [False, True]
    assert not db.session.scalars(select(ReferenceScore)).all()
