"""`serve`: web and worker with one command, and both gone with one Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from flask import Flask

from tests.helpers.apps import ROOT
from tests.helpers.cast import Cast
from tests.helpers.smtp import free_port
from tests.helpers.warm import Process, Warm
from tracker.extensions import db

Command = Callable[..., Any]
DEMO = "Läser in demokommunen"


def environment(instance: Path) -> dict[str, str]:
    """Nothing of ours but where programs are found."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, "INSTANCE_DIR": str(instance), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def start(instance: Path, port: int) -> subprocess.Popen[str]:
    """The command as `make run` calls it, in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(instance),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str] | Process, words: str) -> str:
    """What it prints up to the line with these words."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"it ended without {words!r}:\n{seen}")


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.waits
def test_starts_with_the_demo_and_stops_all(tmp_path: Path) -> None:
    port, begun = free_port(), time.monotonic()
    process = start(tmp_path, port)
    try:
        seen = read_until(process, "Ctrl-C")
        took = time.monotonic() - begun
        assert DEMO in seen
        assert f"http://127.0.0.1:{port}\n" in seen
        for role in ("admin", "director", "manager", "committee"):
            assert re.search(rf"{role} +\S+@\S+ +\S+", seen)
        with urlopen(f"http://127.0.0.1:{port}/login", timeout=10) as page:
            assert page.status == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert is_free(port)
    a_second_start_keeps_what_is_there_and_is_quicker(tmp_path, took)


def a_second_start_keeps_what_is_there_and_is_quicker(instance: Path, first: float) -> None:
    """And SIGTERM stops all as well."""
    port, begun = free_port(), time.monotonic()
    process = start(instance, port)
    try:
        seen = read_until(process, "Ctrl-C")
        took = time.monotonic() - begun
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert DEMO not in seen
    assert took < first
    assert process.returncode == 0
    assert is_free(port)


@pytest.mark.waits
def test_when_one_of_the_two_ends_the_other_does_too(
    warm: Warm, tmp_path: Path, app: Flask, cast: Cast
) -> None:
    """Where there are people already, so that it starts without a demo to load."""
    db.session.rollback()
    port = free_port()
    with warm.flask("serve", "--port", str(port), env=environment(tmp_path)) as process:
        read_until(process, "Ctrl-C")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 2
        os.kill(int(children[1]), signal.SIGKILL)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "slutade oväntat" in said
    assert is_free(port)


def test_a_taken_port_is_told(app: Flask, flask_command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = flask_command("serve", "--port", str(port))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Port {port} är upptagen.")


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_no_port_is_exit_code_2(app: Flask, flask_command: Command, port: str) -> None:
    assert flask_command("serve", "--port", port).exit_code == 2
