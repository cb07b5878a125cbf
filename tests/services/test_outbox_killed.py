"""A real process, killed with SIGKILL at named points while it delivers over real SMTP.

The child is the product's own command; at the named point it stops (held by the mail server, or
by its own database call) and says so, and is killed there. Then time passes, and other runs go
on: what the mail server accepted is counted. All points on both databases are in
tests/faults/kills.py.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.warm import Process, Warm
from tests.mail.peers import Conversation
from tests.services.mailing import deliver, message_to, only_colleague
from tracker.extensions import db
from tracker.models import JournalEntry, OutboxState
from tracker.services import outbox

# Stops for good where a statement that holds the given words is about to run or has run.
CHILD = """
import sys, time
from sqlalchemy import Engine, event
moment, words = sys.argv.pop(1), sys.argv.pop(1)
def stop(connection, cursor, statement, *rest):
    if words and words in statement:
        print("here", flush=True)
        time.sleep(60)
event.listen(Engine, f"{moment}_cursor_execute", stop)
from tracker.services.outbox import marks
inner = marks.at_once
def at_once(statement, values):
    if moment == "before":
        stop(None, None, statement)
    keys = inner(statement, values)
    if moment == "after":
        stop(None, None, statement)
    return keys
marks.at_once = at_once
from flask.cli import main
main()
"""


@dataclass
class Post:
    """A mail server that keeps quiet at `hold` in its first conversation, and then behaves."""

    hold: str
    url: str = ""
    accepted: list[bytes] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        """Take one conversation after the other."""
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    self._converse(Conversation(connection, self.over))

    def _converse(self, talk: Conversation) -> None:
        self._pause("connected")
        talk.say(b"220 ready\r\n")
        talk.obey(b"250 hello\r\n", b"250 sender\r\n")
        talk.hear_until(b"\r\n")
        talk.say(b"250 recipient\r\n")
        talk.hear_until(b"\r\n")
        talk.say(b"354 go on\r\n")
        stuffed = talk.hear_until(b"\r\n.\r\n").removesuffix(b".\r\n")
        content = re.sub(rb"(?m)^\.", b"", stuffed)
        self.seen.append(content)
        self._pause("content")
        self.accepted.append(content)
        talk.say(b"250 accepted\r\n")
        talk.obey(b"221 bye\r\n")

    def _pause(self, point: str) -> None:
        if point == self.hold:
            self.hold = ""
            self.reached.set()
            self.over.wait(60)
            raise ConnectionError("its client was killed")


@contextmanager
def post_office(hold: str) -> Iterator[Post]:
    """Run the server in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        post = Post(hold, f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=post.serve, args=[listener])
        thread.start()
        try:
            yield post
        finally:
            post.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def start(warm: Warm, app: Flask, post: Post, moment: str, words: str) -> Process:
    """`reminders deliver` at NOW, in a process of its own."""
    known = app.extensions["settings"]
    env = {
        **os.environ,
        "DATABASE_URL": known.database_url,
        "INSTANCE_DIR": str(known.instance_dir),
        "SECRET_KEY": known.secret_key,
        "BASE_URL": known.base_url,
        "MAIL_URL": post.url,
        "MAIL_FROM": known.mail_from,
    }
    command = ["--app", "wsgi", "reminders", "deliver", "--now", NOW.isoformat()]
    return warm.start("", moment, words, *command, code=CHILD, env=env)


def kill_at(warm: Warm, app: Flask, post: Post, moment: str, words: str) -> None:
    """Start the command, wait until it is where we want it, and kill it there."""
    db.session.rollback()
    with start(warm, app, post, moment, words) as child:
        if words:
            assert child.stdout.readline() == "here\n"
        else:
            assert post.reached.wait(30)
        child.kill()
        assert child.wait(10) == -signal.SIGKILL
    post.over.set()


NOWHERE = ("before", "")  # the mail server holds it instead
CLAIM = "RETURNING"
MARK_STARTED = "SET data_started_at = :at"
MARK_SENT = "sent_at = CASE"
AFTER_THE_YES = "accepted, before the mark of it"

# Where the mail server holds it, the statement it stops at, and how many copies arrive.
Point = tuple[str, tuple[str, str], int]
POINTS: dict[str, Point] = {
    "before the claim is committed": ("", ("after", CLAIM), 1),
    "claimed": ("connected", NOWHERE, 1),
    "content sent, no answer yet": ("content", NOWHERE, 1),
    "marked, before DATA": ("", ("after", MARK_STARTED), 1),
    AFTER_THE_YES: ("", ("before", MARK_SENT), 2),
    "accepted and marked": ("", ("after", MARK_SENT), 1),
}
# Each way of stopping it once, and AFTER_THE_YES on both: the one where a second copy is allowed.
PLAYED = {
    "sqlite": ("claimed", "content sent, no answer yet", "accepted and marked", AFTER_THE_YES),
    "postgresql": ("before the claim is committed", "marked, before DATA", AFTER_THE_YES),
}


@pytest.mark.waits
@pytest.mark.parametrize(
    ("any_app", "point"),
    [
        pytest.param(database, POINTS[point], id=f"{database}-{point}")
        for database, points in PLAYED.items()
        for point in points
    ],
    indirect=["any_app"],
)
def test_killed(warm: Warm, any_app: Flask, cast: Cast, point: Point) -> None:
    hold, stop, copies = point
    message = only_colleague(cast)
    mime, message_id = message.mime, message.message_id
    with post_office(hold) as post:
        kill_at(warm, any_app, post, *stop)
        assert deliver_until_rest(post) <= 1
    assert post.accepted == [mime] * copies
    assert all(f"Message-ID: {message_id}".encode() in content for content in post.seen)
    after = message_to(cast.colleague.id)
    assert after.state is OutboxState.SENT
    resent = db.session.scalars(select(JournalEntry).where(JournalEntry.deed == "mail.resend"))
    in_the_log = [entry.data["message_id"] for entry in resent]
    noted_as_begun = (("after", MARK_STARTED), ("before", MARK_SENT))
    may_have_left = hold == "content" or stop in noted_as_begun
    assert in_the_log == ([message_id] if may_have_left else [])
    assert (after.resent_at is not None) == may_have_left


def deliver_until_rest(post: Post) -> int:
    """Let a day of other runs follow, from right after the kill; how many mails went out."""
    went = 0
    for minutes in (0, 1, 6, 7, 60, 1440):
        ended = deliver(post.url, now=NOW + timedelta(minutes=minutes))
        assert minutes >= outbox.LEASE / timedelta(minutes=1) or ended in ({}, {"sent": 1})
        went += ended.get("sent", 0) + ended.get("resent", 0)
    return went
