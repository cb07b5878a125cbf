"""The two labelled reports, and two papers that are no evaluations."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tracker.domain.editions import edition
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft

REPORTS = Path(__file__).parents[3] / "shared" / "reports"


def raw(name: str) -> dict[str, Any]:
    path = REPORTS / name
    if not path.exists():
        pytest.skip(f"the labelled report {name} is not at ../shared/reports")
    return read_once(path).to_json()


@cache
def read_once(path: Path) -> ReportDraft:
    """The draft of a report, which nobody can change."""
    return read_report(path.read_bytes(), path.name)


def labels(name: str) -> dict[str, Any]:
    return json.loads((REPORTS / name).read_text(encoding="utf-8"))


def texts(areas: Any, kind: str) -> set[tuple[int, str]]:
    pairs = areas.items() if isinstance(areas, dict) else ((a["number"], a) for a in areas)
    return {(int(n), x if isinstance(x, str) else x["text"]) for n, a in pairs for x in a[kind]}


def items(areas: Any, kind: str) -> list[tuple[int, str]]:
    return sorted(texts(areas, kind))


def share_found(wanted: list[tuple[int, str]], read: list[tuple[int, str]]) -> float:
    """The share of `wanted` that `read` holds: same area, 93 % alike, each used once."""
    left = list(read)
    hits = 0
    for number, text in wanted:
        match = next((x for x in left if x[0] == number and alike(x[1], text)), None)
        if match:
            left.remove(match)
            hits += 1
    return hits / len(wanted)


def alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.93


def assert_items_found(draft: dict[str, Any], label: dict[str, Any]) -> None:
    for kind in ("strengths", "improvements"):
        read, wanted = items(draft["areas"], kind), items(label["areas"], kind)
        assert share_found(wanted, read) >= 0.97, f"recall of {kind}"
        assert share_found(read, wanted) >= 0.97, f"precision of {kind}"


@pytest.mark.parametrize("ending", ["txt", "docx", "pdf"])
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
    assert_items_found(draft, label)
    assert any(
        "59" in p["message"] and "60" in p["message"]
        for p in draft["problems"] if p["where"] == "area 2"
    )  # fmt: skip
    assert suggested_right(draft, label) >= 0.75
    assert {"Sunne", "Burlöv", "Höganäs", "Tomelilla"} <= {
        r["municipality"] for r in draft["role_models"] if r["area"] == 1
    }


@pytest.mark.parametrize("ending", ["txt", "docx"])
def test_nynashamn_to_the_letter(ending: str) -> None:
    draft, label = raw(f"nynashamn-2023.{ending}"), labels("nynashamn-2023.json")
    for kind in ("strengths", "improvements"):
        assert texts(draft["areas"], kind) == texts(label["areas"], kind)
    assert suggested_right(draft, label) >= 0.9
    bodies = [s["body"] for a in draft["areas"] for s in a["subareas"]]
    assert sum(1 for body in bodies if len(body) > 500) >= 0.9 * len(bodies)
    assert not any(body.startswith(s["name"]) for a in draft["areas"] for s in a["subareas"]
                   if (body := s["body"]))  # fmt: skip


def suggested_right(draft: dict[str, Any], label: dict[str, Any]) -> float:
    """The share of labelled points whose first suggestion is right; a point that was not read
    counts as wrong."""
    read = [
        (a["number"], p["text"], p["subareas"][:1]) for a in draft["areas"]
        for p in a["improvements"]
    ]  # fmt: skip
    wanted = [
        (int(number), p) for number, a in label["areas"].items()
        for p in a["improvements"] if p["subareas"]
    ]  # fmt: skip
    right = [
        p for number, p in wanted
        if any(
            number == n and alike(text, p["text"]) and set(first) & set(p["subareas"])
            for n, text, first in read
        )
    ]  # fmt: skip
    return len(right) / len(wanted)


def test_nynashamn_says_where_it_judged() -> None:
    draft = raw("nynashamn-2023.txt")
    judged = {a["number"] for a in draft["areas"] for p in a["improvements"] if not p["certain"]}
    assert judged == {8}


@pytest.mark.parametrize("ending", ["txt", "pptx", "pdf"])
def test_haninge(ending: str) -> None:
    draft, label = raw(f"haninge-2023.{ending}"), labels("haninge-2023.json")
    assert (draft["municipality"], draft["month"]) == ("Haninge", "2023-05")
    assert draft["edition"] == "kommunkompassen-2020"
    assert draft["total"] == {"stated": 504, "summed": None}
    assert [p["text"] for p in draft["general_improvements"]] == label["summary_improvements"]
    assert_items_found(draft, label)
    assert any("inga poäng" in p["message"] for p in draft["problems"])


def test_haninge_has_the_same_sub_areas_in_every_format() -> None:
    read = {ending: raw(f"haninge-2023.{ending}") for ending in ("txt", "pptx", "pdf")}
    listed = [
        [(s["code"], s["name"]) for a in draft["areas"] for s in a["subareas"]]
        for draft in read.values()
    ]
    assert listed[0] == listed[1] == listed[2] and len(listed[0]) == 35
    codes = {code for code, _ in listed[0]}
    known = {s.code: s.name for a in edition("kommunkompassen-2020").areas for s in a.subareas}
    assert known.keys() - codes == {"3.5", "4.2"} and codes - known.keys() == {"8.5"}
    assert all(name == known[code] for code, name in listed[0] if code in known)
    for draft in read.values():
        told = [p["where"] for p in draft["problems"] if p["severity"] == "info"]
        assert told == ["area 3", "area 4", "area 8"]


@pytest.mark.parametrize("name", ["nynashamn-2023.pdf", "haninge-2023.pptx", "haninge-2023.pdf"])
def test_problems_of_paged_formats_speak_of_pages(name: str) -> None:
    told = [p["message"] for p in raw(name)["problems"]]
    assert not any(re.search(r"\brad \d", message) for message in told)
    assert all(i["page"] for a in raw(name)["areas"] for i in a["improvements"])


@pytest.mark.parametrize("name", ["nacka-oversyn-2011.txt", "nacka-slutrapport-2017.txt"])
def test_papers_of_another_kind_say_what_is_missing(name: str) -> None:
    draft = raw(name)
    told = " ".join(p["message"] for p in draft["problems"])
    assert draft["areas"] == [] and draft["edition"] is None
    assert "version av Kommunkompassen" in told and "inga poäng" in told
