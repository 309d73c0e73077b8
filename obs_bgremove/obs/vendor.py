# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers obs-websocket "vendor" requests and sends its events, for other programs.

obs-websocket offers this to plugins through libobs' procedure handlers; where it is not
installed there is nobody to ask, and nothing is registered.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, Structure, byref, c_char_p, c_void_p
from typing import TYPE_CHECKING

from . import data, log
from .functions import lib
from .structs import CallData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Request = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)


class _Callback(Structure):
    _fields_ = [("callback", Request), ("private", c_void_p)]


class Vendor:
    """One vendor with its requests."""

    def __init__(self, name: str) -> None:
        #: OBS keeps the pointers of the callbacks.
        self._kept: list[_Callback] = []
        self._requests: list[str] = []
        self._handlers = self._ask(lib.obs_get_proc_handler(), "obs_websocket_api_get_ph", {}, "ph")
        self._vendor = (
            self._ask(self._handlers, "vendor_register", {"name": name}, "vendor") if self._handlers else None
        )

    def answer(self, request: str, action: Callable[[int, int], None]) -> None:
        """Answer a request with ``action(request data, response data)`` (a thread of obs-websocket's)."""
        if not self._vendor:
            return

        def called(asked: int, response: int, _private: int | None) -> None:
            try:
                action(asked, response)
            except Exception:  # noqa: BLE001 - an exception must not cross C
                log.exception(f"websocket request {request}")

        entry = _Callback(Request(called), None)
        self._kept.append(entry)
        self._requests.append(request)
        arguments: dict[str, str | int] = {
            "type": request,
            "callback": ctypes.addressof(entry),
            "vendor": self._vendor,
        }
        self._ask(self._handlers, "vendor_request_register", arguments, None)

    def emit(self, event: str, values: Mapping[str, data.Value]) -> None:
        """Send an event to all who listen (any thread)."""
        if self._vendor:
            with data.created(values) as sent:
                arguments: dict[str, str | int] = {"type": event, "data": sent, "vendor": self._vendor}
                self._ask(self._handlers, "vendor_event_emit", arguments, None)

    def close(self) -> None:
        """Answer no more."""
        if not self._vendor:
            return
        for request in self._requests:
            arguments: dict[str, str | int] = {"type": request, "vendor": self._vendor}
            self._ask(self._handlers, "vendor_request_unregister", arguments, None)
        self._requests.clear()

    @staticmethod
    def _ask(
        handlers: int | None, procedure: str, arguments: Mapping[str, str | int], result: str | None
    ) -> int | None:
        """Call a procedure of OBS; return the pointer that it answers under the name ``result``."""
        data = CallData()
        for key, value in arguments.items():
            if isinstance(value, str):
                text = c_char_p(value.encode())
                lib.calldata_set_data(byref(data), key.encode(), text, len(value.encode()) + 1)
            else:
                pointer = c_void_p(value)
                lib.calldata_set_data(byref(data), key.encode(), byref(pointer), ctypes.sizeof(pointer))
        try:
            if not lib.proc_handler_call(handlers, procedure.encode(), byref(data)) or result is None:
                return None
            answer = c_void_p()
            lib.calldata_get_data(byref(data), result.encode(), byref(answer), ctypes.sizeof(answer))
            return answer.value
        finally:
            if data.stack:
                lib.bfree(data.stack)
