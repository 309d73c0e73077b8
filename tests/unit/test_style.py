# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole tree is clean for ruff and mypy, by the rules in pyproject.toml."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from obs_bgremove.home import PROJECT


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("ruff", ["check", "--output-format", "concise"]), ("ruff", ["format", "--check"]), ("mypy", [])],
    ids=["rules", "format", "types"],
)
def test_a_tool_finds_nothing(tool, arguments):
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed (it is in the dependency group 'test')")
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
