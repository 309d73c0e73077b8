# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of the filter in a real OBS, of every type that obs-websocket can send."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from obs_bgremove.filter.options.settings import Settings, described
from tests.obs import networks
from tests.obs.stage import filtered_picture, make_home, statuses, wait_until_running

if TYPE_CHECKING:
    from random import Random

#: No lists and objects: over a setting that has a default they crash OBS 29 itself, without any filter.
VALUES = (
    "", "a word", "transparent", "blur", "color", "image", "video", "source", "preset", "auto", "\ufffd",
    "ä" * 300, "../..", "/dev/zero", "/proc/self/mem", "\\\\host\\x", "%s%n%d", "<b>", 0, 1, -1, 2**31, 2**53,
    -(2**63), 10**18, 0.5, -1e300, 1e300, 1e-300, True, False, None,
)  # fmt: skip
#: Model, device and background kind; they are set back to these before OBS is asked whether all is well.
GOOD = {"model": "green", "device": "auto", "background": "color", "background_path": ""}


def run(random: Random, count: int) -> Counter:
    """Take inputs: one or more settings each."""
    seen: Counter = Counter()
    names = [one.name for one in described()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = make_home(folder / "home", {"green": networks.write_green_is_person(folder / "green")})
        picture = numpy.zeros((180, 320, 3), numpy.uint8)
        picture[45:135, 80:240, 1] = 255
        with filtered_picture(folder, home, "green", picture) as obs:
            wait_until_running(obs)
            for number in range(count):
                chosen = random.sample(names, random.choice((1, 1, 2, len(names))))
                values = {key: random.choice(VALUES) for key in chosen}
                obs.ws.set_source_filter_settings("Picture", "Background Removal", values, True)
                if number % 10 == 0:
                    assert len(statuses(obs)) == 1
                    seen["statuses"] += 1
            defaults = {one.name: getattr(Settings(), one.name) for one in described()}
            obs.ws.set_source_filter_settings("Picture", "Background Removal", {**defaults, **GOOD}, True)
            wait_until_running(obs)
            log = obs.log()
            report = obs.stop()
            assert report.code == 0, report
            wrong = [line for line in log.splitlines() if "Traceback" in line or "Error: " in line]
            assert not wrong, wrong[:5]
    seen["settings set"] += count
    return seen
