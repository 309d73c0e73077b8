# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may import whom, read from the source. Imports inside of functions count; those for types do not."""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import pytest

from obs_bgremove.home import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: OBS' own module, which is there inside of OBS alone.
FROM_OBS = {"obspython"}
#: Who alone may import a package, where the rest of the code must run without it.
ALONE = {
    "onnxruntime": ("obs_bgremove.worker", "export"),
    "torch": ("export",),
    "obsws_python": ("obs_bgremove.private_obs",),
}


class Import(NamedTuple):
    """``importer`` imports ``imported``: dotted names of modules (that of a folder ends in __init__)."""

    importer: str
    imported: str


def modules(root: Path, *packages: str) -> dict[str, Path]:
    """Return the modules of packages below ``root`` by their dotted names."""
    paths = (path for package in packages for path in sorted((root / package).rglob("*.py")))
    return {".".join(path.relative_to(root).with_suffix("").parts): path for path in paths}


def imports(found: dict[str, Path]) -> list[Import]:
    """Return all imports of modules, except those that are made for type checkers alone."""
    return [
        Import(name, imported)
        for name, path in found.items()
        for node in _executed(ast.parse(path.read_text(encoding="utf-8")))
        for imported in _named(node, name, found)
    ]


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _executed(child)


def _named(node: ast.AST, importer: str, found: dict[str, Path]) -> Iterator[str]:
    """Yield the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (_module(alias.name, found) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # The folder that the first dot means is the module's own, also for its __init__.
        around = importer.split(".")[: -node.level] if node.level else []
        source = ".".join([*around, *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            is_module = inner in found or f"{inner}.__init__" in found
            yield _module(inner if is_module else source, found)


def _module(name: str, found: dict[str, Path]) -> str:
    return f"{name}.__init__" if f"{name}.__init__" in found else name


def cycles(found: list[Import]) -> list[list[str]]:
    """Return the cycles among the contents of each folder, in which a folder counts as one.

    So modules of two folders must not import each other even where that is no cycle of modules.
    """
    levels: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for importer, imported in found:
        one, other = importer.split("."), imported.split(".")
        depth = 0
        while depth < min(len(one), len(other)) and one[depth] == other[depth]:
            depth += 1
        if depth < min(len(one), len(other)):
            levels[".".join(one[:depth])][".".join(one[: depth + 1])].add(".".join(other[: depth + 1]))
    return [cycle for graph in levels.values() for cycle in _strongly_connected(graph)]


def _strongly_connected(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups whose members all reach each other."""
    reach = {start: _reached(graph, start) for start in graph}
    groups = {
        frozenset(other for other in reached if start in reach.get(other, ()))
        for start, reached in reach.items()
        if start in reached
    }
    return sorted(sorted(group) for group in groups)


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        fresh = graph.get(ahead.pop(), set()) - reached
        reached |= fresh
        ahead += fresh
    return reached


def within(name: str, rooms: tuple[str, ...]) -> bool:
    """Return whether a module is one of ``rooms`` or lies in one."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


MODULES = modules(PROJECT, "obs_bgremove", "export")
IMPORTS = imports(MODULES)
#: What the Python inside OBS loads, which has nothing but the standard library: three rooms, and what lies
#: beside the rooms.
INSIDE_OBS = (
    "obs_bgremove.filter",
    "obs_bgremove.obs",
    "obs_bgremove.link",
    *(name for name in MODULES if name.rpartition(".")[0] == "obs_bgremove"),
)


def lines(wrong: list[Import]) -> str:
    """Return imports as lines."""
    return "\n".join(f"{importer} imports {imported}" for importer, imported in sorted(set(wrong)))


def test_nothing_is_imported_in_a_circle():
    assert "\n".join(map(str, cycles(IMPORTS))) == ""


def test_the_filter_never_imports_what_makes_models():
    wrong = [
        one
        for one in IMPORTS
        if within(one.importer, ("obs_bgremove",)) and within(one.imported, ("export",))
    ]
    assert lines(wrong) == ""


def test_the_installation_does_not_import_the_demo():
    wrong = [
        one
        for one in IMPORTS
        if within(one.importer, ("obs_bgremove.setup",))
        and within(one.imported, ("obs_bgremove.demo", "obs_bgremove.private_obs"))
    ]
    assert lines(wrong) == ""


def test_what_runs_inside_obs_needs_the_standard_library_alone():
    allowed = {*sys.stdlib_module_names, *FROM_OBS}
    wrong = [
        one
        for one in IMPORTS
        if within(one.importer, INSIDE_OBS)
        and not within(one.imported, INSIDE_OBS)
        and one.imported.split(".")[0] not in allowed
    ]
    assert lines(wrong) == ""


@pytest.mark.parametrize("package", ALONE)
def test_a_package_is_imported_where_it_belongs_alone(package):
    users = [one for one in IMPORTS if one.imported.split(".")[0] == package]
    assert users, "nobody imports it"
    assert lines([one for one in users if not within(one.importer, ALONE[package])]) == ""


def test_no_two_modules_have_one_name():
    names = Counter(name.rpartition(".")[2] for name in MODULES if within(name, ("obs_bgremove",)))
    twins = {name for name, count in names.items() if count > 1} - {"__init__", "__main__"}
    assert (
        sorted(name for name in MODULES if name.rpartition(".")[2] in twins and not within(name, ("export",)))
        == []
    )


@pytest.fixture
def house(tmp_path):
    """Return a function that writes modules (dotted name -> source) and returns the cycles among them."""

    def build(**sources):
        for name, source in sources.items():
            path = tmp_path / "house" / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return cycles(imports(modules(tmp_path, "house")))

    return build


def test_a_circle_of_modules_is_found(house):
    assert house(a="import house.b", b="def f():\n    from . import c", c="from .a import x") == [
        ["house.a", "house.b", "house.c"]
    ]


def test_a_circle_of_folders_is_found(house):
    assert house(one__a="from ..two import b", two__b="", two__c="from house.one.d import x", one__d="") == [
        ["house.one", "house.two"]
    ]


def test_a_folder_and_a_module_beside_it_may_not_import_each_other(house):
    found = house(one__a="from ..beside import x", beside="from .one.b import y", one__b="")
    assert found == [["house.beside", "house.one"]]


def test_imports_for_types_and_one_way_streets_are_no_circles(house):
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import a"
    assert (
        house(a="from . import b\nimport json", b=types, c="from . import a, b", d__e="from ..a import x")
        == []
    )
