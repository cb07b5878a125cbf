"""Applications for tests: the product's own factory on settings made here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from config import Config
from tests.helpers import kept
from tracker import create_app
from tracker.extensions import db

ROOT = Path(__file__).resolve().parent.parent.parent


def settings(instance: Path, database_url: str = "", **changes: Any) -> Config:
    """The settings of a test installation whose files all lie under `instance`."""
    values: dict[str, Any] = {
        "database_url": database_url or f"sqlite:///{instance / 'atgarda.db'}",
        "secret_key": "only-for-tests-0123456789abcdef0123456789abcdef",
        "base_url": "http://localhost",
        "mail_url": f"file://{instance / 'mail'}",
        "mail_from": "atgarda@testkoping.example",
        "timezone": ZoneInfo("Europe/Stockholm"),
        "locale": "sv",
        "municipality": "",
        "instance_dir": instance,
    }
    return Config(**{**values, **changes})


class VisitingClient(FlaskClient):
    """A client whose requests come from outside.

    A test keeps an app context of its own open; a request must not find the logged-in person or
    the database session in it. So what the test arranged is committed first, and the request runs
    in an empty context, as in another process.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Make one request."""
        db.session.commit()
        return Context().run(super().open, *args, **kwargs)


def make_app(config: Config) -> Flask:
    """The product as its factory builds it, for tests."""
    app = create_app(config)
    app.testing = True
    # No test goes on while a report is still being read, unless it means to.
    app.config["READING_PATIENCE"] = 60
    # Nor does one before a letter that is written beside the request is in the outbox.
    app.config["LETTER_PATIENCE"] = 60
    # Nor are the files of a report made beside it.
    app.config["KEEP_REPORTS_AT_ONCE"] = False
    app.test_client_class = VisitingClient
    with app.app_context():
        kept.share(app, db.engine)
    return app


@contextmanager
def entered(app: Flask) -> Iterator[Flask]:
    """Keep an app context open, and leave no connection behind."""
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def migrate_to(app: Flask, revision: str = "head") -> None:
    """Bring the app's database to `revision` by the real migrations."""
    with app.app_context():
        flask_migrate.upgrade(revision=revision)
        db.session.remove()
        db.engine.dispose()
