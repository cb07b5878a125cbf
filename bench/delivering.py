"""How fast the outbox is delivered, beside a bare `smtplib` loop on one connection.

Both send the same messages to the same server (aiosmtpd in a process of its own), in turns.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from flask import Flask
from sqlalchemy import select, update

from bench.installation import NOW, filled, tidy
from tests.helpers import postgres
from tracker.domain.ladder import standard_ladder
from tracker.extensions import db
from tracker.mail.url import parse_mail_url
from tracker.models import OutboxMessage, OutboxState
from tracker.services import outbox, places, reminders

PEOPLE, ACTIONS, RUNS = 1_200, 4_000, 5
LEAST_ALLOWED = 0.6
HOST = "127.0.0.1"
SERVER = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Taker:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
async def main():
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Taker(), hostname="local"), "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


def measure() -> Iterator[str]:
    """The ratio of messages per second, ours to the bare loop's, on SQLite and PostgreSQL."""
    with mail_server() as port:
        yield _compare("SQLite", "", port)
        with postgres.running() as server, server.database() as url:
            yield _compare("PostgreSQL", url, port)


@contextmanager
def mail_server() -> Iterator[int]:
    """A real SMTP server in a process of its own, which ends with us; yields its port."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def _compare(name: str, database_url: str, port: int) -> str:
    with filled(ACTIONS, people=PEOPLE, database_url=database_url) as app, app.app_context():
        post = places.post_of(app.extensions["settings"])
        reminders.plan(ladder=standard_ladder(), post=post, now=NOW)
        letters = [
            (letter.address, letter.mime)
            for letter in db.session.scalars(
                select(OutboxMessage).where(OutboxMessage.state == OutboxState.QUEUED)
            )
        ]
        db.session.rollback()
        ours, bare = [], []
        for _ in range(RUNS):
            tidy()
            bare.append(_bare(letters, port))
            ours.append(_ours(app, len(letters), port))
            _queue_again()
        ratio = median(bare) / median(ours)
    verdict = "holds" if ratio >= LEAST_ALLOWED else "DOES NOT HOLD"
    return (
        f"delivering {len(letters)} mails, {name}: {ratio:.2f} of a bare smtplib loop "
        f"({median(ours) / len(letters) * 1e3:.2f} against "
        f"{median(bare) / len(letters) * 1e3:.2f} ms each; at least {LEAST_ALLOWED}: {verdict})"
    )


def _bare(letters: list[tuple[str, bytes]], port: int) -> float:
    started = time.perf_counter()
    with smtplib.SMTP(HOST, port, local_hostname="localhost") as client:
        for address, mime in letters:
            client.sendmail("atgarda@localhost", [address], mime)
    return time.perf_counter() - started


def _ours(app: Flask, count: int, port: int) -> float:
    post = places.post_of(app.extensions["settings"])
    target = parse_mail_url(f"smtp://{HOST}:{port}?tls=none")
    started = time.perf_counter()
    outcomes = outbox.deliver_all(target=target, post=post, clock=lambda: NOW)
    taken = time.perf_counter() - started
    assert outcomes == {"sent": count}, outcomes
    return taken


def _queue_again() -> None:
    """As it was before the delivery."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.SENT, OutboxMessage.sent_at == NOW)
        .values(state=OutboxState.QUEUED, sent_at=None, data_started_at=None)
    )
    db.session.commit()
