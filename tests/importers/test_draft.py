from __future__ import annotations

from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    Problem,
    ReportDraft,
    RoleModel,
    StrengthDraft,
    SubAreaDraft,
)

DRAFT = ReportDraft(
    municipality="Granvik",
    month="2024-10",
    total_stated=400,
    areas=(
        AreaDraft(
            1, "Samspel", 54, 100,
            (SubAreaDraft("1.1", "Strategi", 12, 20),),
            (StrengthDraft("Bra", 4, None),),
            (PointDraft("Mer", None, 17, False, ("1.1",)),),
        ),
    ),
    general_improvements=(PointDraft("Samla", None, 3),),
    role_models=(RoleModel("Sunne", 1, "Sunne visar vägen."),),
    problems=(Problem("warning", "area 1", "Något."),),
)  # fmt: skip


def test_round_trip() -> None:
    assert ReportDraft.from_json(DRAFT.to_json()) == DRAFT


def test_what_is_unknown_is_null_or_empty() -> None:
    assert ReportDraft().to_json() == {
        "municipality": None, "month": None, "ordinal": None, "edition": None,
        "total": {"stated": None, "summed": None}, "areas": [], "general_improvements": [],
        "role_models": [], "problems": [],
    }  # fmt: skip


def test_points_carry_place_doubt_and_suggestions() -> None:
    assert DRAFT.to_json()["areas"][0]["improvements"] == [
        {"text": "Mer", "page": None, "line": 17, "certain": False, "subareas": ["1.1"]}
    ]
