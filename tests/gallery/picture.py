# SPDX-License-Identifier: GPL-2.0-or-later
"""What all pictures have in common: their size, and OBS' scene once it stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.obs.screenshots import settled
from tests.obs.stage import status, wait_for_frames

if TYPE_CHECKING:
    import numpy

    from obs_bgremove.private_obs.instance import PrivateObs

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: OBS draws this many frames per second: a machine without a graphics card is not too late then.
SLOW = 5


def still(obs: PrivateObs) -> numpy.ndarray:
    """Return what OBS shows of the source "Picture" once it stands still, int [H, W, 4] BGRA."""
    wait_for_frames(obs, int(status(obs)["delay_frames"]) + 2)
    return settled(obs, "Picture", shots=4, seconds=120)
