"""The same file from two people at the same moment."""

from __future__ import annotations

from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import report_text
from tests.services.test_actions_races import at_once
from tracker.extensions import db
from tracker.models import ImportDraft, User
from tracker.services import evaluations as service


def test_one_file_becomes_one_draft(any_app: Flask, cast: Cast) -> None:
    director_id, data = cast.director.id, report_text().encode()

    def upload() -> int:
        by = db.session.get_one(User, director_id)
        return service.read_into_draft(data, "rapport.txt", by=by, now=NOW).id

    told = at_once(any_app, upload, upload, upload)
    assert told == [told[0]] * 3
    assert db.session.query(ImportDraft).count() == 1
