"""`evaluation compare` on reports that were read: a real one against its re-evaluation, and two
editions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.helpers.re_evaluated import (
    AREA_NAMES,
    EXPECTED_SUBAREAS,
    GRASTORP_2014,
    GRASTORP_LATER,
    LATER,
    LATER_NAMES,
    OLD,
    OLD_TO_NEW,
)
from tracker.domain.editions import edition

Command = Callable[..., Any]
REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
NYNASHAMN = REPORTS / "nynashamn-2023.txt"


def report(place: str, month: str, names: Sequence[str], tables: Sequence[Sequence[str]]) -> str:
    """A report in our own words: what is done well, what is not, and the tables of scores."""
    lines = ["Kommunkompassen", f"Utvärdering av {place} kommun", month, ""]
    for number, name in enumerate(names, start=1):
        lines += [f"{number}. {name}", "Styrkor", "- Arbetet är samlat och känt av alla.", ""]
        lines += ["Förbättringsmöjligheter", "- Följ upp vad arbetet har gett.", ""]
    lines.append("Översikt av poängfördelning")
    for table in tables:
        lines += table
    return "\n".join(lines)


def kept(command: Command, folder: Path, text: str, place: str, month: str) -> None:
    """Import a text as a report."""
    path = folder / f"{place}-{month}.txt"
    path.write_text(text, encoding="utf-8")
    done = command(
        "report", "import", str(path), "--municipality", place, "--month", month, "--yes"
    )
    assert done.exit_code == 0, done.output


def compared(command: Command) -> dict[str, Any]:
    """The two evaluations there are, the earlier first."""
    listed = json.loads(command("evaluation", "list", "--json").stdout)
    after, before = (str(one["id"]) for one in listed)
    answer: dict[str, Any] = json.loads(
        command("evaluation", "compare", before, after, "--json").stdout
    )
    return answer


@pytest.mark.skipif(not NYNASHAMN.exists(), reason="the real reports are not beside the repository")
def test_a_real_report_against_a_re_evaluation_that_is_cut_in_another_way(
    app: Flask, flask_command: Command, tmp_path: Path
) -> None:
    done = flask_command("report", "import", str(NYNASHAMN), "--municipality", "Nynäshamn", "--yes")
    assert done.exit_code == 0, done.output
    tables = [
        [
            f"{number} {name}",
            "Delområde Uppnått Max",
            *(f"{code} {LATER_NAMES[code]} {got} {most}" for code, got, most in parts),
            f"Summa {score} 100",
        ]
        for number, (name, (score, parts)) in enumerate(
            zip(AREA_NAMES, LATER, strict=True), start=1
        )
    ]
    text = report("Nynäshamns", "Mars 2026", AREA_NAMES, tables)
    kept(flask_command, tmp_path, text, "Nynäshamn", "2026-03")
    found = compared(flask_command)
    rows = [
        (
            row["before_code"],
            row["after_code"],
            row["match"],
            row["change_points"],
            row["change_percent_of_max"],
        )
        for row in found["subareas"]
    ]
    assert len(rows) == 37
    assert [row for row in rows if (row[0] or row[1])[0] in "12348"] == EXPECTED_SUBAREAS
    assert {row[2] for row in rows if (row[0] or row[1])[0] in "567"} == {"same"}
    assert [row["match"] for row in found["areas"]] == [
        *("same", "same", "revised", "revised"),
        *("same", "same", "same", "revised"),
    ]
    assert found["effect"]["finding"] == "too_little", "nothing was in place anywhere"
    assert found["effect"]["not_in_place"]["n"] > 0


def test_two_editions_pair_their_areas_and_claim_no_total(
    app: Flask, flask_command: Command, tmp_path: Path
) -> None:
    older = [area.name for area in edition(OLD).areas]
    for month, spoken, names, scores in (
        ("2014-10", "Oktober 2014", older, GRASTORP_2014),
        ("2024-03", "Mars 2024", AREA_NAMES, GRASTORP_LATER),
    ):
        table = [
            "Område Uppnått Max",
            *(
                f"{number} {name} {score} 100"
                for number, (name, score) in enumerate(zip(names, scores, strict=True), start=1)
            ),
            f"Summa {sum(scores)} 800",
        ]
        text = report("Grästorps", spoken, names, [table])
        kept(flask_command, tmp_path, text, "Grästorp", month)
    found = compared(flask_command)
    assert (found["before"]["edition"], found["after"]["edition"]) == (
        "kommunkompassen-2010",
        "kommunkompassen-2020",
    )
    assert [
        (row["before_number"], row["after_number"], row["change_percent_of_max"])
        for row in found["areas"]
    ] == OLD_TO_NEW
    assert {row["match"] for row in found["areas"]} == {"revised"}
    assert {row["change_points"] for row in found["areas"]} == {None}
    assert found["subareas"] == []
    said = flask_command("evaluation", "compare", "1", "2").stdout
    assert "Totalerna jämförs inte" in said
    assert "Totalen gick" not in said
