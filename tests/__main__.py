# SPDX-License-Identifier: GPL-2.0-or-later
"""All tests: ``python3 -m tests [--training | --windows | --obs VERSION] [options of pytest]``.

Needs nothing installed. A benchmark in their environment: ``python3 -m tests [--obs VERSION] --run MODULE``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from obs_bgremove import home

if not os.environ.get(home.VARIABLE):
    # Neither the user's installation nor their models: the tests have a data directory of their own.
    os.environ[home.VARIABLE] = str(home.PROJECT / ".test-home")

from obs_bgremove.setup import apt, command, obs_program, virtual_env
from obs_bgremove.setup.errors import SetupError, say
from tests.labs import newer_obs

#: Beside those of the worker. Training needs torch, whose packages with CUDA are some 3 GB on Linux.
GROUPS, TRAINING_GROUPS = ["evaluate", "demo", "test"], ["train"]
TRAINING, WINDOWS, OBS, RUN = "--training", "--windows", "--obs", "--run"
#: Models that many tests are about.
MODELS = ["mediapipe"]
#: What makes clips and presses keys for the tests that need a clip or a key pressed.
TOOLS = ("ffmpeg", "xdotool")
#: Debian's packages with a graphics card in software, and a part of them.
VULKAN, LOADER = ("libvulkan1", "mesa-vulkan-drivers"), "/usr/share/vulkan/icd.d"


def main(arguments: list[str]) -> int:
    """Make or reuse an environment with all that the tests need, run pytest in it, return its exit code.

    ``--training`` adds what the tests of training need; without it they are skipped. On Debian and Ubuntu as
    root a missing OBS and missing tools are installed; where they cannot be had, their tests are skipped.
    ``--windows`` runs those under Windows' Python instead (see ``tests/windows/lab.py``). ``--obs 30`` and
    ``--obs 32`` run all in that OBS instead of this machine's (see ``tests/labs/newer_obs.py``).
    ``--run`` runs the module that follows (a benchmark, say) instead of pytest, with its own options.
    """
    if arguments[:1] == [OBS]:
        version = arguments[1] if len(arguments) > 1 else ""
        if version not in newer_obs.RELEASES:
            print(f"Error: {OBS} takes one of: {', '.join(newer_obs.RELEASES)}.", file=sys.stderr)
            return 2
        return newer_obs.run(version, arguments[2:])
    arguments = ["tests/windows" if argument == WINDOWS else argument for argument in arguments]
    groups = GROUPS
    if TRAINING in arguments:
        arguments = [argument for argument in arguments if argument != TRAINING]
        groups = [*GROUPS, *TRAINING_GROUPS]
    try:
        command.set_up(home.read_record().get("flavour", "cpu"), MODELS, groups)
    except SetupError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    try:
        todo = obs_program.ensure(screenless=True)
    except SetupError as error:
        todo = str(error)
    if todo:
        say(f"The tests in a real OBS are skipped. {todo}")
    else:
        _ensure_tools()
    module = arguments[1:] if arguments[:1] == [RUN] else ["pytest", *arguments]
    return subprocess.run(
        [str(virtual_env.python()), "-m", *module],
        cwd=home.PROJECT,
        env=virtual_env.module_environment(),
        check=False,
    ).returncode


def _ensure_tools() -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not list(Path(LOADER).glob("lvp_icd*.json")):
        missing += VULKAN
    if not missing or not apt.available():
        return  # pytest's summary says which tests are skipped, and what they need
    try:
        apt.install(*missing)
    except SetupError as error:
        say(f"Some tests are skipped. {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
