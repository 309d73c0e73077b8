# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the user has a screen."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """Return whether the user has a display that a window could open on."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
