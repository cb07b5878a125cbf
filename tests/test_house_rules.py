"""Rules of the house that a machine can check: sizes, leftovers, borrowed text, templates."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from tests.helpers.source import ROOT, the_house

REPORTS = ROOT.parent / "shared" / "reports"
TEMPLATES = ROOT / "templates"
MOST_LINES = 400
LONGEST_FUNCTION = 45
LONGEST_RUN = 8  # words in a row that may equal a report's: names of areas are that long
ANY_NAME = r"[\w.-]+"
LEFTOVERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
FOREIGN_PATHS = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")


@cache
def tracked() -> list[Path]:
    """Every file that is in the repository or would be with the next `git add`."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@cache
def written() -> dict[Path, str]:
    """The tracked files that are text, and their text."""
    found = {}
    for path in tracked():
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def short(path: Path) -> str:
    """A path as people say it."""
    return path.relative_to(ROOT).as_posix()


def test_no_file_outgrows_its_wall() -> None:
    """A file that passes 400 lines wants a wall through it."""
    by_hand = (".py", ".html", ".css", ".js", ".txt", ".typ")
    generated = ("requirements/", "migrations/versions/", "tracker/data/")
    long = {
        short(path): text.count("\n")
        for path, text in written().items()
        if path.suffix in by_hand
        and not short(path).startswith(generated)
        and text.count("\n") > MOST_LINES
    }
    assert not long


def test_no_function_outgrows_a_screen() -> None:
    """A function longer than a screen holds something that has not been named."""
    long = [
        f"{module.where(node.lineno)} {node.name}: {length} lines"
        for module in the_house()
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def test_no_leftovers() -> None:
    """What is not done is not in the repository, nor is a note that says so."""
    found = [
        f"{short(path)}: {match[0]}"
        for path, text in written().items()
        if not short(path).startswith("requirements/")
        for match in LEFTOVERS.finditer(text)
    ]
    assert not found


def test_nothing_knows_one_machine() -> None:
    """No file speaks of a place that only its writer has."""
    found = [
        f"{short(path)}: {match[0]}"
        for path, text in written().items()
        if path != Path(__file__)
        for match in FOREIGN_PATHS.finditer(text)
    ]
    assert not found


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    """Every run of so many words, case and punctuation aside."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return zip(*(words[i:] for i in range(length)), strict=False)


def test_runs_are_words_in_a_row() -> None:
    """Case and marks do not hide a borrowed sentence."""
    assert list(runs("Det är – inte VÅRT.", 3)) == [("det", "är", "inte"), ("är", "inte", "vårt")]


def test_no_text_is_borrowed_from_the_reports() -> None:
    """The reports belong to others: no nine words in a row of theirs stand in a file of ours."""
    reports = sorted(REPORTS.glob("*.txt"))
    if not reports:
        pytest.skip("the evaluation reports are not beside this repository (../shared/reports)")
    length = LONGEST_RUN + 1
    theirs = {run for path in reports for run in runs(path.read_text(encoding="utf-8"), length)}
    borrowed = [
        f"{short(path)}: {' '.join(run)}"
        for path, text in written().items()
        for run in runs(text, length)
        if run in theirs
    ]
    assert not borrowed


@cache
def templates() -> dict[str, str]:
    """Template name → its text."""
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a style attribute", r"<[^>]*\sstyle="),
        ("an event attribute", r"<[^>]*\son[a-z]+="),
        ("an inline script", r"<script(?![^>]*\ssrc=)"),
        ("a style element", r"<style"),
        ("text that is not escaped", r"\|\s*safe\b|autoescape\s+false"),
        ("an address elsewhere", r"(src|href)=[\"'](https?:)?//"),
    ],
)
def test_templates_carry_none_of(what: str, pattern: str) -> None:
    """The content policy refuses these, or they would trust what people typed."""
    found = [
        name
        for name, text in templates().items()
        if re.search(pattern, text, re.IGNORECASE)
        # Mail programs know no style sheets: there, styles stand with the element.
        and not ("style" in what and name.startswith("email/"))
    ]
    assert not found, what


@cache
def asked_for() -> tuple[set[str], list[re.Pattern[str]]]:
    """The template names that the source spells out, and patterns for those it puts together."""
    names: set[str] = set()
    patterns = []
    for module in the_house():
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ANY_NAME
                    for part in node.values
                ]
                if any("/" in p for p in parts if p != ANY_NAME):
                    patterns.append(re.compile("".join(parts)))
    for text in templates().values():
        names |= set(re.findall(r"{%-?\s*(?:extends|include|import|from)\s+[\"'](.+?)[\"']", text))
    return names, patterns


def test_every_template_is_used() -> None:
    """A template that no view, mail or template asks for is dead."""
    names, patterns = asked_for()
    dead = [
        name
        for name in templates()
        if name not in names and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    assert not dead


def test_every_template_asked_for_exists() -> None:
    """A missing template would show only when its page is opened."""
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    wanted = {
        name
        for name in asked_for()[0]
        if re.fullmatch(r"[\w/-]+\.html", name) and name.split("/")[0] in {*folders, "base.html"}
    }
    assert not wanted - set(templates())


def test_every_link_of_a_template_leads_somewhere(app: Flask) -> None:
    """url_for names an endpoint, and a static file that exists."""
    static = ROOT / "tracker" / "static"
    wrong = []
    for name, text in templates().items():
        for endpoint in re.findall(r"url_for\(\s*[\"']([\w.]+)[\"']", text):
            if endpoint not in app.view_functions:
                wrong.append(f"{name}: {endpoint}")
        for file in re.findall(r"url_for\(\s*'static',\s*filename='([^']+)'\s*\)", text):
            if not (static / file).is_file():
                wrong.append(f"{name}: static {file}")
    assert not wrong
