"""What a person can do to a working copy: each edit takes one and gives the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import edition
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers.draft import AreaDraft, ReportDraft, SubAreaDraft
from tracker.services.acceptance import DraftHead
from tracker.services.review.work import Item, ItemKind, Work, begin, family, next_id

LONGEST_TEXT = 5000
LONGEST_REASON = 500
MOST_SUBAREAS = 3
_LONGEST_NAME = 200
_TOP = 100
_TOTAL_TOP = 800
_LAST_PAGE = 9_999


def set_head(work: Work, head: DraftHead, total_stated: int | None) -> Work:
    """Say whose evaluation it is, when, in which order and edition, and the stated total.

    Whether the head holds is checked when the draft is accepted: a half-filled one may wait.
    """
    if total_stated is not None and not 0 <= total_stated <= _TOTAL_TOP:
        raise RuleBroken("Totalpoängen ska vara mellan 0 och 800.", field="total_stated")
    return replace(work, head=head, total_stated=total_stated)


def settle(work: Work, item_id: int) -> Work:
    """Say yes to an item as it stands; of the suggested sub-areas to the likeliest."""
    item = _live(work, item_id)
    return _put(work, replace(item, settled=True, subareas=item.subareas[:1]))


def edit(
    work: Work,
    item_id: int,
    *,
    text: str,
    kind: ItemKind,
    area: int | None,
    subareas: Sequence[str] = (),
) -> Work:
    """Change an item's words, or move it between strengths and points or between areas.

    Raises RuleBroken (`field` text, kind, area or subareas), NotFound.
    """
    item = _live(work, item_id)
    work = _with_area(work, area)
    if area != item.area and area is not None:  # the form offered the sub-areas of the old area
        known = {sub.code for sub in work.area(area).subareas}
        subareas = [code for code in subareas if code in known]
    changed = replace(item, text=_text(text), kind=_kind(kind, area), area=area, settled=True)
    return _put(work, replace(changed, subareas=_subareas(work, changed, subareas)))


def split(work: Work, item_id: int, parts: Sequence[str]) -> Work:
    """Make two or more items of one, each with the place and the sub-areas of the first.

    Raises RuleBroken where there are fewer than two parts with words, NotFound.
    """
    item = _live(work, item_id)
    texts = [_text(part) for part in parts if normalise_space(part)]
    if len(texts) < 2:
        raise RuleBroken("Sätt en tom rad eller ett radbyte där punkten ska delas.", field="parts")
    first = next_id(work.items)
    made = [
        replace(item, id=first + n if n >= 0 else item.id, text=text, settled=True)
        for n, text in enumerate(texts, -1)
    ]
    return _replace(work, {item.id: made})


def merge(work: Work, item_id: int, other_id: int) -> Work:
    """Make one item of two: the words of the one that stands first in the report, then the
    other's, a full stop between them; kind and area are those of `item_id`.

    Raises RuleBroken where the two are one, NotFound.
    """
    if item_id == other_id:
        raise RuleBroken("Välj en annan punkt att slå ihop med.", field="other")
    item, other = _live(work, item_id), _live(work, other_id)
    in_order = [one for one in work.items if one.id in {item_id, other_id}]
    words = " ".join([_ended(in_order[0].text), in_order[1].text])
    if len(words) > LONGEST_TEXT:
        raise RuleBroken(
            "Tillsammans blir texterna för långa. Korta en av dem, eller låt dem stå var för sig.",
            field="other",
        )
    made = replace(
        item,
        text=words,
        page=in_order[0].page,
        line=in_order[0].line,
        lines=tuple(dict.fromkeys(line for one in in_order for line in one.lines)),
        origin=tuple(sorted({*item.origin, *other.origin})),
        subareas=_subareas_of_both(item, other),
        settled=True,
    )
    return _replace(work, {item_id: [made], other_id: []})


def _ended(text: str) -> str:
    """The text, with a full stop where it ends without any mark."""
    return text if text.endswith((".", "!", "?", ":", ";", ",", "…")) else f"{text}."


def _subareas_of_both(item: Item, other: Item) -> tuple[str, ...]:
    """The codes that the first may have, its own before the other's."""
    if item.kind is ItemKind.STRENGTH:
        return ()
    theirs = other.subareas if other.area == item.area else ()
    return tuple(dict.fromkeys([*item.subareas, *theirs]))[:MOST_SUBAREAS]


def drop(work: Work, item_id: int, reason: str) -> Work:
    """Leave an item out, and keep why; one that a person added just goes.

    Raises RuleBroken where the reason is missing, NotFound.
    """
    item = _live(work, item_id)
    if not item.origin:
        return _replace(work, {item_id: []})
    why = normalise_space(reason)
    if not why:
        raise RuleBroken("Skriv varför punkten inte ska med.", field="reason")
    if len(why) > LONGEST_REASON:
        raise RuleBroken(
            "Skälet får ha högst %(most)s tecken.", field="reason", most=LONGEST_REASON
        )
    return _put(work, replace(item, dropped=why))


def restore(work: Work, item_id: int, read: ReportDraft) -> Work:
    """Put an item back as it was read; where it was split or merged, all that it came from and
    all that came from it.

    Raises RuleBroken where the item was never in the report, NotFound.
    """
    item = work.item(item_id)
    if not item.origin:
        raise RuleBroken("Punkten står inte i rapporten, så det finns inget att återställa.")
    gone = {one.id for one in family(work, item)}
    wanted = {number for one in family(work, item) for number in one.origin}
    items = [one for one in work.items if one.id not in gone]
    for original in begin(read).items:
        if original.id in wanted:
            items.insert(_place_of(original, items), original)
    return replace(work, items=tuple(items))


def _place_of(original: Item, items: Sequence[Item]) -> int:
    """Where an item stood: before the first that comes of a later one."""
    later = (at for at, one in enumerate(items) if one.origin and min(one.origin) > original.id)
    return next(later, len(items))


def add(
    work: Work,
    *,
    kind: ItemKind,
    area: int | None,
    text: str,
    subareas: Sequence[str] = (),
    page: int | None = None,
) -> Work:
    """Add an item that the reader missed, last among those of its area and kind.

    Raises RuleBroken (`field` text, kind, area, page or subareas).
    """
    work = _with_area(work, area)
    if page is not None and not 1 <= page <= _LAST_PAGE:
        raise RuleBroken("Skriv ett sidnummer, från 1 till 9999.", field="page")
    made = Item(next_id(work.items), _kind(kind, area), area, _text(text), page=page, settled=True)
    made = replace(made, subareas=_subareas(work, made, subareas))
    return replace(work, items=(*work.items, made))


def set_subareas(work: Work, chosen: Mapping[int, Sequence[str]]) -> Work:
    """Confirm the sub-areas of several points at once: item number → codes, best first.

    Raises RuleBroken (`field` "subareas-<item>"), NotFound.
    """
    for item_id, codes in chosen.items():
        item = _live(work, item_id)
        settled = replace(item, subareas=_subareas(work, item, codes), settled=True)
        work = _put(work, settled)
    return work


def rate(work: Work, number: int, *, score: int | None, subareas: Sequence[SubAreaDraft]) -> Work:
    """Give an area its score and its sub-areas, with theirs. Sums that do not match are no
    error: reports have them too, and they stay visible. A score above its maximum is one, unless
    the report has it so and nobody touched it.

    Raises RuleBroken (`field` "score", or "<name>-<code>" with name, score or max), NotFound.
    """
    work = _with_area(work, number)
    area = work.area(number)
    if score is not None and not 0 <= score <= _TOP:
        raise RuleBroken("Områdets poäng ska vara mellan 0 och 100.", field="score")
    for sub in subareas:
        _check_subarea(sub, number)
        if (sub.score or 0) > (sub.max or _TOP) and sub not in area.subareas:
            raise RuleBroken(
                "Poängen kan inte vara högre än högsta poängen.", field=f"score-{sub.code}"
            )
    for code, times in Counter(sub.code for sub in subareas).items():
        if times > 1:
            raise RuleBroken("Två delområden har samma nummer.", field=f"code-{code}")
    bodies = {sub.code: sub.body for sub in area.subareas}
    kept = tuple(replace(sub, body=bodies.get(sub.code, "")) for sub in subareas)
    made = replace(area, score=score, max=area.max or _TOP, subareas=kept)
    codes = {sub.code for sub in kept}
    items = tuple(
        replace(i, subareas=tuple(c for c in i.subareas if c in codes)) if i.area == number else i
        for i in work.items
    )
    return replace(work, areas=_areas(work, made), items=items)


def use_defaults(work: Work, number: int) -> Work:
    """Give an area that has none the sub-areas of the edition, without scores.

    Raises RuleBroken where no edition is chosen, NotFound.
    """
    work = _with_area(work, number)
    area = work.area(number)
    known = edition(work.head.edition) if work.head.edition else None
    defined = known.area(number) if known else None
    if defined is None:
        raise RuleBroken("Välj först vilken version av Kommunkompassen det är.", field="edition")
    if area.subareas:
        return work
    subareas = tuple(SubAreaDraft(s.code, s.name, None, s.max) for s in defined.subareas)
    return replace(work, areas=_areas(work, replace(area, max=_TOP, subareas=subareas)))


def _check_subarea(sub: SubAreaDraft, area: int) -> None:
    if not re.fullmatch(rf"{area}\.[1-9]\d?", sub.code):
        raise RuleBroken(
            "Skriv delområdets nummer så här: %(example)s.",
            field=f"code-{sub.code}",
            example=f"{area}.5",
        )
    if not sub.name or len(sub.name) > _LONGEST_NAME:
        raise RuleBroken("Skriv delområdets namn, högst 200 tecken.", field=f"name-{sub.code}")
    if sub.max is not None and not 1 <= sub.max <= _TOP:
        raise RuleBroken("Högsta poäng ska vara mellan 1 och 100.", field=f"max-{sub.code}")
    if sub.score is not None and not 0 <= sub.score <= _TOP:
        raise RuleBroken("Poängen ska vara mellan 0 och 100.", field=f"score-{sub.code}")


def _kind(kind: ItemKind, area: int | None) -> ItemKind:
    if kind is ItemKind.STRENGTH and area is None:
        raise RuleBroken("En styrka hör till ett område. Välj vilket.", field="area")
    return kind


def _text(text: str) -> str:
    words = normalise_space(text)
    if not words:
        raise RuleBroken("Skriv vad punkten säger.", field="text")
    if len(words) > LONGEST_TEXT:
        raise RuleBroken("Punkten får ha högst %(most)s tecken.", field="text", most=LONGEST_TEXT)
    return words


def _subareas(work: Work, item: Item, codes: Sequence[str]) -> tuple[str, ...]:
    if item.kind is ItemKind.STRENGTH or item.area is None:
        return ()
    known = {sub.code for sub in work.area(item.area).subareas}
    chosen = tuple(dict.fromkeys(code for code in codes if code))
    if not set(chosen) <= known or len(chosen) > MOST_SUBAREAS:
        raise RuleBroken(
            "Välj högst tre delområden som hör till området.", field=f"subareas-{item.id}"
        )
    return chosen


def _with_area(work: Work, number: int | None) -> Work:
    """`work`, with that area in it: one the reader did not find comes without scores."""
    if number is None or any(area.number == number for area in work.areas):
        return work
    if number not in AREA_NUMBERS:
        raise NotFound
    known = edition(work.head.edition) if work.head.edition else None
    defined = known.area(number) if known else None
    name = defined.name if defined else f"Område {number}"
    return replace(work, areas=_areas(work, AreaDraft(number, name, max=_TOP)))


def _areas(work: Work, changed: AreaDraft) -> tuple[AreaDraft, ...]:
    others = [area for area in work.areas if area.number != changed.number]
    return tuple(sorted([*others, changed], key=lambda area: area.number))


def _live(work: Work, item_id: int) -> Item:
    item = work.item(item_id)
    if item.dropped:
        raise RuleBroken("Punkten är borttagen. Återställ den först.")
    return item


def _put(work: Work, item: Item) -> Work:
    return _replace(work, {item.id: [item]})


def _replace(work: Work, made: Mapping[int, Sequence[Item]]) -> Work:
    items = tuple(new for item in work.items for new in made.get(item.id, [item]))
    return replace(work, items=items)
