"""Where a worker is killed: named points, hooked from outside into a child process.

The product knows nothing of them: statements are known by what they write, the conversation with
the mail server by what goes over smtplib.
"""

from __future__ import annotations

import os
import re
import signal
import smtplib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from tracker.services.outbox import marks

PLANNING = (
    "before the letters",
    "letters written",
    "before the ledger",
    "ledger written",
    "before the commit of a plan",
    "plan committed",
)
DELIVERING = (
    "before the claim",
    "claim written",
    "claim committed",
    "before MAIL",
    "before the mark of DATA",
    "mark of DATA committed",
    "before DATA",
    "after 354",
    "half of the content sent",
    "content sent, no answer read",
    "answer read",
    "before the mark of sent",
    "mark of sent committed",
    "before QUIT",
)
# Between the server's yes and our committed note of it: the one exception to the promise. The
# next message's MAIL goes out there too, so that the server answers while we note.
WINDOW = frozenset({*DELIVERING[9:12], "before MAIL"})

_SET = re.compile(r"\bUPDATE outbox SET (.*?)(?: WHERE |$)")


def kind_of(statement: str) -> str:
    """What a statement writes: the claim, one of the marks, letters, the ledger; or nothing."""
    statement = " ".join(statement.split())
    if statement.startswith("INSERT INTO outbox"):
        return "letters"
    if statement.startswith("INSERT INTO reminder "):
        return "ledger"
    found = _SET.search(statement)
    if found is None:
        return ""
    columns = set(re.findall(r"(\w+) ?=", found[1]))
    if "sent_at" in columns:  # it may mark the next message's DATA in the same breath
        return "sent"
    if "lease_token" in columns and "RETURNING" in statement:
        return "claim"
    begun = columns & {"data_started_at", "resent_at"}
    return "mark" if begun and "state" not in columns else ""


BEFORE = {
    "letters": "before the letters",
    "ledger": "before the ledger",
    "claim": "before the claim",
    "mark": "before the mark of DATA",
    "sent": "before the mark of sent",
}
WRITTEN = {
    "letters": "letters written",
    "ledger": "ledger written",
    "claim": "claim written",
}
COMMITTED = {
    "ledger": "plan committed",
    "claim": "claim committed",
    "mark": "mark of DATA committed",
    "sent": "mark of sent committed",
}


@dataclass
class Trap:
    """Kills its own process when it comes to `point` for the `nth` time; counts what it meets."""

    point: str = ""
    nth: int = 0

    def __post_init__(self) -> None:
        self.met: Counter[str] = Counter()
        self._pending: set[str] = set()
        self._talk = ""

    def meet(self, point: str) -> None:
        """Be at a point."""
        self.met[point] += 1
        if point == self.point and self.met[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def set(self, engine: Engine) -> None:
        """Listen to the engine and to smtplib, in this process, for good."""
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "after_cursor_execute", self._after_statement)
        event.listen(engine, "rollback", lambda _connection: self._pending.clear())
        self._wrap(engine.dialect, "do_commit", self._commit)
        self._wrap(marks, "at_once", self._mark)
        self._wrap(smtplib.SMTP, "send", self._send)
        self._wrap(smtplib.SMTP, "getreply", self._getreply)
        self._wrap(smtplib.SMTP, "quit", self._quit)

    def _wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        inner = getattr(owner, name)
        setattr(owner, name, lambda *args: around(inner, *args))

    def _before_statement(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if kind := kind_of(statement):
            self.meet(BEFORE[kind])

    def _after_statement(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        kind = kind_of(statement)
        if kind in WRITTEN:
            self.meet(WRITTEN[kind])
        if kind:
            self._pending.add(kind)

    def _commit(self, inner: Callable[..., None], *args: Any) -> None:
        pending, self._pending = self._pending, set()
        if "ledger" in pending:
            self.meet("before the commit of a plan")
        inner(*args)
        for kind in sorted(pending & COMMITTED.keys()):
            self.meet(COMMITTED[kind])

    def _mark(self, inner: Callable[..., Any], statement: str, values: Any) -> Any:
        """A statement that is committed by itself, past the engine's events."""
        kind = kind_of(statement)
        self.meet(BEFORE[kind])
        keys = inner(statement, values)
        self.meet(COMMITTED[kind])
        return keys

    def _send(self, inner: Callable[..., None], client: Any, said: Any) -> None:
        data = said.encode() if isinstance(said, str) else said
        if data.startswith(b"MAIL"):
            self.meet("before MAIL")
        if data.endswith(b"DATA\r\n"):
            self.meet("before DATA")
            self._talk = "DATA"
        if not data.endswith(b"\r\n.\r\n"):
            inner(client, said)
            return
        if self.point == "half of the content sent":
            inner(client, data[: len(data) // 2])
            self.meet("half of the content sent")
            inner(client, data[len(data) // 2 :])
        else:
            self.met["half of the content sent"] += 1
            inner(client, said)
        self._talk = "content"
        self.meet("content sent, no answer read")

    def _getreply(self, inner: Callable[..., Any], client: Any) -> Any:
        reply = inner(client)
        if self._talk == "DATA" and reply[0] == 354:
            self.meet("after 354")
        elif self._talk == "content":
            self._talk = ""
            self.meet("answer read")
        return reply

    def _quit(self, inner: Callable[..., Any], client: Any) -> Any:
        self.meet("before QUIT")
        return inner(client)
