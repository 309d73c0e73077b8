# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether OBS can load a script from where this project lies, by the letters of its path."""

from __future__ import annotations

import locale
import os
import sys

from .. import home
from ..translate import tr

#: What Python itself sets LC_CTYPE to where the locale is C (PEP 538).
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def problem() -> str:
    """Return a sentence if the locale here has no letters as in the project's path; empty if all is well.

    On Linux, OBS' Python reads names of files by the locale that OBS is started with.
    """
    if not sys.platform.startswith("linux") or str(home.PROJECT).isascii() or _has_letters():
        return ""
    return tr(
        "The path {path} has letters that the locale here does not have. An OBS started with this locale "
        "cannot load the script: move this folder to a path of plain letters and run install.py again, or "
        "set LANG to a locale with UTF-8 ('locale -a' lists them).",
        path=home.PROJECT,
    )


def _has_letters() -> bool:
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "C"
    if wanted in _COERCED and not os.environ.get("LC_ALL"):
        wanted = os.environ.get("LANG") or "C"
    try:
        before = locale.setlocale(locale.LC_CTYPE)
        try:
            locale.setlocale(locale.LC_CTYPE, wanted)
            return locale.nl_langinfo(locale.CODESET).upper().replace("-", "") == "UTF8"
        finally:
            locale.setlocale(locale.LC_CTYPE, before)
    except locale.Error:
        return False
