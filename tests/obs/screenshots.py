# SPDX-License-Identifier: GPL-2.0-or-later
"""Screenshots to judge by: taken once the picture stands still; and colours in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from obs_bgremove.private_obs.wait import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from obs_bgremove.private_obs.instance import PrivateObs


def settled(
    obs: PrivateObs,
    source: str,
    until: Callable[[numpy.ndarray], bool] = lambda picture: True,
    shots: int = 2,
    seconds: float = 20,
) -> numpy.ndarray:
    """Return a screenshot of a source, int [H, W, 4] BGRA, once it stands still and ``until`` accepts it.

    It stands still when so many screenshots in a row are the same: more of them tell what changes slowly.
    """

    def still():
        taken = [obs.screenshot(source).astype(int) for _ in range(shots)]
        last = taken[-1]
        same = all(numpy.abs(one - last).max() <= 1 for one in taken)
        return [last] if same and until(last) else None

    still()  # the first ones may still be from before
    return wait_for(still, "the picture settled", seconds)[0]


def near(color, expected, tolerance: int = 3) -> bool:
    """Return whether a pixel (BGR or BGRA) has a colour (BGR)."""
    return bool(numpy.abs(numpy.asarray(color[:3], int) - numpy.asarray(expected)).max() <= tolerance)
