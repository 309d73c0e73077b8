# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests under Windows' Python run only if they are asked for: ``python3 -m tests --windows``."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path, config):
    """Ignore this folder unless it was named, and what is not for this system's Python."""
    named = [
        (config.invocation_params.dir / str(argument).partition("::")[0]).resolve()
        for argument in config.args
    ]
    if not any(path == HERE or HERE in path.parents for path in named):
        return True
    if collection_path == HERE / "inside":
        return True if sys.platform != "win32" else None
    if collection_path.parent == HERE and collection_path.name.startswith("test_"):
        return True if sys.platform == "win32" else None
    return None


@pytest.fixture(scope="session")
def lab():
    """The lab with Windows' Python; the test is skipped where it cannot be built."""
    from tests.labs.debian import CannotBuild
    from tests.labs.parts import folder
    from tests.windows.lab import Lab

    made = Lab(folder("windows"))
    try:
        made.build_python()
    except CannotBuild as error:
        pytest.skip(str(error))
    return made
