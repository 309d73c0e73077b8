# SPDX-License-Identifier: GPL-2.0-or-later
"""Presses the close button of a window on an X display, as a window manager does.

OBS 28 to 30 handle SIGINT by closing their window inside the signal handler itself. When the signal lands
while the main thread talks to the X server, the lock of that connection is held, and OBS hangs for ever. A
WM_DELETE_WINDOW message takes the ordinary way through the event loop.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIENT_MESSAGE = 33


class _ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 24),  # XEvent is a union of 24 longs
    ]


def _functions() -> ctypes.CDLL | None:
    try:
        x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    except OSError:
        return None
    handle, window, number, pointer = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_void_p
    table = {
        "XOpenDisplay": (handle, [ctypes.c_char_p]),
        "XCloseDisplay": (number, [handle]),
        "XDefaultRootWindow": (window, [handle]),
        "XInternAtom": (window, [handle, ctypes.c_char_p, number]),
        "XQueryTree": (number, [handle, window, pointer, pointer, pointer, pointer]),
        "XFetchName": (number, [handle, window, pointer]),
        "XSendEvent": (number, [handle, window, number, ctypes.c_long, pointer]),
        "XSync": (number, [handle, number]),
        "XFree": (number, [pointer]),
    }
    for name, (result, arguments) in table.items():
        function = getattr(x, name)
        function.restype, function.argtypes = result, arguments
    return x


@contextmanager
def _display(x: ctypes.CDLL, name: str) -> Iterator[int]:
    handle = x.XOpenDisplay(name.encode())
    if not handle:
        raise OSError(f"the X display {name} cannot be opened")
    try:
        yield handle
    finally:
        x.XCloseDisplay(handle)


def _top_windows(x: ctypes.CDLL, display: int) -> list[int]:
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    children = ctypes.POINTER(ctypes.c_ulong)()
    good = x.XQueryTree(
        display,
        x.XDefaultRootWindow(display),
        ctypes.byref(root),
        ctypes.byref(parent),
        ctypes.byref(children),
        ctypes.byref(count),
    )
    if not good or not children:
        return []
    windows = list(children[: count.value])
    x.XFree(children)
    return windows


def _title(x: ctypes.CDLL, display: int, window: int) -> str:
    name = ctypes.c_char_p()
    if not x.XFetchName(display, window, ctypes.byref(name)) or name.value is None:
        return ""
    title = name.value.decode("utf-8", "replace")
    x.XFree(name)
    return title


def close_window(display_name: str, title_start: str) -> bool:
    """Ask the top-level window whose title begins with ``title_start`` to close; False if there is none.

    For a display without a window manager (an Xvfb of our own), where windows are children of the root.
    """
    x = _functions()
    if x is None:
        return False
    try:
        with _display(x, display_name) as display:
            for window in _top_windows(x, display):
                if _title(x, display, window).startswith(title_start):
                    _send_delete(x, display, window)
                    return True
    except OSError:
        pass
    return False


def _send_delete(x: ctypes.CDLL, display: int, window: int) -> None:
    message = _ClientMessage(
        type=_CLIENT_MESSAGE,
        window=window,
        message_type=x.XInternAtom(display, b"WM_PROTOCOLS", 0),
        format=32,
    )
    message.data[0] = x.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x.XSendEvent(display, window, 0, 0, ctypes.byref(message))
    x.XSync(display, 0)
