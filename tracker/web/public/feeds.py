"""The published reports of open plans as feeds: Atom, JSON Feed 1.1 and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _

from tracker.services.publicity import pages
from tracker.services.publicity.pages import NewsPage
from tracker.services.publicity.reading import OpenPlan, OpenReport
from tracker.web.access import public
from tracker.web.local import day_in_words
from tracker.web.public.blueprint import ROOT, absolute, answer, bp, locale, municipality, page
from tracker.web.public.views import report_links

# Characters that XML 1.0 cannot hold, however they are written.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@bp.get(f"{ROOT}/reports.atom")
@public
def atom() -> Response:
    """An Atom feed (RFC 4287)."""
    return _feed(
        lambda found: page(
            "public/feed.xml",
            entries=list(_entries(found)),
            updated=found.changed_at,
            iso=iso,
            text=xml_text,
            address=absolute,
        ),
        "application/atom+xml",
    )


@bp.get(f"{ROOT}/reports.json")
@public
def json_feed() -> Response:
    """A JSON Feed, version 1.1."""
    return _feed(_json, "application/feed+json")


@bp.get(f"{ROOT}/reports.csv")
@public
def csv_feed() -> Response:
    """The reports as a table, an address for each of their files."""
    return _feed(_csv, "text/csv", "rapporter.csv")


def _feed(make: Callable[[NewsPage], str | bytes], mimetype: str, name: str = "") -> Response:
    found = pages.news_page(locale())
    return answer(found.tag, lambda: make(found), mimetype, name)


def _entries(found: NewsPage) -> Iterator[tuple[OpenReport, OpenPlan, str]]:
    """Each report with its plan and what it is in a sentence."""
    for report, plan in found.entries:
        yield report, plan, _summary(report, plan)


def _summary(report: OpenReport, plan: OpenPlan) -> str:
    day = day_in_words(report.as_of)
    told = _("Rapport om ”%(plan)s”: läget den %(day)s.", plan=plan.title, day=day)
    if report.replaced_by is not None:
        return f"{told} {_('Den är ersatt av en nyare version.')}"
    return str(told)


def _json(found: NewsPage) -> str:
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _("Rapporter från %(place)s", place=municipality()),
        "home_page_url": absolute("index"),
        "feed_url": absolute("json_feed"),
        "language": locale(),
        "authors": [{"name": municipality(), "url": absolute("index")}],
        "items": [_item(*entry) for entry in _entries(found)],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _item(report: OpenReport, plan: OpenPlan, summary: str) -> dict[str, Any]:
    links = report_links(report.id)
    return {
        "id": links["url"],
        "url": links["url"],
        "title": xml_text(report.title),
        "content_text": xml_text(summary),
        "date_published": iso(report.published_at),
        "date_modified": iso(report.published_at),
        "tags": [xml_text(plan.title)],
        "attachments": [{"url": links["pdf"], "mime_type": "application/pdf"}],
    }


def _csv(found: NewsPage) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    heads = (_("Rapport"), _("Plan"), _("Läget den"), _("Publicerad"), _("Rapportens version"))
    table.writerow([*heads, _("Ersatt"), _("Sida"), "PDF", "CSV", "JSON"])
    for report, plan, _told in _entries(found):
        links = report_links(report.id)
        data = [links["csv"], links["json"]] if plan.shown.actions else ["", ""]
        table.writerow(
            [
                *(_cell(report.title), _cell(plan.title), report.as_of.isoformat()),
                *(iso(report.published_at), report.ordinal),
                _("ja") if report.replaced_by is not None else _("nej"),
                *(links["url"], links["pdf"], *data),
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = " ".join(xml_text(text).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


def xml_text(text: str) -> str:
    """`text` without what no XML document may hold."""
    return _NOT_IN_XML.sub("", text)


def iso(moment: datetime) -> str:
    """An instant as feeds write it (RFC 3339)."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
