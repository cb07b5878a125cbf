"""Laying a report beside what is kept: which text is which, and what differs. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    ReportDraft,
    StrengthDraft,
    SubAreaDraft,
)
from tracker.services.acceptance import CheckedHead
from tracker.services.versions import pairing
from tracker.services.versions.diff import (
    FactChange,
    Piece,
    Rated,
    ScoreChange,
    VersionDiff,
    marked,
    version_diff,
)
from tracker.services.versions.kept import Kept, KeptPoint, PointWork
from tracker.services.versions.pairing import Placed, paired

HEAD = CheckedHead("Sjövik", date(2024, 3, 1), 2, "kommunkompassen-2020")
SHORT = "Följ upp väntetiderna i varje nämnd."
LONG = "Berätta öppet hur invånarnas synpunkter har påverkat besluten i nämnderna."
OTHER = "Samla all dialog med företagen på ett enda ställe."


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ([], [], {}),
        ([(1, LONG)], [], {}),
        ([], [(1, LONG)], {}),
        # The same words where they stood, in whatever order.
        ([(1, LONG), (1, SHORT)], [(1, SHORT), (1, LONG)], {0: 1, 1: 0}),
        # Case and spaces do not count.
        ([(1, LONG)], [(1, f"  {LONG.upper()} ")], {0: 0}),
        # The same words twice: the one of the same area goes first, the other anywhere.
        ([(1, SHORT), (2, SHORT)], [(2, SHORT), (3, SHORT)], {0: 1, 1: 0}),
        ([(1, SHORT), (1, SHORT)], [(1, SHORT), (1, SHORT)], {0: 0, 1: 1}),
        # Words that were corrected, also where the point was moved as well.
        ([(1, LONG)], [(1, LONG.replace("öppet", "tydligt"))], {0: 0}),
        ([(1, LONG)], [(None, LONG.replace("öppet", "tydligt"))], {0: 0}),
        # Of two that are like it, the one that is most like it.
        (
            [(1, LONG.replace("öppet", "tydligt och ofta")), (1, LONG + " Nu.")],
            [(1, LONG)],
            {0: 1},
        ),
        # Equally alike: the one of the same area.
        ([(2, LONG + " Nu."), (1, LONG + " Nu.")], [(1, LONG)], {0: 1}),
        # Half of what was split is still it, and so is what was merged.
        ([(1, f"{LONG} {OTHER}")], [(1, LONG), (1, OTHER)], {0: 0}),
        ([(1, SHORT), (1, LONG)], [(1, f"{SHORT} {LONG}")], {0: 1}),
        # A few common words within another text say nothing.
        ([(1, "Följ upp.")], [(1, SHORT)], {}),
        ([(1, SHORT)], [(1, OTHER)], {}),
    ],
)
def test_which_text_is_which(
    before: list[tuple[int | None, str]],
    after: list[tuple[int | None, str]],
    wanted: dict[int, int],
) -> None:
    assert paired([Placed(*one) for one in before], [Placed(*one) for one in after]) == wanted


def test_very_many_texts_are_paired_by_equal_words_only() -> None:
    before = [Placed(1, f"Punkt {n} om läget i skolan.") for n in range(600)]
    after = [Placed(1, f"Punkt {n} om läget i skolorna.") for n in range(599)]
    assert paired(before, [*after, before[7]]) == {599: 7}


def test_very_long_texts_are_paired_by_equal_words_once_too_much_is_spent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = (
        [Placed(1, LONG), Placed(1, SHORT)],
        [Placed(1, LONG + " Nu."), Placed(2, SHORT)],
    )
    assert paired(before, after) == {0: 0, 1: 1}
    monkeypatch.setattr(pairing, "_MOST_LETTERS", 0)
    before[0] = Placed(1, LONG.replace("öppet", "tydligt"))
    assert paired(before, after) == {1: 1}


def area(
    number: int, *points: PointDraft, strengths: tuple[str, ...] = (), score: int | None = 20
) -> AreaDraft:
    return AreaDraft(
        number,
        f"Område {number}",
        score,
        100,
        (SubAreaDraft(f"{number}.1", "Ett", 12, 20), SubAreaDraft(f"{number}.2", "Två", 8, 30)),
        tuple(StrengthDraft(text, 3) for text in strengths),
        points,
    )


def kept(*points: KeptPoint, areas: tuple[AreaDraft, ...]) -> Kept:
    return Kept(7, 1, "Sjövik", HEAD.month, 2, HEAD.edition, 455, areas, points)


READ = ReportDraft(
    total_stated=455,
    areas=(
        area(1, PointDraft(LONG, 4, subareas=("1.1",)), strengths=("Bra plan.",)),
        area(2, PointDraft(OTHER, 6)),
    ),
    general_improvements=(PointDraft(SHORT, 9),),
)
AS_READ = kept(
    KeptPoint(11, 1, LONG, 4, None, ("1.1",)),
    KeptPoint(12, 2, OTHER, 6),
    KeptPoint(13, None, SHORT, 9),
    areas=tuple(replace(one, improvements=()) for one in READ.areas),
)


def diff_of(read: ReportDraft, known: Kept = AS_READ, head: CheckedHead = HEAD) -> VersionDiff:
    return version_diff(read, head, known)


def changed(read: ReportDraft, number: int, **values: Any) -> ReportDraft:
    areas = tuple(replace(a, **values) if a.number == number else a for a in read.areas)
    return replace(read, areas=areas)


def test_the_same_report_changes_nothing() -> None:
    diff = diff_of(READ)
    assert diff.nothing
    assert [change.point_id for change in diff.points] == [11, 12, 13]
    assert set(diff.counts().values()) == {0}


def test_what_is_not_shown_is_no_change() -> None:
    point = PointDraft(LONG, 4, line=88, certain=False, subareas=("1.1", "4.9"), lines=(88, 89))
    read = changed(READ, 1, improvements=(point,))
    assert diff_of(replace(read, municipality="Annan", total_summed=1)).nothing


@pytest.mark.parametrize(
    ("read", "head", "wanted"),
    [
        (READ, replace(HEAD, ordinal=None), FactChange("ordinal", 2, None)),
        (
            READ,
            replace(HEAD, edition="kommunkompassen-2010"),
            FactChange("edition", HEAD.edition, "kommunkompassen-2010"),
        ),
        (replace(READ, total_stated=460), HEAD, FactChange("total", 455, 460)),
    ],
)
def test_facts(read: ReportDraft, head: CheckedHead, wanted: FactChange) -> None:
    diff = diff_of(read, head=head)
    assert diff.facts == (wanted,)
    assert not diff.nothing
    assert diff.counts()["facts"] == 1


def test_scores_of_areas_and_subareas() -> None:
    subareas = (
        SubAreaDraft("1.1", "Ett", 14, 20),
        SubAreaDraft("1.10", "Tio", None, None),
    )
    diff = diff_of(changed(READ, 1, score=22, subareas=subareas))
    assert diff.scores == (
        ScoreChange("1", Rated("Område 1", 20, 100), Rated("Område 1", 22, 100)),
        ScoreChange("1.1", Rated("Ett", 12, 20), Rated("Ett", 14, 20)),
        ScoreChange("1.2", Rated("Två", 8, 30), None),
        ScoreChange("1.10", None, Rated("Tio", None, None)),
    )


def test_an_area_that_comes_and_one_that_goes() -> None:
    read = replace(READ, areas=(READ.areas[0], area(3)))
    codes = [(one.code, one.before is None, one.after is None) for one in diff_of(read).scores]
    assert codes == [
        ("2", False, True),
        ("2.1", False, True),
        ("2.2", False, True),
        ("3", True, False),
        ("3.1", True, False),
        ("3.2", True, False),
    ]


def test_the_words_about_a_subarea_are_counted() -> None:
    first, second = READ.areas[0].subareas
    diff = diff_of(changed(READ, 1, subareas=(replace(first, body="Om delområdet."), second)))
    assert (diff.bodies, diff.scores, diff.nothing) == (1, (), False)


def test_strengths() -> None:
    strengths = (StrengthDraft("Bra plan.", 8), StrengthDraft("Chefer möts ofta i nämnden.", 4))
    diff = diff_of(changed(READ, 1, strengths=strengths))
    assert [one.after.text for one in diff.changed_strengths if one.after] == [strengths[1].text]
    assert len(diff.replaced) == 1
    gone = diff_of(changed(READ, 1, strengths=()))
    assert [(one.removed, one.before.text) for one in gone.changed_strengths if one.before] == [
        (True, "Bra plan.")
    ]


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        (PointDraft(LONG + " Gärna nu.", 4, subareas=("1.1",)), "reworded"),
        (PointDraft(LONG, 4, subareas=("1.2", "1.1")), "retagged"),
        (PointDraft(LONG, 5, subareas=("1.1",)), "replaced"),
        (PointDraft(LONG, None, 40, subareas=("1.1",)), "replaced"),
    ],
)
def test_a_point_changes_in_one_way(point: PointDraft, kind: str) -> None:
    diff = diff_of(changed(READ, 1, improvements=(point,)))
    change = diff.points[0]
    ways = ("added", "removed", "reworded", "moved", "retagged", "replaced")
    assert [way for way in ways if getattr(change, way)] == [kind]
    assert change.point_id == 11
    assert not diff.nothing
    assert (len(diff.replaced), len(diff.changed_points)) == (
        (1, 0) if kind == "replaced" else (0, 1)
    )


def test_a_point_moves_between_areas() -> None:
    read = changed(changed(READ, 2, improvements=()), 1, improvements=(
        *READ.areas[0].improvements, PointDraft(OTHER, 6)))  # fmt: skip
    (change,) = diff_of(read).changed_points
    assert change.before is not None
    assert change.after is not None
    assert (change.moved, change.reworded, change.point_id) == (True, False, 12)
    assert (change.before.area, change.after.area) == (2, 1)


WORK = PointWork(("Mät väntetider",), ())
REPEATED = PointWork((), (date(2025, 11, 1),))


@pytest.mark.parametrize(("work", "stays"), [(PointWork(), 0), (WORK, 1), (REPEATED, 1)])
def test_a_point_that_is_gone_stays_while_work_hangs_on_it(work: PointWork, stays: int) -> None:
    points = (AS_READ.points[0], replace(AS_READ.points[1], work=work), AS_READ.points[2])
    diff = diff_of(changed(READ, 2, improvements=()), replace(AS_READ, points=points))
    assert (len(diff.staying_points), len(diff.removed_points)) == (stays, 1 - stays)
    assert diff.points[-1].point_id == 12
    # What stays is as it was: that alone is no new version.
    assert diff.nothing == bool(stays)


def test_an_area_that_is_kept_for_a_point_is_no_difference() -> None:
    shell = AreaDraft(5, "Område 5", None, 100)
    point = KeptPoint(14, 5, "En punkt som ingen rapport har kvar.", work=WORK)
    known = replace(AS_READ, areas=(*AS_READ.areas, shell), points=(*AS_READ.points, point))
    assert diff_of(READ, known).nothing


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("Lika ord.", "Lika ord.", (Piece("same", "Lika ord."),)),
        (
            "Följ upp väntetider varje kvartal.",
            "Följ upp väntetiderna varje kvartal.",
            (
                Piece("same", "Följ upp"),
                Piece("del", "väntetider"),
                Piece("ins", "väntetiderna"),
                Piece("same", "varje kvartal."),
            ),
        ),
        ("Allt borta", "", (Piece("del", "Allt borta"),)),
        ("", "Allt nytt", (Piece("ins", "Allt nytt"),)),
    ],
)
def test_words_are_marked(before: str, after: str, wanted: tuple[Piece, ...]) -> None:
    assert marked(before, after) == wanted


def test_very_long_texts_are_marked_whole() -> None:
    long = "ord " * 2000
    assert [piece.kind for piece in marked(long, long + "till")] == ["del", "ins"]
