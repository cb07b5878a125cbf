"""What was corrected when the kept version of an evaluation was reviewed, beside a new draft."""

from __future__ import annotations

from datetime import datetime

from tracker.domain.permissions import Deed
from tracker.models import ImportDraft, User
from tracker.services import scope
from tracker.services.drafts import Draft, draft_behind, revise
from tracker.services.versions.carry import Carried, carry


def earlier(draft: Draft, evaluation_id: int, *, by: User) -> Carried | None:
    """What the draft would be with those corrections; None where nobody reviewed the evaluation.

    Raises:
        Forbidden.
    """
    before = draft_behind(evaluation_id, by)
    if before is None or before.row.id == draft.row.id:
        return None
    return carry(before.read, before.work, draft.read, draft.work)


def take_earlier(
    draft_id: int, version: int, *, evaluation_id: int, by: User, now: datetime
) -> ImportDraft:
    """Take the corrections along into an open draft.

    Raises:
        Conflict: somebody has changed or answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    before = draft_behind(evaluation_id, by)
    return revise(
        draft_id,
        version,
        lambda work, read: carry(before.read, before.work, read, work).work if before else work,
        by=by,
        now=now,
    )
