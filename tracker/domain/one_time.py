"""Codes that open once: six digits of an app (TOTP, RFC 6238), and those kept on paper."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from pyotp import TOTP

STEP = 30  # seconds that an app shows one code
DIGITS = 6
SLACK = 1  # steps that the telephone's clock may be ahead or behind
SECRET_BYTES = 20  # RFC 4226: as long as what SHA-1 gives

# Without the letters that are taken for others; five bits each, 120 in all.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
PAPER_LENGTH = 24
_GROUP = 4
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


def step_of(now: datetime) -> int:
    """The number of the 30-second step that an aware instant lies in, counted from 1970."""
    return int(now.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """The six digits of a step; `secret` in Base32."""
    return TOTP(secret, digits=DIGITS, interval=STEP).at(step * STEP)


def matching_steps(secret: str, code: str, *, now: datetime) -> Iterator[int]:
    """The steps around `now`, oldest first, whose code this is; each is compared in full."""
    for step in range(step_of(now) - SLACK, step_of(now) + SLACK + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            yield step


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """The otpauth address that an app reads out of the picture."""
    return TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(
        name=name, issuer_name=issuer
    )


def in_groups(text: str, mark: str = " ") -> str:
    """Text in groups of four, easier to copy by hand."""
    return mark.join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def digits_in(typed: str) -> str | None:
    """The six digits that were typed, with spaces or not; None where it is something else."""
    code = _bare(typed)
    return code if len(code) == DIGITS and code.isascii() and code.isdigit() else None


def paper_code_in(typed: str) -> str | None:
    """The recovery code that was typed, however it was grouped; None where it is none."""
    code = _bare(typed).translate(_MISREAD)
    return code if len(code) == PAPER_LENGTH and set(code) <= set(LETTERS) else None


def _bare(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed[:200]).lower()
    return "".join(ch for ch in plain if ch.isalnum())
