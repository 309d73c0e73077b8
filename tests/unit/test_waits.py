# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for something is never sleeping for a fixed time: a slow machine takes longer, a quick one less.

A sleep may be the pause between two looks, in a ``while`` loop. Any other has its reason in a comment, on its
line or the one above: what is left to happen that cannot be seen, or that a time itself is what is tested.
"""

import ast

import pytest

from obs_bgremove.home import PROJECT


def sleeps(source):
    """Return the lines of sleeps that are neither in a ``while`` loop nor have a comment."""
    lines = source.splitlines()
    found = []

    def visit(node, polling):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            polling = False
        if isinstance(node, ast.While):
            polling = True
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep"):
            last = node.end_lineno
            explained = "#" in lines[last - 1] or lines[node.lineno - 2].lstrip().startswith("#")
            if not polling and not explained:
                found.append(node.lineno)
        for child in ast.iter_child_nodes(node):
            visit(child, polling)

    visit(ast.parse(source), polling=False)
    return found


@pytest.mark.parametrize("folder", ["obs_bgremove", "export", "tests"])
def test_nothing_sleeps_without_a_reason(folder):
    found = [
        f"{path.relative_to(PROJECT)}:{line}"
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for line in sleeps(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import time\ntime.sleep(1)", [2]),
        ("import time\nfor _ in range(9):\n    time.sleep(1)", [3]),
        ("import time\nwhile not ready():\n    time.sleep(1)", []),
        ("import time\nwhile not ready():\n    def wait():\n        time.sleep(1)", [4]),
        ("import time\n# The key has to be up for a while.\ntime.sleep(1)", []),
        ("import time\ntime.sleep(1)  # the key has to be up for a while", []),
        ("from time import sleep\nsleep(1)", [2]),
    ],
)
def test_a_fixed_sleep_is_found(source, lines):
    assert sleeps(source) == lines
