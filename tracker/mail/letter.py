"""What every letter has in common: its frame, its language, and how it treats what people typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.domain.text import normalise_space

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NAME_LENGTH = 100


@dataclass(frozen=True)
class Rendered:
    """The same content twice; `subject` is one line."""

    subject: str
    text: str
    html: str


def render_letter(
    kind: str,
    subject: str,
    context: Mapping[str, Any],
    translations: NullTranslations,
    locale: str,
) -> Rendered:
    """The letter of the templates `email/{kind}/body.*`, in the language of `translations` (a
    catalogue or NullTranslations: Swedish, the source language)."""
    text, html = (
        _environment()
        .get_template(f"email/{kind}/{name}")
        .render(context, _=translations.gettext, language=Locale.parse(locale).language)
        for name in ("body.txt", "body.html")
    )
    return Rendered(subject=subject, text=text, html=html)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def shortened(text: str, longest: int) -> str:
    """What people typed, on one line of at most `longest` characters, cut between words where
    there are any. So it starts no line of its own in the mail, and turns none around."""
    text = normalise_space(text)
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    whole = kept.rpartition(" ")[0]
    return (whole if len(whole) > longest // 2 else kept).rstrip(" ,.;:–-") + "…"
