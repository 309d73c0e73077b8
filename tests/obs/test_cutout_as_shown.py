# SPDX-License-Identifier: GPL-2.0-or-later
"""What is cut out without OBS is what OBS shows."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove import home
from obs_bgremove.cutout import alphas, wanted
from obs_bgremove.cutout.cutter import Cutter
from obs_bgremove.cutout.software_gpu import SoftwareGpu
from obs_bgremove.filter.options.settings import PRESETS
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import exchange, filtered_picture, status, wait_until_running
from tests.obs.test_edge_colour import foreground, truth

#: Of 255: what the shades of a picture may differ by, and the share of pixels that may differ by a little
#: more: where a shader divides by what is nearly nothing, graphics cards differ among each other, too.
CLOSE, FEW, A_LITTLE_MORE = 2, 3e-4, 8
#: Newer versions of Mesa filter textures with fewer bits, as graphics cards do. So the network is given a
#: picture that is a few of 255 off at contours: the share of pixels that may differ then, and by how much in
#: the mean.
FIRST_ROUGH_OBS, SOME, IN_THE_MEAN = 30, 0.01, 0.25
LOOKS = {
    "transparent": ("transparent", {}),
    "color": ("#2060c0", {}),
    "blur": ("blur", {"blur": 60.0}),
    "depth": ("blur", {"depth_look": True}),
    **{preset: (preset, {}) for preset in PRESETS},
    "picture": ("picture.png", {}),
    "bars": ("picture.png", {"background_fit": "contain", "background_color": 0xFF3050A0}),
    "plain": ("white", {"refinement": False, "color_cleaning": False}),
    "moved": ("grey", {"edge_shift": -3.0, "edge_softness": 2.0}),
    "light": ("hills", {"light_wrap": 60.0, "light_matching": 80.0}),
    "looks": ("city_lights", {"brighten": 80.0, "outline": 9.0, "tint": 70.0, "tint_color": 0xFF40C0FF}),
    "sticker": ("transparent", {"outline": 20.0, "outline_color": 0xFF2080FF}),
    "invert": ("#304050", {"invert": True}),
    "area": ("white", {"area_left": 40.0, "area_bottom": 80.0}),
    "alpha": ("transparent", {"view": "alpha"}),
}


def person_in_a_room():
    """Return a drawn picture, uint8 [360, 640, 3]: the person is green and soft at the edge."""
    alpha = truth(2.0)[..., None]
    down, across = numpy.mgrid[0:360, 0:640]
    room = numpy.stack([150 + 60 * numpy.sin(across / 23), 8 + 0 * across, 120 + down / 4], axis=2)
    picture = alpha * foreground((60, 210, 70), 1) + (1 - alpha) * room
    return picture.clip(0, 255).round().astype(numpy.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a picture for the background, which is wider than the other pictures."""
    made = tmp_path_factory.mktemp("cutout")
    down, across = numpy.mgrid[0:400, 0:900]
    picture = numpy.stack([across % 256, down % 200 + 40, (across + down) // 6], axis=2)
    cv2.imwrite(str(made / "picture.png"), picture.astype(numpy.uint8))
    return made


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on the drawn picture."""
    with filtered_picture(
        tmp_path_factory.mktemp("obs"), data_home, "green-soft", person_in_a_room()
    ) as opened:
        wait_until_running(opened)
        yield opened


def difference(obs, model, picture, look, more):
    """Return how far OBS' picture is from the one that is made without it: int [H, W, 4], 0 to 255."""
    settings = wanted.settings_for(look, [f"{key}={text(value)}" for key, value in more.items()])
    gpu = SoftwareGpu()
    with gpu.installed():
        engine = alphas.load(alphas.choose_model(model), "cpu")
        cutter = Cutter(gpu, engine, settings, wanted.background_for(settings, gpu))
        made = cutter.picture(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)).astype(float)
    # As OBS' screenshots are.
    made[..., :3] *= made[..., 3:] / 255
    change = {**vars(settings), "model": model, "device": "cpu"}
    obs.ws.set_source_filter_settings("Picture", "Background Removal", change, False)
    wait_for(lambda: status(obs)["model"] == model, f"{model} runs", 30)
    return lambda: numpy.abs(settled(obs, "Picture") - made.round())


def text(value):
    """Return the value of a setting as the command line has it."""
    if type(value) is int:
        return f"#{value & 0xFF:02x}{value >> 8 & 0xFF:02x}{value >> 16 & 0xFF:02x}"
    return str(value)


@pytest.fixture
def with_test_models(data_home, monkeypatch):
    monkeypatch.setenv(home.VARIABLE, str(data_home))


@pytest.mark.usefixtures("with_test_models")
@pytest.mark.parametrize("name", LOOKS)
def test_the_same_picture_as_in_obs(obs, folder, name):
    look, more = LOOKS[name]
    look = str(folder / look) if look.endswith(".png") else look
    off = difference(obs, "green-soft", person_in_a_room(), look, more)
    # An outline is three times as sharp as the alpha, and so is what differs.
    times = 3 if "outline" in more else 1
    rough = int(obs.ws.get_version().obs_version.split(".")[0]) >= FIRST_ROUGH_OBS

    def close():
        found = off()
        close = CLOSE * times
        share = (found.max(axis=2) > close).mean()
        print(f"{name}: at most {found.max():.0f}, {share:.4%} more than {close}, mean {found.mean():.4f}")
        if rough:
            return share <= SOME and found.mean() <= IN_THE_MEAN
        return found.max() <= A_LITTLE_MORE * times and share <= FEW

    wait_for(close, "OBS shows the same picture", seconds=20)


@pytest.mark.usefixtures("with_test_models")
@pytest.mark.parametrize("model", ["fast", "quality"])
def test_a_photograph_with_a_network_that_remembers(obs, tmp_path, model):
    """The graphics card shrinks the picture; a difference of one byte grows in a network with a memory."""
    picture = cv2.imread(str(home.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"))
    exchange(obs, tmp_path, picture)
    off = difference(obs, model, picture, "#2060c0", {})

    def close():
        found = off()
        share = (found.max(axis=2) > CLOSE).mean()
        print(f"{model}: {share:.2%} off by more than {CLOSE}, {found.mean():.4f} in the mean")
        return share < 0.02 and found.mean() < 0.1

    wait_for(close, "OBS shows the same photograph", seconds=40)
