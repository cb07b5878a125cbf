"""Whether what people read in other languages was compiled from the sentences as they now stand."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

FOLDER = Path(__file__).resolve().parents[1] / "translations"


def are_stale(folder: Path) -> bool:
    """Whether a catalogue in `folder` was changed after it was compiled, or never was."""
    return any(_is_stale(source) for source in folder.glob("*/LC_MESSAGES/*.po"))


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    try:
        return compiled.stat().st_mtime_ns < source.stat().st_mtime_ns
    except FileNotFoundError:
        return not compiled.exists()


def complain_of_stale() -> bool:
    """Say so on stderr where pages would be half in Swedish; gives whether they would."""
    found = are_stale(FOLDER)
    if found:
        click.echo(_("Översättningarna är äldre än sina källor: kör make setup"), err=True)
    return found
