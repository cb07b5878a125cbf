"""The report beside the draft: which part of it a page shows, and the links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from tracker.services import drafts
from tracker.services.drafts import Draft
from tracker.services.page_images import has_pictures
from tracker.services.review.excerpt import Excerpt, excerpt, place_of, scores_at
from tracker.services.review.work import Item
from tracker.web.access import me


@dataclass(frozen=True)
class Pane:
    """The report as one page shows it; `endpoint` and `values` are that page's own address.

    `excerpt` is None where the lines of the report were not kept. `scores` is where the scores of
    the area stand together (None: not known). `back` is the item, further up the same page, that
    the part belongs to (None: it stands there not).
    """

    draft_id: int
    excerpt: Excerpt | None
    pictures: bool
    chosen: int | None
    scores: int | None
    back: int | None
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def paged(self) -> bool:
        """Whether the report has pages."""
        return self.excerpt is not None and self.excerpt.paged

    def url(self, at: int | None, item: int | None = None) -> str:
        """This very page, with another part of the report beside it."""
        place: dict[str, Any] = {"page" if self.paged else "line": at, "item": item}
        return url_for(self.endpoint, **self.values, **place, _anchor="report")

    def item_place(self, item: Item) -> int | None:
        """The page (or line) where an item stands."""
        return place_of(item, self.paged) if self.excerpt else None

    @property
    def image_url(self) -> str | None:
        """The picture of the page that is shown."""
        if not (self.pictures and self.excerpt and self.excerpt.paged):
            return None
        return url_for("drafts.page_image", draft_id=self.draft_id, page=self.excerpt.at)


def pane_of(
    draft: Draft,
    endpoint: str,
    *,
    near: Sequence[Item] = (),
    chosen: int | None = None,
    area: int | None = None,
    **values: Any,
) -> Pane:
    """The part of the report that the address asks for (page, line, item), else where the item
    `chosen` or the first of `near` stands."""
    lines = drafts.source_lines(draft.row.id, me())
    page, line = request.args.get("page", type=int), request.args.get("line", type=int)
    asked = request.args.get("item", chosen, type=int)
    known = next((one for one in draft.read.areas if one.number == area), None)
    scored = known is not None and (
        known.score is not None or any(sub.score is not None for sub in known.subareas)
    )
    listed = endpoint != "drafts.new_item" and any(one.id == asked for one in near)
    return Pane(
        draft_id=draft.row.id,
        excerpt=excerpt(lines, draft.work.items, page=page, line=line, chosen=asked, near=near),
        pictures=has_pictures(draft.row.file_name),
        chosen=asked,
        scores=scores_at(lines, known) if known and scored and lines else None,
        back=asked if listed else None,
        endpoint=endpoint,
        values={"draft_id": draft.row.id, **values},
    )
