from __future__ import annotations

from typing import Any

import pytest

from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    Problem,
    ReportDraft,
    RoleModel,
    StrengthDraft,
    SubAreaDraft,
    problem,
)

DRAFT = ReportDraft(
    municipality="Granvik",
    month="2024-10",
    total_stated=400,
    areas=(
        AreaDraft(
            1, "Samspel", 54, 100,
            (SubAreaDraft("1.1", "Strategi", 12, 20, "Ett stycke.\n\nEtt till."),),
            (StrengthDraft("Bra", 4, 30, lines=(30, 31)),),
            (PointDraft("Mer", None, 17, False, ("1.1",), (17, 18)),),
        ),
    ),
    general_improvements=(PointDraft("Samla", None, 3),),
    role_models=(RoleModel("Sunne", 1, "Sunne visar vägen."),),
    problems=(
        Problem("warning", "area 1", "Något."),
        problem("info", "area 2", "Område %(area)s: %(name)s", area=2, name="”100 %”"),
    ),
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
        {
            "text": "Mer", "page": None, "line": 17, "certain": False, "lines": [17, 18],
            "subareas": ["1.1"],
        }
    ]  # fmt: skip


def test_a_sub_area_carries_the_text_about_it() -> None:
    (subarea,) = DRAFT.to_json()["areas"][0]["subareas"]
    assert subarea["body"] == "Ett stycke.\n\nEtt till."


def test_drafts_from_before_lines_and_bodies_were_kept_are_read() -> None:
    raw = DRAFT.to_json()
    (area,) = raw["areas"]
    del area["subareas"][0]["body"], area["improvements"][0]["lines"], area["strengths"][0]["lines"]
    (read,) = ReportDraft.from_json(raw).areas
    assert (read.subareas[0].body, read.improvements[0].lines) == ("", ())


def test_a_problem_is_its_template_filled() -> None:
    told = DRAFT.problems[1]
    assert told.message == told.template % told.params == "Område 2: ”100 %”"
    assert hash(told) == hash(problem("info", "area 2", told.template, area=2, name="”100 %”"))


def test_problems_from_before_templates_were_kept_are_read() -> None:
    raw = DRAFT.to_json()
    for one in raw["problems"]:
        del one["template"], one["params"]
    assert [p.message for p in ReportDraft.from_json(raw).problems] == [
        p.message for p in DRAFT.problems
    ]


@pytest.mark.parametrize(
    ("template", "params"),
    [
        ("Något annat.", {}), ("%(a)s", {"a": "Någo"}), ("%(a)s", {}), ("%(a)s.%", {"a": "Något"}),
        ("%(a)999999999s", {"a": "Något."}), ("%s", {"a": "Något."}),
    ],
)  # fmt: skip
def test_a_template_that_does_not_give_the_message_is_dropped(
    template: str, params: dict[str, Any]
) -> None:
    raw = DRAFT.to_json()
    raw["problems"] = [
        {"severity": "info", "where": "report", "message": "Något.", "template": template,
         "params": params},
    ]  # fmt: skip
    assert ReportDraft.from_json(raw).problems == (Problem("info", "report", "Något."),)
