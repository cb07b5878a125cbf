"""The extensions, made once and bound to the app by the factory."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event, text

db = SQLAlchemy()
migrate = Migrate(render_as_batch=True)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()


class Keys:
    """What is derived from the installation's secret, and from those that it had before."""

    def init_app(self, app: Flask, secret: str, old: tuple[str, ...]) -> None:
        """Take the secrets of an app that is being made."""
        app.extensions["keys"] = (secret, *old)

    def derived(self, purpose: str) -> list[bytes]:
        """Keys of 32 bytes for one purpose: today's first, then those of older secrets."""
        return [
            hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)
            for secret in current_app.extensions["keys"]
        ]

    def macs(self, purpose: str, what: str) -> list[str]:
        """HMAC-SHA-256 of `what` in hexadecimal, under each of the purpose's keys."""
        return [
            hmac.digest(key, what.encode(), hashlib.sha256).hex() for key in self.derived(purpose)
        ]

    def mac(self, purpose: str, what: str) -> str:
        """HMAC-SHA-256 of `what` in hexadecimal, under today's key of the purpose."""
        return self.macs(purpose, what)[0]


keys = Keys()

ONLY_READS = "only_reads"
RESTED_SECONDS = 1.0
MAPPED = 256 * 1024 * 1024  # bytes of an SQLite file that are read in place


def only_read() -> None:
    """Begin a transaction that keeps nobody from writing, however long it reads."""
    db.session.rollback()
    db.session.connection(execution_options={ONLY_READS: True})


def will_write() -> None:
    """Let this request write although it is a GET, as another house sends people back to us."""
    db.session.rollback()
    g.will_write = True


def in_turn(what: str) -> None:
    """Wait while somebody else does `what`, and let nobody else until this transaction ends.

    On SQLite a transaction that writes is alone anyhow.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def prepare_engine(engine: Engine) -> None:
    """Give SQLite what it lacks by default: foreign keys, WAL, and honest transactions.

    Deferred transactions that read before they write lose against each other (SQLITE_BUSY that
    no timeout cures), so everything that may write begins IMMEDIATE; only a GET, and whoever has
    called `only_read`, begins deferred.
    """
    if engine.dialect.name != "sqlite":
        _trust_what_was_just_used(engine)
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _trust_what_was_just_used(engine: Engine) -> None:
    """Ask a pooled connection whether it lives only where it has rested for a while.

    `pool_pre_ping` asks each time, which is a journey more for each mark that the outbox makes.
    """
    returned: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
    asks = engine.dialect.do_ping

    def has_rested(connection: Any) -> bool:
        return time.monotonic() - returned.get(connection, -RESTED_SECONDS) >= RESTED_SECONDS

    def came_back(connection: Any, _record: Any) -> None:
        if connection is not None:
            returned[connection] = time.monotonic()

    def ping(connection: Any) -> bool:
        return asks(connection) if has_rested(connection) else True

    event.listen(engine, "checkin", came_back)
    engine.dialect.do_ping = ping  # type: ignore[assignment]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred: we send ours
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA busy_timeout = 15000")
    # Reading past the cache of each connection: all of them share what the system holds anyhow.
    cursor.execute(f"PRAGMA mmap_size = {MAPPED}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    in_get = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
    reads_only = (in_get and "will_write" not in g) or connection.get_execution_options().get(
        ONLY_READS
    )
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
