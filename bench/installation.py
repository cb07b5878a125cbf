"""A throw-away installation filled with the demo to a given size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import text

from config import Config
from tracker import create_app
from tracker.extensions import db
from tracker.services import places
from tracker.services.demo import load_demo

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def settings(folder: Path, database_url: str) -> Config:
    """Settings of an installation whose files all lie in `folder`."""
    return Config(
        database_url=database_url or f"sqlite:///{folder / 'bench.db'}",
        secret_key="0" * 32,
        base_url="http://localhost",
        mail_url=f"file://{folder / 'mail'}",
        mail_from="atgarda@localhost",
        timezone=ZoneInfo("Europe/Stockholm"),
        locale="sv",
        municipality="",
        instance_dir=folder,
    )


@contextmanager
def filled(
    actions: int, *, people: int = 0, points: int = 0, database_url: str = ""
) -> Iterator[Flask]:
    """An app on a database with the demo filled up to that many actions, people and points."""
    from flask_migrate import upgrade

    with tempfile.TemporaryDirectory() as folder:
        config = settings(Path(folder), database_url)
        app = create_app(config)
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            upgrade()
            load_demo(
                post=places.post_of(config), now=NOW, people=people, actions=actions, points=points
            )
            tidy()
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def tidy() -> None:
    """Let PostgreSQL tidy up, in the app's context. It does so by itself some time after many rows
    have come: before we measure, not while we do."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as it:
            it.execute(text("VACUUM ANALYZE"))
            it.execute(text("CHECKPOINT"))
