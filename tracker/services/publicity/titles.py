"""The open titles of published reports, out of the snapshots that were frozen.

One snapshot that cannot be read takes no other report's page down: it is left out, and the log
says so once.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.models import Report
from tracker.services.publicity.reading import OpenReport
from tracker.services.reports.reading.stored import stored_as
from tracker.services.reports.snapshots import SCHEMA

_LOG = logging.getLogger(__name__)
_MOST = 2000  # titles, of some hundred characters each at most
_AT_ONCE = 10  # snapshots, of some megabytes each at most
Key = tuple[int, str]


class _Known:
    """The titles that were read, by report and hash, the latest asked for last; and the reports
    that could not be read."""

    def __init__(self) -> None:
        self._titles: OrderedDict[Key, str] = OrderedDict()
        self._told: set[Key] = set()
        self._lock = Lock()

    def title(self, key: Key) -> str | None:
        """The title, where it was read."""
        with self._lock:
            if key in self._titles:
                self._titles.move_to_end(key)
            return self._titles.get(key)

    def keep(self, key: Key, title: str) -> None:
        """Remember a title."""
        with self._lock:
            self._titles[key] = title
            while len(self._titles) > _MOST:
                self._titles.popitem(last=False)

    def unreadable(self, key: Key) -> None:
        """Say once that a report cannot be read."""
        with self._lock:
            first = key not in self._told
            self._told.add(key)
        if first:
            _LOG.error("Published report %s cannot be read and is left out for the public", key[0])


_KNOWN = _Known()


def titled(reports: Sequence[OpenReport]) -> tuple[OpenReport, ...]:
    """The reports with their titles, without those that cannot be read; at most one query."""
    titles = {one.id: _KNOWN.title(_key(one)) for one in reports}
    _read([one for one in reports if titles[one.id] is None], titles)
    return tuple(
        replace(one, title=title) for one in reports if (title := titles[one.id]) is not None
    )


def _read(reports: Sequence[OpenReport], titles: dict[int, str | None]) -> None:
    keys = {one.id: _key(one) for one in reports}
    if not keys:
        return
    query = select(Report.id, Report.snapshot).where(Report.id.in_(keys))
    for found, text in db.session.execute(query).yield_per(_AT_ONCE):
        title = _title_in(text, keys[found][1])
        if title is None:
            _KNOWN.unreadable(keys[found])
        else:
            _KNOWN.keep(keys[found], title)
            titles[found] = title


def _title_in(text: str | None, sha256: str) -> str | None:
    """The title in a snapshot, None where that is not what was frozen or of another kind."""
    if text is None or sha256_of(text) != sha256:
        return None
    try:
        data = json.loads(text)
        title = data["open_head"]["title"] if data["schema"] == SCHEMA else None
    except (ValueError, KeyError, TypeError):
        return None
    return title if isinstance(title, str) else None


def first_readable(reports: Iterable[OpenReport]) -> OpenReport | None:
    """The first whose whole snapshot can be read."""
    for one in reports:
        try:
            stored_as(one.id, one.sha256)
        except RuleBroken:
            _KNOWN.unreadable(_key(one))
        else:
            return one
    return None


def _key(one: OpenReport) -> Key:
    return one.id, one.sha256
