"""The versions that an evaluation has had, and the drafts that they were accepted from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import ImportDraft, JournalEntry, User
from tracker.services import journal, scope


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A version: when it was accepted and by whom. File and draft are None where it was
    imported without a review."""

    number: int
    at: datetime
    who: str
    file_name: str | None
    draft_id: int | None


def versions_of(evaluation_id: int, by: User) -> tuple[PastVersion, ...]:
    """Every version of an evaluation, the latest first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.EVALUATION_VIEW)
    drafts = list(_drafts(evaluation_id))
    found = []
    entries = journal.history("evaluation", evaluation_id)
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.deed not in {"evaluation.accept", "evaluation.version"}:
            continue
        sha = entry.data.get("sha256")
        # The same file may have been read, and accepted, several times: in the order they came.
        draft = next((one for one in drafts if one.file_sha256 == sha), None)
        if draft is not None:
            drafts.remove(draft)
        found.append(
            PastVersion(
                number=entry.data.get("version", 1),
                at=entry.at,
                who=entry.actor,
                file_name=draft.file_name if draft else None,
                draft_id=draft.id if draft else None,
            )
        )
    return tuple(reversed(found))


def _drafts(evaluation_id: int) -> Iterable[ImportDraft]:
    """The drafts that became a version, in order; those that changed nothing became none."""
    same = select(JournalEntry.subject_id).where(
        JournalEntry.subject == "import_draft", JournalEntry.deed == "draft.same"
    )
    query = (
        select(ImportDraft)
        .where(ImportDraft.evaluation_id == evaluation_id, ImportDraft.id.not_in(same))
        .order_by(ImportDraft.id)
    )
    return db.session.scalars(query)
