# SPDX-License-Identifier: GPL-2.0-or-later
"""The user's environment variables for another Python than the one that runs: without what would mislead it.

Standard library only.
"""

from __future__ import annotations

import os

#: How the names of variables begin that are meant for another Python, or for another installation by pip:
#: they name its folders or its interpreter, turn warnings into errors, or leave out what is needed.
_MISLEADING = (
    "PYTHON",
    "__PYVENV_LAUNCHER__",
    "PIP_DRY_RUN",
    "PIP_NO_DEPS",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
)
#: These say how a program writes, whichever Python runs it.
_KEPT = ("PYTHONIOENCODING", "PYTHONUTF8")


def clean_variables() -> dict[str, str]:
    """Return them, with two of ours.

    A file of settings for pip does not send packages to the user's own folder either, and onnxruntime sends
    nothing to its maker.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not name.upper().startswith(_MISLEADING)
    }
    return {**kept, "PIP_USER": "0", "ORT_DISABLE_TELEMETRY": "1"}
