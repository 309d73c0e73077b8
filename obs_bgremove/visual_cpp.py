# SPDX-License-Identifier: GPL-2.0-or-later
"""What helps where Windows cannot load a library that onnxruntime or numpy brings."""

from __future__ import annotations

from . import processor
from .translate import tr

#: Python's own words; the rest of that line is in the language of Windows.
_SAID = "DLL load failed"


def advice(said: str) -> str:
    """Return a sentence for what an import that failed has said; empty if Windows' libraries are not why.

    Python brings the C runtime only. onnxruntime and numpy need the C++ one, from 1.21 on a recent one:
    an old one is "A dynamic link library (DLL) initialization routine failed".
    """
    if _SAID not in said:
        return ""
    kind = "arm64" if processor.of_this_python() == "ARM64" else "x64"
    return tr(
        "Most often Microsoft's Visual C++ runtime is missing or too old: install {address}.",
        address=f"https://aka.ms/vs/17/release/vc_redist.{kind}.exe",
    )
