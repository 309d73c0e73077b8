# SPDX-License-Identifier: GPL-2.0-or-later
"""The presets, on screenshots of a real OBS."""

from __future__ import annotations

import itertools

import cv2
import numpy
import pytest

from obs_bgremove.filter.options.settings import PRESETS
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import filtered, one_scene, open_obs, wait_until_running

SIZES = {"Small": (320, 180), "Wide": (1280, 720), "Upright": (720, 1280)}
SETTINGS = {"background": "preset", "model": "green"}


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on black sources, in which nobody is."""
    sources = [collection.color(name, (0, 0, 0), size, [filtered(SETTINGS)]) for name, size in SIZES.items()]
    with open_obs(tmp_path_factory.mktemp("obs"), data_home, one_scene(*sources)) as opened:
        wait_until_running(opened, len(SIZES))
        yield opened


@pytest.fixture(scope="module")
def pictures(obs):
    """Return each preset in each size, as (preset, size): uint8 [H, W, 3]."""
    found = {}
    for name in SIZES:
        before = None
        for preset in PRESETS:
            settings = {**SETTINGS, "background_preset": preset}
            obs.ws.set_source_filter_settings(name, "Background Removal", settings, False)

            def another(name=name, before=before):
                shown = obs.screenshot(name)
                return None if before is not None and (shown == before).all() else [shown]

            # The default preset is the first one, and already there.
            (before,) = wait_for(another, f"{preset} is shown", 20)
            assert (before[..., 3] == 255).all()
            found[preset, name] = before[..., :3]
    return found


def test_each_is_a_picture_of_its_own(pictures):
    for first, second in itertools.combinations(PRESETS, 2):
        difference = numpy.abs(pictures[first, "Wide"].astype(int) - pictures[second, "Wide"]).mean()
        assert difference > 5, (first, second)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_picture_in_every_size(pictures, preset):
    large = cv2.resize(pictures[preset, "Wide"], SIZES["Small"], interpolation=cv2.INTER_AREA)
    assert numpy.abs(large.astype(int) - pictures[preset, "Small"]).mean() < 1.5
    upright = pictures[preset, "Upright"]
    assert upright.shape == (1280, 720, 3)
    assert upright.std() > 3


@pytest.mark.parametrize("preset", PRESETS)
def test_no_bands(pictures, preset):
    """Where a gradient is slow, equal pixels do not come in runs: between two levels there is noise."""
    row = pictures[preset, "Wide"][40].astype(int)
    longest = max(len(list(run)) for channel in row.T for _value, run in itertools.groupby(channel))
    assert longest < 64
