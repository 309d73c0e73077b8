# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS that plays slower than real time, listed before the filter's.

Seconds are those of what is played: when pictures were handed over, by which the worker judges who stays in
front, and how long the filter waits for an alpha. The setting "slower" says how many times they are longer.
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.filter.frames.stall import Stall
from obs_bgremove.link import ring
from obs_bgremove.obs import data


def script_load(settings):
    """Take the place of the clocks."""
    slower = data.read(int(settings), "slower", 1)
    Stall.SHORTEST, Stall.LONGEST = slower * Stall.SHORTEST, slower * Stall.LONGEST
    ring.perf_counter_ns = lambda: time.perf_counter_ns() // slower
