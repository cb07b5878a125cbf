"""What a browser keeps for us: the key by which it is known again, and when it was last used."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, current_app, request, session

from tracker.services.accounts.devices import KNOWN_FOR, new_key
from tracker.services.accounts.logging_in import Origin

# A meeting may last this long; who leaves a computer unlocked for longer has to log in again.
IDLE_AFTER = timedelta(hours=2)
# The cookie is written anew this seldom: each time it could drop what another tab just wrote.
NOTED_EVERY = timedelta(minutes=5)
_USED = "used"


def origin() -> Origin:
    """Where this request comes from, for those who count guesses."""
    return Origin(request.remote_addr or "", request.cookies.get(_device_name(), ""))


def device_key() -> str:
    """The key by which this browser is known, or a new one for it to keep."""
    return request.cookies.get(_device_name()) or new_key()


def keep_device(response: Response, key: str) -> None:
    """Let the browser keep its key. It opens nothing, so it stays when its owner logs out."""
    response.set_cookie(
        _device_name(),
        key,
        max_age=KNOWN_FOR,
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )


def is_idle(now: datetime) -> bool:
    """Whether the session in this browser has not been used for so long that it ends.

    The time stands in the signed cookie, so that looking at a page writes nothing. A copy of a
    cookie is worth as little as the cookie: it says when the original was used.
    """
    used = session.get(_USED)
    return not isinstance(used, int) or now.timestamp() - used >= IDLE_AFTER.total_seconds()


def note_use(now: datetime) -> None:
    """Note in the signed cookie that the session is in use."""
    used, seconds = session.get(_USED), int(now.timestamp())
    if not isinstance(used, int) or seconds - used >= NOTED_EVERY.total_seconds():
        session[_USED] = seconds


def _device_name() -> str:
    return "__Host-atgarda-device" if _secure() else "atgarda-device"


def _secure() -> bool:
    return bool(current_app.extensions["settings"].secure)
