"""Looking at evaluations, and at the reports that they came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.domain.editions import editions
from tracker.domain.permissions import Deed
from tracker.domain.text import fold
from tracker.models import Evaluation, ImportDraft
from tracker.services import drafts
from tracker.services import evaluations as service
from tracker.services.plans.listing import plan_for_evaluation
from tracker.services.review.changes import changes
from tracker.services.spelling import spelled_as_known, written_month
from tracker.services.versions.history import PastVersion, versions_of
from tracker.web import background, downloads
from tracker.web.access import me, requires
from tracker.web.evaluations.blueprint import bp
from tracker.web.local import local_day

_KINDS = {".pdf": "PDF", ".docx": "Word", ".pptx": "PowerPoint", ".xlsx": "Excel"}


@bp.get("/evaluations")
@requires(Deed.EVALUATION_VIEW)
def index() -> ResponseReturnValue:
    """All evaluations, and the drafts that wait."""
    return render_template(
        "evaluations/index.html",
        evaluations=service.evaluations_listed(me()),
        waiting=_waiting(drafts.drafts_waiting(me())),
        may_import=me().may(Deed.EVALUATION_IMPORT),
        edition_years={one.key: one.year for one in editions()},
    )


@bp.get("/evaluations/<int:evaluation_id>")
@requires(Deed.EVALUATION_VIEW)
def show(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation: scores, strengths and points per area."""
    shown = service.evaluation_shown(evaluation_id, me())
    return render_template(
        "evaluations/show.html",
        shown=shown,
        plan_id=plan_for_evaluation(evaluation_id, by=me()),
        kept_report=_kept_report(shown.row),
        changed=_changed_in_review(evaluation_id),
        versions=_versions(shown.row),
        may_import=me().may(Deed.EVALUATION_IMPORT),
        strip=[_strip_area(area) for area in shown.areas],
        may_see_points=me().may(Deed.POINT_VIEW),
        edition_names={one.key: one.name for one in editions()},
    )


@bp.get("/evaluations/<int:evaluation_id>/source")
@requires(Deed.EVALUATION_VIEW)
def source(evaluation_id: int) -> ResponseReturnValue:
    """The report that an evaluation came from."""
    file = service.source_of(evaluation_id, me())
    return downloads.kept_file(file, background.sources())


def _changed_in_review(evaluation_id: int) -> int:
    draft = drafts.draft_behind(evaluation_id, me())
    return len(changes(draft.read, draft.work)) if draft else 0


def _kept_report(evaluation: Evaluation) -> str | None:
    """What kind of file the report is and how large, if it is here."""
    if evaluation.source_sha256 is None or evaluation.source_name is None:
        return None
    size = background.sources().size(evaluation.source_sha256)
    if size is None:
        return None
    kind = _KINDS.get(PurePath(evaluation.source_name).suffix.lower()) or _("text")
    return f"{kind}, {_size(size)}"


def _size(octets: int) -> str:
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} kB"
    return f"{format_decimal(round(octets / 1_000_000, 1))} MB"


def _waiting(rows: Sequence[ImportDraft]) -> list[tuple[ImportDraft, date, str | None]]:
    """The drafts with the day they were read, and the file name of an earlier one of the same
    municipality and month."""
    first: dict[tuple[str, str], ImportDraft] = {}
    found: list[tuple[ImportDraft, date, str | None]] = []
    for draft in rows:
        head = (draft.work or {}).get("head") or draft.content
        month = written_month(head["month"] or "")
        name = spelled_as_known(head["municipality"] or "", ())
        if not (name and month):
            found.append((draft, local_day(draft.created_at), None))
            continue
        twin = first.setdefault((fold(name), f"{month:%Y-%m}"), draft)
        same = None if twin is draft else twin.file_name
        found.append((draft, local_day(draft.created_at), same))
    return found


def _versions(evaluation: Evaluation) -> list[tuple[PastVersion, date]]:
    """The versions with the day of each; none while there is only one."""
    if evaluation.version == 1:
        return []
    return [(one, local_day(one.at)) for one in versions_of(evaluation.id, me())]


def _strip_area(area: service.ShownArea) -> dict[str, Any]:
    """An area as the strip of areas draws it."""
    return {
        "number": area.row.number,
        "name": area.row.name,
        "score": area.row.score,
        "max": area.max,
        "missing": area.missing,
        "done": area.done,
        "total": area.total,
        "url": f"#area-{area.row.number}",
    }
