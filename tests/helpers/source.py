"""The product's source, parsed: modules, their rooms, and everything they import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Import:
    """One imported name: `from target import name` (name empty for `import target`)."""

    target: str
    name: str
    line: int

    @property
    def package(self) -> str:
        """The distribution's top package: sqlalchemy of sqlalchemy.orm."""
        return self.target.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One file of the product, or a snippet that stands for one."""

    name: str
    text: str
    is_package: bool = False

    @property
    def room(self) -> str:
        """Where it stands in the house: config, wsgi, factory, clock, domain, web, …"""
        parts = self.name.split(".")
        if parts[0] != "tracker":
            return parts[0]
        return parts[1] if len(parts) > 1 else "factory"

    @property
    def web_task(self) -> str:
        """The user task that a module of the web room belongs to; empty for what they share."""
        parts = self.name.split(".")
        shared = len(parts) < 3 or (len(parts) == 3 and not self.is_package)
        return "" if self.room != "web" or shared else parts[2]

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree, as ast.walk gives them."""
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list[Import]:
        """All imports, those inside functions and under TYPE_CHECKING included."""
        return [found for node in self.nodes for found in self._imported(node)]

    def _imported(self, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, "", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            target = self._absolute(node)
            yield from (Import(target, alias.name, node.lineno) for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        if not self.is_package:
            parts.pop()
        base = parts[: len(parts) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])])

    def where(self, line: int) -> str:
        """Module and line, for a complaint."""
        return f"{self.name}:{line}"


class House:
    """All modules together, so that an import can be followed to the module it means."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.name: module for module in modules}

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    def with_snippets(self, **snippets: str) -> House:
        """The house with modules added or replaced; `__` in a key stands for a dot."""
        added = [Module(name.replace("__", "."), text) for name, text in snippets.items()]
        return House([*self.modules.values(), *added])

    def meant(self, item: Import) -> str | None:
        """The module of ours that an import reaches, or None for somebody else's."""
        deep = f"{item.target}.{item.name}"
        if deep in self.modules:
            return deep
        if item.target in self.modules:
            return item.target
        return None

    def edges(self, module: Module) -> dict[str, int]:
        """The modules of ours that a module imports, each with the line that does."""
        found: dict[str, int] = {}
        for item in module.imports:
            target = self.meant(item)
            if target and target != module.name:
                found.setdefault(target, item.line)
        return found


def files() -> list[Path]:
    """Every Python file of the product."""
    return [*sorted((ROOT / "tracker").rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py"]


def module_of(path: Path) -> Module:
    """Read one file."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    if is_package:
        parts.pop()
    return Module(".".join(parts), path.read_text(encoding="utf-8"), is_package)


@cache
def the_house() -> House:
    """The product as it stands; parsed once."""
    return House(module_of(path) for path in files())
