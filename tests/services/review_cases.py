"""A report in small, for the tests of what a person can do to it."""

from __future__ import annotations

from dataclasses import replace

from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    ReportDraft,
    RoleModel,
    StrengthDraft,
    SubAreaDraft,
)
from tracker.services.review.work import Work, begin

# The items' numbers, in the report's order: 1 and 2 are area 1's strengths, 3 to 5 its points,
# 6 is area 2's strength, 7 and 8 its points, 9 and 10 are the general points.
READ = ReportDraft(
    municipality="Sjövik",
    month="2024-03",
    ordinal=1,
    edition="kommunkompassen-2020",
    total_stated=None,
    areas=(
        AreaDraft(
            1,
            "Samspel",
            27,
            60,
            (SubAreaDraft("1.1", "Ett", 12, 30, "Om ett."), SubAreaDraft("1.2", "Två", 15, 30)),
            (StrengthDraft("Styrka ett", 2, 20, lines=(20,)), StrengthDraft("Styrka två", 2, 21)),
            (
                PointDraft("Punkt ett", 3, 30, True, ("1.1",), (30, 31)),
                PointDraft("Punkt två", 3, 32, False, ("1.2", "1.1"), (32,)),
                PointDraft("Punkt tre", 4, 40),
            ),
        ),
        AreaDraft(
            2,
            "Utveckling",
            None,
            None,
            (SubAreaDraft("2.1", "Ett"),),
            (StrengthDraft("Styrka tre", 5, 50, False),),
            (PointDraft("Punkt fyra", 5, 51), PointDraft("Punkt fem", 6, 60, subareas=("2.1",))),
        ),
    ),
    general_improvements=(PointDraft("Punkt sex", 9, 90), PointDraft("Punkt sju", 9, 91, False)),
    role_models=(RoleModel("Alby", 1, "Alby är ett exempel."),),
)
FIRST_NEW = 11


def fresh() -> Work:
    """The working copy that nobody has touched."""
    return begin(READ)


def texts(work: Work) -> list[str]:
    """The words of every item that is in, in order."""
    return [item.text for item in work.items if not item.dropped]


def first_subareas(draft: ReportDraft) -> ReportDraft:
    """The draft with nothing but the likeliest sub-area of each point."""
    areas = tuple(
        replace(
            area,
            improvements=tuple(replace(p, subareas=p.subareas[:1]) for p in area.improvements),
        )
        for area in draft.areas
    )
    return replace(draft, areas=areas)
