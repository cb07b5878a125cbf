"""A report as it is frozen: its facts, what was told of them, and the same without names.

The canonical JSON of a snapshot is what a report keeps; every page and file is made from it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.errors import Unavailable
from tracker.domain.frozen import canonical, from_plain, to_plain
from tracker.domain.reporting import ReportFacts, ReportRow
from tracker.models.reports import TextMode
from tracker.reports.content import Block, Document

SCHEMA = "atgarda-report/1"


@dataclass(frozen=True)
class OwnText:
    """What somebody wrote in a section; `basis` is the hash of what it stands instead of."""

    text: str
    mode: TextMode = TextMode.ADD
    basis: str = ""


@dataclass(frozen=True)
class Told:
    """A section as it is told: `key` is a Section, and its blocks begin with its heading.

    `own` are the places among `blocks` of what people wrote; the rest is told from the data.
    """

    key: str
    blocks: tuple[Block, ...]
    own: tuple[int, ...] = ()


@dataclass(frozen=True)
class Head:
    """What stands around the sections; `logo` is a PNG in base64, or empty."""

    title: str
    kind: str
    sender: str
    language: str
    date: date
    subtitle: str = ""
    meta: tuple[tuple[str, str], ...] = ()
    header: str = ""
    footer: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A whole report; `at` is the instant that its files carry, `ordinal` which version it is.

    What everybody may read is frozen with it: `open_sections`, or `quiet_sections` without what
    people wrote, `open_rows` without names and expected effects, and the plan's title.
    """

    schema: str
    at: datetime
    ordinal: int
    facts: ReportFacts
    head: Head
    sections: tuple[Told, ...]
    open_head: Head
    open_sections: tuple[Told, ...]
    quiet_sections: tuple[Told, ...] = ()
    open_rows: tuple[ReportRow, ...] = ()
    open_plan_title: str = ""

    def document(self) -> Document:
        """What stands in the files for the committee."""
        return document_of(self.head, self.sections)


def document_of(head: Head, sections: tuple[Told, ...]) -> Document:
    """The document of a head and some sections."""
    return Document(
        title=head.title,
        language=head.language,
        date=head.date,
        blocks=tuple(block for section in sections for block in section.blocks),
        sender=head.sender,
        subtitle=head.subtitle,
        kind=head.kind,
        meta=head.meta,
        header=head.header,
        footer=head.footer,
        logo=logo_of(head),
    )


def logo_of(head: Head) -> bytes:
    """The picture of a head, or nothing where it holds none that can be read."""
    try:
        return base64.b64decode(head.logo, validate=True)
    except binascii.Error:
        return b""


def frozen(snapshot: Snapshot) -> str:
    """The canonical JSON of a snapshot: the same snapshot gives the same text."""
    return canonical(to_plain(snapshot))


def thawed(text: str) -> Snapshot:
    """The snapshot of its JSON.

    Raises:
        Unavailable: the text is no snapshot that this version can read.
    """
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ValueError("another schema")
        return from_plain(Snapshot, data)
    except ValueError as error:
        raise Unavailable(
            "Rapporten är sparad på ett sätt som den här versionen av Åtgärda inte kan läsa. "
            "Säg till administratören."
        ) from error
