# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens to the signals of a source, and to those about all sources."""

from __future__ import annotations

from ctypes import POINTER, byref, c_char_p, c_void_p, cast, sizeof
from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .structs import CallData, EnumSources, Signal

if TYPE_CHECKING:
    from collections.abc import Callable


class Connection:
    """Calls ``action`` whenever a source emits a signal: on the thread that makes it do so, in that call."""

    def __init__(self, source: int, signal: str, action: Callable[[], None]) -> None:
        def emitted(_parameter: int | None, _calldata: int | None) -> None:
            try:
                action()
            except Exception:  # noqa: BLE001 - an exception must not cross C
                log.exception(f"signal {signal}")

        # OBS keeps the pointer of the callback.
        self._callback = Signal(emitted)
        self._handler: int = lib.obs_source_get_signal_handler(source)
        self._signal = signal.encode()
        lib.signal_handler_connect(self._handler, self._signal, self._callback, None)

    def release(self) -> None:
        """Stop listening, while the source exists; waits while a signal is being handled."""
        lib.signal_handler_disconnect(self._handler, self._signal, self._callback, None)


class Renames:
    """Calls ``action(before, now)`` whenever a source or scene gets another name.

    That is on the thread that gives it the name, inside that call.
    """

    _SIGNAL = b"source_rename"

    def __init__(self, action: Callable[[str, str], None]) -> None:
        def renamed(_parameter: int | None, calldata: int) -> None:
            try:
                before, now = (_text(calldata, name) for name in (b"prev_name", b"new_name"))
                if before and now:
                    action(before, now)
            except Exception:  # noqa: BLE001 - an exception must not cross C
                log.exception("a source gets another name")

        self._callback = Signal(renamed)
        lib.signal_handler_connect(lib.obs_get_signal_handler(), self._SIGNAL, self._callback, None)

    def release(self) -> None:
        """Stop listening; waits while a signal is being handled."""
        lib.signal_handler_disconnect(lib.obs_get_signal_handler(), self._SIGNAL, self._callback, None)


class Additions:
    """Calls ``action(source, filter)``, with handles, whenever a source has just got a filter.

    That is on the thread that adds it, inside that call, and before OBS' window Filters hears of it.
    """

    #: From this version of OBS on there is a signal about all sources. Before, each source has its own: it is
    #: listened to from the creation of the source on, which is earlier than any window's.
    _FOR_ALL = 30 << 24 | 2 << 16

    def __init__(self, action: Callable[[int, int], None]) -> None:
        def added(_parameter: int | None, calldata: int) -> None:
            try:
                action(_handle(calldata, b"source"), _handle(calldata, b"filter"))
            except Exception:  # noqa: BLE001 - an exception must not cross C
                log.exception("a source gets a filter")

        def created(_parameter: int | None, calldata: int) -> None:
            handler = lib.obs_source_get_signal_handler(_handle(calldata, b"source"))
            lib.signal_handler_connect(handler, b"filter_add", self._added, None)

        # OBS keeps the pointers of the callbacks.
        self._added, self._created = Signal(added), Signal(created)
        for_all = lib.obs_get_version() >= self._FOR_ALL
        self._heard = (b"source_filter_add", self._added) if for_all else (b"source_create", self._created)
        lib.signal_handler_connect(lib.obs_get_signal_handler(), *self._heard, None)

    def release(self) -> None:
        """Stop listening; waits while a signal is being handled."""
        lib.signal_handler_disconnect(lib.obs_get_signal_handler(), *self._heard, None)
        if self._heard[1] is self._added:
            return
        held: list[int] = []

        def hold(_parameter: int | None, source: int) -> bool:
            held.extend(filter(None, [lib.obs_source_get_ref(source)]))
            return True

        lib.obs_enum_all_sources(EnumSources(hold), None)
        for source in held:
            handler = lib.obs_source_get_signal_handler(source)
            lib.signal_handler_disconnect(handler, b"filter_add", self._added, None)
            lib.obs_source_release(source)


def _handle(calldata: int, name: bytes) -> int:
    found = c_void_p()
    lib.calldata_get_data(cast(calldata, POINTER(CallData)), name, byref(found), sizeof(found))
    return found.value or 0


def _text(calldata: int, name: bytes) -> str:
    found = c_char_p()
    lib.calldata_get_string(calldata, name, byref(found))
    return (found.value or b"").decode(errors="replace")
