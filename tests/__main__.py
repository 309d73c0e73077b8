# SPDX-License-Identifier: GPL-2.0-or-later
"""All tests: ``python3 -m tests [options of pytest]``. Needs nothing installed; see :func:`main`."""

from __future__ import annotations

import os
import subprocess
import sys

from obs_bgremove import home

if not os.environ.get(home.VARIABLE):
    # Neither the user's installation nor their models: the tests have a data directory of their own.
    os.environ[home.VARIABLE] = str(home.PROJECT / ".test-home")

from obs_bgremove.setup import command, environment, obs_program
from obs_bgremove.setup.errors import SetupError, say

GROUPS = ["evaluate", "demo", "test"]


def main(arguments: list[str]) -> int:
    """Make or reuse an environment with all that the tests need, run pytest in it, return its exit code.

    On Debian and Ubuntu as root a missing OBS is installed; where it cannot be had, its tests are skipped.
    """
    try:
        command.set_up(home.read_record().get("flavour", "cpu"), [], GROUPS)
    except SetupError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    try:
        todo = obs_program.ensure(screenless=True)
    except SetupError as error:
        todo = str(error)
    if todo:
        say(f"The tests in a real OBS are skipped. {todo}")
    pytest = [str(environment.python()), "-m", "pytest", *arguments]
    return subprocess.run(
        pytest, cwd=home.PROJECT, env=environment.module_environment(), check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
