# SPDX-License-Identifier: GPL-2.0-or-later
"""Two OBS at once with one data directory: neither harms the other."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.networks import write_green_is_person
from tests.obs.stage import BLUE, filtered, make_home, one_scene, open_obs, status, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}


def alphas_come(obs):
    """Wait for new alphas of an OBS, and see that its room is hidden."""
    before = status(obs)["alphas"]
    wait_for(lambda: status(obs)["alphas"] > before + 4, "new alphas", 30)
    numbered.assert_hidden([obs.screenshot("Clip")])


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_each_has_its_worker_and_what_happens_to_one_is_no_matter_to_the_other(
    tmp_path, model_folders, numbered_clip
):
    home = make_home(tmp_path / "home", model_folders)
    things = one_scene(collection.clip("Clip", numbered_clip, [filtered(SETTINGS)]))
    with open_obs(tmp_path / "one", home, things) as one, open_obs(tmp_path / "other", home, things) as other:
        workers = [wait_until_running(obs)[0]["worker_pid"] for obs in (one, other)]
        assert workers[0] != workers[1]
        os.kill(workers[0], signal.SIGKILL)
        wait_for(lambda: status(one)["worker_pid"] not in (0, workers[0]), "another worker", 30)
        for obs in (one, other):
            alphas_come(obs)
        # A model that comes while both run is there for both.
        write_green_is_person(home / "models" / "green-new")
        for obs in (one, other):
            obs.ws.set_source_filter_settings("Clip", "Background Removal", {"model": "green-new"}, True)
            wait_for(lambda obs=obs: status(obs)["model"] == "green-new", "the new model", 60)
            alphas_come(obs)
        # One crashes: its worker ends with it, and the other OBS goes on.
        orphan = psutil.Process(status(one)["worker_pid"])
        one.kill()
        wait_for(lambda: not orphan.is_running(), "the worker ends with its OBS", 30)
        alphas_come(other)
        assert status(other)["worker_pid"] == workers[1]
        # It comes back while the other runs.
        one.start()
        wait_until_running(one)
        alphas_come(other)
        for obs in (one, other):
            worker = psutil.Process(status(obs)["worker_pid"])
            report = obs.stop()
            assert (report.code, report.leaks) == (0, 0), report.log[-3000:]
            assert "Traceback" not in report.log
            wait_for(lambda worker=worker: not worker.is_running(), "the worker ends with OBS", 30)
