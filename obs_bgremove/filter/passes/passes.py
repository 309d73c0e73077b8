# SPDX-License-Identifier: GPL-2.0-or-later
"""The passes of one filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.gpu_objects import GpuObjects
from ...obs.replays import Replays
from ...obs.structs import FORMAT_RGBA
from .blur import Blur
from .colors import Colors
from .edge import Edge
from .exposure import Exposure
from .fade import Fade
from .light import Light
from .limits import Limits
from .nearness import Nearness
from .plate import Plate
from .samples import Samples

if TYPE_CHECKING:
    from .shaders import Shaders


class Passes:
    """The passes of one filter, and the targets for its background and for an encoded picture."""

    def __init__(self, shaders: Shaders) -> None:
        self._gpu = GpuObjects()
        with self._gpu.made_together():
            self.shaders = shaders
            self.replays = Replays()
            self.colors = Colors(self._gpu, shaders)
            self.limits = Limits(self._gpu, shaders)
            self.plate = Plate(self._gpu, shaders, self.replays)
            self.samples = Samples(self._gpu, shaders)
            self.edge = Edge(self._gpu, shaders)
            self.outline = Edge(self._gpu, shaders, exact=True)
            self.nearness = Nearness(self._gpu, shaders, self.replays)
            self.blur = Blur(self._gpu, shaders, self.replays)
            self.light = Light(self._gpu, shaders, self.replays)
            self.exposure = Exposure(self._gpu, shaders)
            self.fade = Fade(self._gpu, shaders)
            self.background = self._gpu.target(FORMAT_RGBA)
            self.encoded = self._gpu.target(FORMAT_RGBA)

    def free(self) -> None:
        """Free the GPU objects of all passes (the shaders are shared)."""
        self._gpu.free()
