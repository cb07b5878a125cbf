"""A report beside the evaluation of the same municipality and month, and accepted as its next
version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.importers.draft import ReportDraft
from tracker.models import Evaluation, ImprovementPoint, User
from tracker.services import journal, scope
from tracker.services.acceptance import (
    CheckedHead,
    DraftHead,
    check_head,
    evaluation_of,
    one_at_a_time,
)
from tracker.services.drafts import Draft, load_draft, open_draft, opened
from tracker.services.review.changes import changes
from tracker.services.sources import SourceFile
from tracker.services.versions.apply import apply_version
from tracker.services.versions.diff import VersionDiff, version_diff
from tracker.services.versions.kept import Kept, load_kept


@dataclass(frozen=True, slots=True)
class Beside:
    """A report laid beside the evaluation that is kept."""

    kept: Kept
    diff: VersionDiff

    @property
    def number(self) -> int:
        """The version that the report would become."""
        return self.kept.version + 1


def beside(report: ReportDraft, head: DraftHead, now: datetime) -> Beside | None:
    """The report beside the evaluation of that municipality and month; None where there is none.

    Raises:
        RuleBroken: the head does not hold; `field` says where.
    """
    checked = check_head(head, now)
    found = evaluation_of(checked.municipality, checked.month)
    return None if found is None else _laid(report, checked, found)


def _laid(report: ReportDraft, head: CheckedHead, evaluation_id: int) -> Beside:
    kept = load_kept(evaluation_id)
    return Beside(kept, version_diff(report, head, kept))


def draft_beside(draft_id: int, *, by: User, now: datetime) -> tuple[Draft, Beside | None]:
    """A draft, and what it would change; None where it is answered, or where no evaluation is of
    its municipality and month.

    Raises:
        NotFound, Forbidden.
    """
    draft = load_draft(draft_id, by)
    if not draft.row.is_open:
        return draft, None
    try:
        return draft, beside(draft.finished, draft.work.head, now)
    except RuleBroken:  # a head that does not hold is of no evaluation yet
        return draft, None


def accept_version(
    draft_id: int,
    version: int,
    *,
    evaluation_id: int,
    evaluation_version: int,
    by: User,
    now: datetime,
) -> Evaluation:
    """Accept a draft as the next version of an evaluation.

    Where nothing differs the evaluation keeps its version, and the draft is answered with it.

    Raises:
        RuleBroken: the head does not hold; `field` says where.
        Conflict: the draft, or the evaluation, has changed since these versions were shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    with one_at_a_time():
        draft = opened(open_draft(draft_id, version))
        row = _locked(evaluation_id, evaluation_version)
        source = SourceFile(draft.row.file_sha256, draft.row.file_name)
        offered = _Offered(draft.finished, draft.work.head, source, _changed(draft))
        if not _renew(row, offered, by, now):
            found = {"evaluation": row.id, "sha256": source.sha256}
            journal.record("draft.same", "import_draft", draft_id, found, by=by, now=now)
        draft.row.evaluation_id = row.id
        db.session.commit()
    return row


def import_version(
    report: ReportDraft,
    head: DraftHead,
    *,
    evaluation_id: int,
    evaluation_version: int,
    by: User | None,
    now: datetime,
    source: SourceFile,
) -> Evaluation:
    """Accept a report at once, without a draft, as the next version of an evaluation; `by` None
    means the system itself. Where nothing differs nothing is written.

    Raises:
        RuleBroken: the head does not hold; `field` says where.
        Conflict: the evaluation has changed since that version was shown.
        NotFound, Forbidden.
    """
    if by is not None:
        scope.require(by, Deed.EVALUATION_IMPORT)
    with one_at_a_time():
        row = _locked(evaluation_id, evaluation_version)
        _renew(row, _Offered(report, head, source), by, now)
        db.session.commit()
    return row


def _locked(evaluation_id: int, version: int) -> Evaluation:
    """Lock the evaluation and its points, so that nobody ties an action to one that goes."""
    query = select(Evaluation).where(Evaluation.id == evaluation_id).with_for_update(of=Evaluation)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if row.version != version:
        raise Conflict({"evaluation_id": row.id, "version": row.version})
    points = select(ImprovementPoint.id).where(ImprovementPoint.evaluation_id == row.id)
    db.session.execute(points.with_for_update())
    return row


@dataclass(frozen=True, slots=True)
class _Offered:
    """A report that is to become a version: under which head, from which file, and how much of it
    a person has changed against that file."""

    report: ReportDraft
    head: DraftHead
    source: SourceFile
    changed: int = 0


def _changed(draft: Draft) -> int:
    return len(changes(draft.read, draft.work))


def _renew(row: Evaluation, new: _Offered, by: User | None, now: datetime) -> bool:
    """Write the report over the evaluation; False where nothing differs and nothing was written."""
    checked = check_head(new.head, now)
    if evaluation_of(checked.municipality, checked.month) != row.id:
        raise Conflict({"evaluation_id": row.id, "version": row.version})
    diff = _laid(new.report, checked, row.id).diff
    if diff.nothing:
        return False
    apply_version(row, new.report, checked, diff, by=by, now=now, source=new.source)
    facts = {
        "version": row.version,
        **diff.counts(),
        "changed": new.changed,
        "sha256": new.source.sha256,
    }
    journal.record("evaluation.version", "evaluation", row.id, facts, by=by, now=now)
    return True
