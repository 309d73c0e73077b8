# SPDX-License-Identifier: GPL-2.0-or-later
"""The hotkeys of a source: they stand in OBS' settings and are saved with the scene collection.

They are not in pairs (``obs_hotkey_pair_register_source``). A pair waits until its key is released, which
obs-websocket never reports: after one hotkey of the pair, the other would do nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from . import log
from .functions import lib
from .structs import HotkeyPressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Hotkey(NamedTuple):
    """``action`` runs on any thread, with OBS' hotkeys locked: quick, and outside the graphics context.

    It must not ask for the filters of a source. OBS locks those, and then its hotkeys, while it saves a
    source (28 to 30.0) and when filters are pasted (32.2, too).
    """

    name: str
    description: str
    action: Callable[[], None]


class Hotkeys:
    """Registers hotkeys for a source; OBS calls none of them after ``release``."""

    def __init__(self, source: int, wanted: Iterable[Hotkey]) -> None:
        #: The thread on which OBS calls one of them at present; 0 if it calls none.
        self._thread = 0
        # OBS keeps the pointers of the callbacks.
        self._registered: list[tuple[int, object]] = []
        for one in wanted:
            callback = HotkeyPressed(self._when_pressed(one))
            number = lib.obs_hotkey_register_source(
                source, one.name.encode(), one.description.encode(), callback, None
            )
            self._registered.append((number, callback))

    def release(self) -> None:
        """Take the hotkeys out of OBS; waits while one is being handled."""
        for number, _callback in self._registered:
            lib.obs_hotkey_unregister(number)

    @property
    def called_here(self) -> bool:
        """Whether this thread is inside the action of one of them."""
        return self._thread == threading.get_ident()

    def _when_pressed(self, hotkey: Hotkey) -> Callable[[int | None, int, int, bool], None]:
        def changed(_data: int | None, _number: int, _hotkey: int, pressed: bool) -> None:
            if not pressed:
                return
            # One at a time: OBS' hotkeys are locked.
            self._thread = threading.get_ident()
            try:
                hotkey.action()
            except Exception:  # noqa: BLE001 - an exception must not cross C
                log.exception(f"hotkey {hotkey.name}")
            finally:
                self._thread = 0

        return changed
