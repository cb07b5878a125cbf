"""The catalogue of a person's language, for mails that leave without a web request."""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

_DIRECTORY = Path(__file__).resolve().parents[1] / "translations"


@lru_cache(maxsize=4)
def catalogue(locale: str) -> NullTranslations:
    """Translations from the Swedish source into `locale`; Swedish itself needs none."""
    return Translations.load(str(_DIRECTORY), [locale])
