"""Fixtures for all tests. The parts are in tests/helpers/."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import Context
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from tests.helpers import postgres, queries, smtp, walls
from tests.helpers.apps import entered, make_app, migrate_to, settings
from tests.helpers.cast import CHEAP, NOW, Cast, Keys, build_cast, found_cast, keys_of
from tests.helpers.postgres import TEMPLATE, WITH_CAST, PostgresServer
from tests.helpers.visitor import Visits
from tests.helpers.warm import Warm, warm_product
from tracker.extensions import db
from tracker.services.accounts import passwords


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make faults` asks more of."""
    parser.addoption("--racing-writes", type=int, default=400, help="how many writes race")


def pytest_configure(config: pytest.Config) -> None:
    """Name our marker. Until everything is collected there is nothing to throw away."""
    gc.disable()
    config.addinivalue_line("markers", "waits: waits for a real process, with a bounded poll")


# The longest first: whoever is done early can then take over something short.
LONG = ("test_accessible.py", "test_suite.py", "test_loop.py", "test_demo.py", "test_worker.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long ones start first; everything else keeps its order."""
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """The collector need not look through all that tests consist of, again and again: with the
    usual thresholds it took a fifth of the time of tests that build apps."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(7000, 20, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def walled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No network beyond this machine, no sleeping (but with the marker `waits`)."""
    attempts = walls.forbid_network(monkeypatch)
    if request.node.get_closest_marker("waits") is None:
        walls.forbid_sleep(monkeypatch)
    yield
    assert not attempts, f"the test tried to reach {attempts}"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed with parameters that cost nothing; the product's own are looked at by
    test_accounts.py."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once per worker."""
    folder = tmp_path_factory.mktemp("template")
    migrate_to(make_app(settings(folder)))
    return folder / "atgarda.db"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started once per worker; if it does not start, the test fails."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a migrated database, to be copied."""
    postgres_server.execute("CREATE DATABASE {name}", name=TEMPLATE)
    folder = tmp_path_factory.mktemp("template")
    migrate_to(make_app(settings(folder, postgres_server.url(TEMPLATE))))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_with_cast(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Keys]:
    """A migrated SQLite file with the cast, made once per worker, and where the cast stands."""
    folder = tmp_path_factory.mktemp("cast")
    shutil.copy(sqlite_template, folder / "atgarda.db")
    with entered(make_app(settings(folder))):
        return folder / "atgarda.db", keys_of(build_cast())


@pytest.fixture(scope="session")
def postgres_with_cast(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Keys]:
    """The same in PostgreSQL."""
    copied = {"name": WITH_CAST, "template": postgres_template}
    postgres_server.execute("CREATE DATABASE {name} TEMPLATE {template}", **copied)
    folder = tmp_path_factory.mktemp("cast")
    with entered(make_app(settings(folder, postgres_server.url(WITH_CAST)))):
        return WITH_CAST, keys_of(build_cast())


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Flask]:
    """The product on a SQLite database of its own, app context open."""
    shutil.copy(_with_cast(request, "sqlite_with_cast") or sqlite_template, tmp_path / "atgarda.db")
    with entered(make_app(settings(tmp_path))) as made:
        yield made


@pytest.fixture
def pg_app(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    postgres_server: PostgresServer,
    postgres_template: str,
) -> Iterator[Flask]:
    """The product on a PostgreSQL database of its own, app context open."""
    template = _with_cast(request, "postgres_with_cast") or postgres_template
    with (
        postgres_server.database(template) as url,
        entered(make_app(settings(tmp_path, url))) as made,
    ):
        yield made


def _with_cast(request: pytest.FixtureRequest, name: str) -> Any:
    """The template that holds the cast, for a test that asks for it: copying costs a twentieth of
    writing it anew."""
    return request.getfixturevalue(name)[0] if "cast" in request.fixturenames else None


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest) -> Flask:
    """For what must hold on both databases."""
    made: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "pg_app")
    return made


@pytest.fixture
def the_app(request: pytest.FixtureRequest) -> Flask:
    """The app that the test asked for: any_app, pg_app or, by default, app."""
    names = [name for name in ("any_app", "pg_app") if name in request.fixturenames]
    made: Flask = request.getfixturevalue(names[0] if names else "app")
    return made


@pytest.fixture
def db_session(the_app: Flask) -> scoped_session[Session]:
    """The test's own database session."""
    return db.session


@pytest.fixture
def cast(request: pytest.FixtureRequest, the_app: Flask) -> Cast:
    """The made-up municipality with its people, plan and actions."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    name = "sqlite_with_cast" if is_sqlite else "postgres_with_cast"
    return found_cast(request.getfixturevalue(name)[1])


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock at NOW, ticking on; `clock.move_to(instant)` travels."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def now(clock: time_machine.Traveller) -> datetime:
    """The instant at which the clock starts."""
    return NOW


@pytest.fixture
def client(the_app: Flask, clock: time_machine.Traveller) -> FlaskClient:
    """A bare client, for what is no page (health, headers); pages are for `visit`."""
    return the_app.test_client()


@pytest.fixture
def visit(the_app: Flask, clock: time_machine.Traveller) -> Visits:
    """`visit(user).get(path)`: fetch as that person and check the page."""
    return Visits(the_app.test_client)


@pytest.fixture
def count_queries(
    the_app: Flask,
) -> Callable[[], AbstractContextManager[queries.Counted]]:
    """`with count_queries() as counted: …`, then look at `counted.number`."""
    return lambda: queries.count_queries(the_app)


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """`warm.flask("worker", env=…)`: a process of the product that need not import it first."""
    with warm_product() as made:
        yield made


@pytest.fixture
def smtp_server() -> Iterator[smtp.Recorder]:
    """A real SMTP server: `.url` for MAIL_URL, `.messages` for what came."""
    with smtp.recording_server() as recorder:
        yield recorder


@pytest.fixture
def flask_command(the_app: Flask) -> Callable[..., Any]:
    """`flask_command("user", "add", …)`: a command of the product, run as from a shell."""

    def run(*words: str, **options: Any) -> Any:
        db.session.commit()
        runner = the_app.test_cli_runner()
        return Context().run(runner.invoke, args=list(words), **options)

    return run
