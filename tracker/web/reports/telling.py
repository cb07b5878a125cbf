"""A snapshot as HTML: its sections, ready to be put on a page, and kept while they are the same."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import get_locale

from tracker.domain.reporting import Section
from tracker.services.reports.reading.stored import Stored
from tracker.services.reports.snapshots import Snapshot
from tracker.web.reports.screens import screens
from tracker.web.told import SectionShown, shown_section

__all__ = [
    "SectionShown",
    "shown",
    "shown_as_kept",
    "shown_section",
    "slides",
    "slides_as_kept",
]


def shown_as_kept(held: Stored) -> tuple[SectionShown, ...]:
    """The sections of a frozen report; the same HTML as long as this process lives."""
    return _kept(held, get_locale().language)


@lru_cache(maxsize=16)
def _kept(held: Stored, _language: str) -> tuple[SectionShown, ...]:
    return shown(held.snapshot)


def slides_as_kept(held: Stored) -> tuple[SectionShown, ...]:
    """The screens of a frozen report; the same HTML as long as this process lives."""
    return _slides_kept(held, get_locale().language)


@lru_cache(maxsize=16)
def _slides_kept(held: Stored, _language: str) -> tuple[SectionShown, ...]:
    return slides(held.snapshot)


def slides(snapshot: Snapshot) -> tuple[SectionShown, ...]:
    """The screens of a snapshot that is projected: as much of a section as a room can read at a
    time, under the section's heading. Nobody projects a signature."""
    return tuple(
        shown_section(screen)
        for told in snapshot.sections
        if told.blocks and told.key != Section.SIGNATURE
        for screen in screens(told)
    )


def shown(snapshot: Snapshot) -> tuple[SectionShown, ...]:
    """The sections of a snapshot, in their order; those without a word are left out."""
    return tuple(shown_section(told) for told in snapshot.sections if told.blocks)
