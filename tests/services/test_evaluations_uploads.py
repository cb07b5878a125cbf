"""The same file from three people at the same moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import report_text
from tests.helpers.together import together
from tracker.extensions import db
from tracker.importers import read_file
from tracker.models import ImportDraft, User
from tracker.services import drafts
from tracker.services.sources import Sources


def test_one_file_becomes_one_draft(
    any_app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "read_isolated", read_file)
    director_id, data = cast.director.id, report_text().encode()
    sources = Sources(tmp_path / "sources")

    def upload() -> int:
        by = db.session.get_one(User, director_id)
        return drafts.read_into_draft(data, "rapport.txt", by=by, now=NOW, sources=sources).id

    told = together(any_app, upload, upload, upload)
    assert told == [told[0]] * 3
    assert db.session.query(ImportDraft).count() == 1
    [kept] = [path for path in sources.root.rglob("*") if path.is_file()]
    assert kept.read_bytes() == data
