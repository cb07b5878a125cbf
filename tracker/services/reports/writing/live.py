"""A report composed on the spot from the data, for those who ask for none that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.reporting import ReportFacts
from tracker.services.letterhead import logo_png
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.facts.gathering import gather
from tracker.services.reports.snapshots import OwnText, Snapshot
from tracker.services.reports.telling.composing import compose
from tracker.services.reports.writing.people import people_words


def composed(
    asked: ReportAsked,
    texts: Mapping[str, OwnText],
    *,
    now: datetime,
    zone: ZoneInfo,
    title: str = "",
    locale: str = "sv",
) -> Snapshot:
    """What the report that is asked for says, with people's own texts; an empty title stands for
    the usual one. Nothing is written.

    Raises:
        NotFound: there is no such plan.
        RuleBroken: the report before it can no longer be read.
    """
    facts = gather(asked, zone=zone, locale=locale)
    return in_words(facts, texts, now=now, locale=locale, title=title)


def in_words(
    facts: ReportFacts,
    texts: Mapping[str, OwnText],
    *,
    now: datetime,
    locale: str,
    title: str = "",
    ordinal: int = 1,
) -> Snapshot:
    """The facts in words, under the municipality's logo and with the roles of its people."""
    return compose(
        facts,
        texts,
        locale=locale,
        at=now,
        ordinal=ordinal,
        title=title,
        logo=logo_png(),
        people=people_words(locale),
    )
