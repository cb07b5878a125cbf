"""The pictures of a report's pages."""

from __future__ import annotations

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services import page_images
from tracker.web import background
from tracker.web.access import me, requires
from tracker.web.drafts.blueprint import bp

_DAY = 24 * 60 * 60


@bp.get("/drafts/<int:draft_id>/pages/<int:page>.png")
@requires(Deed.EVALUATION_IMPORT)
def page_image(draft_id: int, page: int) -> ResponseReturnValue:
    """One page as a picture; the file behind a draft never changes, so a browser may keep it."""
    cache = current_app.extensions["settings"].instance_dir / "page-images"
    image = page_images.page_image(
        draft_id, page, by=me(), sources=background.sources(), cache=cache
    )
    response = Response(image, mimetype="image/png")
    response.headers["Cache-Control"] = f"private, max-age={_DAY}, immutable"
    return response
