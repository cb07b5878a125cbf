"""The walls of the house: imports run downward only, and some things have one sole owner.

Every rule is a function from a house to complaints; each is first shown to fail on a bad snippet.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.helpers.source import House, Import, Module, the_house

Rule = Callable[[House], list[str]]

BELOW_SERVICES = {"models", "importers", "reports", "mail", "domain"}
BELOW_ENTRIES = {"services", "extensions", "clock", "config"} | BELOW_SERVICES

# room → the rooms it may import besides itself
MAY_IMPORT: dict[str, set[str]] = {
    "config": set(),
    "wsgi": {"factory"},
    "factory": {"config", "extensions", "models", "web", "cli"},
    "clock": set(),
    "extensions": set(),
    "domain": set(),
    "models": {"domain"},
    "importers": {"domain"},
    "reports": {"domain"},
    "mail": {"domain"},
    "services": {"config", "extensions"} | BELOW_SERVICES,
    "web": BELOW_ENTRIES,
    "scheduler": BELOW_ENTRIES,
    "cli": {"scheduler"} | BELOW_ENTRIES,  # its command `worker` starts the scheduler
}

FORBIDDEN_PACKAGES: dict[str, set[str]] = {
    "config": {"flask", "sqlalchemy", "wtforms"},
    "clock": {"flask", "sqlalchemy", "wtforms"},
    "domain": {
        *("flask", "sqlalchemy", "wtforms", "werkzeug", "jinja2", "alembic", "apscheduler"),
        *("os", "io", "pathlib", "shutil", "socket", "subprocess", "time", "smtplib", "random"),
    },
    "models": {"flask", "werkzeug", "wtforms", "jinja2", "apscheduler", "smtplib"},
    "importers": {"flask", "werkzeug", "wtforms", "sqlalchemy", "alembic", "apscheduler"},
    "reports": {"flask", "werkzeug", "wtforms", "sqlalchemy", "alembic", "apscheduler"},
    "mail": {"flask", "werkzeug", "wtforms", "sqlalchemy", "alembic", "apscheduler"},
    "services": {"flask", "werkzeug", "wtforms", "apscheduler"},
    "web": {"sqlalchemy", "alembic", "apscheduler", "smtplib"},
    "scheduler": {"wtforms"},
    "cli": {"wtforms"},
}

# what reads the system's clock: (module, attribute), with datetime.datetime as "datetime.datetime"
CLOCKS = {
    *(("datetime.datetime", name) for name in ("now", "utcnow", "today")),
    ("datetime.date", "today"),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
    ("sqlalchemy.func", "now"),
}
ENVIRONMENT = {("os", "environ"), ("os", "environb"), ("os", "getenv"), ("os", "putenv")}
HIDDEN_IMPORTS = {("importlib", "import_module"), ("builtins", "__import__")}


def imports_run_downward(house: House) -> list[str]:
    """A room imports itself and the rooms below it."""
    faults = []
    for module in house:
        allowed = MAY_IMPORT.get(module.room)
        if allowed is None:
            faults.append(f"{module.name}: the design knows no room {module.room}")
            continue
        for target, line in house.edges(module).items():
            room = house.modules[target].room
            if room not in {module.room, *allowed}:
                faults.append(f"{module.where(line)} ({module.room}) imports {target} ({room})")
    return faults


def tasks_stay_apart(house: House) -> list[str]:
    """A web task imports no other task, nor the shell that surrounds them all."""
    faults = []
    for module in house:
        if module.room != "web":
            continue
        for target, line in house.edges(module).items():
            other = house.modules[target]
            if module.web_task:
                wrong = other.web_task not in ("", module.web_task) or target in (
                    "tracker.web",
                    "tracker.web.shell",
                    "tracker.web.tasks",
                )
            else:
                wrong = bool(other.web_task) and module.name != "tracker.web.tasks"
            if wrong:
                faults.append(f"{module.where(line)} imports {target}")
    return faults


def packages_stay_in_their_rooms(house: House) -> list[str]:
    """The table FORBIDDEN_PACKAGES; flask stands for every flask_… as well."""
    return [
        f"{module.where(item.line)} ({module.room}) imports {item.target}"
        for module in house
        for item in module.imports
        if _top(item) in FORBIDDEN_PACKAGES.get(module.room, set())
    ]


def _top(item: Import) -> str:
    return "flask" if item.package.startswith("flask_") else item.package


def no_circles(house: House) -> list[str]:
    """Modules form no circle, not even through imports inside functions."""
    edges = {module.name: list(house.edges(module)) for module in house}
    done: set[str] = set()
    faults: list[str] = []

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            faults.append(" → ".join([*path[path.index(name) :], name]))
            return
        if name in done:
            return
        for target in edges[name]:
            walk(target, [*path, name])
        done.add(name)

    for name in edges:
        walk(name, [])
    return faults


def one_clock(house: House) -> list[str]:
    """Only tracker.clock reads the system's clock."""
    return _uses(house, CLOCKS, but="tracker.clock")


def one_reader_of_the_environment(house: House) -> list[str]:
    """Only config reads the environment."""
    return _uses(house, ENVIRONMENT, but="config")


def imports_are_visible(house: House) -> list[str]:
    """Nobody imports by a string, where these rules would not see it."""
    return _uses(house, HIDDEN_IMPORTS, but="")


def views_ask_services(house: House) -> list[str]:
    """In the web room only the shell knows the database session (to roll it back)."""
    return [
        f"{module.where(item.line)} imports tracker.extensions.db"
        for module in house
        if module.room == "web" and module.name != "tracker.web.shell"
        for item in module.imports
        if (item.target, item.name) == ("tracker.extensions", "db")
    ]


def nothing_is_dead(house: House) -> list[str]:
    """Every module is reached from wsgi."""
    reached: set[str] = set()
    waiting = ["wsgi"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in house.modules:
            continue
        reached.add(name)
        waiting += [*house.edges(house.modules[name]), name.rpartition(".")[0]]
    return [
        f"{module.name} is imported by nobody" for module in house if module.name not in reached
    ]


def services_commit_once(house: House) -> list[str]:
    """A public writer commits once, last; helpers never; no writer calls another.

    The outbox is the exception: between claim, DATA and the server's yes it must commit each step.
    """
    services = [
        module
        for module in house
        if module.room == "services" and module.name != "tracker.services.outbox"
    ]
    writers = {(module.name, function.name) for module in services for function in _writers(module)}
    return [
        fault
        for module in services
        for function in _writers(module)
        for fault in _writer_faults(module, function, writers)
    ]


def _writer_faults(
    module: Module, function: ast.FunctionDef, writers: set[tuple[str, str]]
) -> Iterator[str]:
    commits = _commits(function)
    where = f"{module.where(function.lineno)} {function.name}"
    if function.name.startswith("_"):
        yield f"{where}: a helper commits"
    tail = function.body[-1:]
    if tail and isinstance(tail[0], ast.Return):
        tail = function.body[-2:-1]
    last = [node for statement in tail for node in _commits(statement)]
    if len(commits) != 1 or last != commits:
        yield f"{where}: commits {len(commits)} times, or not on its last line"
    known = _bindings(module)
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = _resolve(node.func, known) or (module.name, getattr(node.func, "id", ""))
            if called in writers and called != (module.name, function.name):
                yield f"{where}: calls the writer {'.'.join(called)}"


@cache
def _writers(module: Module) -> list[ast.FunctionDef]:
    """The functions of a module that commit; looked for once, whatever house it stands in."""
    return [node for node in module.nodes if isinstance(node, ast.FunctionDef) and _commits(node)]


def _commits(node: ast.AST) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "commit"
    ]


def _uses(house: House, wanted: set[tuple[str, str]], but: str) -> list[str]:
    """Where attributes of `wanted` are touched, whatever name they were imported under."""
    faults = []
    for module in house:
        if module.name == but:
            continue
        for found, line in _touched(module):
            if found in wanted:
                faults.append(f"{module.where(line)} uses {'.'.join(found)}")
    return faults


@cache
def _touched(module: Module) -> list[tuple[tuple[str, str], int]]:
    """Everything imported that a module touches, each with the line."""
    known = _bindings(module)
    return [
        (found, node.lineno)
        for node in module.nodes
        if isinstance(node, ast.Attribute | ast.Name) and (found := _resolve(node, known))
    ]


@cache
def _bindings(module: Module) -> dict[str, str]:
    """Name in the module → the dotted thing it was imported as."""
    known = {"__import__": "builtins.__import__"}
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                short = alias.name.partition(".")[0]
                known[alias.asname or short] = alias.name if alias.asname else short
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return known


def _resolve(node: ast.expr, known: dict[str, str]) -> tuple[str, str] | None:
    if isinstance(node, ast.Name):
        whole = known.get(node.id, "")
    elif isinstance(node, ast.Attribute):
        before = _resolve(node.value, known)
        whole = f"{'.'.join(filter(None, before))}.{node.attr}" if before else ""
    else:
        whole = ""
    if not whole:
        return None
    owner, _, name = whole.rpartition(".")
    return owner, name


# rule → snippets (module name with __ for dots → text) that it must refuse
BAD: list[tuple[Rule, dict[str, str]]] = [
    (imports_run_downward, {"tracker__domain__bad": "from tracker.models import Base"}),
    (imports_run_downward, {"tracker__models__bad": "from tracker.extensions import db"}),
    (imports_run_downward, {"tracker__models__bad": "import tracker.services.journal"}),
    (imports_run_downward, {"tracker__mail__bad": "from tracker.models import User"}),
    (imports_run_downward, {"tracker__importers__bad": "from tracker.mail import message"}),
    (imports_run_downward, {"tracker__services__bad": "from tracker.web import access"}),
    (imports_run_downward, {"tracker__services__bad": "from tracker.clock import now"}),
    (imports_run_downward, {"tracker__services__bad": "def f():\n    import tracker.web.access"}),
    (
        imports_run_downward,
        {
            "tracker__domain__bad": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from tracker.models import User"
        },
    ),
    (imports_run_downward, {"tracker__web__bad": "from tracker import create_app"}),
    (imports_run_downward, {"config": "from tracker.clock import now"}),
    (imports_run_downward, {"tracker__extensions": "import tracker.clock"}),
    (imports_run_downward, {"tracker__attic__bad": ""}),
    (imports_run_downward, {"tracker__domain__bad": "from ..clock import now"}),
    (tasks_stay_apart, {"tracker__web__start__bad": "from tracker.web.auth.views import bp"}),
    (tasks_stay_apart, {"tracker__web__start__bad": "from tracker.web import shell"}),
    (tasks_stay_apart, {"tracker__web__messages": "import tracker.web.auth.forms"}),
    (packages_stay_in_their_rooms, {"tracker__domain__bad": "import sqlalchemy.orm"}),
    (packages_stay_in_their_rooms, {"tracker__domain__bad": "from pathlib import Path"}),
    (packages_stay_in_their_rooms, {"tracker__models__bad": "from flask import g"}),
    (packages_stay_in_their_rooms, {"tracker__services__bad": "from flask_babel import _"}),
    (packages_stay_in_their_rooms, {"tracker__services__bad": "from flask_login import x"}),
    (packages_stay_in_their_rooms, {"tracker__importers__bad": "import sqlalchemy"}),
    (packages_stay_in_their_rooms, {"tracker__mail__bad": "def f():\n    import flask"}),
    (packages_stay_in_their_rooms, {"tracker__web__bad": "from sqlalchemy import select"}),
    (packages_stay_in_their_rooms, {"tracker__web__bad": "import apscheduler"}),
    (
        no_circles,
        {
            "tracker__domain__one": "import tracker.domain.two",
            "tracker__domain__two": "def f():\n    from tracker.domain import one",
        },
    ),
    (one_clock, {"tracker__cli__bad": "from datetime import datetime\ndatetime.now()"}),
    (one_clock, {"tracker__cli__bad": "from datetime import datetime as d\nx = d.utcnow"}),
    (one_clock, {"tracker__cli__bad": "import datetime\ndatetime.date.today()"}),
    (one_clock, {"tracker__cli__bad": "import datetime as dt\ndt.datetime.now()"}),
    (one_clock, {"tracker__cli__bad": "from time import time\ntime()"}),
    (one_clock, {"tracker__models__bad": "from sqlalchemy import func\nfunc.now()"}),
    (one_reader_of_the_environment, {"tracker__cli__bad": "import os\nos.environ['X']"}),
    (one_reader_of_the_environment, {"tracker__cli__bad": "from os import getenv\ngetenv('X')"}),
    (imports_are_visible, {"tracker__cli__bad": "import importlib\nimportlib.import_module('x')"}),
    (imports_are_visible, {"tracker__cli__bad": "__import__('flask')"}),
    (views_ask_services, {"tracker__web__bad": "from tracker.extensions import db"}),
    (nothing_is_dead, {"tracker__domain__forgotten": "X = 1"}),
    (services_commit_once, {"tracker__services__bad": "def _f():\n    db.session.commit()"}),
    (
        services_commit_once,
        {"tracker__services__bad": "def f():\n    db.session.commit()\n    do()"},
    ),
    (
        services_commit_once,
        {
            "tracker__services__bad": "from tracker.services.accounts import preferences\n"
            "def f():\n    preferences.set_locale()\n    db.session.commit()"
        },
    ),
]

RULES: list[Rule] = list(dict.fromkeys(rule for rule, _ in BAD))


@pytest.fixture
def house() -> House:
    """The product's modules."""
    return the_house()


@cache
def usual(rule: Rule) -> set[str]:
    """What a rule says of the product as it stands."""
    return set(rule(the_house()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule, house: House) -> None:
    """Each rule holds of the product."""
    assert not rule(house)


@pytest.mark.parametrize(("rule", "snippets"), BAD)
def test_the_rule_can_fail(rule: Rule, snippets: dict[str, str], house: House) -> None:
    """Each rule refuses what it is there to refuse, and names the place."""
    new = set(rule(house.with_snippets(**snippets))) - usual(rule)
    names = [name.replace("__", ".") for name in snippets]
    assert any(name in fault for fault in new for name in names)


def test_every_room_of_the_design_is_known(house: House) -> None:
    """The tables above speak of rooms that exist (reports come with a later issue)."""
    rooms = {module.room for module in house}
    assert set(MAY_IMPORT) - rooms <= {"reports"}
    assert set(FORBIDDEN_PACKAGES) <= set(MAY_IMPORT)
