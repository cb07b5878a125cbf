"""The blueprint of the comparison's pages, and the choice that they all keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request

from tracker.domain.editions import editions
from tracker.services.comparisons import choosing
from tracker.services.comparisons.comparing import ComparisonShown
from tracker.services.evaluations import ListedEvaluation
from tracker.web.comparisons import words

bp = Blueprint("comparisons", __name__)
words.register(bp)


@dataclass(frozen=True)
class Choice:
    """The two evaluations in the address, each ours by default, and the edition asked for."""

    before: int | None
    after: int | None
    edition: str | None


def asked(listed: list[ListedEvaluation] | None = None) -> Choice:
    """What the address asks for; only numbers count. `listed` gives the default, our latest two."""
    before = request.args.get("before", type=int)
    after = request.args.get("after", type=int)
    default = choosing.latest_two(listed or [])
    if default is not None:
        before = default[0] if before is None else before
        after = default[1] if after is None else after
    return Choice(before, after, request.args.get("edition") or None)


def kept(shown: ComparisonShown) -> dict[str, Any]:
    """The choice as the parameters of a link to another page about the same comparison."""
    several = len(shown.editions) > 1
    return {
        "before": shown.before.id,
        "after": shown.after.id,
        "edition": shown.after.edition if several else None,
    }


def edition_names() -> dict[str, str]:
    """What each edition is called."""
    return {one.key: one.name for one in editions()}
