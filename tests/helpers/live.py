"""The product as its users meet it: real processes on a free port, with files of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from click.testing import Result

from tests.helpers.apps import make_app, settings
from tests.helpers.smtp import free_port
from tests.helpers.source import ROOT
from tests.helpers.walls import eventually
from tests.helpers.warm import Warm
from tracker.extensions import db

BASE_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Login:
    """A person of the demo."""

    name: str
    email: str
    role: str
    password: str


@dataclass
class Installation:
    """An instance folder and the environment that its processes run in."""

    instance: Path
    url: str = ""
    mail_url: str = ""
    logins: list[Login] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What is set for its processes; nothing of ours but where programs are found."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {
            **kept,
            "PYTHONUTF8": "1",
            "INSTANCE_DIR": str(self.instance),
            "SECRET_KEY": "only-for-tests-0123456789abcdef0123456789abcdef",
            "BASE_URL": self.url or BASE_URL,
            **self.more,
        }

    def run(self, warm: Warm, *words: str) -> str:
        """Run a command of the product in a process of its own, run(warm, "reminders", "run"):
        what it printed."""
        with warm.flask(*words, env=self.environment) as command:
            out, err = command.communicate(120)
        assert command.returncode == 0, err
        return out

    def run_here(self, *words: str, typed: str = "") -> str:
        """Run a command in the test's own process, which saves starting one: what it printed."""
        changes = {"mail_url": self.mail_url} if self.mail_url else {}
        app = make_app(settings(self.instance, base_url=self.url or BASE_URL, **changes))

        def invoke() -> Result:
            ended = app.test_cli_runner().invoke(args=words, input=typed)
            with app.app_context():
                db.engine.dispose()
            return ended

        ended = Context().run(invoke)
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    def load_demo(self) -> None:
        """Fill the migrated, empty database with the demo municipality."""
        people = json.loads(self.run_here("demo", "load", "--json"))["people"]
        known = Login.__dataclass_fields__
        self.logins = [Login(**{k: v for k, v in one.items() if k in known}) for one in people]

    def login(self, role: str) -> Login:
        """The first of the demo's people with this role."""
        return next(one for one in self.logins if one.role == role)

    def letters(self) -> list[Path]:
        """The mails it wrote, oldest name first."""
        return sorted((self.instance / "mail").glob("*.eml"))


@contextmanager
def serving(installation: Installation) -> Iterator[Installation]:
    """Run the web server until the block ends."""
    port = free_port()
    installation.url = f"http://127.0.0.1:{port}"
    log = installation.instance / "web.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "wsgi:app"],
            cwd=ROOT,
            env=installation.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: _answers(process, installation.url, log), within=30, what="the server")
        yield installation
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes], url: str, log: Path) -> bool:
    assert process.poll() is None, f"the server did not start:\n{log.read_text()}"
    try:
        with urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
