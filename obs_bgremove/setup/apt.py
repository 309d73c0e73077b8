# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's and Ubuntu's packages, where this may install them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from ..translate import tr
from .errors import SetupError, say


def available() -> bool:
    """Return whether apt-get is here and we are allowed to use it."""
    return sys.platform.startswith("linux") and shutil.which("apt-get") is not None and os.geteuid() == 0


def install(*packages: str) -> None:
    """Install packages without a question, their lists brought up to date first; SetupError if that fails."""
    names = " ".join(packages)
    say(tr("Installing {names} (apt-get).", names=names))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # An update that fails may be one dead source among many: the installation says what really lacks.
    commands = (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    )
    for command in commands:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        reasons = [line for line in done.stdout.splitlines() if line.startswith("E:")]
        ended = tr("apt-get ended with code {code}", code=done.returncode)
        raise SetupError(
            tr(
                "{names} could not be installed ({reason}): run '{command}' by hand.",
                names=names,
                reason=reasons[0][2:].strip() if reasons else ended,
                command=f"apt-get install {names}",
            )
        )
