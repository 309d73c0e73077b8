# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether OBS and a worker have the same version of what they say to each other.

The project may be updated while OBS runs. What OBS has loaded stays. A worker that starts then is a new
one, and neither might understand a word of the other.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

#: Environment variable with the revision of the OBS that starts a worker.
VARIABLE = "OBS_BGREMOVE_REVISION"
#: The exit code of a worker of another revision: the one thing that both understand for sure.
OTHER = 5
_FILES = ("messages.py", "layout.py")


def _read() -> str:
    """Return the revision of the files as they are now; empty if they cannot be read."""
    try:
        texts = [Path(__file__).with_name(name).read_bytes() for name in _FILES]
    except OSError:
        return ""
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


#: Of this process: read when it loads the project.
OURS = _read()


def agreed() -> bool:
    """Whether this worker has the revision of the OBS that started it."""
    return os.environ.get(VARIABLE, OURS) == OURS
