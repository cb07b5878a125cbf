"""The file that a draft was read from."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services import drafts
from tracker.services.sources import SourceFile
from tracker.web import background, downloads
from tracker.web.access import me, requires
from tracker.web.drafts.blueprint import bp


@bp.get("/drafts/<int:draft_id>/source")
@requires(Deed.EVALUATION_IMPORT)
def source(draft_id: int) -> ResponseReturnValue:
    """The report, as it came."""
    row = drafts.load_row(draft_id, me())
    return downloads.kept_file(SourceFile(row.file_sha256, row.file_name), background.sources())
