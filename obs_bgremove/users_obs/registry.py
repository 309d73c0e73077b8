# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' registry, read: of the user first, then of the machine. Empty on other systems."""

from __future__ import annotations

import contextlib
import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_winreg: Any = importlib.import_module("winreg") if os.name == "nt" else None


def value(path: str, name: str = "") -> str:
    r"""Return a text of the key ``path`` (``SOFTWARE\OBS Studio``), its default for no name; "" if none."""
    return next((found for found in _values(path, name) if found and isinstance(found, str)), "")


def number(path: str, name: str) -> int | None:
    """Return a number of the key ``path``; None if there is none."""
    return next((found for found in _values(path, name) if isinstance(found, int)), None)


def below(path: str) -> list[str]:
    """Return the paths of the keys right below the key ``path``."""
    names: list[str] = []
    for key in _opened(path):
        count, _, _ = _winreg.QueryInfoKey(key)
        # One that is removed meanwhile is not listed.
        with contextlib.suppress(OSError):
            names += [_winreg.EnumKey(key, index) for index in range(count)]
    return [f"{path}\\{name}" for name in dict.fromkeys(names)]


def _values(path: str, name: str) -> Iterator[Any]:
    for key in _opened(path):
        with contextlib.suppress(OSError):
            yield _winreg.QueryValueEx(key, name)[0]


def _opened(path: str) -> Iterator[Any]:
    """Yield the key in each place where it exists, open meanwhile."""
    if _winreg is None:
        return
    for root in (_winreg.HKEY_CURRENT_USER, _winreg.HKEY_LOCAL_MACHINE):
        # A 32-bit installer writes into a view of its own.
        for view in (_winreg.KEY_WOW64_64KEY, _winreg.KEY_WOW64_32KEY):
            try:
                key = _winreg.OpenKey(root, path, 0, _winreg.KEY_READ | view)
            except OSError:
                continue
            with key:
                yield key
