"""What a report that was read again says otherwise than the evaluation that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from tracker.importers.draft import AreaDraft, PointDraft, ReportDraft, StrengthDraft
from tracker.services.acceptance import LABEL_LENGTH, CheckedHead
from tracker.services.versions.kept import NO_WORK, Kept, KeptPoint, PointWork
from tracker.services.versions.pairing import Placed, paired

_MOST_WORDS = 1500  # longer texts are shown whole, before and after


@dataclass(frozen=True, slots=True)
class Side:
    """A strength or a point, as it was or as it will be; `area` is None where it has none."""

    area: int | None
    text: str
    page: int | None = None
    line: int | None = None
    subareas: tuple[str, ...] = ()
    certain: bool = True

    @property
    def place(self) -> tuple[int | None, int | None]:
        """Where in the report it stands, as far as that is shown: the page, else the line."""
        return (self.page, None) if self.page is not None else (None, self.line)


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A strength or a point before and after (None: not there). `point_id` is the number of the
    point that is kept (None for a strength and for a new one), `work` what hangs on it."""

    before: Side | None
    after: Side | None
    point_id: int | None = None
    work: PointWork = NO_WORK

    @property
    def added(self) -> bool:
        """Whether it is new."""
        return self.before is None

    @property
    def removed(self) -> bool:
        """Whether the new report does not have it."""
        return self.after is None

    @property
    def stays(self) -> bool:
        """Whether it is kept all the same, because work hangs on it."""
        return self.removed and bool(self.work)

    @property
    def reworded(self) -> bool:
        """Whether its words change."""
        return bool(self.before and self.after and self.before.text != self.after.text)

    @property
    def moved(self) -> bool:
        """Whether it goes to another area."""
        return bool(self.before and self.after and self.before.area != self.after.area)

    @property
    def retagged(self) -> bool:
        """Whether its sub-areas change."""
        return bool(self.before and self.after and self.before.subareas != self.after.subareas)

    @property
    def changed(self) -> bool:
        """Whether it is there before and after, and says something else."""
        return self.reworded or self.moved or self.retagged

    @property
    def replaced(self) -> bool:
        """Whether nothing changes but its place in the report."""
        if self.before is None or self.after is None or self.changed:
            return False
        return self.before.place != self.after.place


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact of the whole evaluation: `name` is ordinal, edition or total."""

    name: str
    before: str | int | None
    after: str | int | None


@dataclass(frozen=True, slots=True)
class Rated:
    """An area or a sub-area with its points."""

    name: str
    score: int | None
    max: int | None


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The points or the name of an area ("2") or a sub-area ("2.1"); None where it is not there."""

    code: str
    before: Rated | None
    after: Rated | None

    @property
    def renamed(self) -> bool:
        """Whether it keeps its points under another name."""
        return bool(self.before and self.after and self.before.name != self.after.name
                    and replace(self.before, name="") == replace(self.after, name=""))  # fmt: skip

    @property
    def shown(self) -> bool:
        """Whether its points change in a way that can be seen: without a score nobody sees out
        of how many."""
        if self.before is None or self.after is None:
            return True
        unseen = self.before.name == self.after.name and self.before.score == self.after.score
        return not (self.renamed or (unseen and self.after.score is None))


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Everything that a new version would change.

    `points` and `strengths` hold every one: those of the new report in its order, then those that
    it does not have. `bodies` counts the sub-areas about which it says something else.
    """

    facts: tuple[FactChange, ...]
    scores: tuple[ScoreChange, ...]
    strengths: tuple[ItemChange, ...]
    points: tuple[ItemChange, ...]
    bodies: int

    @property
    def nothing(self) -> bool:
        """Whether accepting the report would leave what is kept as it is."""
        if self.facts or self.scores or self.bodies:
            return False
        items = (*self.points, *self.strengths)
        # A point that stays is no change, however often the report is read again without it.
        return not any(
            i.added or i.changed or i.replaced or (i.removed and not i.stays) for i in items
        )

    @property
    def changed_points(self) -> tuple[ItemChange, ...]:
        """The points that say something else, stand elsewhere or are tied to other sub-areas."""
        return tuple(point for point in self.points if point.changed)

    @property
    def added_points(self) -> tuple[ItemChange, ...]:
        """The points that are new."""
        return tuple(point for point in self.points if point.added)

    @property
    def removed_points(self) -> tuple[ItemChange, ...]:
        """The points that go."""
        return tuple(point for point in self.points if point.removed and not point.stays)

    @property
    def staying_points(self) -> tuple[ItemChange, ...]:
        """The points that the report does not have but that stay, since work hangs on them."""
        return tuple(point for point in self.points if point.stays)

    @property
    def changed_strengths(self) -> tuple[ItemChange, ...]:
        """The strengths that are new, gone or changed."""
        return tuple(one for one in self.strengths if one.added or one.removed or one.changed)

    @property
    def shown_scores(self) -> tuple[ScoreChange, ...]:
        """The scores that can be seen to change."""
        return tuple(one for one in self.scores if one.shown)

    @property
    def renamed(self) -> tuple[ScoreChange, ...]:
        """The areas and sub-areas that change nothing but their name."""
        return tuple(one for one in self.scores if one.renamed)

    @property
    def replaced(self) -> tuple[ItemChange, ...]:
        """The points and strengths that change nothing but their place in the report."""
        return tuple(one for one in (*self.points, *self.strengths) if one.replaced)

    def counts(self) -> dict[str, int]:
        """How much of each, for the journal."""
        return {
            "points_changed": len(self.changed_points),
            "points_added": len(self.added_points),
            "points_removed": len(self.removed_points),
            "points_staying": len(self.staying_points),
            "scores": len(self.scores),
            "strengths": len(self.changed_strengths),
            "facts": len(self.facts),
            "bodies": self.bodies,
            "places": len(self.replaced),
        }


def version_diff(draft: ReportDraft, head: CheckedHead, kept: Kept) -> VersionDiff:
    """What `draft` under `head` would change in the evaluation that is kept."""
    return VersionDiff(
        facts=tuple(_facts(draft, head, kept)),
        scores=tuple(_scores(kept.areas, draft.areas)),
        strengths=_strengths(kept.areas, draft.areas),
        points=_points(kept.points, tuple(_drafted(draft))),
        bodies=_bodies(kept.areas, draft.areas),
    )


def _facts(draft: ReportDraft, head: CheckedHead, kept: Kept) -> Iterator[FactChange]:
    for name, before, after in (
        ("ordinal", kept.ordinal, head.ordinal),
        ("edition", kept.edition, head.edition),
        ("total", kept.total_stated, draft.total_stated),
    ):
        if before != after:
            yield FactChange(name, before, after)


def _scores(before: Sequence[AreaDraft], after: Sequence[AreaDraft]) -> Iterator[ScoreChange]:
    numbers = {area.number for area in after}
    was = _rated(area for area in before if area.number in numbers or not _is_shell(area))
    now = _rated(after)
    for code in sorted({*was, *now}, key=_by_number):
        if was.get(code) != now.get(code):
            yield ScoreChange(code, was.get(code), now.get(code))


def _is_shell(area: AreaDraft) -> bool:
    """Whether an area that an earlier version lost is kept only for the points that stay in it."""
    return area.score is None and not area.subareas and not area.strengths


def _rated(areas: Iterable[AreaDraft]) -> dict[str, Rated]:
    found = {}
    for area in areas:
        found[str(area.number)] = Rated(area.name[:LABEL_LENGTH], area.score, area.max)
        for sub in area.subareas:
            found[sub.code] = Rated(sub.name[:LABEL_LENGTH], sub.score, sub.max)
    return found


def _by_number(code: str) -> list[int]:
    return [int(part) for part in code.split(".")]


def _bodies(before: Sequence[AreaDraft], after: Sequence[AreaDraft]) -> int:
    was = {sub.code: sub.body for area in before for sub in area.subareas}
    return sum(
        was[sub.code] != sub.body for area in after for sub in area.subareas if sub.code in was
    )


def _strengths(before: Sequence[AreaDraft], after: Sequence[AreaDraft]) -> tuple[ItemChange, ...]:
    olds, news = ([_side(a.number, s) for a in areas for s in a.strengths] for areas in
                  (before, after))  # fmt: skip
    pairs = _paired(olds, news)
    found = [ItemChange(_at(olds, pairs.get(n)), side) for n, side in enumerate(news)]
    gone = set(range(len(olds))) - set(pairs.values())
    return (*found, *(ItemChange(olds[n], None) for n in sorted(gone)))


def _points(kept: Sequence[KeptPoint], news: Sequence[Side]) -> tuple[ItemChange, ...]:
    olds = [Side(one.area, one.text, one.page, one.line, one.subareas) for one in kept]
    pairs = _paired(olds, news)
    found = []
    for index, side in enumerate(news):
        old = pairs.get(index)
        known = None if old is None else kept[old]
        found.append(
            ItemChange(_at(olds, old), side, known.id, known.work)
            if known
            else ItemChange(None, side)
        )
    gone = sorted(set(range(len(olds))) - set(pairs.values()))
    return (*found, *(ItemChange(olds[n], None, kept[n].id, kept[n].work) for n in gone))


def _paired(olds: Sequence[Side], news: Sequence[Side]) -> dict[int, int]:
    return paired(
        [Placed(side.area, side.text) for side in olds],
        [Placed(side.area, side.text) for side in news],
    )


def _at(sides: Sequence[Side], index: int | None) -> Side | None:
    return None if index is None else sides[index]


def _drafted(draft: ReportDraft) -> Iterator[Side]:
    """The points of a draft in the order in which they are kept; the general ones come last."""
    for area in draft.areas:
        known = {sub.code for sub in area.subareas}
        for point in area.improvements:
            yield _side(area.number, point, known)
    for point in draft.general_improvements:
        yield _side(None, point)


def _side(
    area: int | None,
    item: StrengthDraft | PointDraft,
    known: frozenset[str] | set[str] = frozenset(),
) -> Side:
    subareas = item.subareas if isinstance(item, PointDraft) else ()
    tied = tuple(code for code in subareas if code in known)
    return Side(area, item.text, item.page, item.line, tied, item.certain)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row: `kind` is same, del or ins."""

    kind: str
    text: str


def marked(before: str, after: str) -> tuple[Piece, ...]:
    """The words of both texts in one line, with what goes and what comes marked."""
    was, now = before.split(), after.split()
    if max(len(was), len(now)) > _MOST_WORDS:
        return (Piece("del", before), Piece("ins", after))
    found: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", " ".join(was[i:j])))
            continue
        if j > i:
            found.append(Piece("del", " ".join(was[i:j])))
        if m > k:
            found.append(Piece("ins", " ".join(now[k:m])))
    return tuple(found)
