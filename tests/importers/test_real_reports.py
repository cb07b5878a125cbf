"""The two labelled reports, and two papers that are no evaluations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.importers import read_report

REPORTS = Path(__file__).parents[3] / "shared" / "reports"


def raw(name: str) -> dict[str, Any]:
    path = REPORTS / name
    if not path.exists():
        pytest.skip(f"the labelled report {name} is not at ../shared/reports")
    return read_report(path.read_bytes(), name).to_json()


def labels(name: str) -> dict[str, Any]:
    return json.loads((REPORTS / name).read_text(encoding="utf-8"))


def texts(areas: Any, kind: str) -> set[tuple[int, str]]:
    pairs = areas.items() if isinstance(areas, dict) else ((a["number"], a) for a in areas)
    return {(int(n), x if isinstance(x, str) else x["text"]) for n, a in pairs for x in a[kind]}


@pytest.mark.parametrize("ending", ["txt", "docx"])
def test_nynashamn(ending: str) -> None:
    draft, label = raw(f"nynashamn-2023.{ending}"), labels("nynashamn-2023.json")
    assert (draft["municipality"], draft["month"], draft["ordinal"]) == ("Nynäshamn", "2023-01", 2)
    assert draft["edition"] == "kommunkompassen-2020"
    assert draft["total"] == {"stated": None, "summed": 455}
    assert {str(a["number"]): a["score"] for a in draft["areas"]} == label["area_scores"]
    assert {
        s["code"]: {"name": s["name"], "score": s["score"], "max": s["max"]}
        for a in draft["areas"] for s in a["subareas"]
    } == label["subareas"]  # fmt: skip
    for kind in ("strengths", "improvements"):
        assert texts(draft["areas"], kind) == texts(label["areas"], kind)
    (told,) = [p for p in draft["problems"] if p["where"] == "area 2"]
    assert "59" in told["message"] and "60" in told["message"]
    assert _suggested_right(draft, label) >= 0.9
    assert {"Sunne", "Burlöv", "Höganäs", "Tomelilla"} <= {
        r["municipality"] for r in draft["role_models"] if r["area"] == 1
    }


def _suggested_right(draft: dict[str, Any], label: dict[str, Any]) -> float:
    first = {p["text"]: p["subareas"][:1] for a in draft["areas"] for p in a["improvements"]}
    wanted = [p for a in label["areas"].values() for p in a["improvements"] if p["subareas"]]
    right = [p for p in wanted if set(first.get(p["text"], ())) & set(p["subareas"])]
    return len(right) / len(wanted)


def test_nynashamn_says_where_it_judged() -> None:
    draft = raw("nynashamn-2023.txt")
    judged = {a["number"] for a in draft["areas"] for p in a["improvements"] if not p["certain"]}
    assert judged == {8}


def test_haninge() -> None:
    draft, label = raw("haninge-2023.txt"), labels("haninge-2023.json")
    assert (draft["municipality"], draft["month"]) == ("Haninge", "2023-05")
    assert draft["total"] == {"stated": 504, "summed": None}
    assert [p["text"] for p in draft["general_improvements"]] == label["summary_improvements"]
    for kind in ("strengths", "improvements"):
        assert texts(draft["areas"], kind) == texts(label["areas"], kind)
    assert any("inga poäng" in p["message"] for p in draft["problems"])


@pytest.mark.parametrize("name", ["nacka-oversyn-2011.txt", "nacka-slutrapport-2017.txt"])
def test_papers_of_another_kind_say_what_is_missing(name: str) -> None:
    draft = raw(name)
    told = " ".join(p["message"] for p in draft["problems"])
    assert draft["areas"] == [] and draft["edition"] is None
    assert "version av Kommunkompassen" in told and "inga poäng" in told
