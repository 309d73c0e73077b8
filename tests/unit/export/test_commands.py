# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of commands: each says what it does, and none imports what is large before it runs."""

import subprocess
import sys

import pytest

from export import __main__ as commands

_HELP = """
import sys
from export.__main__ import main
try:
    main([{name!r}, "--help"])
except SystemExit as stop:
    assert stop.code == 0
large = {{"torch", "onnx", "onnxruntime", "cv2", "numpy", "matplotlib"}}
sys.exit(" ".join(large.intersection(sys.modules)) or 0)
"""


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_help_imports_nothing_large(name):
    done = subprocess.run(
        [sys.executable, "-c", _HELP.format(name=name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"usage: python -m export {name}" in done.stdout
