"""Reports as files for everybody: the open telling as PDF, the rows as open data."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from tracker.domain.errors import NotFound
from tracker.services.publicity import pages, telling
from tracker.services.publicity.pages import ReportPage
from tracker.web.access import public
from tracker.web.public.blueprint import ROOT, answer, bp, locale

_ONE = f"{ROOT}/reports/<int:open_report_id>"


@bp.get(f"{_ONE}.pdf")
@public
def report_pdf(open_report_id: int) -> Response:
    """The report as PDF."""
    found = pages.report_page(open_report_id, locale())
    return _file(
        found,
        "pdf",
        "application/pdf",
        lambda: telling.pdf_of(found.report, found.plan.shown),
    )


@bp.get(f"{_ONE}.csv")
@public
def report_csv(open_report_id: int) -> Response:
    """The actions in the report as CSV, where the plan shows actions."""
    found = _with_actions(open_report_id)
    return _file(found, "csv", "text/csv", lambda: telling.csv_of(found.told()))


@bp.get(f"{_ONE}.json")
@public
def report_json(open_report_id: int) -> Response:
    """The actions in the report as JSON, where the plan shows actions."""
    found = _with_actions(open_report_id)
    return _file(found, "json", "application/json", lambda: telling.json_of(found.told()))


def _with_actions(report_id: int) -> ReportPage:
    found = pages.report_page(report_id, locale())
    if not found.plan.shown.actions:
        raise NotFound
    return found


def _file(found: ReportPage, kind: str, mimetype: str, make: Callable[[], bytes]) -> Response:
    name = telling.name_of(found.report, kind)
    return answer(found.tag, make, mimetype, name)
