# SPDX-License-Identifier: GPL-2.0-or-later
"""Has OBS build a properties page again on its UI thread, when nobody is in the middle of something there."""

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
#: Members of Qt 5 and 6 by the names that compilers give them: the widget with the keyboard; whether a help
#: text is shown; whether a slider is held; the class of a widget, if it is of a class. The last two take
#: their object as the first argument.
_FOCUS, _TIP, _HELD, _CAST = (
    (
        "?focusWidget@QApplication@@SAPEAVQWidget@@XZ",
        "?isVisible@QToolTip@@SA_NXZ",
        "?isSliderDown@QAbstractSlider@@QEBA_NXZ",
        "?cast@QMetaObject@@QEBAPEBVQObject@@PEBV2@@Z",
    )
    if sys.platform == "win32"
    else (
        "_ZN12QApplication11focusWidgetEv",
        "_ZN8QToolTip9isVisibleEv",
        "_ZNK15QAbstractSlider12isSliderDownEv",
        "_ZNK11QMetaObject4castEPK7QObject",
    )
)
#: What describes a class to ``_CAST``, by its name and the length of that.
_CLASS = (
    "?staticMetaObject@{name}@@2UQMetaObject@@B"
    if sys.platform == "win32"
    else "_ZN{length}{name}16staticMetaObjectE"
)
_SLIDER = "QAbstractSlider"
#: The controls of a page.
_CONTROLS = ("QLineEdit", "QAbstractSpinBox", "QComboBox", "QAbstractButton", _SLIDER)
#: The sources whose page is to be built again, what is called then, and whether it can wait, by a number.
_waiting: dict[int, tuple[WeakSource, Callable[[], None], bool]] = {}
_numbers = itertools.count(1)


def build_page_again(source: int, done: Callable[[], None], *, can_wait: bool = False) -> None:
    """Have OBS build the properties page of a source again, soon, if it is open and that is no harm.

    ``done`` is called when OBS was asked to. ``can_wait``: only while no control has the keyboard, which it
    would lose, and no help text is read.

    Any thread except OBS' UI thread: there OBS would do it at once, in the middle of what a control of the
    page has begun. It never waits. Not while OBS ends.
    """
    number = next(_numbers)
    _waiting[number] = WeakSource(source), done, can_wait
    lib.obs_queue_task(TASK_UI, _build, number, False)


def _on_ui_thread(number: int) -> None:
    try:
        weak, done, can_wait = _waiting.pop(number)
        with weak.held() as source:
            if source and nothing_is_open() and not (is_used() if can_wait else is_held()):
                lib.obs_source_update_properties(source)
                done()
        weak.release()
    except Exception:  # noqa: BLE001 - an exception must not cross C
        log.exception("building a page again")


# OBS keeps the pointer.
_build = Task(_on_ui_thread)


def nothing_is_open() -> bool:
    """Return whether no dialog and no list is open (UI thread); False where that cannot be found out.

    OBS must not build a properties page again meanwhile. When the dialog closes, OBS goes on with the control
    that opened it, and crashes if that is not there any more (29.0 to 32.2 at least).
    """
    try:
        functions = [_function(name, ctypes.c_void_p) for name in _ACTIVE]
    except (OSError, AttributeError):
        return False
    return not any(function() for function in functions)


def is_held() -> bool:
    """Return whether a slider is held with the mouse (UI thread); False where that cannot be found out."""
    try:
        focus = _function(_FOCUS, ctypes.c_void_p)()
        held = _function(_HELD, ctypes.c_bool, ctypes.c_void_p)
        return is_a(focus, _SLIDER) and bool(held(focus))
    except (OSError, AttributeError, ValueError):
        return False


def is_used() -> bool:
    """Return whether a control has the keyboard or a help text is shown (UI thread).

    True where that cannot be found out.
    """
    try:
        focus = _function(_FOCUS, ctypes.c_void_p)()
        return any(is_a(focus, name) for name in _CONTROLS) or bool(_function(_TIP, ctypes.c_bool)())
    except (OSError, AttributeError, ValueError):
        return True


def is_a(widget: int | None, name: str) -> bool:
    """Return whether a widget is of a class of Qt."""
    if not widget:
        return False
    symbol = _CLASS.format(name=name, length=len(name))
    described = ctypes.addressof(ctypes.c_char.in_dll(_qt("Widgets"), symbol))
    cast = _function(_CAST, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, library="Core")
    return bool(cast(described, widget))


def _qt(library: str) -> ctypes.CDLL:
    return ctypes.CDLL(f"Qt6{library}.dll" if sys.platform == "win32" else None)


def _function(
    name: str, result: type, *arguments: type, library: str = "Widgets"
) -> Callable[..., int | None]:
    """Return a function of Qt; AttributeError or OSError if there is none."""
    return ctypes.CFUNCTYPE(result, *arguments)((name, _qt(library)))
