# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS' own filter Render Delay keeps frames. Those that it took below ours show the room."""

from __future__ import annotations

from ...obs import data, sources
from ...obs.functions import lib

KIND = "gpu_delay"


class RenderDelay:
    """Has such a filter forget its frames when it comes to stand above a filter of ours."""

    def __init__(self, handle: int) -> None:
        """``handle``: our filter's."""
        self._handle = handle
        self._below: set[int] = set()

    def look(self, source: int) -> None:
        """Look at the filters of a source, at first and whenever their order has changed (any thread).

        OBS lets the filter forget before it draws its next frame. A frame that is half drawn when the order
        changes may still show what it kept.
        """
        with sources.filters_of(source) as handles:
            if self._handle not in handles:
                return
            ours = handles.index(self._handle)
            delays = {one for one in handles if sources.kind_of(one) == KIND}
            below = delays & set(handles[:ours])
            for one in (delays - below) & self._below:
                # Whenever its settings are set, it starts again.
                with data.created({}) as nothing:
                    lib.obs_source_update(one, nothing)
            self._below = below
