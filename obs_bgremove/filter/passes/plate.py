# SPDX-License-Identifier: GPL-2.0-or-later
"""The plate of the empty room; see shaders/plate.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_RGBA, FORMAT_RGBA16F
from .cut import set_edge
from .drawing import set_seen, set_vec4
from .geometry import Size
from .techniques import PlateTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import RenderTarget
    from ...obs.replays import Replays
    from .cut import Cut
    from .shaders import Shaders


class Plate:
    """What the room looks like behind people, gathered while the camera stands still.

    It lies in the GPU's memory and nowhere else.
    """

    #: The plate is this much smaller than the frame.
    FRACTION = 2
    #: It is drawn once for this many frames: a room changes slowly.
    EVERY = 2

    def __init__(self, gpu: GpuObjects, shaders: Shaders, replays: Replays) -> None:
        self._shaders = shaders
        self._replays = replays
        self._plates = [gpu.target(FORMAT_RGBA16F), gpu.target(FORMAT_RGBA16F)]
        self._survey = gpu.target(FORMAT_RGBA)
        self._change = gpu.target(FORMAT_RGBA16F)
        #: The size of the frames, and of the plate.
        self._frame = self._size = Size(0, 0)
        #: How many frames were seen, and the last of them.
        self._frames = 0
        self._last: object = None

    @property
    def texture(self) -> int:
        """The texture of the plate; 0 before the first frame."""
        return self._plates[0].texture

    def forget(self) -> None:
        """Begin again: what comes next may be another room."""
        self._frame = Size(0, 0)
        self._frames, self._last = 0, None

    def draw(self, cut: Cut, frame: object) -> int:
        """Return the plate after a frame: an RGBA16F texture (inside ``Replacing``).

        ``cut`` has the frame, its own alpha as the network made it, and its colours.
        ``frame`` is another value for each frame: one that is shown again tells nothing new.
        """
        if cut.size != self._frame:
            self.forget()
            self._frame = cut.size
            width, height = (math.ceil(length / self.FRACTION) for length in cut.size)
            self._size = Size(width, height)
            with self._plates[0].drawing(width, height):
                pass  # transparent: nothing is known
        if frame != self._last:
            self._last = frame
            if self._frames % self.EVERY == 0:
                before, after = self._plates
                key = "plate", cut, before.texture, after.handle
                self._replays.draw(key, lambda: self._next(cut, before.texture, after))
                self._plates.reverse()
            self._frames += 1
        return self.texture

    def _next(self, cut: Cut, before: int, after: RenderTarget) -> None:
        """Draw the plate that follows on the one in the texture ``before``."""
        effect = self._shaders.plate
        survey = self._draw_survey(cut, before)
        self._set(cut, before, survey)
        set_vec4(effect["steps"], 1 / self._size.width, 1 / self._size.height)
        change = self._change.fill(effect, PlateTechnique.COMPARE, 1, 1)
        self._set(cut, before, survey)
        lib.gs_effect_set_texture(effect["change"], change)
        after.fill(effect, PlateTechnique.REMEMBER, *self._size)

    def _draw_survey(self, cut: Cut, before: int) -> int:
        """Return what alpha and plate say about each place: an RGBA texture, half as large as the alpha."""
        effect, nothing = self._shaders.plate, self._shaders.nothing.texture
        width, height = (math.ceil(length / 2) for length in cut.alpha_size or cut.size)
        set_edge(effect, cut, nothing)
        lib.gs_effect_set_texture(effect["alpha"], cut.alpha or nothing)
        lib.gs_effect_set_texture(effect["before"], before)
        set_vec4(effect["steps"], 1 / width, 1 / height)
        return self._survey.fill(effect, PlateTechnique.SURVEY, width, height)

    def _set(self, cut: Cut, before: int, survey: int) -> None:
        effect = self._shaders.plate
        lib.gs_effect_set_texture_srgb(effect["frame"], cut.frame)
        lib.gs_effect_set_texture(effect["before"], before)
        lib.gs_effect_set_texture(effect["survey"], survey)
        set_seen(effect, cut.seen)
