"""A real SMTP server, alone in its process, that can be told to misbehave.

Whatever it accepts it writes to its log before it says 250. Orders come on standard input and are
answered on standard output, a line of JSON each; at the end of its input it ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(\S+)")
FOR_EVER = 3600
PHASES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "content", "answer")


@dataclass
class Mood:
    """How to behave. `phase` is where the trouble begins (one of PHASES; content: taken but not
    accepted, answer: accepted but not said), `kind` what it is (hang, drip or drop), `times` how
    often. The first `greylist` tries of a recipient are put off, and
    everyone in `refuse` is refused for good.
    """

    phase: str = ""
    kind: str = "hang"
    times: int = 10**9
    greylist: int = 0
    refuse: list[str] = field(default_factory=list)


class Handler:
    """What aiosmtpd asks: answers as its mood is, keeps the log and counts who is connected."""

    def __init__(self, log: Path) -> None:
        self.mood = Mood()
        self.tries: dict[str, int] = {}
        self.connected: set[Conversation] = set()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or put them off, or refuse."""
        tries = self.tries[address] = self.tries.get(address, 0) + 1
        if address in self.mood.refuse:
            return "550 5.1.1 no such person"
        if tries <= self.mood.greylist:
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Conversation, session: Session, envelope: Envelope) -> str:
        """Write it down, then say so."""
        await server.trouble("content")
        server.said = "answer"
        content = envelope.original_content or b""
        named = MESSAGE_ID.search(content)
        entry = {
            "to": envelope.rcpt_tos,
            "id": named[1].decode() if named else "",
            "sha256": hashlib.sha256(content).hexdigest(),
            "at": time.time(),
        }
        os.write(self._log, json.dumps(entry).encode() + b"\n")
        return "250 accepted"


class Conversation(SMTP):
    """One connection; knows which answer it is about to give."""

    event_handler: Handler
    said = "greeting"

    def connection_made(self, transport: Any) -> None:
        """Count it in."""
        super().connection_made(transport)
        self.event_handler.connected.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        super().connection_lost(error)
        self.event_handler.connected.discard(self)

    async def smtp_EHLO(self, hostname: str) -> None:
        """Hear EHLO."""
        self.said = "EHLO"
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str) -> None:
        """Hear MAIL."""
        self.said = "MAIL"
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        """Hear RCPT."""
        self.said = "RCPT"
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        """Hear DATA, and the content after it."""
        self.said = "DATA"
        await super().smtp_DATA(arg)
        self.said = ""

    async def push(self, status: Any) -> None:
        """Answer, unless the mood stands against it."""
        said, self.said = self.said, ""
        await self.trouble(said)
        await super().push(status)

    async def trouble(self, phase: str) -> None:
        """Hang, drip or drop here, if this is where it should be."""
        mood = self.event_handler.mood
        if not phase or phase != mood.phase or mood.times <= 0:
            return
        mood.times -= 1
        self.event_handler.connected.discard(self)  # it will say nothing more that counts
        if mood.kind == "drop":
            self.hang_up()
        while mood.kind == "drip" and self.transport is not None:
            self._writer.write(b"2")
            await asyncio.sleep(0.02)
        await asyncio.sleep(FOR_EVER)

    def hang_up(self) -> None:
        """Without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


class Server:
    """The listening socket and the orders."""

    def __init__(self, log: Path) -> None:
        self.handler = Handler(log)
        self.port = 0
        self._listening: asyncio.Server | None = None

    async def up(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: Conversation(self.handler, hostname="mail.example", loop=loop), HOST, self.port
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Refuse connections, and cut those there are."""
        if self._listening is not None:
            self._listening.close()
        for talk in list(self.handler.connected):
            talk.hang_up()

    async def settled(self) -> None:
        """Until nobody is connected that it still talks to: all that was sent has been read."""
        while self.handler.connected:
            await asyncio.sleep(0.001)

    async def obey(self, order: dict[str, Any]) -> None:
        """Carry out one order."""
        what = order.pop("order")
        if what == "behave":
            self.handler.mood = Mood(**order)
            self.handler.tries.clear()
        elif what == "up":
            await self.up()
        elif what == "down":
            self.down()
        elif what == "settled":
            await asyncio.wait_for(self.settled(), 10)


async def main(log: Path) -> None:
    """Serve until the input ends."""
    server = Server(log)
    await server.up()
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print(json.dumps({"port": server.port}), flush=True)
    while line := await orders.readline():
        await server.obey(json.loads(line))
        print(json.dumps({"port": server.port}), flush=True)
    server.down()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
