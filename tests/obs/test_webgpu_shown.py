# SPDX-License-Identifier: GPL-2.0-or-later
"""The filter in a real OBS, its network on WebGPU: the picture is that of the CPU."""

from __future__ import annotations

import cv2
import numpy
import psutil

from obs_bgremove import home as installed
from obs_bgremove.link import variables
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import BLUE, filtered, make_home, one_scene, open_obs, status, wait_until_running
from tests.unit.software_vulkan import software_vulkan  # noqa: F401  (fixture)

PORTRAIT = installed.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"
#: A network with a memory has settled on a still picture after so many alphas.
SETTLED = 40
SETTINGS = {"background": "color", "background_color": BLUE, "model": "fast"}
#: What would follow the alphas: the part that the network sees, and the room that is remembered.
FIXED = {"crop_to_people": False, "remember_room": False}


def portrait(folder):
    """Return a source with the filter that shows the demo's portrait."""
    cv2.imwrite(str(folder / "portrait.png"), cv2.resize(cv2.imread(str(PORTRAIT)), (640, 360)))
    return collection.image("Picture", folder / "portrait.png", [filtered({**SETTINGS, **FIXED})])


def shown_by(obs, device):
    """Return what is shown once a device's alphas have settled, int [H, W, 4] BGRA."""

    def serves():
        found = status(obs)
        return found["alphas"] + 1 if (found["device"], found["state"]) == (device, "running") else 0

    first = wait_for(serves, f"{device} serves", 180)
    wait_for(lambda: serves() > first + SETTLED, "the alphas settled", 180)
    return settled(obs, "Scene", seconds=60)


def test_the_picture_of_webgpu_is_that_of_the_cpu(tmp_path, software_vulkan):  # noqa: F811
    home = make_home(tmp_path / "home", {})
    with open_obs(tmp_path / "obs", home, one_scene(portrait(tmp_path)), size=(640, 360)) as obs:
        wait_until_running(obs)
        right = shown_by(obs, "cpu")
        obs.ws.set_source_filter_settings("Picture", "Background Removal", {"device": "webgpu"}, True)
        shown = shown_by(obs, "webgpu")
    cv2.imwrite(str(tmp_path / "shown.png"), shown[..., :3].astype(numpy.uint8))
    # There is a person, and there is blue behind.
    blue = (numpy.abs(shown[..., :3] - (255, 0, 0)).max(axis=2) < 3).mean()
    assert 0.2 < blue < 0.9
    off = numpy.abs(shown - right).max()
    print(f"the picture of WebGPU is at most {off} of 255 off")
    assert off <= 3


def test_the_worker_knows_the_graphics_card_that_obs_draws_with(tmp_path):
    home = make_home(tmp_path / "home", {})
    with open_obs(tmp_path / "obs", home, one_scene(portrait(tmp_path)), size=(640, 360)) as obs:
        (found,) = wait_until_running(obs)
        given = psutil.Process(found["worker_pid"]).environ()[variables.CARD]
        # OBS writes what draws into its log.
        assert given and given in obs.log()
