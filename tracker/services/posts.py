"""What a mail needs to know of the installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Post:
    """Sender, links, name and time zone; `secret` signs the links to answer by."""

    sender: str
    base_url: str
    municipality: str
    zone: ZoneInfo
    secret: str = field(repr=False)
