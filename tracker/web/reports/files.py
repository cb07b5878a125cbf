"""Reports as files: those that are kept, and those that are made while somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import now
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.models import Report, ReportState
from tracker.services.held_folders import Stage
from tracker.services.reports.access import load_report
from tracker.services.reports.reading import files as service
from tracker.services.reports.reading import making
from tracker.services.reports.reading.formats import (
    CONTENT_TYPES,
    file_name,
    made,
    unpublished_mark,
)
from tracker.services.reports.reading.making import Busy, Making, Makings, Step, Wanted
from tracker.services.reports.reading.stored import stored
from tracker.web import background, report_words
from tracker.web.access import me, requires
from tracker.web.downloads import attachment
from tracker.web.local import today
from tracker.web.messages import translated
from tracker.web.reports.blueprint import bp
from tracker.web.reports.occasion import occasion

THREAD = "making a report's file"
LOOK_AGAIN = 2  # seconds until the page that waits looks how it goes


def makings() -> Makings:
    """The installation's files in the making."""
    return Makings(current_app.extensions["settings"].instance_dir / "making")


@bp.get("/<int:report_id>/<kind>")
@requires(Deed.REPORT_VIEW)
def file(report_id: int, kind: str) -> ResponseReturnValue:
    """A report as a file. What is not kept is made now; whoever would wait too long for it gets
    a page that says how it goes (`?wait=1`) and leads to the file (`?take=1`)."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_VIEW)
    if kind not in service.KINDS:
        raise NotFound
    if (content := _kept(report, kind)) is not None:
        return attachment(content, file_name(stored(report).snapshot, kind), CONTENT_TYPES[kind])
    file = service.asked_file(report, kind, today=today())
    seen = makings().find(file.key)
    if "take" in request.args and seen is not None and (answer := _handed_over(seen)):
        return answer
    is_watched = "wait" in request.args or "take" in request.args
    if is_watched and seen is not None and seen.stage is not Stage.CUT_OFF:
        return _waiting(file, seen)
    # A draft may say something else by now, also what its mark does not tell of; what failed may
    # succeed.
    return _begun(file, again=not file.sha256 or seen is None or seen.stage is not Stage.DONE)


def _kept(report: Report, kind: str) -> bytes | None:
    return service.kept(report.id, kind) if report.state is ReportState.PUBLISHED else None


def _begun(file: Wanted, *, again: bool) -> ResponseReturnValue:
    """Make the file, or wait for whoever is at it, as long as somebody may be kept waiting."""
    try:
        claim = makings().begin(file, now=now(), again=again)
    except Busy:
        return _waiting(file, None)
    if claim is not None:
        background.await_a_little(_begin(making.carry_out, claim, _maker(file)))
    seen = makings().find(file.key)
    return (_handed_over(seen) if seen else None) or redirect(_here(file, wait=1))


def _here(file: Wanted, **values: Any) -> str:
    return url_for("reports.file", report_id=file.report_id, kind=file.kind, **values)


def _handed_over(seen: Making) -> ResponseReturnValue | None:
    if seen.stage is not Stage.DONE or (content := makings().content(seen)) is None:
        return None
    return attachment(content, seen.name, CONTENT_TYPES[seen.kind])


def _waiting(file: Wanted, seen: Making | None) -> ResponseReturnValue:
    """How it goes; the page looks again by itself, and fetches the file when it is there."""
    stage = seen.stage if seen else None
    page = render_template(
        "reports/waiting.html",
        report_id=file.report_id,
        kind=file.kind,
        stage=stage,
        step=seen.step if seen else None,
        steps=[*Step, Stage.DONE],
        message=translated(seen.error) if seen and stage is Stage.FAILED else "",
        said=report_words,
    )
    if stage is Stage.FAILED:
        return page
    if stage is Stage.DONE:
        return page, {"Refresh": f"0; url={_here(file, take=1)}"}
    return page, {"Refresh": f"{LOOK_AGAIN}; url={_here(file, wait=1)}"}


def start_making(report: Report) -> Thread | None:
    """Make and keep the files of a report that was published just now, in the background; nobody
    waits for it. None where the installation makes them when they are asked for."""
    if not current_app.config.get("KEEP_REPORTS_AT_ONCE", True):
        return None
    return _begin(_make_all, report.id)


def _begin(target: Callable[..., None], *args: object) -> Thread:
    return background.begin(target, *args, name=THREAD)


def _make_all(report_id: int) -> None:
    for file in service.lacking(report_id):
        try:
            claim = makings().begin(file, now=now(), again=True)
        except Busy:
            return  # whoever asks for a file first has it made
        if claim is not None:
            making.carry_out(claim, _maker(file))


def _maker(file: Wanted) -> Callable[[Callable[[Step], None]], tuple[bytes, str]]:
    """How a file is made, step by step."""

    def make(tell: Callable[[Step], None]) -> tuple[bytes, str]:
        snapshot = service.snapshot_to_make(
            file.report_id,
            tell,
            **occasion(),
        )
        tell(Step.DRAWING)
        mark = unpublished_mark(file.state, snapshot)
        content = made(snapshot, file.kind, mark=mark)
        if not mark:
            content = service.keep(file.report_id, file.kind, content, now=now())
        return content, file_name(snapshot, file.kind)

    return make
