# SPDX-License-Identifier: GPL-2.0-or-later
"""What other programs answer."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 30


def output(command: list[str], variables: Mapping[str, str] | None = None) -> str:
    """Return what a program prints; empty if it cannot be started or takes too long.

    ``variables`` are set for it in addition.
    """
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, **(variables or {})},
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
