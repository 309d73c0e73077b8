# SPDX-License-Identifier: GPL-2.0-or-later
"""How much brighter a person in dim light is drawn; see shaders/exposure.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_RGBA32F
from .drawing import set_vec4
from .techniques import ExposureTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from .shaders import Shaders


class Exposure:
    """Measures the light on the person, and follows it slowly."""

    #: The time constant, in seconds.
    SECONDS = 2.0

    def __init__(self, gpu: GpuObjects, shaders: Shaders) -> None:
        self._effect = shaders.exposure
        # From one frame to the next it changes by less than half floats can say.
        self._gain = [gpu.target(FORMAT_RGBA32F), gpu.target(FORMAT_RGBA32F)]
        self._joined = gpu.target(FORMAT_RGBA32F)

    def draw(self, colors: int, factors: int | None, strength: float, seconds: float) -> int:
        """Return a texture of one pixel, as ``composite`` takes it.

        ``colors`` is the means of ``EdgeColors``, ``factors`` that of ``Light.factors`` if there is one,
        ``strength`` 0 to 1, ``seconds`` the time since the last call.
        """
        before, after = self._gain
        self._gain.reverse()
        if not before.texture:
            with before.drawing(1, 1):
                pass  # transparent: nothing yet
        lib.gs_effect_set_texture(self._effect["colors"], colors)
        lib.gs_effect_set_texture(self._effect["before"], before.texture)
        set_vec4(self._effect["options"], strength, 1.0 - math.exp(-seconds / self.SECONDS))
        gain = after.fill(self._effect, ExposureTechnique.EXPOSE, 1, 1)
        lib.gs_effect_set_texture(self._effect["before"], gain)
        lib.gs_effect_set_texture(self._effect["factors"], factors or gain)
        return self._joined.fill(self._effect, ExposureTechnique.JOIN, 1, 1)
