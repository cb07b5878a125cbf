"""A real OpenID provider in a process of its own, and a proxy before it that may tamper."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.helpers.smtp import free_port
from tests.helpers.walls import eventually

Tamper = Callable[[str], str]


@dataclass
class Between:
    """The proxy: `tamper`, where set, gets each ID token and gives what is passed on instead."""

    url: str
    process: subprocess.Popen[bytes]
    tamper: Tamper | None = None


@contextmanager
def providing(*people: dict[str, Any]) -> Iterator[Between]:
    """Run oidc-provider-mock, which knows these people by their claims, behind the proxy."""
    port = free_port()
    claims = [word for one in people for word in ("--user-claims", json.dumps(one))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-f", *claims],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    between = Between("", process)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(between, port))
    between.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        eventually(lambda: _answers(process, port), within=60, what="the provider")
        yield between
    finally:
        server.shutdown()
        server.server_close()
        process.kill()
        process.wait()


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, "the provider did not start"
    try:
        with urlopen(f"http://127.0.0.1:{port}/jwks", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _handler(between: Between, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.relay()

        def do_POST(self) -> None:
            self.relay()

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            there = HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                there.request(self.command, self.path, body, dict(self.headers))
                answer = there.getresponse()
                text = answer.read()
            except OSError:
                self.send_error(502)
                return
            finally:
                there.close()
            if between.tamper and self.path == "/oauth2/token":
                tokens = json.loads(text)
                text = json.dumps(
                    {**tokens, "id_token": between.tamper(tokens["id_token"])}
                ).encode()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() in ("content-type", "location", "set-cookie"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
