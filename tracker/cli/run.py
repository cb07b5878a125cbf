"""`serve` (web and worker for trying it), `worker` and `doctor`."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy import select

from config import DEFAULT_BASE_URL, child_environment
from tracker.cli.catalogues import complain_of_stale
from tracker.cli.common import (
    echo_json,
    ensure_schema,
    fail,
    json_option,
    now_option,
    plain_errors,
    say,
    settings,
)
from tracker.cli.demo import show_logins
from tracker.clock import now as clock_now
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal, operations, places
from tracker.services.demo import demo_logins, load_demo

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 10


@click.command("worker")
@with_appcontext
@click.option("--once", is_flag=True, help="One pass, then end.")
@plain_errors
def worker(once: bool) -> None:
    """Plan and deliver reminders, every minute, until told to stop."""
    from tracker.scheduler import run_forever, tick

    ensure_schema()
    complain_of_stale()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    logging.getLogger("tracker.worker").setLevel(logging.INFO)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        raise SystemExit(1 if "error" in tick(app) else 0)
    run_forever(app)


@click.command("doctor")
@with_appcontext
@now_option
@json_option
@plain_errors
def doctor(now: datetime, as_json: bool) -> None:
    """Look at database, worker, outbox, journal and translations; exit code 1 when something is
    wrong."""
    ensure_schema()
    health = operations.health(now=now, zone=settings().timezone)
    found = journal.verify()
    if as_json:
        echo_json({**health.to_json(), "journal": asdict(found)})
    for problem in health.problems if not as_json else ():
        click.echo(say(problem))
    if not found and not as_json:
        click.echo(_("Loggens kedja är bruten."))
    stale = complain_of_stale()
    is_well = health.healthy and bool(found) and not stale
    if is_well and not as_json:
        click.echo(_("Allt står rätt till."))
    raise SystemExit(0 if is_well else 1)


@click.command("serve")
@with_appcontext
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@plain_errors
def serve(port: int) -> None:
    """Web and worker on this machine, with the demo in an empty database; Ctrl-C stops both."""
    _refuse_taken(port)
    complain_of_stale()
    ensure_schema()
    if db.session.scalar(select(User.id).limit(1)) is None:
        click.echo(_("Läser in demokommunen …"))
        load_demo(post=places.post_of(settings()), now=clock_now())
    db.session.remove()
    _run_both(port)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(_("Port %(port)s är upptagen. Välj en annan: make run PORT=…", port=port))


def _run_both(port: int) -> None:
    """Start the two processes, tell where, and end both when one ends or we are told to."""
    address = f"http://127.0.0.1:{port}"
    children = _start(port, address)
    stopping = False

    def stop(*_args: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        if _wait_until_up(address, children, lambda: stopping):
            _welcome(address)
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        _end(children)
    if not stopping:
        fail(_("En av processerna slutade oväntat; se utskriften ovan."))


def _start(port: int, address: str) -> list[subprocess.Popen[bytes]]:
    """Web and worker in process groups of their own, so that Ctrl-C reaches only us."""
    known = settings()
    env = child_environment(
        SECRET_KEY=known.secret_key,
        BASE_URL=address if known.base_url == DEFAULT_BASE_URL else known.base_url,
        FLASK_RUN_FROM_CLI="false",
    )
    web = [
        sys.executable,
        "-m",
        "waitress",
        "--threads=8",
        f"--listen=127.0.0.1:{port}",
        "wsgi:app",
    ]
    work = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    return [
        subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)  # noqa: S603 - our own
        for command in (web, work)
    ]


def _wait_until_up(
    address: str, children: list[subprocess.Popen[bytes]], stopping: Callable[[], bool]
) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping():
        if any(child.poll() is not None for child in children):
            return False
        try:
            with urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own address
                return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False


def _welcome(address: str) -> None:
    click.echo(f"\n  Åtgärda: {address}\n")
    logins = demo_logins()
    db.session.remove()  # we live on beside the two; an open transaction would lock them out
    if logins:
        click.echo(_("  Demokommunens inloggningar:"))
        show_logins(logins)
    click.echo(_("  Brev läggs i %(place)s", place=settings().mail_url))
    click.echo(_("  Ctrl-C avslutar.\n"))


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
