# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws one filter: once in each OBS frame all passes, and the composite as often as OBS asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..obs import sources
from ..obs.functions import lib
from ..obs.gpu_objects import GpuObjects
from ..obs.graphics import Replacing, entered
from ..obs.structs import SPACE_709_EXTENDED, SPACE_SRGB
from ..translate import tr
from .compositor import Composed, compose
from .frames.capture import Capture, Target
from .frames.exchange import Exchange
from .health import FORGET_AFTER, Health
from .passes.composite import composite
from .passes.passes import Passes

if TYPE_CHECKING:
    from ..link.channel import Channel
    from .backgrounds.chosen import ChosenBackground
    from .options.settings import Settings
    from .passes.shaders import Shaders
    from .shared import Shared


class FilterGraphics:
    """The GPU objects of one filter: all of them exist, or none."""

    def __init__(self, shaders: Shaders) -> None:
        self._gpu = GpuObjects()
        with self._gpu.made_together():
            self.passes = self._gpu.keep(Passes(shaders))
            self.capture = self._gpu.keep(Capture(shaders.shrink, self.passes.replays))

    def free(self) -> None:
        """Free the GPU objects."""
        self._gpu.free()


class Renderer:
    """The graphics thread's part of a filter. It never waits."""

    def __init__(
        self, shared: Shared, channel: Channel, background: ChosenBackground, health: Health
    ) -> None:
        self._shared = shared
        self._channel = channel
        self._background = background
        self._health = health
        self._exchange = Exchange(health.stall, health.meter)
        #: Made when the filter is first drawn.
        self._graphics: FilterGraphics | None = None
        self._drawing = False
        self._hdr_wanted_at = -1
        self._composed: Composed | None = None

    @property
    def exchange(self) -> Exchange:
        """The frames of the filter."""
        return self._exchange

    def render(self, target: Target, settings: Settings) -> None:
        """Draw the person on the new background; if there is no alpha, the background alone."""
        # Drawn while drawing: the background shows the very source that we filter.
        if self._drawing:
            return
        now = self._shared.clock.number
        if self._health.last.number != now:
            self._composed = None
            with self._health.stopwatch:
                self._composed = self._being_drawn(target, settings, now)
        if self._composed and self._graphics:
            background, cut = self._composed
            if cut.size != target.size:
                cut = cut._replace(size=target.size)
            composite(self._graphics.passes, background, cut)

    def color_space(self, target: int, wanted: list[int]) -> int:
        """Return HDR if the source ``target`` is in HDR and HDR is wanted, else sRGB."""
        if SPACE_709_EXTENDED not in wanted or not target or not sources.is_hdr(target):
            return SPACE_SRGB
        self._hdr_wanted_at = self._shared.clock.number
        return SPACE_709_EXTENDED

    def _being_drawn(self, target: Target, settings: Settings, now: int) -> Composed | None:
        """Make the frame in linear light; note the problem if something fails."""
        last, being_drawn = self._health.last, self._shared.being_drawn
        self._drawing = True
        linear = lib.gs_set_linear_srgb(True)
        being_drawn.append(target.parent)
        try:
            composed = self._make_frame(target, settings, now)
            last.problem = ""
            return composed
        except Exception as error:
            last.has_alpha = False
            last.problem = tr(
                "The filter cannot draw: {error}. Restart OBS if that lasts; its log says more.", error=error
            )
            raise
        finally:
            lib.gs_set_linear_srgb(linear)
            being_drawn.remove(target.parent)
            self._drawing = False

    def _make_frame(self, target: Target, settings: Settings, now: int) -> Composed | None:
        """Do what is done once in OBS frame ``now``; return what ``composite`` draws in it."""
        last, exchange = self._health.last, self._exchange
        if self._graphics is None:
            self._graphics = FilterGraphics(self._shared.shaders.compiled())
        passes, capture = self._graphics.passes, self._graphics.capture
        if now - last.number >= FORGET_AFTER:
            exchange.restart(capture)
            passes.plate.forget()
            self._health.meter.begin_again()
            # The source that is the background may have come since it was looked for.
            self._shared.wake()
        last.number = now
        self._health.counters.sample()
        self._health.meter.draw()
        exchange.receive(capture, self._channel.ring, settings, now)
        exchange.draw(capture, target, now - self._hdr_wanted_at <= 1, now)
        seconds = self._shared.frame_seconds()
        with Replacing():
            exchange.stage(capture)
            shown = exchange.choose(now, seconds)
            last.has_alpha = shown is not None and shown.alpha_of is not None
            if shown and shown.alpha_of:
                self._health.delay.count(shown.delay)
            if shown is None:
                return None
            background = self._background.show()
            return compose(passes, settings, background, shown, target.size, seconds)

    def free(self) -> None:
        """Free the GPU objects (graphics context not entered)."""
        with entered():
            self._exchange.free()
            if self._graphics:
                self._graphics.free()
