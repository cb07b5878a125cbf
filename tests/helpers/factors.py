"""A second factor as its owner has it: the app's secret, and what it shows at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.helpers.cast import NOW
from tracker.domain.one_time import code_at, step_of
from tracker.models import User
from tracker.services.accounts import factor_changes, factors
from tracker.services.posts import Post

POST = Post("atgarda@testkoping.example", "http://localhost", "", ZoneInfo("Europe/Stockholm"), "")
NONCE = "a-nonce-of-a-browser"


@dataclass(frozen=True)
class Telephone:
    """An app that has got the secret, and the recovery codes on paper."""

    secret: str
    codes: tuple[str, ...]

    def shows(self, now: datetime, steps: int = 0) -> str:
        """The code of the instant, or that of so many steps later."""
        return code_at(self.secret, step_of(now) + steps)

    def does_not_show(self, now: datetime) -> str:
        """Six digits that are no code around the instant."""
        right = {self.shows(now, steps) for steps in (-1, 0, 1)}
        return next(f"{n:06}" for n in range(4) if f"{n:06}" not in right)


def get_factor(user: User, now: datetime = NOW) -> Telephone:
    """Let the person have a second factor, whose newest used code is that of a while ago."""
    secret = factors.offered_secret(user.id, NONCE)
    user.proved_hash = user.password_hash
    earlier = code_at(secret, step_of(now) - 1)
    codes = factor_changes.turn_on(NONCE, earlier, None, by=user, post=POST, now=now)
    return Telephone(secret, codes)
