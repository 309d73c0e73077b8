# SPDX-License-Identifier: GPL-2.0-or-later
"""Has OBS build a properties page again on its UI thread, when nobody has anything open there."""

from __future__ import annotations

import ctypes
import itertools
import sys
from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .sources import WeakSource
from .structs import TASK_UI, Task

if TYPE_CHECKING:
    from collections.abc import Callable

#: Static functions of Qt 5 and 6 without arguments, by the names that compilers give them: what is modal (a
#: dialog to choose a file or a colour), and what has popped up (the entries of a list, a menu).
_ACTIVE = (
    (
        "?activeModalWidget@QApplication@@SAPEAVQWidget@@XZ",
        "?activePopupWidget@QApplication@@SAPEAVQWidget@@XZ",
    )
    if sys.platform == "win32"
    else ("_ZN12QApplication17activeModalWidgetEv", "_ZN12QApplication17activePopupWidgetEv")
)
#: The sources whose page is to be built again, and what is called then, by a number.
_waiting: dict[int, tuple[WeakSource, Callable[[], None]]] = {}
_numbers = itertools.count(1)


def build_page_again(source: int, done: Callable[[], None]) -> None:
    """Have OBS build the properties page of a source again, soon, if it is open and that is no harm.

    ``done`` is called when OBS was asked to.

    Any thread except OBS' UI thread: there OBS would do it at once, in the middle of what a control of the
    page has begun. It never waits. Not while OBS ends.
    """
    number = next(_numbers)
    _waiting[number] = WeakSource(source), done
    lib.obs_queue_task(TASK_UI, _build, number, False)


def _on_ui_thread(number: int) -> None:
    try:
        weak, done = _waiting.pop(number)
        with weak.held() as source:
            if source and _nothing_is_open():
                lib.obs_source_update_properties(source)
                done()
        weak.release()
    except Exception:  # noqa: BLE001 - an exception must not cross C
        log.exception("building a page again")


# OBS keeps the pointer.
_build = Task(_on_ui_thread)


def _nothing_is_open() -> bool:
    """Return whether no dialog and no list is open (UI thread); False where that cannot be found out.

    OBS must not build a properties page again meanwhile. When the dialog closes, OBS goes on with the control
    that opened it, and crashes if that is not there any more (29.0 to 32.2 at least).
    """
    try:
        qt = ctypes.CDLL("Qt6Widgets.dll" if sys.platform == "win32" else None)
        functions = [getattr(qt, name) for name in _ACTIVE]
    except (OSError, AttributeError):
        return False
    for function in functions:
        function.restype, function.argtypes = ctypes.c_void_p, []
    return not any(function() for function in functions)
