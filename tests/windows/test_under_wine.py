# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests run by Windows' Python under Wine: the unit tests of what runs on users' machines, and the worker's life.

One test here for each file of tests there; it fails with their output.
"""

import pytest

from obs_bgremove import home
from tests.windows import windows_python
from tests.windows.lab import REPOSITORY_IN_WINE

FOLDERS = ("tests/windows/inside", "tests/unit/link", "tests/unit/worker", "tests/unit/setup", "tests/unit/filter")
FILES = sorted(
    path.relative_to(home.PROJECT).as_posix()
    for folder in FOLDERS
    for path in (home.PROJECT / folder).glob("test_*.py")
)
#: Seconds for a file, and for one test. Generous: they say how long a hanging test may hang.
FILE_LIMIT, TEST_LIMIT = 900, 200


@pytest.mark.parametrize("file", FILES)
def test_passes_on_windows(lab, file):
    path = f"{REPOSITORY_IN_WINE}/{file}".replace("/", "\\")
    options = ["-q", "-ra", "--tb=short", "-p", "no:cacheprovider", "--rootdir", REPOSITORY_IN_WINE]
    options += [f"--timeout={TEST_LIMIT}", "--timeout-method=thread"]
    launcher = "Z:" + windows_python.VENV_PYTHON.replace("/", "\\")
    done = lab.python(
        "-m",
        "pytest",
        *options,
        path,
        timeout=FILE_LIMIT,
        environment={"OBS_BGREMOVE_LAB_VENV": launcher, home.VARIABLE: "Z:\\lab\\home"},
    )
    print(done.stdout)
    # 5: no test of this file is for Windows.
    assert done.returncode in (0, 5), f"exit code {done.returncode}; the output is above"
