"""Which of a document's characters its PDF shows as □."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from tracker.reports.content import Document
from tracker.reports.fonts import covered, drawable
from tracker.reports.glyphs import MISSING, legible

_NOT_SET = frozenset({"svg", "alt", "link"})  # a drawing's figures stand in a table after it


def undrawn(document: Document) -> tuple[str, ...]:
    """The characters that neither the typefaces nor anything like it can show, as they come."""
    unknown = dict.fromkeys(legible("\n".join(_texts(document))))
    return tuple(ch for ch in unknown if ch not in covered() and drawable(ch) == MISSING)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _texts(one)
    elif is_dataclass(part):
        for one in fields(part):
            if one.name not in _NOT_SET:
                yield from _texts(getattr(part, one.name))
