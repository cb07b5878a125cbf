"""What a reviewer needs to see of a draft."""

from __future__ import annotations

from tests.helpers.reports import report_text
from tracker.importers import read_report
from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    Problem,
    ReportDraft,
    StrengthDraft,
    SubAreaDraft,
)
from tracker.services.draft_review import Counts, review_of, summed

AREA = AreaDraft(
    number=3,
    name="Styrning och kontroll",
    score=13,
    max=30,
    subareas=(SubAreaDraft("3.1", "Strategi", 5, 10), SubAreaDraft("3.2", "Politik", 7, 20)),
    strengths=(StrengthDraft("Tydliga mål.", line=10),),
    improvements=(
        PointDraft("Följ upp.", line=14, certain=False, subareas=("3.1",)),
        PointDraft("Börja om.", line=18),
    ),
)


def draft(*wheres: str) -> ReportDraft:
    problems = tuple(Problem("warning", where, f"Fel vid {where}.") for where in wheres)
    return ReportDraft(areas=(AREA,), problems=problems)


def test_counts() -> None:
    seen = review_of(read_report(report_text(extra_points=3).encode(), "r.txt"))
    assert seen.counts == Counts(areas=8, subareas=36, points=19, strengths=16)
    assert seen.to_look_at == 0


def test_general_points_count_among_the_points() -> None:
    general = (PointDraft("Samordna."),)
    seen = review_of(ReportDraft(areas=(AREA,), general_improvements=general))
    assert seen.counts.points == 3
    assert [placed.anchor for placed in seen.general] == ["general-1"]


def test_every_remark_leads_to_its_place() -> None:
    seen = review_of(draft("area 3", "area 4", "line 9", "line 14", "line 17", "report", "line x"))
    assert [remark.anchor for remark in seen.remarks] == [
        "area-3",
        None,
        None,
        "point-3-1",
        "point-3-1",
        None,
        None,
    ]


def test_warnings_go_before_notes() -> None:
    problems = (Problem("info", "report", "Vet."), Problem("warning", "report", "Se upp."))
    seen = review_of(ReportDraft(problems=problems))
    assert [remark.message for remark in seen.remarks] == ["Se upp.", "Vet."]


def test_the_uncertain_count_as_one_thing_to_look_at() -> None:
    seen = review_of(draft("area 3"))
    assert [placed.anchor for placed in seen.uncertain] == ["point-3-1"]
    assert seen.to_look_at == 2


def test_an_area_that_does_not_add_up() -> None:
    [area] = review_of(draft()).areas
    assert (area.summed, area.mismatch) == (12, True)
    assert area.names == {"3.1": "Strategi", "3.2": "Politik"}


def test_a_sum_needs_every_score() -> None:
    assert summed([]) is None
    assert summed([*AREA.subareas, SubAreaDraft("3.3", "Koncern")]) is None
