"""How heavy the web process is to start, against Flask with SQLAlchemy alone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator

from bench.timing import seconds
from config import child_environment


def measure() -> Iterator[str]:
    """Start interpreters that import the app, and bare ones."""
    with tempfile.TemporaryDirectory() as folder:
        env = child_environment(
            SECRET_KEY="0" * 32, BASE_URL="http://127.0.0.1", INSTANCE_DIR=folder
        )
        env.pop("DATABASE_URL", None)

        def start(code: str) -> None:
            subprocess.run([sys.executable, "-c", code], check=True, env=env)

        ours = seconds(lambda: start("import wsgi"), runs=5)
        bare = seconds(lambda: start("import flask, sqlalchemy.orm"), runs=5)
    yield f"start of the web process: {ours / bare:.2f} × importing Flask and SQLAlchemy"
