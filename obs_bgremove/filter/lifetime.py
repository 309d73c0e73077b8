# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of one filter: what other threads may ask OBS about it, and until when."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from ..obs import sources
from ..obs.signals import Connection
from ..obs.sources import WeakSource
from .guards.render_delay import RenderDelay
from .hotkey_actions import HotkeyActions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .guards.guards import Guards
    from .wardrobe import Wardrobe


class Lifetime:
    """Knows the filtered source, binds the hotkeys to it, and keeps the filter alive while it is asked."""

    #: A new filter is put on its source within this many seconds. One that is not is a copy.
    ARRIVAL = 2.0

    def __init__(
        self,
        source: int,
        guards: Guards,
        wake: Callable[[], None],
        changed: Callable[[], None],
        wardrobe: Wardrobe,
    ) -> None:
        """``source`` is the filter's handle in OBS.

        ``wake`` has the filter and the guards looked after now; ``changed`` is called when a hotkey has
        changed a setting.
        """
        self._source = source
        self._guards, self._wake, self._changed = guards, wake, changed
        self._wardrobe = wardrobe
        self._switched: Connection | None = None
        self._ordered: Connection | None = None
        self._delay = RenderDelay(source)
        self._made_at = time.monotonic()
        # The filtered source. OBS names it only while the filter is drawn.
        self._parents = [WeakSource(None)]
        self._parent_handle: int | None = None
        self._hotkeys: HotkeyActions | None = None
        # Held while a thread that is neither OBS' UI nor its graphics thread asks the source.
        self._lock = threading.Lock()
        self._ended = False

    @contextlib.contextmanager
    def alive(self) -> Iterator[bool]:
        """Give whether the filter exists; it is not destroyed inside the ``with``."""
        with self._lock:
            yield not self._ended

    def remember(self, parent: int) -> None:
        """Note the filtered source (graphics thread). When other threads ask it, it may be deleted."""
        if parent != self._parent_handle:
            self._parent_handle = parent
            # Another thread may be asking an earlier one: all are kept until the end.
            self._parents.append(WeakSource(parent))

    @contextlib.contextmanager
    def parent(self) -> Iterator[int | None]:
        """Give the filtered source, None if it is not known or gone; valid inside the ``with``."""
        with self._parents[-1].held() as parent:
            yield parent

    def is_on_its_source(self) -> bool:
        """Whether the filtered source still has the filter; inside ``alive``."""
        with self.parent() as parent:
            if not parent:
                return False
            with sources.filters_of(parent) as handles:
                return self._source in handles

    @property
    def arriving(self) -> bool:
        """Whether OBS has created the filter a moment ago and not put it on its source yet."""
        return self._hotkeys is None and time.monotonic() - self._made_at < self.ARRIVAL

    def bind(self) -> None:
        """Bind the hotkeys, and have the room guard kept, once the filter is on a source.

        Filters are private to OBS and have no hotkeys of their own: they are those of the source. Never call
        it inside ``alive``: OBS may keep its hotkeys locked while it waits for the filter to end.
        """
        if self._hotkeys is None:
            with sources.parent_of(self._source) as parent:
                # The filter is held here. If it is destroyed already, this is another one at its address.
                if parent and not self._ended:
                    self._hotkeys = HotkeyActions(
                        self._source, parent, self._wake, self._changed, self._wardrobe
                    )
                    self._guards.watch(parent)
                    self.remember(parent)
                    self._switched = Connection(self._source, "enable", self._follow)
                    self._ordered = Connection(parent, "reorder_filters", self._look_at_order)
                    self._delay.look(parent)

    def _follow(self) -> None:
        # The filter's eye, or a hotkey: any thread, inside OBS' call that switches the filter.
        if self._hotkeys and self._hotkeys.called_here:
            # The filters of the source must not be asked for here, see ``obs.hotkeys.Hotkey``.
            self._wake()
            return
        with self.parent() as parent:
            if parent:
                self._guards.follow(parent, self._wake)

    def _look_at_order(self) -> None:
        # Any thread, inside OBS' call that changes the order.
        with self.parent() as parent:
            if parent:
                self._delay.look(parent)

    def act(self) -> None:
        """Do what hotkeys have asked for and may take time; inside ``alive``."""
        if self._hotkeys:
            self._hotkeys.act()

    def next_background(self) -> None:
        """Do what the hotkey of that name does (any thread)."""
        if self._hotkeys:
            self._hotkeys.next_background()

    def end(self) -> None:
        """Wait until no thread asks the filter any more, then take its hotkeys out of OBS."""
        with self._lock:
            self._ended = True
        if self._hotkeys:
            self._hotkeys.release()
        if self._switched:
            self._switched.release()
        with self._parents[-1].held(removed=True) as parent:
            # If the source is gone, nobody listens to it any more.
            if parent and self._ordered:
                self._ordered.release()
        # Its guard has nothing to guard any more.
        self._wake()

    def release(self) -> None:
        """Forget the filtered source."""
        for parent in self._parents:
            parent.release()
