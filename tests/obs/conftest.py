# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything in this folder runs a real OBS; without one it is skipped, and says how to get it."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import pytest

from obs_bgremove.users_obs.program import find_program
from tests.obs.fixtures import data_home, model_folders, numbered_clip  # noqa: F401  (fixtures)

HERE = Path(__file__).resolve().parent


def _missing() -> str:
    """Return why OBS cannot be run here; empty if it can."""
    if find_program() is None:
        return "OBS Studio is not installed (Debian, Ubuntu: apt install obs-studio obs-plugins)"
    if sys.platform.startswith("linux") and not shutil.which("Xvfb"):
        return "there is no Xvfb to open OBS in (Debian, Ubuntu: apt install xvfb)"
    return ""


def pytest_collection_modifyitems(items):
    """Skip this folder's tests where no OBS can be had; run one that fails a second time.

    A desktop program whose GPU is drawn in software waits for the machine now and then. What fails twice is
    wrong; what fails once is counted as "rerun" in the summary, with the reason, and is worth a look. But
    a room that is seen once is wrong already.
    """
    # Ended from outside (by a time limit, say), pytest ends what it started: an OBS that is left draws on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    reason = _missing()
    again = pytest.mark.flaky(reruns=1, rerun_except=["RoomShown"])
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason) if reason else again)
