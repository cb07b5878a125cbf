"""The bill of materials says all that runs and no more; the audit never sounds surer than it is."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.helpers.source import ROOT


def script(name: str) -> ModuleType:
    """One of the scripts beside the lock files."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "requirements" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom, audit = script("sbom"), script("audit")
# Plain addresses are all we have. Asked by its grammar, the schema takes seven seconds for them.
_SIGN = r"(?:[\w.~:/?\[\]@!$&'()*+,;=-]|%[\dA-Fa-f]{2})"
ADDRESS = re.compile(f"[a-z]+:{_SIGN}+(?:#{_SIGN}*)?", re.ASCII)
LOCK = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found() -> Any:
    """What is installed in this very environment, looked at once."""
    return sbom.installed()


@pytest.fixture
def bill(found: Any) -> Any:
    """The bill of it."""
    return sbom.bill(found, LOCK)


def test_the_bill_says_what_is_pinned_and_what_we_carry(bill: Any) -> None:
    pinned = sbom.pinned(LOCK)
    names = {sbom.normal(one["name"]) for one in bill["components"] if one["type"] == "library"}
    assert names == set(pinned) and "flask" in names and "pytest" not in names
    fonts = {one["name"]: one for one in bill["components"] if one["type"] == "data"}
    content = (ROOT / "tracker/data/fonts/OpenSans-Regular.ttf").read_bytes()
    assert fonts["OpenSans-Regular"]["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()


def test_every_part_has_its_hashes_and_a_licence(bill: Any) -> None:
    for one in bill["components"]:
        assert one.get("licenses"), one["name"]
        references = [*one.get("externalReferences", []), one]
        assert any(reference.get("hashes") for reference in references), one["name"]


def test_the_graph_is_whole(bill: Any) -> None:
    """Everything in it is reached from the product, and nothing is named that is not in it."""
    needs = {one["ref"]: set(one["dependsOn"]) for one in bill["dependencies"]}
    refs = {one["bom-ref"] for one in bill["components"]}
    reached, ahead = set[str](), ["root-component"]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead.extend(needs.get(ref, ()))
    assert reached == refs | {"root-component"}


def test_it_keeps_to_the_schema_and_is_the_same_each_time(
    found: Any,
    bill: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sbom, "installed", lambda: found)
    checkers = Draft7Validator.FORMAT_CHECKER.checkers
    assert "iri-reference" in checkers
    monkeypatch.setitem(checkers, "iri-reference", (ADDRESS.fullmatch, ()))
    sbom.main(str(tmp_path / "x.json"))
    assert json.loads((tmp_path / "x.json").read_text()) == bill
    assert f"{len(bill['components'])} components, CycloneDX 1.6, valid." in capsys.readouterr().out


def test_another_version_than_the_pinned_is_told() -> None:
    found = {"components": [{"name": "Flask", "version": "0.1", "bom-ref": "f"}]}
    with pytest.raises(SystemExit, match=r"Flask 0\.1 is installed, 3\.0 is pinned"):
        sbom.bill({**found, "dependencies": []}, "flask==3.0 \\\n    --hash=sha256:" + "a" * 64)


FAULT = {"id": "PYSEC-1", "fix_versions": ["2.0", "1.9.1"]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"dependencies": []}, ["  NOTHING was looked up: none of 0 packages could be reached."]),
        (
            {"dependencies": [{"name": "a", "skip_reason": "not found"}]},
            ["  NOTHING was looked up: none of 1 packages could be reached."],
        ),
        ("no network", ["  NOTHING was looked up: no network"]),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": []}]},
            ["  1 of 1 packages were looked up.", "  No known faults in those."],
        ),
        (
            {
                "dependencies": [
                    {"name": "a", "version": "1", "vulns": [FAULT]},
                    {"name": "b", "skip_reason": "not found"},
                ]
            },
            ["  1 of 2 packages were looked up.", "  a 1: PYSEC-1, mended in: 2.0, 1.9.1"],
        ),
    ],
)
def test_the_audit_says_what_it_could_not_look_up(answer: Any, said: list[str]) -> None:
    assert audit.lines(answer) == said
    assert [line for line in said if "No known faults" in line] == [] or "NOTHING" not in said[0]


def test_both_locks_are_asked(capsys: pytest.CaptureFixture[str]) -> None:
    audit.main(lambda lock: {"dependencies": []} if lock.is_file() else f"{lock} is missing")
    assert capsys.readouterr().out.count("none of 0 packages") == len(audit.LOCKS) == 2
