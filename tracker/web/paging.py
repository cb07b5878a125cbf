"""Pages of a long list, with links that keep the filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

SIZE = 30


@dataclass(frozen=True)
class Page:
    """Where one is in a list of `total` rows, as the pagination macro draws it."""

    number: int
    pages: int
    total: int
    prev_url: str | None
    next_url: str | None


def asked_page() -> int:
    """The page number in the address, 1 where it is missing or nonsense."""
    number = request.args.get("page", 1, type=int)
    return min(max(number, 1), 1_000_000)


def page_of(total: int, *, size: int = SIZE) -> Page:
    """Describe the asked page of a list of `total` rows."""
    pages = max(1, -(-total // size))
    number = min(asked_page(), pages)
    return Page(
        number,
        pages,
        total,
        _link(number - 1) if number > 1 else None,
        _link(number + 1) if number < pages else None,
    )


def _link(number: int) -> str:
    kept: dict[str, Any] = {**request.args.to_dict(flat=False), "page": [number]}
    here = url_for(request.endpoint or "", **(request.view_args or {}))
    # Not by url_for: the reader's own words must not become its _scheme or _external.
    return f"{here}?{urlencode(kept, doseq=True)}"
