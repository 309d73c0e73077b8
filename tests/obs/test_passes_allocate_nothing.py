# SPDX-License-Identifier: GPL-2.0-or-later
"""Once the filter runs, drawing a frame allocates nothing."""

from __future__ import annotations

import json
import time

import cv2
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.bench.passes import PROBE, person
from tests.obs.stage import SCRIPT, filtered, open_obs, wait_until_running

#: All passes, at sizes at which they shrink what they draw.
EDGES = {"edge_softness": 4.0, "edge_shift": 3.0}
LIGHT = {"light_wrap": 50.0, "light_matching": 50.0, "brighten": 50.0, "outline": 6.0, "tint": 50.0}


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS that counts what is allocated."""
    folder = tmp_path_factory.mktemp("allocated")
    cv2.imwrite(str(folder / "person.png"), person(640, 360))
    source = collection.image("Picture", folder / "person.png", [filtered({"model": "green"})])
    scripts = [collection.script(PROBE), collection.script(SCRIPT)]
    things = collection.collection(
        "Test", [source], [collection.scene("Scene", ["Picture"])], scripts=scripts
    )
    with open_obs(folder / "obs", data_home, things) as opened:
        opened.picture = str(folder / "person.png")
        wait_until_running(opened)
        yield opened


@pytest.mark.parametrize(
    ("background", "depth_look"),
    [("transparent", False), ("blur", False), ("blur", True), ("image", False), ("preset", False)],
)
def test_nothing_is_allocated_per_frame(obs, background, depth_look):
    settings = {
        "model": "green",
        "background": background,
        "depth_look": depth_look,
        "background_path": obs.picture,
        "blur": 100.0,
    }
    obs.ws.set_source_filter_settings("Picture", "Background Removal", {**settings, **EDGES, **LIGHT}, False)
    wait_for(lambda: has_all_it_needs(obs), "nothing is made for two seconds")
    before, frames = allocated(obs), drawn(obs)
    wait_for(lambda: drawn(obs) >= frames + 60, "60 frames are drawn")
    after = allocated(obs)
    assert after["states"] == before["states"], "Python keeps what it has for OBS' graphics thread"
    # While the machine is busy one more picture may be kept, which is a handful of objects.
    assert after["made"] <= before["made"] + 8
    grown = {line: count - before["blocks"].get(line, 0) for line, count in after["blocks"].items()}
    # A frame may be under way while it is counted; a block for each would be 60.
    assert {line: count for line, count in grown.items() if count > 20} == {}


def has_all_it_needs(obs) -> bool:
    made = allocated(obs)["made"]
    # Nothing may be allocated in that time.
    time.sleep(2)
    return allocated(obs)["made"] == made


def allocated(obs) -> dict:
    """Return how many GPU objects were made by now, and which line of the passes holds how many blocks."""
    return json.loads(obs.vendor("allocated", vendor="passes")["json"])


def drawn(obs) -> int:
    """Return how many frames OBS has drawn."""
    return obs.ws.get_stats().render_total_frames
