# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS clears its scenes, at its end and when the scene collection changes, and none of them is left.

OBS' walk through its scenes must not read from a scene that another thread has freed (see
``obs_bgremove/obs/clearing.py``). Here that thread is favoured as far as the system allows it, and what is
freed is overwritten.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest

from obs_bgremove.private_obs import collection
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
#: How the name of the thread begins.
DESTROYS = "tiny_tubular"
#: glibc then overwrites what is freed.
ENVIRONMENT = {"MALLOC_PERTURB_": "165"}


def favour_the_thread_that_destroys(pid: int) -> None:
    """Let it interrupt the main thread whenever it has something to do: on one processor, in real time."""
    processor = {min(os.sched_getaffinity(0))}
    found = [
        int(path.parent.name)
        for path in Path(f"/proc/{pid}/task").glob("*/comm")
        if path.read_text().startswith(DESTROYS)
    ]
    assert found
    for thread in (pid, *found):
        os.sched_setaffinity(thread, processor)
    with contextlib.suppress(PermissionError):
        for thread in found:
            os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(1))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds OBS' threads in /proc")
def test_scenes_are_cleared(tmp_path, data_home):
    camera = collection.color("Camera", (0, 255, 0), (640, 360), [filtered(SETTINGS)])
    scenes = [collection.scene(name, ["Camera"]) for name in ("Scene", "Second", "Third")]
    scripts = [collection.script(SCRIPT)]
    full = collection.collection("Full", [camera], scenes, scripts=scripts)
    empty = collection.collection("Empty", [], [collection.scene("Nothing", [])], scripts=scripts)
    with open_obs(tmp_path, data_home, [full, empty], environment=ENVIRONMENT) as obs:
        favour_the_thread_that_destroys(obs.pid)
        wait_until_running(obs)
        obs.switch_collection("Empty")
        obs.switch_collection("Full")
        wait_until_running(obs)
        report = obs.stop()
    assert report.cleared, report.log[-3000:]
    assert (report.code, report.leaks) == (0, 0)
