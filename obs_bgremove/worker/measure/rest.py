# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the machine rests enough for its figures to be those of the models.

They are taken once, often right after a download, while the system looks for viruses in what came.
"""

from __future__ import annotations

import time

from .. import processors

#: For how long it is waited at most, and how long each look takes, in seconds.
PATIENCE, LOOK = 20.0, 1.0
#: The part of all processors that must rest.
ENOUGH = 0.5


def wait() -> bool:
    """Wait until the machine rests; whether it does. Where the system does not say it, it does."""
    idle = processors.Idle()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(LOOK)
        resting = idle.read()
        if resting < 0 or resting >= ENOUGH * processors.count():
            return True
    return False
