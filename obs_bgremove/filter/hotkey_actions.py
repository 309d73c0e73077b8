# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter's hotkeys do."""

from __future__ import annotations

import contextlib
import queue
import time
from typing import TYPE_CHECKING

from ..obs import data
from ..obs.functions import lib
from ..obs.hotkeys import Hotkey, Hotkeys
from ..translate import tr
from .options.media_files import PICTURES, VIDEOS, following
from .options.settings import PRESETS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wardrobe import Wardrobe


class HotkeyActions:
    """The hotkeys of one filter; OBS lists them below the filtered source."""

    #: For this many seconds after the room was hidden no press shows it. A streamer may give one key to both
    #: hotkeys: OBS then runs both, in the order of registration, and the key turns the filter on and off.
    HIDING_WINS = 0.2

    def __init__(
        self,
        source: int,
        parent: int,
        wake: Callable[[], None],
        changed: Callable[[], None],
        wardrobe: Wardrobe,
    ) -> None:
        """``source`` is the filter's handle in OBS, ``parent`` that of the filtered source.

        ``wake``: has ``act`` called soon, on a thread that may take its time (any thread; it never waits).
        ``changed`` is called when a setting was changed.
        """
        self._source = source
        self._wake, self._changed = wake, changed
        self._wardrobe = wardrobe
        self._presses: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._hidden_at = -self.HIDING_WINS
        wanted = [
            Hotkey(
                "obs_bgremove.next_background",
                tr("Background Removal: next background"),
                self.next_background,
            ),
            Hotkey(
                "obs_bgremove.suiting_background",
                tr("Background Removal: show what suits my clothes"),
                lambda: self._wardrobe.accept(self._settings()),
            ),
            Hotkey(
                "obs_bgremove.keep_background",
                tr("Background Removal: keep this background"),
                lambda: self._wardrobe.keep(self._settings()),
            ),
            Hotkey("obs_bgremove.hide_room", tr("Background Removal on: hides the room"), self._hide_room),
            Hotkey("obs_bgremove.show_room", tr("Background Removal off: SHOWS THE ROOM"), self._show_room),
        ]
        self._hotkeys = Hotkeys(parent, wanted)

    def release(self) -> None:
        """Take the hotkeys out of OBS."""
        self._hotkeys.release()

    @property
    def called_here(self) -> bool:
        """Whether this thread is inside one of the hotkeys: OBS has locked them."""
        return self._hotkeys.called_here

    def act(self) -> None:
        """Do what was put off: no thread of OBS waits while a folder is listed."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._presses.get_nowait()
                self._change_background()

    def next_background(self) -> None:
        """Show the next background (any thread)."""
        if in_a_folder(self._settings()):
            self._presses.put(None)
            self._wake()
        else:
            self._change_background()

    def _change_background(self) -> None:
        with data.created(next_background(self._settings())) as values:
            lib.obs_source_update(self._source, values)
        self._changed()
        self._wake()

    def _settings(self) -> Settings:
        # What OBS keeps: the filter itself learns of a change only in the next frame.
        with data.of_source(self._source) as values:
            return Settings.read(values)

    def _hide_room(self) -> None:
        if not lib.obs_source_enabled(self._source):
            self._hidden_at = time.monotonic()
            lib.obs_source_set_enabled(self._source, True)

    def _show_room(self) -> None:
        if time.monotonic() - self._hidden_at > self.HIDING_WINS:
            lib.obs_source_set_enabled(self._source, False)


def in_a_folder(settings: Settings) -> bool:
    """Return whether the next background is the next file of a folder."""
    return settings.background in ("image", "video") and bool(settings.background_path)


def next_background(settings: Settings) -> dict[str, str]:
    """Return the settings that change for the next background.

    That is the next preset; of pictures and videos the next file in the folder; from any other
    kind of background it is the chosen preset, since there is only one of its kind.
    """
    if settings.background == "preset":
        names = list(PRESETS)
        return {"background_preset": names[(names.index(settings.background_preset) + 1) % len(names)]}
    if in_a_folder(settings):
        suffixes = PICTURES if settings.background == "image" else VIDEOS
        return {"background_path": following(settings.background_path, suffixes)}
    return {"background": "preset"}
