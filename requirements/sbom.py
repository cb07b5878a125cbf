"""`make sbom`: the software bill of materials of what runs, as CycloneDX JSON.

What is installed says names, licences and who needs whom; requirements/base.txt says which of it
runs in production, and the hashes that the installation insists on. Beside Python's packages
stands what the repository itself carries of others' work.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FONTS = ROOT / "tracker" / "data" / "fonts"
PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def normal(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Package → version and the SHA-256 of each of its files, of a lock file's text."""
    starts = list(PINNED.finditer(lock))
    ends = [match.start() for match in starts[1:]] + [len(lock)]
    return {
        normal(match[1]): (match[2], HASH.findall(lock[match.end() : end]))
        for match, end in zip(starts, ends, strict=True)
    }


def installed() -> dict[str, Any]:
    """The bill of everything in this environment, as the CycloneDX tool finds it. What is handed
    over of it is validated by `main`."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--of", "JSON"]
    options = ["--output-reproducible", "--no-validate"]
    project = ["--pyproject", str(ROOT / "pyproject.toml")]
    told = subprocess.run(
        [*command, *options, *project, sys.executable], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def licences_told(name: str) -> list[dict[str, Any]]:
    """A package's licences in its own words, where they are no expression that the tool reads."""
    told = metadata(name)
    words = told.get("License-Expression") or told.get("License") or ""
    return [{"license": {"name": words}}] if words else []


def distribution(one: dict[str, Any], hashes: list[str]) -> dict[str, Any]:
    """The reference to the files of a package, of which the installation takes one."""
    return {
        "type": "distribution",
        "url": f"pkg:pypi/{one['name']}@{one['version']}",
        "comment": "one of these files",
        "hashes": [{"alg": "SHA-256", "content": content} for content in hashes],
    }


def fonts() -> list[dict[str, Any]]:
    """The fonts that the repository carries, one component for each file."""
    return [
        {
            "bom-ref": f"font:{path.name}",
            "type": "data",
            "name": path.stem,
            "description": "Typeface of reports",
            "hashes": [
                {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
            ],
            "licenses": [{"license": {"id": "OFL-1.1"}}],
        }
        for path in sorted(FONTS.glob("*.ttf"))
    ]


def bill(found: dict[str, Any], lock: str) -> dict[str, Any]:
    """Of everything that is installed what runs in production, with hashes, and the fonts.

    Raises:
        SystemExit: something that is pinned is not installed in that version on this system.
    """
    wanted = pinned(lock)
    kept = [dict(one) for one in found["components"] if normal(one["name"]) in wanted]
    for one in kept:
        version, hashes = wanted[normal(one["name"])]
        if one["version"] != version:
            raise SystemExit(f"{one['name']} {one['version']} is installed, {version} is pinned")
        one["licenses"] = one.get("licenses") or licences_told(one["name"])
        references = [*one.get("externalReferences", []), distribution(one, hashes)]
        one["externalReferences"] = references
    carried = fonts()
    refs = {one["bom-ref"] for one in (*kept, *carried)} | {"root-component"}
    graph = [
        {"ref": one["ref"], "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in refs]}
        for one in found["dependencies"]
        if one["ref"] in refs - {"root-component"}
    ]
    used = {ref for one in graph for ref in one["dependsOn"]}
    graph.append({"ref": "root-component", "dependsOn": sorted(refs - used - {"root-component"})})
    return {**found, "components": [*kept, *carried], "dependencies": graph}


def main(path: str) -> None:
    """Write the bill to `path`, when it keeps to CycloneDX's schema."""
    made = bill(installed(), (HERE / "base.txt").read_text(encoding="utf-8"))
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault:
        raise SystemExit(f"The bill breaks CycloneDX's schema: {fault}")
    Path(path).write_text(text, encoding="utf-8")
    print(f"{path}: {len(made['components'])} components, CycloneDX {made['specVersion']}, valid.")


if __name__ == "__main__":
    main(*sys.argv[1:2])
