# SPDX-License-Identifier: GPL-2.0-or-later
"""The frame clock: the number of the OBS frame that is being made.

OBS counts its frames by itself. A tick callback of ours would count them too, but each callback has to take
the GIL, for which it waits while another script computes.
"""

from __future__ import annotations

from .functions import lib


class FrameClock:
    """``video_render`` may run several times in one OBS frame (preview, projector, studio mode).

    Comparing the frame's number with that of the last frame distinguishes the first run from the others.
    """

    @property
    def number(self) -> int:
        """The number of the frame that OBS makes now (any thread); it grows by one from frame to frame."""
        # OBS counts a frame that it makes late as several, and all but one of them as lagged. The counters
        # have 32 bits, but to reach the end of them takes years.
        total: int = lib.obs_get_total_frames()
        return total - int(lib.obs_get_lagged_frames())
