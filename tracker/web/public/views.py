"""The public pages: the open plans, one plan, one report, and what search engines may read."""

from __future__ import annotations

from flask import Response, url_for

from tracker.services.publicity import pages
from tracker.web.access import public
from tracker.web.public.blueprint import ROOT, absolute, answer, bp, locale, page
from tracker.web.told import shown_section

__all__ = ["bp"]


@bp.get(ROOT)
@public
def index() -> Response:
    """Every open plan; without one there is no such page."""
    found = pages.plans_page(locale())
    return answer(found.tag, lambda: page("public/index.html", found=found))


@bp.get(f"{ROOT}/plans/<int:open_plan_id>")
@public
def plan(open_plan_id: int) -> Response:
    """An open plan: how it stands according to the latest report, and all its reports."""
    found = pages.plan_page(open_plan_id, locale())
    return answer(
        found.tag,
        lambda: page("public/plan.html", found=found, told=found.told()),
    )


@bp.get(f"{ROOT}/reports/<int:open_report_id>")
@public
def report(open_report_id: int) -> Response:
    """A published report, in its open telling."""
    found = pages.report_page(open_report_id, locale())

    def make() -> str:
        told = found.told()
        sections = [shown_section(one) for one in told.sections]
        return page("public/report.html", found=found, told=told, sections=sections)

    return answer(found.tag, make)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Search engines may read what everybody may, and nothing else."""
    lines = (
        "User-agent: *",
        f"Allow: {url_for('public.index')}",
        "Allow: /about/",
        "Allow: /static/",
        "Disallow: /",
    )
    return Response("\n".join((*lines, "")), mimetype="text/plain")


def report_links(report_id: int) -> dict[str, str]:
    """Where a report and its files are, as others may keep the addresses."""
    return {
        "url": absolute("report", open_report_id=report_id),
        "pdf": absolute("report_pdf", open_report_id=report_id),
        "csv": absolute("report_csv", open_report_id=report_id),
        "json": absolute("report_json", open_report_id=report_id),
    }
