"""A report between reading and accepting: read into a draft, settled by a person, accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, undefer

from tracker.domain.errors import Conflict, NotFound
from tracker.domain.permissions import Deed
from tracker.domain.text import normalise_space
from tracker.extensions import db, in_turn
from tracker.importers.draft import ReportDraft
from tracker.importers.isolated import read_isolated
from tracker.importers.lines import Line, Progress, lines_from_json, lines_to_json, untold
from tracker.models import Evaluation, ImportDraft, User
from tracker.services import journal, scope
from tracker.services.acceptance import DraftHead, add_evaluation, one_at_a_time
from tracker.services.review.changes import changes
from tracker.services.review.work import Work, begin, finish, from_json, to_json
from tracker.services.sources import SourceFile, Sources

_LONGEST_NAME = 255


@dataclass(frozen=True)
class Draft:
    """A draft, open or answered: its row, the report as it was read, and what it has become."""

    row: ImportDraft
    read: ReportDraft
    work: Work

    @property
    def finished(self) -> ReportDraft:
        """The report as it would be accepted now."""
        return finish(self.work, self.read)


def read_into_draft(
    data: bytes,
    file_name: str,
    *,
    by: User,
    now: datetime,
    sources: Sources,
    progress: Progress = untold,
) -> ImportDraft:
    """Read a report, keep its file, and keep what was read as a draft for review.

    A file that is already here, waiting or accepted, gives the draft that it became then.

    Raises:
        RuleBroken: the file cannot be read (the importer's sentence).
        Forbidden: the person may not import.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    # Reading takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    reading = read_isolated(data, file_name, progress)
    digest = sources.keep(data)
    in_turn(f"draft {digest}")
    if twin := _draft_of_file(digest):
        return twin
    sources.keep(data)  # a discarded draft of it may have been thinned out before our turn came
    draft = _add_draft(reading.draft, reading.lines, SourceFile(digest, file_name), by, now)
    db.session.commit()
    return draft


def read_again(
    draft_id: int, *, by: User, now: datetime, sources: Sources, progress: Progress = untold
) -> ImportDraft:
    """Read the file of an answered draft once more, as a draft of its own.

    Where the same file already waits again, that draft is given.

    Raises:
        RuleBroken: the file is gone, or cannot be read.
        NotFound, Forbidden.
    """
    known = load_row(draft_id, by)
    source = SourceFile(known.file_sha256, known.file_name)
    db.session.rollback()
    data = sources.read(source.sha256)
    reading = read_isolated(data, source.name, progress)
    in_turn(f"draft {source.sha256}")
    twin = _draft_of_file(source.sha256)
    if twin and twin.is_open:
        return twin
    sources.keep(data)
    draft = _add_draft(reading.draft, reading.lines, source, by, now)
    db.session.commit()
    return draft


def _add_draft(
    read: ReportDraft, lines: Sequence[Line], source: SourceFile, by: User, now: datetime
) -> ImportDraft:
    draft = ImportDraft(
        file_name=normalise_space(source.name)[-_LONGEST_NAME:],
        file_sha256=source.sha256,
        content=read.to_json(),
        source_lines=lines_to_json(lines),
        created_at=now,
        created_by=by,
    )
    db.session.add(draft)
    db.session.flush()
    found = {"file": draft.file_name, "sha256": source.sha256}
    journal.record("draft.create", "import_draft", draft.id, found, by=by, now=now)
    return draft


def _draft_of_file(digest: str) -> ImportDraft | None:
    """The draft of the same bytes that waits, else the latest that was accepted; a discarded one
    may come again."""
    query = (
        select(ImportDraft)
        .where(ImportDraft.file_sha256 == digest, ImportDraft.discarded_at.is_(None))
        .order_by(ImportDraft.evaluation_id.is_not(None), ImportDraft.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def drafts_waiting(by: User) -> Sequence[ImportDraft]:
    """The drafts that nobody has answered, oldest first; none for those who may not import."""
    if not by.may(Deed.EVALUATION_IMPORT):
        return ()
    query = (
        select(ImportDraft)
        .where(ImportDraft.evaluation_id.is_(None), ImportDraft.discarded_at.is_(None))
        .options(joinedload(ImportDraft.created_by))
        .order_by(ImportDraft.id)
    )
    return db.session.scalars(query).all()


def load_row(draft_id: int, by: User) -> ImportDraft:
    """The row of a draft, open or answered: for those who do not need what it says.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    row = db.session.get(ImportDraft, draft_id, options=[joinedload(ImportDraft.created_by)])
    if row is None:
        raise NotFound
    return row


def load_draft(draft_id: int, by: User) -> Draft:
    """A draft, open or answered.

    Raises:
        NotFound, Forbidden.
    """
    return opened(load_row(draft_id, by))


def opened(row: ImportDraft) -> Draft:
    """The draft that a row holds."""
    read = ReportDraft.from_json(row.content)
    return Draft(row, read, from_json(row.work) if row.work else begin(read))


def draft_behind(evaluation_id: int, by: User) -> Draft | None:
    """The draft that an evaluation was last accepted from, if it came through a review.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.EVALUATION_VIEW)
    # Several drafts may have been answered with it; before files were kept, none is named.
    file = Evaluation.source_sha256
    query = (
        select(ImportDraft)
        .join(Evaluation, Evaluation.id == ImportDraft.evaluation_id)
        .where(Evaluation.id == evaluation_id, or_(file.is_(None), file == ImportDraft.file_sha256))
        .order_by(ImportDraft.id.desc())
        .limit(1)
    )
    row = db.session.scalar(query)
    return opened(row) if row else None


def source_lines(draft_id: int, by: User) -> tuple[Line, ...]:
    """The lines that a draft was read from; none for one from before they were kept.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    row = db.session.get(
        ImportDraft, draft_id, options=[undefer(ImportDraft.source_lines)], populate_existing=True
    )
    if row is None:
        raise NotFound
    return lines_from_json(row.source_lines or [])


def revise(
    draft_id: int,
    version: int,
    edit: Callable[[Work, ReportDraft], Work],
    *,
    by: User,
    now: datetime,
) -> ImportDraft:
    """Change the working copy of an open draft; `edit` is given it and the report as read.

    An edit that changes nothing writes nothing. The returned row carries the next version.

    Raises:
        RuleBroken: the edit's own sentence.
        Conflict: somebody has changed or answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    draft = opened(open_draft(draft_id, version))
    work = edit(draft.work, draft.read)
    if work == draft.work:
        return draft.row
    draft.row.work = to_json(work)
    facts = {"changes": len(changes(draft.read, work)), "doubts": len(work.doubts)}
    journal.record("draft.revise", "import_draft", draft_id, facts, by=by, now=now)
    db.session.commit()
    return draft.row


def accept_draft(
    draft_id: int, head: DraftHead, version: int, *, by: User, now: datetime
) -> Evaluation:
    """Make the evaluation out of a draft.

    Raises:
        AlreadyEvaluated: there is an evaluation of that municipality and month.
        RuleBroken: the head does not hold; `field` says where.
        Conflict: somebody has changed or answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    with one_at_a_time():
        row = open_draft(draft_id, version)
        draft = opened(row)
        work = replace(draft.work, head=head)
        evaluation = add_evaluation(
            finish(work, draft.read),
            head,
            by=by,
            now=now,
            source=SourceFile(row.file_sha256, row.file_name),
            changed=len(changes(draft.read, work)),
        )
        row.work = to_json(work)
        row.evaluation_id = evaluation.id
        db.session.commit()
    return evaluation


def discard_draft(draft_id: int, version: int, *, by: User, now: datetime) -> None:
    """Say no to a draft; it stays readable, and the same file may be read again.

    Raises:
        Conflict: somebody has changed or answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    draft = open_draft(draft_id, version)
    draft.discarded_at = now
    journal.record("draft.discard", "import_draft", draft.id, {}, by=by, now=now)
    db.session.commit()


def open_draft(draft_id: int, version: int) -> ImportDraft:
    """Lock the draft's row, in the caller's transaction, so that of two answers only one finds it
    open.

    Raises:
        Conflict: it is answered, or has changed since `version` was shown.
        NotFound.
    """
    query = select(ImportDraft).where(ImportDraft.id == draft_id).with_for_update()
    draft = db.session.scalar(query.execution_options(populate_existing=True))
    if draft is None:
        raise NotFound
    if not draft.is_open or draft.version != version:
        raise Conflict({"evaluation_id": draft.evaluation_id, "version": draft.version})
    return draft
