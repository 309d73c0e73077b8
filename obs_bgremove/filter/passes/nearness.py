# SPDX-License-Identifier: GPL-2.0-or-later
"""How near each place is to the person; see shaders/blur.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_RGBA16F
from .cut import set_alpha
from .drawing import set_vec4
from .geometry import Size
from .shrink import shrink
from .techniques import BlurTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.replays import Replays
    from .cut import Cut
    from .shaders import Shaders


class Nearness:
    """The nearness to the person, in a small picture that follows slowly: a hand takes no sharpness along."""

    SIZE = Size(32, 18)
    #: The time constant, in seconds.
    SECONDS = 0.3

    def __init__(self, gpu: GpuObjects, shaders: Shaders, replays: Replays) -> None:
        self._shaders = shaders
        self._replays = replays
        self._near, self._before = gpu.target(FORMAT_RGBA16F), gpu.target(FORMAT_RGBA16F)

    def draw(self, cut: Cut, seconds: float) -> int:
        """Return the texture of the nearness, 0 to 1 in red, of the whole frame (inside ``Replacing``).

        ``cut`` has an alpha; ``seconds``: the time since the last call.
        """
        if not self._before.texture:
            with self._before.drawing(*self.SIZE):
                pass  # transparent: nothing to follow yet
        return self._replays.draw(("near", cut, seconds), lambda: self._draw(cut, seconds))

    def _draw(self, cut: Cut, seconds: float) -> int:
        effect = self._shaders.blur
        set_alpha(effect, cut, self._shaders.nothing.texture)
        lib.gs_effect_set_texture(effect["before"], self._before.texture)
        width, height = cut.size
        shorter = min(width, height)
        follows = 1.0 - math.exp(-seconds / self.SECONDS)
        set_vec4(effect["distances"], width / shorter, height / shorter, follows)
        near = self._near.fill(effect, BlurTechnique.NEAR, *self.SIZE)
        # Kept by a copy: two that took turns would be another list of calls for each pass, and each picture.
        shrink(self._shaders.shrink, near, self.SIZE, self._before, self.SIZE)
        return near
