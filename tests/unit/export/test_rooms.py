# SPDX-License-Identifier: GPL-2.0-or-later
"""The rooms of export/: each imports only rooms above it in the table of export/README.md."""

import ast
import re
from pathlib import Path

import pytest

EXPORT = Path(__file__).resolve().parents[3] / "export"
ROOMS = re.findall(r"^\| `(\w+)/` \|", (EXPORT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def imported(path):
    """The rooms that a module imports, also where a function does."""
    package = ("export", *path.relative_to(EXPORT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = (*base, *(node.module or "").split("."))
            if name[0] == "export" and len(name) > 1:
                # "from .. import metrics" names the room itself.
                yield from [name[1]] if name[1] else [alias.name for alias in node.names]


def test_the_table_has_every_room():
    assert sorted(ROOMS) == sorted(
        path.name for path in EXPORT.iterdir() if path.is_dir() and any(path.glob("[!_]*"))
    )


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room):
    allowed = {*ROOMS[: ROOMS.index(room)], room}
    for path in (EXPORT / room).rglob("*.py"):
        assert set(imported(path)) <= allowed, path
